//! What parent and worker say to each other: a length (`u32`, big-endian), then MessagePack.
//!
//! First come [`Limits`]. Then each [`Order::Call`] ends with one [`Report::Answer`]; in between the
//! worker may ask for requests to be sent, as many at once as [`FETCHES_AT_ONCE_MAX`], and hears of
//! each in parts. Both ends are the same program, so the shapes may change freely.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use components::{NativeWork, Severity};
use flow::{Map, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of one returned value, states included.
pub const OUTPUT_BYTES_MAX: usize = 64 << 20;
/// Requests of one call.
pub const FETCHES_MAX: u32 = 100;
/// Requests of one call that are under way at the same time; the others wait for their turn.
pub const FETCHES_AT_ONCE_MAX: usize = 8;
/// Bytes of the body of one request.
pub const FETCH_BODY_BYTES_MAX: usize = 16 << 20;
/// Bytes of the bodies of all requests of one call.
pub const FETCH_BODIES_BYTES_MAX: usize = 64 << 20;
/// Bytes of one answer, unpacked.
pub const FETCHED_BYTES_MAX: usize = 16 << 20;
/// Bytes of one message: all files a step may have in memory, log lines and what encoding adds.
pub const FRAME_BYTES_MAX: usize = components::BUFFER_BYTES_MAX + (16 << 20);

/// The first message: what the worker may use. Holds for all its calls.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Limits {
    /// Address space beyond what the fresh process has mapped.
    pub address_space_bytes: u64,
    /// Heap of the engine.
    pub heap_bytes: usize,
}

/// What the parent says.
#[derive(Debug, Deserialize, Serialize)]
pub enum Order {
    Call(Call),
    /// Work of ours; its argument.
    Native(NativeWork, Value),
    Fetched(Fetched),
}

/// What the worker says.
#[derive(Debug, Deserialize, Serialize)]
pub enum Report {
    Fetch(Fetch),
    Answer(Answer),
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Call {
    pub code: String,
    pub arguments: Vec<Value>,
    pub with_context: bool,
    /// Whether requests of the code are answered.
    pub with_fetch: bool,
    pub time_limit: Duration,
}

/// A request to send.
#[derive(Debug, Deserialize, Serialize)]
pub struct Fetch {
    /// Unique within the call.
    pub id: u32,
    pub method: String,
    pub url: String,
    pub redirect: Redirect,
    /// Characters stand for bytes.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// What to do with an answer that leads elsewhere.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Redirect {
    Follow,
    HandBack,
    Fail,
}

/// The next part of what became of a request.
#[derive(Debug, Deserialize, Serialize)]
pub struct Fetched {
    pub id: u32,
    pub part: Part,
    /// For the log of the call.
    pub lines: Vec<Line>,
}

#[derive(Debug, Deserialize, Serialize)]
pub enum Part {
    Head(Head),
    Body(Bytes),
    End,
    /// Instead of all that was to follow: why.
    Failed(String),
}

impl Part {
    pub fn is_last(&self) -> bool {
        matches!(self, Self::End | Self::Failed(_))
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Head {
    pub status: u16,
    pub status_text: String,
    pub url: String,
    pub is_redirected: bool,
    /// Characters stand for bytes.
    pub headers: Vec<(String, String)>,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Answer {
    pub outcome: Outcome,
    pub logs: Vec<Line>,
    pub states: Map,
}

#[derive(Debug, Deserialize, Serialize)]
pub enum Outcome {
    /// The function returned undefined.
    Nothing,
    Returned(Value),
    Failed(Failure),
}

/// What was thrown, or why the call was stopped.
#[derive(Debug, Deserialize, Serialize)]
pub struct Failure {
    pub message: String,
    pub details: Option<Value>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None }
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Line {
    /// Place in [`SEVERITIES`].
    pub severity: u8,
    pub message: String,
}

/// In the order in which `core.js` numbers its log functions.
pub const SEVERITIES: [Severity; 6] = [
    Severity::Trace,
    Severity::Debug,
    Severity::Info,
    Severity::Warn,
    Severity::Error,
    Severity::Metric,
];

/// The text of a call that ran into its time limit.
pub fn overtime(subject: &str, time_limit: Duration) -> String {
    format!("{subject} ran longer than {time_limit:?} and was stopped")
}

/// What a call is called in texts.
pub const CODE: &str = "The code";
/// What work of ours is called in texts.
pub const NATIVE: &str = "The work on the file";

/// A message with its length in front.
pub fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; size_of::<u32>()];
    rmp_serde::encode::write(&mut frame, message).map_err(io::Error::other)?;
    let length = frame.len() - size_of::<u32>();
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the message is too large"));
    }
    let length = u32::try_from(length).map_err(io::Error::other)?;
    frame[..size_of::<u32>()].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// The length that a message's first four bytes announce, if it is acceptable.
pub fn length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(prefix)).map_err(io::Error::other)?;
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the message is too large"));
    }
    Ok(length)
}

pub fn decode<T: DeserializeOwned>(message: &[u8]) -> io::Result<T> {
    rmp_serde::from_slice(message).map_err(io::Error::other)
}
