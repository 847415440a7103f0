//! What a connection says about its provider.
//!
//! Providers differ; every difference is an input of the connection, under the name given here, or
//! part of the [`OAuth2Shape`] that the component declares. Nothing knows a provider by its name.

use flow::{OAuth2Grant, OAuth2Shape, PkceMethod, Value};
use serde::{Deserialize, Serialize};

/// All that authorizing, token requests and revocation need.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub(super) grant: Grant,
    pub(super) authorize_url: String,
    pub(super) token_url: String,
    pub(super) refresh_url: Option<String>,
    pub(super) revoke_url: Option<String>,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// Joined as the provider wants them.
    pub(super) scopes: String,
    /// Sent with every token request.
    pub(super) headers: Vec<(String, String)>,
    pub(super) authorize_parameters: Vec<(String, String)>,
    pub(super) token_parameters: Vec<(String, String)>,
    pub(super) pkce: Option<Pkce>,
    pub(super) client_in_header: bool,
    pub(super) grant_type: Option<String>,
    pub(super) allowed_token_params: Vec<String>,
    /// Keys that lead to the token inside the answer; usually none.
    pub(super) token_path: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(super) enum Grant {
    AuthorizationCode,
    ClientCredentials,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(super) enum Pkce {
    S256,
    Plain,
}

impl std::fmt::Debug for Settings {
    /// There are secrets among them.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Settings").field("grant", &self.grant).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the inputs of a connection.
    pub fn read(shape: &OAuth2Shape, connection: &Value) -> Self {
        let inputs = Inputs { fields: connection.get("fields"), shape };
        let separator = inputs.raw("scopeSeparator").unwrap_or_else(|| " ".to_owned());
        Self {
            grant: match shape.grant {
                OAuth2Grant::AuthorizationCode => Grant::AuthorizationCode,
                OAuth2Grant::ClientCredentials => Grant::ClientCredentials,
            },
            authorize_url: inputs.text("authorizeUrl").unwrap_or_default(),
            token_url: inputs.text("tokenUrl").unwrap_or_default(),
            refresh_url: inputs.text("refreshUrl"),
            revoke_url: inputs.text("revokeUrl"),
            client_id: inputs.text("clientId").unwrap_or_default(),
            client_secret: inputs.raw("clientSecret").unwrap_or_default(),
            scopes: inputs.list("scopes").join(&separator),
            headers: inputs.pairs("headers"),
            authorize_parameters: inputs.pairs("authorizeParameters"),
            token_parameters: inputs.pairs("tokenParameters"),
            pkce: inputs.pkce(),
            client_in_header: inputs.text("clientAuthentication").as_deref() == Some("header"),
            grant_type: shape.grant_type.clone(),
            allowed_token_params: shape.allowed_token_params.clone(),
            token_path: inputs
                .text("tokenPath")
                .map(|path| path.split('.').map(str::to_owned).collect())
                .unwrap_or_default(),
        }
    }

    /// Whether anything can be asked for; the error names the inputs that are missing.
    pub(super) fn check(&self) -> Result<(), String> {
        let missing = self.missing();
        if missing.is_empty() { Ok(()) } else { Err(missing.join(", ")) }
    }

    fn missing(&self) -> Vec<&'static str> {
        let needs_consent = self.grant == Grant::AuthorizationCode;
        let needed = [
            ("authorizeUrl", needs_consent && self.authorize_url.is_empty()),
            ("tokenUrl", self.token_url.is_empty()),
            ("clientId", self.client_id.is_empty()),
        ];
        needed.iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| *name).collect()
    }

    /// Whether a token that was handed out under `old` is one of these settings: another client
    /// cannot use it, and another server must not see it.
    pub(super) fn continues(&self, old: &Self) -> bool {
        self.grant == old.grant
            && self.client_id == old.client_id
            && self.token_url == old.token_url
            && self.refresh_url == old.refresh_url
            && self.revoke_url == old.revoke_url
    }

    /// Where refresh tokens go.
    pub(super) fn renewal_url(&self) -> &str {
        self.refresh_url.as_deref().unwrap_or(&self.token_url)
    }

    /// Whom a request for a token meets; requests to it fail together.
    pub(super) fn host(&self) -> String {
        let url = url::Url::parse(self.renewal_url()).ok();
        let host = url.as_ref().and_then(|url| url.host_str());
        host.unwrap_or_default().to_ascii_lowercase()
    }
}

struct Inputs<'a> {
    fields: Option<&'a Value>,
    shape: &'a OAuth2Shape,
}

impl Inputs<'_> {
    fn value(&self, key: &str) -> Option<Value> {
        let given = self.fields.and_then(|fields| fields.get(key));
        let given = given.filter(|value| !value.is_null() && value.as_str() != Some(""));
        let default = || {
            let found = self.shape.defaults.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| Value::from(value.as_str()))
        };
        given.cloned().or_else(default)
    }

    fn raw(&self, key: &str) -> Option<String> {
        self.value(key).map(|value| value.to_text())
    }

    fn text(&self, key: &str) -> Option<String> {
        self.raw(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Words, from a list or a text.
    fn list(&self, key: &str) -> Vec<String> {
        match self.value(key).map(read) {
            Some(Value::List(items)) => items.iter().map(Value::to_text).collect(),
            Some(value) => value.to_text().split_whitespace().map(str::to_owned).collect(),
            None => Vec::new(),
        }
    }

    /// Pairs, from a list of `{key, value}` or an object.
    fn pairs(&self, key: &str) -> Vec<(String, String)> {
        match self.value(key).map(read) {
            Some(Value::Object(map)) => {
                map.iter().map(|(name, value)| (name.to_string(), value.to_text())).collect()
            }
            Some(Value::List(items)) => items.iter().filter_map(pair).collect(),
            _ => Vec::new(),
        }
    }

    /// What the connection says goes before what its component says.
    fn pkce(&self) -> Option<Pkce> {
        match self.text("pkceMethod").map(|name| name.to_ascii_lowercase()).as_deref() {
            Some("s256") => Some(Pkce::S256),
            Some("plain") => Some(Pkce::Plain),
            Some("none") => None,
            _ => self.shape.pkce.map(|method| match method {
                PkceMethod::S256 => Pkce::S256,
                PkceMethod::Plain => Pkce::Plain,
            }),
        }
    }
}

/// Lists and objects may be written as JSON text.
fn read(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['[', '{']) => {
            Value::from_json(text).unwrap_or(value)
        }
        _ => value,
    }
}

fn pair(item: &Value) -> Option<(String, String)> {
    let name = item.get("key")?.to_text();
    let value = item.get("value").map(Value::to_text).unwrap_or_default();
    (!name.is_empty()).then_some((name, value))
}
