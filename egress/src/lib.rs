//! The only way out: an HTTP client, and connections for other protocols.
//!
//! Tenants decide where requests go, so every destination is checked three times: on the parsed URL
//! (a literal address never reaches a resolver), in the resolver (the connection uses exactly the
//! addresses that were checked), and again for each redirect. Proxies from the environment are
//! ignored, since a proxy would resolve names past these checks.
//!
//! Start at [`Client::send`], at [`Client::open`] for bodies that are not read into memory, or at
//! [`Client::connect`] for anything that is not HTTP.

mod address;
mod body;
mod client;
mod error;
mod message;
mod policy;
mod resolver;
mod stream;
mod tls;

pub use body::{Incoming, Source};
pub use client::Client;
pub use error::Error;
pub use message::{Body, Part, PartData, REDIRECTS_MAX, Request, Response};
pub use policy::{BUFFER_BYTES_MAX, Policy, RESPONSE_BYTES_MAX};
pub use stream::Stream;
