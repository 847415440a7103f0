//! What a component says about its OAuth2 connections.

/// How a kind of connection gets its tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OAuth2Shape {
    pub grant: OAuth2Grant,
    pub pkce: Option<PkceMethod>,
    /// Sent as `grant_type` in the place of the grant's own name.
    pub grant_type: Option<String>,
    /// Parameters of the callback that are passed on with the code.
    pub allowed_token_params: Vec<String>,
    /// Values of inputs that nobody filled in.
    pub defaults: Vec<(String, String)>,
}

impl OAuth2Shape {
    pub fn new(grant: OAuth2Grant) -> Self {
        Self {
            grant,
            pkce: None,
            grant_type: None,
            allowed_token_params: Vec::new(),
            defaults: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OAuth2Grant {
    AuthorizationCode,
    ClientCredentials,
}

/// How the one who asks for a token proves to be the one who asked for the code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PkceMethod {
    S256,
    Plain,
}
