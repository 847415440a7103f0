//! Files that are larger than the memory a flow may have.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::routing::{get, post};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::harness::{TestProcess, User, definition};

const MEGABYTE: usize = 1_000_000;
const FILE_BYTES: usize = 400 * MEGABYTE;
/// How much more memory than idle the server may use, whatever it moves.
const MEMORY_BYTES_MAX: u64 = 100 * MEGABYTE as u64;
const PIECE_BYTES: usize = 50_000;

/// Gives files of any size away, and takes them back.
#[derive(Clone)]
struct Depot {
    base: String,
    /// Digest of each file that came in whole.
    received: Arc<Mutex<Vec<String>>>,
}

impl Depot {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let depot = Self { base, received: Arc::default() };
        let router = Router::new()
            .route(
                "/file/{bytes}",
                get(|Path(bytes): Path<usize>| async move {
                    Body::from_stream(pieces(bytes).map(Ok::<_, std::io::Error>))
                }),
            )
            .route("/raw", post(raw))
            .route("/form", post(form))
            .layer(DefaultBodyLimit::disable())
            .with_state(depot.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        depot
    }

    /// What a flow gets that takes this file and brings it back.
    fn input(&self, bytes: usize) -> Value {
        let base = &self.base;
        json!({
            "from": format!("{base}/file/{bytes}"),
            "to": format!("{base}/raw"),
            "form": format!("{base}/form"),
        })
    }
}

/// A file of this size: no two of its pieces are alike.
fn pieces(bytes: usize) -> impl Stream<Item = Bytes> + Send {
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

async fn digest<E: std::fmt::Debug>(body: impl Stream<Item = Result<Bytes, E>>) -> String {
    let mut digest = Sha256::new();
    let mut body = std::pin::pin!(body);
    while let Some(piece) = body.try_next().await.unwrap() {
        digest.update(piece);
    }
    hexadecimal(&digest.finalize())
}

async fn digest_of_file(bytes: usize) -> String {
    digest(pieces(bytes).map(Ok::<_, std::io::Error>)).await
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Runs a story, and tells the most memory that the server used meanwhile beyond what it began with.
async fn memory_of<T>(server: &TestProcess, story: impl Future<Output = T>) -> (T, u64) {
    let before = server.resident_bytes();
    let mut most = before;
    let mut story = std::pin::pin!(story);
    loop {
        tokio::select! {
            told = &mut story => return (told, most.saturating_sub(before)),
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                most = most.max(server.resident_bytes());
            }
        }
    }
}

/// Calls a flow and reads where it points to, without keeping the body.
async fn fetched(owner: &User, url: &str, body: &Value) -> (u64, String) {
    let answer = owner.trigger(url, body).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let file = owner.http().get(answer.header("location")).send().await.unwrap();
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    let length = file.headers()["content-length"].to_str().unwrap().parse().unwrap();
    (length, digest(file.bytes_stream()).await)
}

/// Proves R085.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_memory_comes_in_and_goes_out_as_it_is() {
    let depot = Depot::start().await;
    let server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = owner.deployed(&definition("large-files"), &[]).await;
    let expected = digest_of_file(FILE_BYTES).await;
    // What any first run needs is not what the file needs.
    assert_eq!(fetched(&owner, instance.url("Fetch"), &depot.input(10)).await.0, 10);

    let input = depot.input(FILE_BYTES);
    let story = fetched(&owner, instance.url("Fetch"), &input);
    let ((length, found), memory) = memory_of(&server, story).await;
    assert_eq!((length, &found), (FILE_BYTES as u64, &expected));
    assert!(memory < MEMORY_BYTES_MAX, "{memory} bytes more than idle");

    let story = owner.trigger(instance.url("Forward"), &input);
    let (answer, memory) = memory_of(&server, story).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(*depot.received.lock().unwrap(), [&*expected, &*expected]);
    assert!(memory < MEMORY_BYTES_MAX, "{memory} bytes more than idle");
}
