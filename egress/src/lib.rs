//! The only outgoing HTTP client.

/// Outgoing HTTP.
#[derive(Clone, Debug)]
pub struct Client;
