//! The other side of flows: records what arrives, answers as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::eventually;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What to answer at a path.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
    /// How long to keep the caller waiting.
    pub after: Duration,
}

impl Default for Answer {
    fn default() -> Self {
        let (body, headers) = (json!({ "ok": true }), Vec::new());
        Self { status: 200, body, headers, after: Duration::ZERO }
    }
}

#[derive(Default)]
struct Book {
    received: Mutex<Vec<Received>>,
    answers: Mutex<HashMap<String, Answer>>,
}

/// A server on this machine for as long as the test runs.
#[derive(Clone)]
pub struct ThirdParty {
    base: String,
    book: Arc<Book>,
}

impl ThirdParty {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let book = Arc::new(Book::default());
        let router = Router::new().fallback(receive).with_state(book.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, book }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// From now on, this is the answer at a path.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.book.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// What arrived at a path so far.
    pub fn received(&self, path: &str) -> Vec<Received> {
        let received = self.book.received.lock().unwrap();
        received.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// Waits until `count` requests have arrived at a path.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Received> {
        eventually(&format!("{count} requests at {path}"), async || {
            let received = self.received(path);
            (received.len() >= count).then_some(received)
        })
        .await
    }
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn receive(
    State(book): State<Arc<Book>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let answer = book.answers.lock().unwrap().get(&path).cloned().unwrap_or_default();
    book.received.lock().unwrap().push(Received { method, path, headers, body });
    tokio::time::sleep(answer.after).await;
    let response =
        Response::builder().status(answer.status).header("content-type", "application/json");
    let headers = answer.headers.into_iter();
    headers
        .fold(response, |response, (name, value)| response.header(name, value))
        .body(Body::from(answer.body.to_string()))
        .unwrap()
}
