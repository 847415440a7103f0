//! The API: what clients reach over HTTP, and how it looks to them.
//!
//! Resolvers translate between GraphQL and the operations of `domain`; nothing is decided here.

mod context;
mod embedded;
mod error;
mod graphql;
mod html;
mod http;
mod loader;
mod oauth2;
mod pages;
mod problem;
mod results;
mod sign_in;
mod trigger;
mod uploads;

pub use error::ApiError;
pub use graphql::{Schema, execute, schema, sdl};
pub use http::{State, router};
pub use trigger::{Calls, TriggerSettings};
