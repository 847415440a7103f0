//! Taking in a response: to a result, or to an error that says what the service answered.

use std::io;

use bytes::{Bytes, BytesMut};
use egress::{Incoming, Request, Response};
use flow::{Blob, Map, Value};
use futures::{StreamExt, stream};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, SET_COOKIE};

use crate::files::INLINE_BYTES_MAX;
use crate::{BUFFER_BYTES_MAX, Inputs, Output, Run, StepError};

/// What the author wants of a response.
pub struct Shape {
    reading: Reading,
    is_full: bool,
}

enum Reading {
    Json,
    Text,
    Binary,
}

impl Shape {
    pub fn of(inputs: &Inputs) -> Result<Self, StepError> {
        let reading = match &*inputs.text("responseType").to_lowercase() {
            "" | "json" => Reading::Json,
            "text" => Reading::Text,
            "binary" | "arraybuffer" => Reading::Binary,
            other => {
                return Err(StepError::new(format!("There is no response type \"{other}\".")));
            }
        };
        Ok(Self { reading, is_full: inputs.flag("includeFullResponse") })
    }

    pub fn output(&self, answer: &Answer) -> Output {
        let data = self.data(answer);
        if self.is_full { full(&answer.response, data).into() } else { data.into() }
    }

    fn data(&self, answer: &Answer) -> Value {
        let Answer { response, kept } = answer;
        match self.reading {
            Reading::Json => Value::parse_or_text(&String::from_utf8_lossy(&response.body)),
            Reading::Text => String::from_utf8_lossy(&response.body).into_owned().into(),
            Reading::Binary => {
                let kind = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                let data = match kept {
                    Some(blob) => Value::Blob(blob.clone()),
                    None => Value::Bytes(response.body.clone()),
                };
                let kind = kind.unwrap_or("application/octet-stream");
                Value::object([("data", data), ("contentType", kind.into())])
            }
        }
    }
}

/// A response, its body in memory or kept elsewhere.
pub struct Answer {
    /// Without a body where that is kept.
    pub response: Response,
    pub kept: Option<Blob>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        self.response.status.is_success()
    }

    /// Bytes of the body, wherever it is.
    pub fn length(&self) -> u64 {
        self.kept.as_ref().map_or(self.response.body.len() as u64, |blob| blob.length)
    }
}

/// Sends a request and takes in the answer: files by pieces, so that a large one is never in
/// memory, anything else at once. The outer error is one of keeping the file, which no retry makes
/// better.
pub async fn receive(
    run: &mut Run,
    shape: &Shape,
    request: Request,
) -> Result<Result<Answer, egress::Error>, StepError> {
    let mut incoming = match run.services.egress.open(request).await {
        Ok(incoming) => incoming,
        Err(error) => return Ok(Err(error)),
    };
    if !matches!(shape.reading, Reading::Binary) || !incoming.status.is_success() {
        let whole = incoming.collect(BUFFER_BYTES_MAX).await;
        return Ok(whole.map(|response| Answer { response, kept: None }));
    }
    let mut body = BytesMut::new();
    loop {
        match incoming.chunk().await {
            Err(error) => return Ok(Err(error)),
            Ok(None) => {
                let response = incoming.with_body(body.freeze());
                return Ok(Ok(Answer { response, kept: None }));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
        }
        if body.len() > INLINE_BYTES_MAX {
            return keep(run, incoming, body.freeze()).await;
        }
    }
}

/// Keeps a body whose beginning has arrived.
async fn keep(
    run: &mut Run,
    mut incoming: Incoming,
    begun: Bytes,
) -> Result<Result<Answer, egress::Error>, StepError> {
    let mut broken = None;
    let rest = stream::unfold((&mut incoming, &mut broken), async |(incoming, broken)| {
        match incoming.chunk().await {
            Ok(chunk) => chunk.map(|chunk| (Ok(chunk), (incoming, broken))),
            Err(error) => {
                *broken = Some(error.clone());
                Some((Err(io::Error::other(error)), (incoming, broken)))
            }
        }
    });
    let pieces = stream::once(async { Ok(begun) }).chain(rest).boxed();
    let kept = run.keep(pieces).await;
    if let Some(error) = broken {
        return Ok(Err(error));
    }
    Ok(Ok(Answer { kept: Some(kept?), response: incoming.with_body(Bytes::new()) }))
}

/// What a status outside 2xx means for the step.
pub fn error(response: &Response) -> StepError {
    let reason = match response.status_text {
        "" => String::new(),
        text => format!(" ({text})"),
    };
    let message = format!("The request failed with status {}{reason}.", response.status.as_u16());
    // A refusal is text or JSON also where a file was expected.
    let data = Value::parse_or_text(&String::from_utf8_lossy(&response.body));
    StepError::with_details(message, full(response, data))
}

fn full(response: &Response, data: Value) -> Value {
    Value::object([
        ("status", response.status.as_u16().into()),
        ("statusText", response.status_text.into()),
        ("headers", headers(&response.headers).into()),
        ("data", data),
    ])
}

/// Names in lower case; repeated headers are joined, except cookies, which may hold commas.
fn headers(headers: &HeaderMap) -> Map {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let value = |name: &http::HeaderName| -> Value {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        if *name == SET_COOKIE { values.into() } else { values.join(", ").into() }
    };
    headers.keys().map(|name| (name.as_str().into(), value(name))).collect()
}
