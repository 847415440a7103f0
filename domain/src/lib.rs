//! The operations on the core nouns, and who may do them.
//!
//! An operation takes the [`Env`], the [`Viewer`] who asks and an input; it decides, and writes in
//! a transaction of its own. Rows are read through [`Viewer::rows`] and written with a [`Permit`].
//! There is no HTTP and no GraphQL here.
//!
//! Nobody may drop an operation half way: a cancelled transaction can poison its connection.
//! Callers whose own future may be dropped run operations in a task.

pub mod alert;
pub mod attachment;
pub mod component;
pub mod connection_template;
pub mod customer;
pub mod delivery;
pub mod deployment;
mod destination;
pub mod embedded;
pub mod endpoint;
mod env;
mod error;
pub mod event;
pub mod execution;
mod global_id;
mod input;
pub mod instance;
pub mod instance_profile;
pub mod integration;
mod log_line;
pub mod log_stream;
pub mod oauth;
pub mod organization;
pub mod policy;
pub mod queue;
pub mod redeployment;
pub mod removal;
pub mod retention;
pub mod reuse;
#[expect(
    clippy::disallowed_methods,
    reason = "writing by table, always for one organization, is built here"
)]
mod rows;
pub mod sample;
pub mod schedule;
pub mod secrets;
pub mod sign_in;
pub mod signature;
mod signed;
mod spent;
pub mod test_case;
#[cfg(test)]
mod testing;
pub mod theme;
#[expect(
    clippy::disallowed_methods,
    reason = "nobody is known yet when a token or URL is looked up"
)]
pub mod token;
mod usage;
pub mod user;
pub mod user_level;
#[expect(clippy::disallowed_methods, reason = "this is where reading starts")]
mod viewer;
pub mod webhook;
mod whom;
pub mod workflow;

pub use env::{Env, InstanceListener, ScheduleListener, WorkListener};
pub use error::{Error, Kind, Problem};
pub use global_id::{global_id, id_of};
pub use policy::{Action, Noun, Permission};
pub use viewer::{Governed, Permit, UserViewer, Viewer};
pub use whom::Whom;
