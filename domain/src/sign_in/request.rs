//! What a client wants when it sends a browser here.

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::tokens::SCOPES;
use crate::env::Env;
use crate::signed;

/// The one client there is. It is public: PKCE takes the place of a secret.
pub const CLIENT_ID: &str = "marquetry";

/// How long people may take to sign in.
const REQUEST_SECONDS_MAX: i64 = 30 * 60;

/// No parameter of a request is longer than this.
const PARAMETER_BYTES_MAX: usize = 2_048;

/// The length of a challenge that S256 makes.
const CHALLENGE_CHARS: usize = 43;

/// Where our own pages take codes. Nothing else of the installation may get one: what tenants
/// answer with at trigger URLs has the same origin.
const OWN_PATHS: [&str; 2] = ["/", "/sign-in"];

const SIGNING: &str = "marquetry sign-in request 1";

/// A request that was found in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub redirect_uri: String,
    state: Option<String>,
    pub(super) challenge: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    expires_at: Timestamp,
}

/// What is wrong with a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Mistake {
    /// Only the person can be told: nobody knows who would hear of it otherwise.
    Untrusted(&'static str),
    /// The client is told at this address.
    Refused(String),
}

impl Request {
    pub fn new(env: &Env, parameters: &[(String, String)]) -> Result<Self, Mistake> {
        let one = |name: &str| {
            let mut values = parameters.iter().filter(|(key, _)| key == name).map(|(_, it)| it);
            let first = values.next().filter(|value| !value.is_empty());
            if values.next().is_some() { None } else { first.map(String::as_str) }
        };
        if one("client_id") != Some(CLIENT_ID) {
            return Err(Mistake::Untrusted("This server does not know the client_id."));
        }
        let redirect_uri = one("redirect_uri").filter(|uri| is_return_address(env, uri));
        let Some(redirect_uri) = redirect_uri else {
            let message = "The redirect_uri is not one that this server sends browsers to.";
            return Err(Mistake::Untrusted(message));
        };
        let request = Self {
            redirect_uri: redirect_uri.to_owned(),
            state: one("state").map(str::to_owned),
            challenge: one("code_challenge").unwrap_or_default().to_owned(),
            scope: granted(one("scope").unwrap_or("openid")),
            nonce: one("nonce").map(str::to_owned),
            expires_at: env.now().plus_seconds(REQUEST_SECONDS_MAX),
        };
        let audience = one("audience").is_none_or(|it| it == super::audience(env));
        let problem = match (one("response_type"), one("code_challenge_method")) {
            _ if parameters.iter().any(|(_, value)| value.len() > PARAMETER_BYTES_MAX) => {
                Some(("invalid_request", "A parameter is too long."))
            }
            (None, _) => Some(("invalid_request", "There must be one response_type.")),
            (Some(kind), _) if kind != "code" => {
                Some(("unsupported_response_type", "The response_type must be code."))
            }
            (_, Some("S256")) if is_challenge(&request.challenge) => None,
            _ => {
                let message = "There must be a code_challenge with the method S256.";
                Some(("invalid_request", message))
            }
        };
        let target = ("invalid_target", "The audience is not this server.");
        match problem.or((!audience).then_some(target)) {
            None => Ok(request),
            Some((error, message)) => Err(Mistake::Refused(
                request.answer(&[("error", error), ("error_description", message)]),
            )),
        }
    }

    pub fn to_text(&self, env: &Env) -> String {
        signed::to_text(env, SIGNING, self)
    }

    /// None if it is not ours or too old.
    pub fn read(env: &Env, text: &str) -> Option<Self> {
        signed::read::<Self>(env, SIGNING, text).filter(|request| env.now() < request.expires_at)
    }

    /// Where the browser takes an answer.
    pub(super) fn answer(&self, parameters: &[(&str, &str)]) -> String {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else { return self.redirect_uri.clone() };
        url.query_pairs_mut()
            .extend_pairs(parameters)
            .extend_pairs(self.state.iter().map(|state| ("state", state)));
        url.into()
    }

    /// The origin that the browser goes to, as policies of pages spell it.
    pub fn origin(&self) -> String {
        let url = Url::parse(&self.redirect_uri);
        match url.map(|url| (url.origin(), url.scheme().to_owned())) {
            Ok((origin, _)) if origin.is_tuple() => origin.ascii_serialization(),
            Ok((_, scheme)) => format!("{scheme}:"),
            Err(_) => String::new(),
        }
    }
}

/// Whether browsers may be sent there: this machine, the installation, or what it was told.
pub fn is_return_address(env: &Env, address: &str) -> bool {
    if env.sign_in.settings.redirect_uris.iter().any(|known| known == address) {
        return true;
    }
    let (Ok(url), Ok(own)) = (Url::parse(address), Url::parse(&env.public_url)) else {
        return false;
    };
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let is_this_machine = url.scheme() == "http"
        && matches!(url.host_str(), Some("localhost" | "127.0.0.1"))
        && url.port().is_some()
        && url.path() == "/";
    let is_own = url.origin() == own.origin() && OWN_PATHS.contains(&url.path());
    is_plain && (is_this_machine || is_own)
}

fn is_challenge(text: &str) -> bool {
    let is_allowed = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    text.len() == CHALLENGE_CHARS && text.chars().all(is_allowed)
}

/// What of the scopes asked for there is.
fn granted(asked: &str) -> String {
    let known: Vec<_> =
        SCOPES.into_iter().filter(|scope| asked.split(' ').any(|it| it == *scope)).collect();
    known.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn browsers_are_sent_back_to_known_places_only() {
        let mut world = World::new().await;
        let elsewhere = "vscode://someone.extension/callback".to_owned();
        world.env.sign_in = super::super::Desk::new(super::super::Settings {
            redirect_uris: vec![elsewhere.clone()],
            ..Default::default()
        });
        for (address, expected) in [
            ("http://localhost:59412/", true),
            ("http://localhost:59412", true),
            ("http://127.0.0.1:59412/", true),
            ("https://marquetry.test/", true),
            ("https://marquetry.test/sign-in", true),
            (elsewhere.as_str(), true),
            ("https://marquetry.test/trigger/abc", false),
            ("http://marquetry.test/", false),
            ("https://marquetry.test:444/", false),
            ("https://marquetry.test@evil.test/", false),
            ("https://evil.test/", false),
            ("http://localhost/", false),
            ("https://localhost:59412/", false),
            ("http://localhost:59412/other", false),
            ("http://localhost:59412/?a=b", false),
            ("http://localhost:59412/#a", false),
            ("http://user@localhost:59412/", false),
            ("http://localhost.evil.test:59412/", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            assert_eq!(is_return_address(&world.env, address), expected, "{address}");
        }
    }
}
