//! Durable work on the database: executions are accepted, claimed, journalled and ended here.
//!
//! The database is record and queue at once, so there is nothing to drift. [`Writer`] gathers what
//! arrives while the last commit runs and commits it together; [`claim()`] hands waiting work to nodes
//! lane by lane; a [`Node`]'s lease says how long the others leave its work alone. Nothing here
//! knows what a flow does.

mod batch;
mod claim;
mod enqueue;
mod lease;
mod rows;
pub mod schedule;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use claim::{Claimed, claim, postpone, release_dead_nodes};
pub use enqueue::{enqueue, enqueue_all};
pub use lease::Node;
pub use store::{PayloadStore, Place, StoreError, Stored, Upload};
pub use writer::{Accept, Finish, Journal, Owner, StateChange, WriteError, Writer};
