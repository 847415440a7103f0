//! The other side of the example integrations: a service on this machine that takes what flows
//! send.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::extract::State;
use axum::http::Uri;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a flow may take until its requests have arrived.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(25);

type Received = Arc<Mutex<Vec<(String, Value)>>>;

/// Answers until it is dropped.
pub struct ThirdParty {
    base: String,
    received: Received,
    _serving: DropGuard,
}

impl ThirdParty {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("starting a third party")?;
        let base = format!("http://{}", listener.local_addr()?);
        let received = Received::default();
        let router = Router::new().fallback(receive).with_state(received.clone());
        let stopping = CancellationToken::new();
        let stopped = stopping.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await
            {
                tracing::error!(%error, "the third party of the demo failed");
            }
        });
        Ok(Self { base, received, _serving: stopping.drop_guard() })
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What arrived at a path, as soon as it is `count` requests.
    pub async fn received(&self, path: &str, count: usize) -> anyhow::Result<Vec<Value>> {
        let arrived = tokio::time::timeout(PATIENCE, async {
            loop {
                let bodies = self.at(path);
                if bodies.len() >= count {
                    return bodies;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        let Ok(bodies) = arrived.await else {
            bail!("{} of {count} requests arrived at {path}", self.at(path).len());
        };
        Ok(bodies)
    }

    fn at(&self, path: &str) -> Vec<Value> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let there = received.iter().filter(|(target, _)| target == path);
        there.map(|(_, body)| body.clone()).collect()
    }
}

async fn receive(State(received): State<Received>, uri: Uri, body: String) -> Json<Value> {
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    let mut received = received.lock().unwrap_or_else(PoisonError::into_inner);
    received.push((uri.path().to_owned(), body));
    Json(json!({ "received": received.len() }))
}
