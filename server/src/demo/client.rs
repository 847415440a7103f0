//! What the demo knows of the server: its URL and a token.

use anyhow::{Context, bail, ensure};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

pub struct Client {
    base: String,
    token: String,
    http: egress::Client,
}

/// An answer of a trigger URL.
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    pub fn new(base: &str, token: &str) -> anyhow::Result<Self> {
        let policy = egress::Policy { allow_private: true, ..egress::Policy::default() };
        let http = egress::Client::new(policy)?;
        Ok(Self { base: base.to_owned(), token: token.to_owned(), http })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The `data` of an answer without errors, of the request or of a mutation.
    pub async fn query(&self, document: &str, variables: Value) -> anyhow::Result<Value> {
        let mut request = egress::Request::new(Method::POST, format!("{}/api", self.base));
        let bearer = HeaderValue::try_from(format!("Bearer {}", self.token))?;
        request.headers.insert(AUTHORIZATION, bearer);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = json!({ "query": document, "variables": variables }).to_string();
        request.body = egress::Body::Bytes(body.into());
        let answer = self.http.send(request).await?;
        let answer: Value = serde_json::from_slice(&answer.body)
            .with_context(|| format!("the API answered {} without JSON", answer.status))?;
        if let Some(errors) = answer["errors"].as_array().filter(|errors| !errors.is_empty()) {
            bail!("the API refused: {}", messages(errors, "message"));
        }
        for (field, payload) in answer["data"].as_object().into_iter().flatten() {
            if let Some(errors) = payload["errors"].as_array().filter(|list| !list.is_empty()) {
                bail!("{field} refused: {}", messages(errors, "messages"));
            }
        }
        Ok(answer["data"].clone())
    }

    /// Calls a trigger URL as a third party would.
    pub async fn post(&self, url: &str, kind: &str, body: &str) -> anyhow::Result<Answer> {
        let mut request = egress::Request::new(Method::POST, url);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind)?);
        request.body = egress::Body::Bytes(body.to_owned().into());
        let answer = self.http.send(request).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status: answer.status, body })
    }
}

fn messages(errors: &[Value], key: &str) -> String {
    let texts = errors.iter().map(|error| match &error[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// The text at a JSON pointer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.with_context(|| format!("the answer has no {pointer}: {value}"))
}

impl Answer {
    pub fn expect(self, status: StatusCode) -> anyhow::Result<Self> {
        ensure!(self.status == status, "got {} with {}", self.status, self.body);
        Ok(self)
    }
}
