//! What goes over the wire, and what comes back.

use std::time::{Duration, Instant};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::DateTime;
use entity::{Timestamp, event};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;
use url::Url;
use uuid::Uuid;

use super::Message;
use crate::env::Env;
use crate::error::Error;
use crate::event::{Slot, time};
use crate::global_id;

/// How much of an answer is kept.
pub const RESPONSE_BYTES_MAX: usize = 20 * 1024;

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Prefix of secrets that are the base64 text of the key.
const ENCODED_SECRET: &str = "whsec_";

/// Headers that endpoints must leave to us. HTTP's own are dropped on the way anyway.
const RESERVED: [&str; 8] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const RESERVED_PREFIXES: [&str; 2] = ["x-webhook-", "webhook-"];

/// Whether this name of a header, in lower case, says something that only the platform may say.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whom an event is told to.
pub(crate) struct Addressee {
    pub id: Uuid,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The newest first.
    pub secrets: Vec<String>,
}

/// What is told.
pub(crate) struct Content {
    /// The same whenever the same thing is told again.
    pub message_id: Uuid,
    pub event_type: String,
    pub body: Map<String, Json>,
}

impl Content {
    pub fn of_event(row: &event::Model) -> Result<Self, Error> {
        let slots: Map<String, Json> =
            serde_json::from_str(&row.slots).context("reading the slots of an event")?;
        let user = row.user_id.map(
            |id| json!({ "id": global_id(id), "email": row.user_email, "name": row.user_name }),
        );
        let mut body = Self::frame(&row.event_type, row.occurred_at, user.as_ref());
        body.insert("event_id".into(), json!(row.id.0));
        body.insert("sequence".into(), json!(row.sequence));
        body.insert("organization_id".into(), json!(global_id(row.organization_id)));
        body.extend(slots);
        Ok(Self { message_id: row.id.0, event_type: row.event_type.clone(), body })
    }

    /// What every body has. Slots that do not apply are null.
    pub fn frame(event_type: &str, at: Timestamp, user: Option<&Json>) -> Map<String, Json> {
        let mut body = Map::new();
        body.insert("event_type".into(), json!(event_type));
        body.insert("timestamp".into(), time(Some(at)));
        body.insert("user".into(), json!(user));
        body.extend(Slot::ALL.iter().map(|slot| (slot.name().to_owned(), Json::Null)));
        body
    }

    /// The request to one addressee, signed as of now.
    pub fn to(&self, addressee: &Addressee, now: Timestamp) -> Result<Request, Error> {
        let mut body = self.body.clone();
        body.insert("webhook_id".into(), json!(addressee.id));
        let body = Json::Object(body).to_string();
        let mut headers = header_map(&addressee.headers)?;
        let (id, seconds) = (self.message_id.to_string(), (now.0 / 1_000_000).to_string());
        let mut set = |name: &'static str, text: &str| -> Result<(), Error> {
            let value = HeaderValue::from_str(text).context("a header that cannot be sent")?;
            headers.insert(HeaderName::from_static(name), value);
            Ok(())
        };
        set("content-type", "application/json")?;
        set("x-webhook-event", &self.event_type)?;
        set("webhook-id", &id)?;
        set("webhook-timestamp", &seconds)?;
        if let Some(newest) = addressee.secrets.first() {
            let digest = mac(newest.as_bytes(), &[body.as_bytes()]);
            let digest = digest.iter().fold(String::new(), |text, byte| text + &hex(*byte));
            set("x-webhook-signature", &format!("sha256={digest}"))?;
            let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body.as_bytes()];
            let sign =
                |secret: &String| format!("v1,{}", STANDARD.encode(mac(&key(secret), &signed)));
            let signatures: Vec<_> = addressee.secrets.iter().map(sign).collect();
            set("webhook-signature", &signatures.join(" "))?;
        }
        Ok(Request { url: addressee.url.clone(), headers, body: body.into() })
    }
}

/// The key that a secret stands for, as receivers with a library for such webhooks read it.
fn key(secret: &str) -> Vec<u8> {
    let encoded = secret.strip_prefix(ENCODED_SECRET);
    let decoded = encoded.and_then(|text| STANDARD.decode(text).ok());
    decoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a MAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn hex(byte: u8) -> String {
    format!("{byte:02x}")
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().context("a header with an impossible name")?;
        let value: HeaderValue = value.parse().context("a header with an impossible value")?;
        map.insert(name, value);
    }
    Ok(map)
}

/// A request that is ready to be sent.
#[derive(Clone)]
pub struct Request {
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl std::fmt::Debug for Request {
    /// URLs and headers can be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Request").field("host", &host_of(&self.url)).finish_non_exhaustive()
    }
}

/// Host and port: what one of them does must not take the places of all others.
pub(super) fn host_of(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    let port = url.as_ref().and_then(Url::port_or_known_default).unwrap_or_default();
    format!("{host}:{port}")
}

/// What came of sending a request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub latency: Duration,
    /// None where there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer's body.
    pub response: String,
    /// Why there was no answer.
    pub error: Option<String>,
    /// How long to wait, in seconds, if the receiver said so.
    pub retry_after: Option<i64>,
}

impl Answer {
    /// Redirects are not followed: they could lead anywhere.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Request {
    pub(crate) fn of_message(message: Message) -> Result<Self, Error> {
        let mut headers = header_map(&message.headers)?;
        let json = HeaderValue::from_static("application/json");
        headers.entry(http::header::CONTENT_TYPE).or_insert(json);
        Ok(Self { url: message.url, headers, body: message.body.into() })
    }

    /// Sends it once.
    pub async fn send(self, env: &Env) -> Answer {
        let started = Instant::now();
        let sent = match env.egress() {
            Ok(client) => self.exchange(client, env.now()).await,
            Err(error) => Err(error.to_string()),
        };
        let mut answer = sent.unwrap_or_else(|error| Answer {
            latency: Duration::ZERO,
            status: None,
            response: String::new(),
            error: Some(error),
            retry_after: None,
        });
        answer.latency = started.elapsed();
        answer
    }

    async fn exchange(self, client: &egress::Client, now: Timestamp) -> Result<Answer, String> {
        let request = egress::Request {
            headers: self.headers,
            body: egress::Body::Bytes(self.body),
            timeout: Some(TIMEOUT),
            redirects_max: 0,
            ..egress::Request::new(Method::POST, self.url)
        };
        let mut incoming = client.open(request).await.map_err(|error| error.to_string())?;
        let mut body = Vec::new();
        // The status decides; a body that breaks off or never ends changes nothing about it.
        while body.len() < RESPONSE_BYTES_MAX
            && let Ok(Some(chunk)) = incoming.chunk().await
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(RESPONSE_BYTES_MAX);
        // A zero byte cannot be stored on PostgreSQL.
        let response = String::from_utf8_lossy(&body).replace('\0', "\u{fffd}");
        Ok(Answer {
            latency: Duration::ZERO,
            status: Some(incoming.status.as_u16()),
            response,
            error: None,
            retry_after: retry_after(&incoming.headers, now),
        })
    }
}

/// Seconds, or a date as HTTP writes them.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.timestamp() - now.0 / 1_000_000)
}
