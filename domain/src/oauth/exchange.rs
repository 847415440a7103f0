//! Requests to a provider, and what its answers mean.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use egress::{Body, Client, Request};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value as Json;

use super::policy::RETRY_AFTER_SECONDS_MAX;
use super::settings::{Grant, Settings};
use entity::Timestamp;

/// How long a provider may take; well within the lease under which it is asked.
pub(super) const REQUEST_SECONDS_MAX: u64 = 20;

/// No token is as long as this.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// How much of what a provider says about a failure is shown.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// What no repetition heals: somebody has to authorize again, or to correct the client. The
/// standard's codes, then what well-known providers send in their place.
const TERMINAL: [&str; 7] = [
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "bad_refresh_token",
    "invalid_refresh_token",
    "incorrect_client_credentials",
    "bad_verification_code",
];

/// A provider's whole answer.
pub(crate) type Token = serde_json::Map<String, Json>;

/// Why there is no token, in words that people may see.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// Asking again would change nothing.
    Terminal(String),
    Transient {
        message: String,
        /// Seconds the provider wants to be left alone.
        retry_after: Option<i64>,
        /// The provider did not work at all: others who ask it would fare no better.
        is_outage: bool,
    },
}

impl Failure {
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Terminal(message) | Self::Transient { message, .. } => message,
        }
    }

    fn passing(message: impl Into<String>) -> Self {
        Self::Transient { message: message.into(), retry_after: None, is_outage: false }
    }
}

/// A code as it came back, with what belongs to it.
pub(super) struct Code<'a> {
    pub text: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: Option<&'a str>,
    /// Parameters of the callback that go along.
    pub passed_on: Vec<(String, String)>,
}

/// Asks with the right to do so.
pub(super) struct Asking<'a> {
    pub egress: &'a Client,
    pub settings: &'a Settings,
    /// For dates that say how long to wait.
    pub now: Timestamp,
}

impl Asking<'_> {
    /// The first token, for a code.
    pub(super) async fn redeem(&self, code: &Code<'_>) -> Result<Token, Failure> {
        let mut form = self.form("authorization_code");
        form.push(("code".to_owned(), code.text.to_owned()));
        form.push(("redirect_uri".to_owned(), code.redirect_uri.to_owned()));
        if let Some(verifier) = code.verifier {
            form.push(("code_verifier".to_owned(), verifier.to_owned()));
        }
        form.extend(code.passed_on.iter().cloned());
        self.token(&self.settings.token_url, form, &[code.text]).await
    }

    /// The next token: for a refresh token, or for the client itself.
    pub(super) async fn renew(&self, refresh_token: Option<&str>) -> Result<Token, Failure> {
        let settings = self.settings;
        let Some(refresh_token) = refresh_token else {
            let mut form = self.form("client_credentials");
            if !settings.scopes.is_empty() {
                form.push(("scope".to_owned(), settings.scopes.clone()));
            }
            return self.token(&settings.token_url, form, &[]).await;
        };
        let mut form = vec![
            ("grant_type".to_owned(), "refresh_token".to_owned()),
            ("refresh_token".to_owned(), refresh_token.to_owned()),
        ];
        form.extend(settings.token_parameters.iter().cloned());
        self.token(settings.renewal_url(), form, &[refresh_token]).await
    }

    /// Tells the provider that a token is no longer needed. Whether it listens changes nothing.
    pub(super) async fn revoke(&self, token: &str, hint: &str) {
        let Some(url) = self.settings.revoke_url.as_deref() else { return };
        let form = vec![
            ("token".to_owned(), token.to_owned()),
            ("token_type_hint".to_owned(), hint.to_owned()),
        ];
        if let Err(failure) = self.send(url, form).await {
            tracing::info!(reason = failure.message(), "a token could not be revoked");
        }
    }

    fn form(&self, grant: &str) -> Vec<(String, String)> {
        let settings = self.settings;
        let grant = settings.grant_type.as_deref().unwrap_or(grant);
        let mut form = vec![("grant_type".to_owned(), grant.to_owned())];
        form.extend(settings.token_parameters.iter().cloned());
        form
    }

    async fn token(
        &self,
        url: &str,
        form: Vec<(String, String)>,
        secrets: &[&str],
    ) -> Result<Token, Failure> {
        let answer = self.send(url, form).await?;
        let secrets = [secrets, &[self.settings.client_secret.as_str()]].concat();
        self.read(&answer, &secrets)
    }

    /// Redirects are not followed: they would carry secrets elsewhere.
    async fn send(
        &self,
        url: &str,
        mut form: Vec<(String, String)>,
    ) -> Result<egress::Response, Failure> {
        let headers = self.headers(&mut form)?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request {
            headers,
            body: Body::Bytes(body.into()),
            timeout: Some(Duration::from_secs(REQUEST_SECONDS_MAX)),
            redirects_max: 0,
            ..Request::new(Method::POST, url)
        };
        let answer = async { self.egress.open(request).await?.collect(ANSWER_BYTES_MAX).await };
        answer.await.map_err(|error| {
            let is_outage = matches!(error, egress::Error::Timeout | egress::Error::Connect { .. });
            let message = format!("The provider did not answer: {error}");
            Failure::Transient { message, retry_after: None, is_outage }
        })
    }

    /// The headers, one of which may say who the client is; otherwise the form does.
    fn headers(&self, form: &mut Vec<(String, String)>) -> Result<HeaderMap, Failure> {
        let settings = self.settings;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, kind);
        for (name, value) in &settings.headers {
            let name = HeaderName::try_from(name.as_str());
            let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value.as_str())) else {
                let message = "The input \"headers\" of the connection holds no valid headers.";
                return Err(Failure::passing(message));
            };
            headers.insert(name, value);
        }
        if settings.client_in_header && !headers.contains_key(AUTHORIZATION) {
            let encoded = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let pair =
                format!("{}:{}", encoded(&settings.client_id), encoded(&settings.client_secret));
            let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
            let value = HeaderValue::try_from(value).map_err(|_| Failure::passing("no header"))?;
            headers.insert(AUTHORIZATION, value);
        } else {
            form.push(("client_id".to_owned(), settings.client_id.clone()));
            // Who says twice who they are is refused by strict providers.
            if !headers.contains_key(AUTHORIZATION) && !settings.client_secret.is_empty() {
                form.push(("client_secret".to_owned(), settings.client_secret.clone()));
            }
        }
        Ok(headers)
    }

    fn read(&self, answer: &egress::Response, secrets: &[&str]) -> Result<Token, Failure> {
        let parsed = parse(answer);
        if let Some(whole) = parsed.as_ref().filter(|_| answer.status.is_success()) {
            let token = at_path(whole, &self.settings.token_path);
            let is_token = |token: &&Token| {
                token
                    .get("access_token")
                    .is_some_and(|it| it.as_str().is_some_and(|text| !text.is_empty()))
            };
            if let Some(token) = token.filter(is_token) {
                // What stands beside a nested token is kept as well.
                let mut all = whole.clone();
                all.extend(token.clone());
                return Ok(all);
            }
        }
        let said = parsed.as_ref().and_then(error_of);
        let message = describe(answer.status, said.as_ref(), secrets);
        let is_final = matches!(answer.status.as_u16(), 200..=299 | 400 | 401 | 403);
        let is_known = |said: &Said| TERMINAL.contains(&said.code.as_str());
        if is_final && said.as_ref().is_some_and(is_known) {
            return Err(Failure::Terminal(message));
        }
        let retry_after = retry_after(&answer.headers, self.now);
        let is_outage = answer.status.is_server_error();
        Err(Failure::Transient { message, retry_after, is_outage })
    }
}

