//! What each command does.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use domain::Error;
use domain::sign_in::{invitation, password};
use entity::{Clock, DbUrl, Ids, SystemClock, user};
use secrecy::ExposeSecret;
use serde_json::json;
use tasks::MessageSettings;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::installation::{self, Installation, InstallationOptions};
use crate::master_key::MasterKey;
use crate::{Options, Server, folder, terminal};

/// Serves until the process is told to stop: first in order, the second time at once.
pub async fn serve(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let server = Server::start(options(config, folder, environment)?).await?;
    tracing::info!(address = %server.address, url = %server.env.public_url, "serving");
    signals.next().await;
    tracing::info!("stopping; what runs may finish");
    tokio::select! {
        () = server.stop() => Ok(()),
        () = signals.next() => anyhow::bail!("stopped before everything had finished"),
    }
}

/// The requests to stop that the system can make.
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How the configuration wants the server.
fn options(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<Options> {
    let seconds = Duration::from_secs;
    let mut options = Options::new(&config.server.listen, folder);
    options.database_url = config.database_url()?;
    options.master_key = MasterKey::find(folder, environment)?;
    options.public_url.clone_from(&config.server.public_url);
    options.schedule_jitter_seconds = config.schedules.jitter_seconds;
    options.login = config.login.settings();
    options.trigger = config.trigger.settings();
    options.messages = MessageSettings {
        smtp_url: config.mail.smtp_url.clone(),
        mail_from: config.mail.from.clone(),
        sms_gateway_url: config.sms.gateway_url.clone(),
        sms_gateway_token: config.sms.gateway_token.clone(),
    };
    options.egress_policy = config.egress.policy();
    options.concurrency_max = config.runner.concurrency_max;
    let limit = config.runner.organization_concurrency_max;
    options.organization_concurrency_max = (limit > 0).then_some(limit);
    options.code_processes_max = config.runner.code_processes_max;
    options.code_heap_bytes = config.runner.code_heap_mebibytes << 20;
    options.node_program.clone_from(&config.components.node_program);
    options.component_processes_max = config.components.processes_max;
    options.component_heap_mebibytes = config.components.heap_mebibytes;
    options.component_time_limit = seconds(config.components.time_limit_seconds);
    options.retention = config.retention.settings();
    options.retries_max = config.runner.retries_max;
    options.execution_time_limit = seconds(config.runner.execution_time_limit_seconds);
    options.code_time_limit = seconds(config.runner.code_time_limit_seconds);
    options.header_timeout = seconds(config.server.header_timeout_seconds);
    options.body_timeout = seconds(config.server.body_timeout_seconds);
    options.stop_patience = seconds(config.server.stop_patience_seconds);
    Ok(options)
}

/// Creates the organization of an installation.
pub async fn init(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
    organization: &str,
    email: &str,
) -> anyhow::Result<()> {
    let installation = join(config, folder, environment).await?;
    let env = &installation.env;
    let created = domain::organization::create(env, organization, email).await;
    let (organization, owner) = created.context("creating the organization")?;
    let answer = json!({
        "organizationId": domain::global_id(organization.id),
        "accessToken": domain::token::issue(env, &owner)?,
    });
    print(&serde_json::to_string_pretty(&answer)?)
}

/// Prints a fresh token of a user.
pub async fn token(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
    email: &str,
) -> anyhow::Result<()> {
    let installation = join(config, folder, environment).await?;
    let user = user(&installation, email).await?;
    print(&domain::token::issue(&installation.env, &user)?)
}

/// Prints a link with which a user sets their password.
pub async fn invite(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
    email: &str,
) -> anyhow::Result<()> {
    ensure!(
        config.login.has_passwords(),
        "nobody signs in with a password here: nobody needs a link to set one"
    );
    let installation = join(config, folder, environment).await?;
    let user = user(&installation, email).await?;
    let path = invitation::link(&installation.env, &user).await?;
    let listening = format!("http://{}", config.server.listen);
    let base = config.server.public_url.as_ref().unwrap_or(&listening);
    print(&format!("{}{path}", base.trim_end_matches('/')))
}

/// Sets the password of a user to the first line of standard input.
pub async fn password(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
    email: &str,
) -> anyhow::Result<()> {
    let installation = join(config, folder, environment).await?;
    let user = user(&installation, email).await?;
    let password = terminal::read_secret(&format!("New password of {}: ", user.email))?;
    match password::set(&installation.env, &user, password.expose_secret()).await {
        Err(Error::Invalid(problems)) => {
            bail!(problems.iter().map(|it| &*it.message).collect::<Vec<_>>().join(" "))
        }
        set => set.context("setting the password")?,
    }
    print("The password is set.")
}

async fn user(installation: &Installation, email: &str) -> anyhow::Result<user::Model> {
    let user = domain::user::by_email(&installation.env, email).await?;
    user.with_context(|| format!("there is no user with the address {email}"))
}

async fn join(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<Installation> {
    Installation::join(installation_options(config, folder, environment)?).await
}

/// How commands that serve nothing open an installation.
pub fn installation_options(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<InstallationOptions> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(InstallationOptions {
        data_dir: folder.to_owned(),
        database_url: config.database_url()?,
        master_key: MasterKey::find(folder, environment)?,
        public_url: String::new(),
        login: config.login.settings(),
        schedule_jitter_seconds: 0,
        ids: Ids::random(clock.clone()),
        clock,
    })
}

/// Brings the database to the newest schema.
pub async fn migrate(config: &Config, folder: &Path) -> anyhow::Result<()> {
    folder::create(folder)?;
    let url = config.database_url()?;
    let _lock = match &url {
        Some(url) if !url.is_sqlite() => None,
        _ => Some(folder::FolderLock::take(folder)?),
    };
    installation::migrate(&url.unwrap_or_else(|| DbUrl::in_folder(folder))).await?;
    print("The database is up to date.")
}

/// One line, or several, for whoever called.
pub fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("writing to standard output"),
    }
}
