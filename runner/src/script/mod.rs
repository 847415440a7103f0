//! JavaScript that tenants write into code steps.
//!
//! [`Pool`] hands each call to a child process of our own program, which runs [`worker::main`]:
//! an engine that is made for the call and thrown away after it, without files, network or clock
//! beyond the time limit. The server's own process never evaluates a tenant's code. What the code
//! asks for with `fetch` goes over the pipe, and the parent sends it as it sends everything
//! ([`network`]).
//!
//! The engine's limits (heap, stack, interrupt) give clear errors but are not the border: the
//! process's address space and the parent's clock are. A call that passes those costs its worker,
//! and no other call.
//!
//! `js/` is the environment the code finds: [`engine`] evaluates `core.js`, the rest on first use.

mod convert;
mod engine;
mod failure;
mod fetches;
mod host;
mod link;
mod network;
mod pool;
mod process;
#[cfg(test)]
mod tests;
mod turns;
mod wire;
pub mod worker;

pub use pool::{Options, Pool};
