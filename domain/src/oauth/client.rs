//! A client that belongs to no connection: it redeems a code and is done.

use super::exchange::{Asking, Code, Token};
use super::settings::{Grant, Settings};
use crate::env::Env;

/// Who asks, and where.
pub(crate) struct Client<'a> {
    pub token_url: &'a str,
    pub id: &'a str,
    /// Empty for a public client.
    pub secret: &'a str,
    /// Whether a header says who asks, and not the form.
    pub in_header: bool,
}

impl Client<'_> {
    /// The provider's whole answer, or what went wrong in words for people.
    pub(crate) async fn redeem(
        &self,
        env: &Env,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Result<Token, String> {
        let settings = self.settings();
        let egress = env.egress().map_err(|error| error.to_string())?;
        let verifier = Some(verifier);
        let code = Code { text: code, redirect_uri, verifier, passed_on: Vec::new() };
        let asked = Asking { egress, settings: &settings, now: env.now() }.redeem(&code).await;
        asked.map_err(|failure| failure.message().to_owned())
    }

    fn settings(&self) -> Settings {
        Settings {
            grant: Grant::AuthorizationCode,
            authorize_url: String::new(),
            token_url: self.token_url.to_owned(),
            refresh_url: None,
            revoke_url: None,
            client_id: self.id.to_owned(),
            client_secret: self.secret.to_owned(),
            scopes: String::new(),
            headers: Vec::new(),
            authorize_parameters: Vec::new(),
            token_parameters: Vec::new(),
            pkce: None,
            client_in_header: self.in_header,
            grant_type: None,
            allowed_token_params: Vec::new(),
            token_path: Vec::new(),
        }
    }
}
