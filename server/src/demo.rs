//! `marquetry demo`: the product at work, told step by step.
//!
//! After the first organization and its token, which `marquetry init` would make, the demo is a
//! client like any other: it talks GraphQL and HTTP to the server it has just started.

mod client;
mod host;
mod output;
mod storefront;
mod story;
mod third_party;

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::command::Signals;
use crate::config::LogSection;
use crate::master_key::MasterKey;
use crate::{Options, Server, telemetry};

use client::Client;
use host::Host;
use story::Story;
use third_party::ThirdParty;

const ORGANIZATION: &str = "Acme Works";
const OWNER: &str = "owner@acme.example";

#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: String,
    /// Folder of the installation, kept afterwards; a fresh temporary one unless given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Stop after the proof instead of serving on.
    #[arg(long)]
    once: bool,
}

/// Runs the demo; an error means that a step did not do what it should.
pub async fn run(
    arguments: Arguments,
    environment: &HashMap<String, String>,
) -> anyhow::Result<()> {
    let filter = "warn".to_owned();
    telemetry::start(&LogSection { filter, ..LogSection::default() })?;
    let mut signals = Signals::new()?;
    let scratch = Scratch::new(arguments.data)?;
    let server = Server::start(options(&arguments.listen, &scratch, environment)?).await?;
    let told = tokio::select! {
        told = tell(&server, &scratch) => told,
        () = signals.next() => Err(anyhow::anyhow!("stopped before the proof was complete")),
    };
    if told.is_ok() && !arguments.once {
        signals.next().await;
    }
    server.stop().await;
    told.map(|_| ())
}

/// The whole story. What answers beside the server is handed back, so that it lasts as long.
async fn tell(server: &Server, scratch: &Scratch) -> anyhow::Result<(ThirdParty, Host)> {
    let third_party = ThirdParty::start().await?;
    output::title("Marquetry, an embedded integration platform")?;
    output::facts(&[
        ("server", &server.env.public_url),
        ("third party", &third_party.url("/")),
        ("data", &scratch.folder.display().to_string()),
    ])?;
    let token = create_organization(server).await?;
    let client = Client::new(&server.env.public_url, &token)?;
    let mut host_address = server.address;
    host_address.set_port(host_address.port().saturating_add(1));
    let story = Story { client: &client, host_address, third_party: &third_party };
    let host = story.tell().await?;
    Ok((third_party, host))
}

/// What `marquetry init` does.
async fn create_organization(server: &Server) -> anyhow::Result<String> {
    match domain::organization::create(&server.env, ORGANIZATION, OWNER).await {
        Ok((_, owner)) => Ok(domain::token::issue(&server.env, &owner)?),
        Err(domain::Error::Invalid(_)) => bail!(
            "the folder already holds an installation; serve it with `marquetry serve`, or leave \
             out --data"
        ),
        Err(error) => Err(error).context("creating the organization"),
    }
}

fn options(
    listen: &str,
    scratch: &Scratch,
    environment: &HashMap<String, String>,
) -> anyhow::Result<Options> {
    let mut options = Options::new(listen, &scratch.folder);
    options.master_key = MasterKey::find(&scratch.folder, environment)?;
    // The third party of the demo listens on this machine.
    options.egress_policy.allow_private = true;
    Ok(options)
}

/// The folder of the demo; a temporary one goes away with it.
struct Scratch {
    folder: PathBuf,
    is_temporary: bool,
}

impl Scratch {
    fn new(wanted: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(folder) = wanted {
            return Ok(Self { folder, is_temporary: false });
        }
        let name = format!("marquetry-demo-{:016x}", rand::random::<u64>());
        let folder = std::env::temp_dir().join(name);
        // Only ours: the folder must not exist yet, or somebody else could own it.
        std::fs::create_dir(&folder).context("making a temporary folder")?;
        Ok(Self { folder, is_temporary: true })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.is_temporary
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            tracing::warn!(%error, folder = %self.folder.display(), "could not tidy up");
        }
    }
}
