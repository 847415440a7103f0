//! The definition language of integrations: parse, up-convert, validate and evaluate.
//!
//! Everything here is pure: no I/O, no clock, no randomness. Start at [`definition`] for the
//! document, [`program`] for what a deployment runs, and [`value`] for the data that flows.

mod blob;
pub mod component;
pub mod condition;
pub mod definition;
pub mod expression;
mod oauth2;
pub mod problem;
pub mod program;
pub mod reference;
pub mod schedule;
pub mod scope;
mod step_key;
mod suggest;
pub mod template;
#[cfg(test)]
mod testing;
pub mod validate;
pub mod value;

pub use blob::Blob;
pub use definition::Definition;
pub use expression::{EvaluationError, Expression};
pub use oauth2::{OAuth2Grant, OAuth2Shape, PkceMethod};
pub use problem::{Kind, Position, Problem};
pub use program::{Program, compile};
pub use reference::Path;
pub use scope::{Iteration, Scope, StepView};
pub use step_key::step_key;
pub use validate::{ActionShape, InputShape, Vocabulary, validate};
pub use value::{Map, Value};
