//! Signing in at somebody else's: an OpenID Connect provider says who a person is.
//!
//! * [`begin`]: where the browser goes. What our own client wants travels along in a signed
//!   [`State`]; nothing is written, and the browser keeps a secret that only it can bring back.
//! * [`complete`]: its return. The code is redeemed ([`crate::oauth::Client`]), the identity token
//!   is verified (`identity`) with the keys of the [`Provider`], and `account` finds who it is.
//!
//! From then on everything is as after a password: the browser takes a code of ours to the client.

mod account;
mod identity;
mod provider;
mod refused;
mod state;

use std::net::IpAddr;

use entity::user::Role;
use entity::{OrganizationId, user};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use url::Url;

use super::{Request, return_to_client};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::oauth::{Client, challenge, plain};
use provider::Known;
use state::State;

pub use provider::Provider;
pub use refused::Refused;
pub use state::SECONDS_MAX;

/// Where the provider sends browsers back to, below the installation's URL.
pub const CALLBACK_PATH: &str = "/auth/oidc/callback";

/// What an installation says about its provider.
#[derive(Clone, Debug)]
pub struct Settings {
    /// As the provider calls itself, letter by letter.
    pub issuer: String,
    pub client_id: String,
    /// `None` for a public client.
    pub client_secret: Option<SecretString>,
    pub scopes: Vec<String>,
    /// What people call the provider.
    pub label: String,
    /// Addresses of other domains are refused, unless the list is empty. In lower case.
    pub allowed_domains: Vec<String>,
    /// Whether an address counts only if the provider says that it has verified it.
    pub require_verified_email: bool,
    /// What becomes of people whom nobody has added; they are refused if it is `None`.
    pub new_users: Option<NewUsers>,
}

/// Where people belong who come for the first time.
#[derive(Clone, Copy, Debug)]
pub struct NewUsers {
    pub organization: OrganizationId,
    pub role: Role,
}

/// Where a browser goes to sign in.
pub struct Departure {
    pub url: String,
    /// The browser keeps it until it comes back.
    pub browser: String,
}

/// Why nobody is signed in, and what the client wanted, where that is known.
pub struct Failed {
    pub reason: Refused,
    pub request: Option<Request>,
}

impl From<Refused> for Failed {
    fn from(reason: Refused) -> Self {
        Self { reason, request: None }
    }
}

/// Checks that the organization of new users is there, so that nobody finds out by signing in.
pub async fn check(env: &Env) -> Result<(), Error> {
    let Some(settings) = env.sign_in.provider().map(Provider::settings) else { return Ok(()) };
    match settings.new_users {
        Some(new) if !crate::token::sign_in::has_organization(env, new.organization).await? => {
            Err(Error::NotFound(Kind::Organization))
        }
        _ => Ok(()),
    }
}

/// Sends a browser to the provider. It keeps the secret that it has, so that two windows do not
/// disturb each other. `anew` has the provider ask for the account, even if it knows one.
pub async fn begin(
    env: &Env,
    request: Request,
    browser: Option<&str>,
    anew: bool,
) -> Result<Departure, Refused> {
    let provider = env.sign_in.provider().ok_or(Refused::Off)?;
    let known = provider.known(env).await?;
    let browser = browser.map_or_else(|| super::secret(env), str::to_owned);
    let settings = provider.settings();
    let state = State::new(env, settings, &browser, request);
    let url = address(env, settings, &known, &state, anew)?;
    Ok(Departure { url, browser })
}

fn address(
    env: &Env,
    settings: &Settings,
    known: &Known,
    state: &State,
    anew: bool,
) -> Result<String, Refused> {
    let mut url = Url::parse(&known.metadata.authorization_endpoint)
        .map_err(|error| Refused::Provider(format!("its authorization endpoint: {error}")))?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &callback_url(env))
        .append_pair("scope", &settings.scopes.join(" "))
        .append_pair("state", &state.to_text(env))
        .append_pair("nonce", &state.nonce_of_token(env))
        .append_pair("code_challenge", &challenge(&state.verifier(env)))
        .append_pair("code_challenge_method", "S256");
    if anew {
        url.query_pairs_mut().append_pair("prompt", "login");
    }
    Ok(url.into())
}

/// A browser came back. Returns where it goes on to: to the client, with a code of ours.
pub async fn complete(
    env: &Env,
    address: Option<IpAddr>,
    browser: Option<&str>,
    parameters: &[(String, String)],
) -> Result<String, Failed> {
    let provider = env.sign_in.provider().ok_or(Refused::Off)?;
    let text = value(parameters, "state").unwrap_or_default();
    let state = State::read(env, text).filter(|state| state.is_for(provider.settings(), browser));
    let state = state.ok_or(Refused::Foreign)?;
    let known_request = |reason| Failed { reason, request: Some(state.request.clone()) };
    if state.is_over(env) {
        return Err(known_request(Refused::Expired));
    }
    let attempts = &env.sign_in.attempts;
    attempts.try_address(env.now(), address).map_err(|it| known_request(Refused::TooMany(it)))?;
    let user = arrive(env, provider, &state, parameters).await.map_err(known_request)?;
    attempts.forgive_address(address);
    let back = return_to_client(env, &user, &state.request).await;
    back.map_err(|error| known_request(Refused::Internal(error)))
}

async fn arrive(
    env: &Env,
    provider: &Provider,
    state: &State,
    parameters: &[(String, String)],
) -> Result<user::Model, Refused> {
    let settings = provider.settings();
    let known = provider.known(env).await?;
    // Answers of another provider, to which somebody has led the browser, say so.
    let is_from_elsewhere = match value(parameters, "iss") {
        Some(issuer) => issuer != settings.issuer,
        None => known.metadata.authorization_response_iss_parameter_supported,
    };
    if is_from_elsewhere {
        return Err(Refused::Foreign);
    }
    if let Some(error) = value(parameters, "error") {
        let about = value(parameters, "error_description").unwrap_or_default();
        return Err(Refused::Denied { error: plain(error, &[]), about: plain(about, &[]) });
    }
    let code = value(parameters, "code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| Refused::Provider("it sent no code".to_owned()))?;
    let answer = redeem(env, settings, &known, state, code).await?;
    let token = answer.get("id_token").and_then(Json::as_str);
    let token = token.ok_or_else(|| Refused::Provider("it sent no identity token".to_owned()))?;
    let expected = identity::Expected {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        nonce: &state.nonce_of_token(env),
        now: env.now(),
        not_before: state.begun_at,
    };
    let mut person = provider.verify(env, &known, token, &expected).await?;
    if person.email.is_none() {
        let access_token = answer.get("access_token").and_then(Json::as_str).unwrap_or_default();
        provider::ask_about(env, &known, access_token, &mut person).await?;
    }
    account::arrive(env, settings, state, &person).await
}

async fn redeem(
    env: &Env,
    settings: &Settings,
    known: &Known,
    state: &State,
    code: &str,
) -> Result<serde_json::Map<String, Json>, Refused> {
    let secret = settings.client_secret.as_ref().map(ExposeSecret::expose_secret);
    let client = Client {
        token_url: &known.metadata.token_endpoint,
        id: &settings.client_id,
        secret: secret.unwrap_or_default(),
        in_header: secret.is_some() && known.metadata.takes_client_in_header(),
    };
    let asked = client.redeem(env, code, &callback_url(env), &state.verifier(env)).await;
    asked.map_err(Refused::Provider)
}

/// The address that is registered with the provider.
fn callback_url(env: &Env) -> String {
    format!("{}{CALLBACK_PATH}", env.public_url)
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
