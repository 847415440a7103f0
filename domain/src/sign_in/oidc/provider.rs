//! The provider: what it says of itself, and its keys, kept for a while.

use std::sync::Arc;
use std::time::Duration;

use egress::Request;
use entity::Timestamp;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;
use url::Url;

use super::identity::{self, Expected, Person, Unverified};
use super::{Refused, Settings};
use crate::env::Env;

/// How long what a provider says of itself is believed, its keys among it.
const KEPT_SECONDS: i64 = 60 * 60;

/// How long nobody asks again after a failure.
const REST_SECONDS: i64 = 5;

/// How often keys are asked for because a token names one that is not known.
const NEW_KEYS_SECONDS: i64 = 60;

const REQUEST_SECONDS_MAX: u64 = 10;
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Keys that are looked at; providers have two or three.
const KEYS_MAX: usize = 50;

const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// The provider of an installation, and what this node remembers of it.
pub struct Provider {
    settings: Settings,
    /// Held while somebody asks, so that one does so for all who wait.
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    known: Option<Arc<Known>>,
    failed: Option<(Timestamp, String)>,
    new_keys_at: Option<Timestamp>,
}

/// What a provider said.
pub(super) struct Known {
    pub metadata: Metadata,
    keys: Vec<Jwk>,
    asked_at: Timestamp,
}

#[derive(Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Json>,
}

impl Provider {
    pub fn new(settings: Settings) -> Self {
        Self { settings, memory: Mutex::default() }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is known of it, asked for anew where that is too old.
    pub(super) async fn known(&self, env: &Env) -> Result<Arc<Known>, Refused> {
        let now = env.now();
        let mut memory = self.memory.lock().await;
        if let Some(known) = &memory.known
            && now < known.asked_at.plus_seconds(KEPT_SECONDS)
        {
            return Ok(known.clone());
        }
        if let Some((failed_at, reason)) = &memory.failed
            && now < failed_at.plus_seconds(REST_SECONDS)
        {
            return Err(Refused::Provider(reason.clone()));
        }
        match self.ask(env).await {
            Ok(known) => {
                let known = Arc::new(known);
                memory.known = Some(known.clone());
                memory.failed = None;
                Ok(known)
            }
            Err(reason) => {
                memory.failed = Some((now, reason.clone()));
                Err(Refused::Provider(reason))
            }
        }
    }

    async fn ask(&self, env: &Env) -> Result<Known, String> {
        let issuer = &self.settings.issuer;
        let url = format!("{}{DISCOVERY_PATH}", issuer.trim_end_matches('/'));
        let metadata: Metadata = get(env, &url, None).await?;
        if metadata.issuer != *issuer {
            let shown = crate::oauth::plain(&metadata.issuer, &[]);
            return Err(format!("it calls itself {shown}, and login.oidc.issuer is {issuer}"));
        }
        metadata.check(issuer)?;
        let keys = keys(env, &metadata).await?;
        Ok(Known { metadata, keys, asked_at: env.now() })
    }

    /// Whom a token speaks of. A key that nobody knows yet may be a new one.
    pub(super) async fn verify(
        &self,
        env: &Env,
        known: &Arc<Known>,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Person, Refused> {
        let token = Unverified::read(token)?;
        let claims = match token.open(&known.keys) {
            Some(claims) => Some(claims),
            None if token.is_of(&known.keys) => None,
            None => token.open(&self.newer(env, known).await?.keys),
        };
        identity::check(&claims.ok_or(Refused::Token("signature"))?, expected)
    }

    /// Newer keys than these, if somebody may ask for them already.
    async fn newer(&self, env: &Env, old: &Arc<Known>) -> Result<Arc<Known>, Refused> {
        let now = env.now();
        let mut memory = self.memory.lock().await;
        if let Some(current) = memory.known.as_ref().filter(|current| !Arc::ptr_eq(current, old)) {
            return Ok(current.clone());
        }
        if memory.new_keys_at.is_some_and(|at| now < at.plus_seconds(NEW_KEYS_SECONDS)) {
            return Ok(old.clone());
        }
        memory.new_keys_at = Some(now);
        let keys = keys(env, &old.metadata).await.map_err(Refused::Provider)?;
        let metadata = old.metadata.clone();
        let known = Arc::new(Known { metadata, keys, asked_at: old.asked_at });
        memory.known = Some(known.clone());
        Ok(known)
    }
}

impl Metadata {
    /// What is asked for in a protected way is not to be had in another.
    fn check(&self, issuer: &str) -> Result<(), String> {
        let is_protected = issuer.starts_with("https:");
        let userinfo = self.userinfo_endpoint.as_ref();
        let required = [
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("jwks_uri", &self.jwks_uri),
        ];
        for (name, url) in
            required.into_iter().chain(userinfo.map(|url| ("userinfo_endpoint", url)))
        {
            let scheme = Url::parse(url).map(|url| url.scheme().to_owned()).unwrap_or_default();
            if scheme != "https" && (is_protected || scheme != "http") {
                return Err(format!("its {name} is not an address with https"));
            }
        }
        Ok(())
    }

    /// Who says nothing takes the standard's way, which is a header.
    pub(super) fn takes_client_in_header(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|all| all.iter().any(|method| method == "client_secret_basic"))
    }
}

/// Asks who somebody is, where the identity token does not tell their address.
pub(super) async fn ask_about(
    env: &Env,
    known: &Known,
    access_token: &str,
    person: &mut Person,
) -> Result<(), Refused> {
    let Some(url) = &known.metadata.userinfo_endpoint else { return Ok(()) };
    let said: Map<String, Json> =
        get(env, url, Some(access_token)).await.map_err(Refused::Provider)?;
    let subject = said.get("sub").and_then(Json::as_str).unwrap_or_default();
    if !bool::from(subject.as_bytes().ct_eq(person.subject.as_bytes())) {
        return Err(Refused::Token("subject"));
    }
    person.learn(&said);
    Ok(())
}

/// Keys of kinds that nobody knows here are left out: they do not spoil the others.
async fn keys(env: &Env, metadata: &Metadata) -> Result<Vec<Jwk>, String> {
    let set: KeySet = get(env, &metadata.jwks_uri, None).await?;
    let keys = set.keys.into_iter().take(KEYS_MAX);
    Ok(keys.filter_map(|key| serde_json::from_value(key).ok()).collect())
}

async fn get<T: DeserializeOwned>(env: &Env, url: &str, bearer: Option<&str>) -> Result<T, String> {
    let shown = Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = bearer {
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        headers.insert(AUTHORIZATION, value.map_err(|_| "its access token is none".to_owned())?);
    }
    let request = Request {
        headers,
        timeout: Some(Duration::from_secs(REQUEST_SECONDS_MAX)),
        redirects_max: 0,
        ..Request::new(Method::GET, url)
    };
    let egress = env.egress().map_err(|error| error.to_string())?;
    let answer = async { egress.open(request).await?.collect(ANSWER_BYTES_MAX).await };
    let answer = answer.await.map_err(|error| format!("{shown}: {error}"))?;
    if !answer.status.is_success() {
        return Err(format!("{shown} answered with status {}", answer.status.as_u16()));
    }
    serde_json::from_slice(&answer.body).map_err(|error| format!("{shown}: {error}"))
}
