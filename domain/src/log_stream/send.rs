//! Requests to the URL of a stream.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value as Json;

use super::buffer::Line;
use super::facts::Names;
use super::headers;
use super::hub::Stream;
use crate::env::Env;
use crate::error::Error;

/// Bytes of the body of a batch, unless a single line has more.
pub const BATCH_BYTES_MAX: usize = 1_000_000;

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(15);

const NDJSON: &str = "application/x-ndjson";

/// One request with the lines it tells of.
#[derive(Clone, Debug)]
pub struct Letter {
    pub lines: Vec<Arc<Line>>,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What became of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sent {
    Taken,
    /// It would be refused again.
    Refused(String),
    Failed(String),
}

impl Stream {
    /// The requests for these lines: one for each, or as few as their size allows.
    pub async fn letters(
        &self,
        env: &Env,
        names: &mut Names,
        lines: &[Arc<Line>],
    ) -> Result<Vec<Letter>, Error> {
        let settings = self.settings();
        let (row, template) = (&settings.row, &settings.template);
        let kind = if row.is_batched { NDJSON } else { template.content_type() };
        let mut headers = header_map(headers(env, row).await?.as_deref())?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        let mut bodies: Vec<(Vec<Arc<Line>>, String)> = Vec::new();
        for line in lines {
            let facts = if line.is_notice { None } else { Some(names.of(env, &line.row).await?) };
            if !row.is_batched {
                bodies.push((vec![line.clone()], template.render(&line.row, facts.as_deref())));
                continue;
            }
            let text = template.render_flat(&line.row, facts.as_deref());
            match bodies.last_mut() {
                Some((lines, body)) if body.len() + text.len() < BATCH_BYTES_MAX => {
                    lines.push(line.clone());
                    body.push_str(&text);
                    body.push('\n');
                }
                _ => bodies.push((vec![line.clone()], text + "\n")),
            }
        }
        let letter = |(lines, body): (Vec<Arc<Line>>, String)| Letter {
            lines,
            url: row.url.clone(),
            headers: headers.clone(),
            body: body.into(),
        };
        Ok(bodies.into_iter().map(letter).collect())
    }
}

impl Letter {
    pub async fn post(&self, env: &Env) -> Sent {
        let client = match env.egress() {
            Ok(client) => client,
            Err(error) => return Sent::Failed(error.to_string()),
        };
        let request = egress::Request {
            headers: self.headers.clone(),
            body: egress::Body::Bytes(self.body.clone()),
            timeout: Some(TIMEOUT),
            redirects_max: 0,
            ..egress::Request::new(Method::POST, &self.url)
        };
        match client.open(request).await {
            Err(error) => Sent::Failed(error.to_string()),
            Ok(answer) if answer.status.is_success() => Sent::Taken,
            Ok(answer) => {
                let message = format!("it answered with status {}", answer.status.as_u16());
                match answer.status.as_u16() {
                    // What was sent is at fault.
                    400 | 413 | 422 => Sent::Refused(message),
                    _ => Sent::Failed(message),
                }
            }
        }
    }
}

fn header_map(text: Option<&str>) -> Result<HeaderMap, Error> {
    let Some(text) = text else { return Ok(HeaderMap::new()) };
    let Json::Object(headers) = serde_json::from_str(text).context("reading headers")? else {
        return Ok(HeaderMap::new());
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().context("a name that no header has")?;
        let value = value.as_str().unwrap_or_default().parse::<HeaderValue>();
        let mut value = value.context("a value that no header has")?;
        value.set_sensitive(true);
        map.insert(name, value);
    }
    Ok(map)
}