impl Settings {
    pub(super) fn is_for_clients(&self) -> bool {
        self.grant == Grant::ClientCredentials
    }
}

/// JSON, or the form encoding that some old providers answer with.
fn parse(answer: &egress::Response) -> Option<Token> {
    if let Ok(Json::Object(map)) = serde_json::from_slice(&answer.body) {
        return Some(map);
    }
    let kind = answer.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    if !kind.starts_with("application/x-www-form-urlencoded") && !kind.starts_with("text/plain") {
        return None;
    }
    let pairs = form_urlencoded::parse(&answer.body);
    let map: Token = pairs.map(|(name, value)| (name.into_owned(), value.into())).collect();
    (map.contains_key("access_token") || map.contains_key("error")).then_some(map)
}

fn at_path<'a>(whole: &'a Token, path: &[String]) -> Option<&'a Token> {
    path.iter().try_fold(whole, |map, key| map.get(key)?.as_object())
}

/// What a provider says about its refusal.
struct Said {
    code: String,
    about: String,
}

fn error_of(whole: &Token) -> Option<Said> {
    let error = whole.get("error")?;
    let text = |json: Option<&Json>| json.and_then(Json::as_str).unwrap_or_default().to_owned();
    let code = match error {
        Json::String(code) => code.clone(),
        Json::Object(inner) => text(inner.get("code").or_else(|| inner.get("type"))),
        _ => return None,
    };
    let about = text(whole.get("error_description").or_else(|| error.get("message")));
    Some(Said { code, about })
}

fn describe(status: StatusCode, said: Option<&Said>, secrets: &[&str]) -> String {
    let Some(Said { code, about }) = said else {
        return format!("The provider answered with status {} and no token.", status.as_u16());
    };
    let code = plain(code, secrets);
    let about = plain(about, secrets);
    let about = if about.is_empty() { String::new() } else { format!(" ({about})") };
    format!("The provider answered with status {}: {code}{about}.", status.as_u16())
}

/// What somebody else wrote, without secrets it may repeat, on one line, and not endless.
pub(crate) fn plain(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    let shown = text.chars().filter(|sign| !sign.is_control()).take(SHOWN_CHARACTERS_MAX);
    shown.collect::<String>().trim().trim_end_matches('.').to_owned()
}

/// In seconds, or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().or_else(|| {
        let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
        Some((date.timestamp_micros() - now.0) / 1_000_000)
    })?;
    Some(seconds.clamp(0, RETRY_AFTER_SECONDS_MAX))
}

/// How long the provider says a token lives; some write the number as text.
pub(super) fn expires_in(token: &Token) -> Option<i64> {
    match token.get("expires_in")? {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
