//! Durable work on the database: executions are accepted, claimed, journalled and ended here.
//!
//! The database is record and queue at once, so there is nothing to drift. [`Writer`] gathers what
//! arrives while the last commit runs and commits it together; [`claim()`] hands waiting work to
//! nodes lane by lane; a [`Node`]'s lease says how long the others leave its work alone. Nothing
//! here knows what a flow does.

mod arrive;
mod batch;
mod claim;
mod clear;
mod enqueue;
pub mod history;
mod lease;
mod requests;
mod rows;
pub mod schedule;
mod store;
#[cfg(test)]
mod tests;
pub mod usage;
mod writer;

pub use claim::{
    Claimed, Look, WaitingLane, claim, look, postpone, redirect, release_dead_nodes,
    running_elsewhere, wake,
};
pub use clear::{Part, clear, count, expire_held};
pub use enqueue::{Entry, SINGLETON, enqueue, enqueue_all, enqueue_call, hold, set_limits};
pub use lease::Node;
pub use store::{PayloadStore, Place, StoreError, Stored, Upload};
pub use writer::{
    Accept, Accepted, Finish, Forgotten, Journal, LineListener, Owner, Retry, StateChange,
    StateChanges, WriteError, Writer,
};
