//! Executes flows.
//!
//! [`Runner::start`] takes an invocation and answers when its execution is durable. What a run does
//! next is decided by the pure [`machine`]; the executor performs it and journals results before
//! anything that touches the world follows. After a crash another node resumes behind the last
//! journalled step. The control plane is read once per deployment and then only from memory.

mod alerts;
pub mod bundle;
mod claims;
mod connections;
mod data_source;
mod deployment;
mod durable;
mod endpoint;
mod executor;
mod files;
mod inputs;
mod invocation;
mod journal;
pub mod machine;
mod once;
mod packed;
pub mod payload;
pub mod plan;
mod queued;
mod record;
mod retries;
mod route;
mod rules;
mod run;
mod runner;
pub mod script;
mod seats;
mod services;
mod simulated;
mod state;
mod stored;
mod sweep;
mod tokens;
mod trigger;
mod users;
mod worker;

pub use components::STATE_BYTES_MAX;
pub use deployment::{DeployedFlow, Deployment};
pub use endpoint::{Endpoint, Ready};
pub use files::read as read_file;
pub use invocation::{Accepted, Ended, Invocation, Invoker, StartError, Started};
pub use packed::{Packed, files_are_there};
pub use plan::CATALOG;
pub use route::{Destination, Route, Unrouted};
pub use runner::{Runner, RunnerOptions};
pub use seats::Full;
pub use services::{TokioClock, Vocabulary};
pub use stored::{StoredResult, get_payload as payload_of, pack};
