//! A response to a result, or to an error that says what the service answered.

use egress::Response;
use flow::{Map, Value};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, SET_COOKIE};

use crate::{Inputs, Output, StepError};

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

    pub fn output(&self, response: &Response) -> Output {
        let data = self.data(response);
        if self.is_full { full(response, data).into() } else { data.into() }
    }

    fn data(&self, response: &Response) -> Value {
        match self.reading {
            Reading::Json => Value::parse_or_text(&String::from_utf8_lossy(&response.body)),
            Reading::Text => String::from_utf8_lossy(&response.body).into_owned().into(),
            Reading::Binary => {
                let kind = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                Value::file(response.body.clone(), kind.unwrap_or("application/octet-stream"))
            }
        }
    }
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
