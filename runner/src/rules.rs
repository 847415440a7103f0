//! How the calls of a flow wait for each other, and what follows a failure. Pure decisions.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{ExecutionId, Timestamp};
use flow::definition::{Flow, QueueConfig, RetryConfig};
use flow::reference::Path;
use flow::{Map, Value};
use jobs::{Entry, SINGLETON};
use sha2::{Digest, Sha256};

/// Longer ids are known by their hash.
const ID_CHARACTERS_MAX: usize = 200;

const MINUTE_MICROS: i64 = 60_000_000;

/// No wait between two attempts is longer.
const RETRY_WAIT_MINUTES_MAX: i64 = 24 * 60;

/// Attempts are spread over this time: what failed together does not come back together.
const RETRY_SPREAD_MICROS: u32 = 30_000_000;

/// What a flow says of its calls.
#[derive(Clone, Debug, Default)]
pub struct CallRules {
    /// How many run at once, the others wait in order; `None` sets no limit.
    pub limit: Option<u32>,
    dedupe_id: Option<Path>,
    is_singleton: bool,
    pub retry: Option<RetryConfig>,
}

impl CallRules {
    pub fn of(flow: &Flow) -> Self {
        let queue = flow.queue.as_ref();
        Self {
            limit: queue.and_then(QueueConfig::limit),
            dedupe_id: queue.and_then(|queue| queue.dedupe_id.clone()),
            is_singleton: queue.is_some_and(|queue| queue.singleton_executions),
            retry: flow.retry.clone().filter(|retry| retry.max_attempts > 0),
        }
    }

    /// Whether calls go through the queue even when there is room to run.
    pub fn queues(&self) -> bool {
        self.limit.is_some() || self.dedupe_id.is_some()
    }

    /// How a call enters the queue; `payload` is what the trigger gets.
    pub fn entry(&self, payload: &Map, body: Option<&Value>) -> Entry {
        let dedupe_id = match &self.dedupe_id {
            _ if self.is_singleton => Some(SINGLETON.to_owned()),
            Some(path) => id_at(path, payload, body),
            None => None,
        };
        let request = self.retry.as_ref().and_then(|retry| retry.unique_request_id.as_ref());
        Entry { dedupe_id, request_id: request.and_then(|path| id_at(path, payload, body)) }
    }
}

/// The text of an id in a call; an empty or missing one is none.
fn id_at(path: &Path, payload: &Map, body: Option<&Value>) -> Option<String> {
    let mut payload = payload.clone();
    if let Some(body) = body {
        crate::payload::insert_body(&mut payload, body.clone());
    }
    let payload = Value::from(payload);
    let found = path.find(&payload).filter(|value| !matches!(value, Value::Null))?;
    let text = found.to_text();
    match text.chars().count() {
        0 => None,
        1..=ID_CHARACTERS_MAX => Some(text),
        _ => Some(format!("sha256:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())))),
    }
}

/// When a failed execution is repeated; `None` once it has been repeated often enough.
///
/// Waits are the given minutes, doubled with each attempt if asked for. `next` spreads attempts
/// within the first half of a minute.
pub fn next_attempt(
    retry: &RetryConfig,
    attempts_made: i32,
    failed_at: Timestamp,
    next: ExecutionId,
) -> Option<Timestamp> {
    let made = u32::try_from(attempts_made).ok().filter(|made| *made < retry.max_attempts)?;
    let factor = if retry.uses_exponential_backoff { 1_i64 << made.min(16) } else { 1 };
    let minutes = (i64::from(retry.delay_minutes) * factor).min(RETRY_WAIT_MINUTES_MAX);
    let (_, random) = next.0.as_u64_pair();
    let spread = i64::try_from(random % u64::from(RETRY_SPREAD_MICROS)).unwrap_or(0);
    Some(Timestamp(failed_at.0 + minutes * MINUTE_MICROS + spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(max_attempts: u32, delay_minutes: u32, uses_exponential_backoff: bool) -> RetryConfig {
        let unique_request_id = None;
        RetryConfig { max_attempts, delay_minutes, uses_exponential_backoff, unique_request_id }
    }

    /// Whole minutes from the failure to each attempt.
    fn waits(retry: &RetryConfig) -> Vec<i64> {
        let id = ExecutionId(uuid::Uuid::from_u128(29_999_999));
        (0..20)
            .map_while(|made| next_attempt(retry, made, Timestamp(0), id))
            .map(|at| at.0 / MINUTE_MICROS)
            .collect()
    }

    /// Proves R094, R095, R096, R097, R098.
    #[test]
    fn attempts_follow_at_the_stated_minutes() {
        assert_eq!(waits(&retry(5, 4, false)), [4, 4, 4, 4, 4]);
        assert_eq!(waits(&retry(5, 3, true)), [3, 6, 12, 24, 48]);
        assert_eq!(waits(&retry(8, 60, true)), [60, 120, 240, 480, 960, 1440, 1440, 1440]);
        assert_eq!(waits(&retry(2, 0, true)), [0, 0]);
        assert_eq!(waits(&retry(0, 1, false)), [0; 0]);
    }

    #[test]
    fn ids_are_read_from_the_call() {
        let headers = Value::object([("x-request", "h1")]);
        let payload = Map::from_iter([("headers".into(), headers)]);
        let body = Value::object([("id", Value::from(7_i64)), ("empty", "".into())]);
        let long = "x".repeat(ID_CHARACTERS_MAX + 1);
        let body_with_long = Value::object([("id", long.as_str())]);
        let at = |path: &str, body: &Value| {
            id_at(&Path::within_results("", path).unwrap(), &payload, Some(body))
        };
        assert_eq!(at("headers.x-request", &body).as_deref(), Some("h1"));
        assert_eq!(at("body.data.id", &body).as_deref(), Some("7"));
        assert_eq!(at("body.data.empty", &body), None);
        assert_eq!(at("body.data.missing", &body), None);
        assert!(at("body.data.id", &body_with_long).unwrap().starts_with("sha256:"));
    }
}
