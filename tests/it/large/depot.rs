//! A third party with large files.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::routing::{get, post};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

const PIECE_BYTES: usize = 50_000;

/// Gives files of any size away, and takes them back.
#[derive(Clone)]
pub struct Depot {
    pub base: String,
    /// Digest of each file that came in whole.
    pub received: Arc<Mutex<Vec<String>>>,
    /// How many files went out.
    pub given: Arc<AtomicUsize>,
}

impl Depot {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let depot = Self { base, received: Arc::default(), given: Arc::default() };
        let router = Router::new()
            .route("/file/{bytes}", get(give))
            .route("/raw", post(raw))
            .route("/form", post(form))
            .layer(DefaultBodyLimit::disable())
            .with_state(depot.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        depot
    }

    /// What a flow gets that takes this file and brings it back.
    pub fn input(&self, bytes: usize) -> Value {
        let base = &self.base;
        json!({
            "from": format!("{base}/file/{bytes}"),
            "to": format!("{base}/raw"),
            "form": format!("{base}/form"),
        })
    }
}

async fn give(State(depot): State<Depot>, Path(bytes): Path<usize>) -> Body {
    depot.given.fetch_add(1, Ordering::Relaxed);
    Body::from_stream(pieces(bytes).map(Ok::<_, std::io::Error>))
}

/// A file of this size: no two of its pieces are alike.
pub fn pieces(bytes: usize) -> impl Stream<Item = Bytes> + Send {
    let piece = move |number: usize| {
        let start = number * PIECE_BYTES;
        let length = PIECE_BYTES.min(bytes.checked_sub(start)?);
        let mut piece = vec![u8::try_from(number % 251).unwrap(); length];
        let stamp = number.to_be_bytes();
        let stamped = length.min(stamp.len());
        piece[..stamped].copy_from_slice(&stamp[..stamped]);
        (length > 0).then(|| Bytes::from(piece))
    };
    stream::iter((0..).map_while(piece))
}

async fn raw(State(depot): State<Depot>, headers: http::HeaderMap, body: Body) {
    assert!(headers.contains_key("content-length"), "{headers:?}");
    let digest = digest(body.into_data_stream()).await;
    depot.received.lock().unwrap().push(digest);
}

async fn form(State(depot): State<Depot>, mut form: Multipart) {
    let field = form.next_field().await.unwrap().unwrap();
    assert_eq!(field.name(), Some("film"));
    let digest = digest(field).await;
    depot.received.lock().unwrap().push(digest);
}

pub async fn digest<E: std::fmt::Debug>(body: impl Stream<Item = Result<Bytes, E>>) -> String {
    let mut digest = Sha256::new();
    let mut body = std::pin::pin!(body);
    while let Some(piece) = body.try_next().await.unwrap() {
        digest.update(piece);
    }
    hexadecimal(&digest.finalize())
}

pub async fn digest_of_file(bytes: usize) -> String {
    digest(pieces(bytes).map(Ok::<_, std::io::Error>)).await
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
