//! The command line.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Layers};
use crate::{command, demo, keys, telemetry};

/// An embedded integration platform: build integrations, deploy them for your customers.
#[derive(Debug, Parser)]
#[command(name = "marquetry", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and run flows until stopped.
    Serve {
        /// Address and port to listen on.
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Create the organization and its owner; print ids and an access token as JSON.
    Init {
        /// Name of the organization.
        #[arg(long, value_name = "NAME")]
        organization: String,
        /// Address of its owner.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print a fresh access token of a user.
    Token {
        /// Address of the user.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Set the password of a user, read from the terminal or from standard input.
    Password {
        /// Address of the user.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Print a link with which a user sets their password, good for seven days.
    Invite {
        /// Address of the user.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Show the product at work: example integrations, deployed and called.
    Demo(demo::Arguments),
    /// Create or update the database, then stop.
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Exchange the keys that secrets are encrypted with.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Print the GraphQL schema.
    Schema,
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Runs code of tenants; started by the server, not by people.
    #[command(hide = true)]
    JsWorker,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Encrypt all secrets again, with a new data key for each organization. Servers may go on.
    RotateData {
        #[command(flatten)]
        place: Place,
    },
    /// Exchange the master key. All servers must be stopped; everybody has to sign in again.
    RotateMaster {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration and print what is in effect, without secrets.
    Check {
        #[command(flatten)]
        place: Place,
    },
}

/// Where an installation lives.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// Folder of the installation.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Configuration file; `marquetry.toml` in the data folder unless given.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    // Workers give up most of their rights, so they come before anything that starts threads.
    if matches!(cli.command, Command::JsWorker) {
        return runner::script::worker::main(std::io::stdin(), std::io::stdout());
    }
    let environment: HashMap<String, String> = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(dispatch(cli.command, environment))
}

async fn dispatch(command: Command, environment: HashMap<String, String>) -> anyhow::Result<()> {
    let configure = |place: &Place, listen: Option<String>| {
        let layers = Layers { place, environment: &environment, listen };
        let config = Config::load(&layers)?;
        telemetry::start(&config.log)?;
        anyhow::Ok(config)
    };
    match command {
        Command::Serve { listen, place } => {
            command::serve(&configure(&place, listen)?, &place.data, &environment).await
        }
        Command::Init { organization, email, place } => {
            let config = configure(&place, None)?;
            command::init(&config, &place.data, &environment, &organization, &email).await
        }
        Command::Token { email, place } => {
            let config = configure(&place, None)?;
            command::token(&config, &place.data, &environment, &email).await
        }
        Command::Password { email, place } => {
            let config = configure(&place, None)?;
            command::password(&config, &place.data, &environment, &email).await
        }
        Command::Invite { email, place } => {
            let config = configure(&place, None)?;
            command::invite(&config, &place.data, &environment, &email).await
        }
        Command::Migrate { place } => {
            command::migrate(&configure(&place, None)?, &place.data).await
        }
        Command::Config { command: ConfigCommand::Check { place } } => {
            let layers = Layers { place: &place, environment: &environment, listen: None };
            command::print(&Config::load(&layers)?.to_string())
        }
        Command::Keys { command: KeysCommand::RotateData { place } } => {
            keys::rotate_data(&configure(&place, None)?, &place.data, &environment).await
        }
        Command::Keys { command: KeysCommand::RotateMaster { place } } => {
            keys::rotate_master(&configure(&place, None)?, &place.data, &environment).await
        }
        Command::Schema => command::print(&api::sdl()),
        Command::Demo(arguments) => demo::run(arguments, &environment).await,
        Command::JsWorker => unreachable!("workers are started before the runtime"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
