//! The whole product, wired: configuration, telemetry, the commands of `marquetry`, and [`Server`].
//!
//! Everything from outside (environment variables, files, flags, the machine's clock) is read here
//! and handed to the other crates as values. Start at [`Server::start`] for what runs, and at
//! [`main`] for how it is asked to.

mod cli;
mod command;
pub mod config;
mod demo;
mod folder;
mod http;
mod installation;
mod keys;
mod master_key;
mod server;
mod telemetry;
mod terminal;

pub use cli::main;
pub use installation::{Installation, InstallationOptions};
pub use master_key::MasterKey;
pub use server::{Options, Server};
