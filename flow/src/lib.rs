//! The definition language of integrations: parse, up-convert, validate and evaluate.
//!
//! Everything here is pure: no I/O, no clock, no randomness. Start at [`definition`] for the
//! document, [`program`] for what a deployment runs, and [`value`] for the data that flows.

pub mod value;

pub use value::{Map, Value};
