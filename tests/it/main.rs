//! Stories told to the real server over HTTP, on a real database, with the clients people use.
//!
//! `harness` is what the stories are told with; every other module is a noun. All of it
//! is marked as test code, in which `unwrap` is how a story fails.

#[cfg(test)]
mod access;
#[cfg(test)]
mod alerts;
mod browser;
#[cfg(test)]
mod code;
#[cfg(test)]
mod components;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod customers;
#[cfg(test)]
mod definitions;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod embedding;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod events;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod keys;
mod language;
#[cfg(test)]
mod large;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod loops;
#[cfg(test)]
mod marketplace;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod prism;
#[cfg(test)]
mod program;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod retries;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod state;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod traps;
#[cfg(test)]
mod triggers;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod workflows;
#[cfg(test)]
mod workspace;
