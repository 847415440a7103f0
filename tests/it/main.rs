//! Stories told to the real server over HTTP, on a real database, with the clients people use.
//!
//! `harness` is what the stories are told with; every other module is a noun.

mod access;
mod crash;
mod customers;
mod harness;
mod prism;
mod program;
mod triggers;
mod workspace;
