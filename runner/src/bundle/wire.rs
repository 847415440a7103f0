//! What server and process say to each other: JSON with its length in front.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use components::{LogLine, Severity, StepError};
use flow::{Map, Value};
use serde_json::{Value as Json, json};

/// Bytes of one message.
pub const FRAME_BYTES_MAX: usize = 256 << 20;

/// The only key of what stands for bytes.
const BYTES: &str = "\0bytes";

/// A function of a package, and what it is called with: exactly these arguments.
pub struct Order {
    /// `actions`, `triggers` or `dataSources`.
    pub list: &'static str,
    pub key: String,
    pub name: &'static str,
    pub arguments: Vec<Value>,
    pub time_limit: Duration,
}

/// What came of a call.
pub struct Answer {
    pub returned: Result<Option<Value>, Thrown>,
    pub logs: Vec<LogLine>,
    /// The state objects of the context as they are after the call.
    pub states: Map,
}

/// What a function threw.
pub struct Thrown {
    pub error: StepError,
    /// It says that its connection does not work.
    pub is_of_connection: bool,
}

impl Order {
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        let arguments: Result<Vec<Json>, String> = self.arguments.iter().map(to_json).collect();
        let call = json!({ "list": self.list, "key": self.key, "name": self.name });
        let text = json!({ "call": call, "arguments": arguments? }).to_string();
        let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= FRAME_BYTES_MAX);
        let length = length.ok_or(format!("it has more than {FRAME_BYTES_MAX} bytes"))?;
        Ok([&length.to_be_bytes()[..], text.as_bytes()].concat())
    }
}

impl Answer {
    pub fn decode(message: &[u8]) -> Result<Self, StepError> {
        let broken = |_| StepError::new("The component broke the rules of its process.");
        let mut message: Json = serde_json::from_slice(message).map_err(broken)?;
        let mut part = |name: &str| message.get_mut(name).map(Json::take);
        let returned = match (part("threw"), part("returned")) {
            (Some(threw), _) => Err(thrown(threw)),
            (None, returned) => Ok(returned.map(from_json)),
        };
        let logs = message["logs"].as_array().into_iter().flatten().map(line).collect();
        let states = match from_json(message["states"].take()) {
            Value::Object(states) => Arc::unwrap_or_clone(states),
            _ => Map::new(),
        };
        Ok(Self { returned, logs, states })
    }
}

fn thrown(mut threw: Json) -> Thrown {
    let text = threw["message"].as_str().unwrap_or_default();
    let message = if text.is_empty() { "The component failed without a message." } else { text };
    let message = message.to_owned();
    let details = threw.get_mut("details").map(|details| from_json(details.take()));
    let is_of_connection = threw["connection"] == true;
    Thrown { error: StepError { message, details }, is_of_connection }
}

fn line(json: &Json) -> LogLine {
    let severity = match json["severity"].as_str() {
        Some("trace") => Severity::Trace,
        Some("debug") => Severity::Debug,
        Some("warn") => Severity::Warn,
        Some("error") => Severity::Error,
        Some("metric") => Severity::Metric,
        _ => Severity::Info,
    };
    LogLine { severity, message: json["message"].as_str().unwrap_or_default().to_owned() }
}

fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => Json::Number(number.clone()),
        Value::String(text) => Json::String(text.to_string()),
        Value::Bytes(bytes) => json!({ BYTES: STANDARD.encode(bytes) }),
        Value::Blob(_) => return Err("a file is not in memory".to_owned()),
        Value::List(items) => items.iter().map(to_json).collect::<Result<Json, _>>()?,
        Value::Object(map) => {
            let entry = |(key, value): (&Arc<str>, &Value)| Ok((key.to_string(), to_json(value)?));
            Json::Object(map.iter().map(entry).collect::<Result<_, String>>()?)
        }
    })
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => Value::Number(number),
        Json::String(text) => Value::from(text),
        Json::Array(items) => {
            Value::List(Arc::new(items.into_iter().map(from_json).collect::<Vec<_>>()))
        }
        Json::Object(map) => {
            if let Some(Json::String(text)) = map.get(BYTES)
                && let Ok(bytes) = STANDARD.decode(text)
            {
                return Value::Bytes(bytes.into());
            }
            let entries = map.into_iter().map(|(key, value)| (key, from_json(value)));
            Value::object(entries)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_there_and_back() {
        let value = Value::object([
            ("bytes", Value::Bytes("x".into())),
            ("list", Value::List(Arc::new(vec![Value::Null, true.into(), "text".into()]))),
        ]);
        let json = to_json(&value).unwrap();
        assert_eq!(from_json(json), value);
        let answer = br#"{"threw":{"message":"no","connection":true},"logs":[{"severity":"warn",
            "message":"x"}],"states":{"instanceState":{"n":1}}}"#;
        let answer = Answer::decode(answer).unwrap();
        let threw = answer.returned.unwrap_err();
        assert_eq!((threw.error.message.as_str(), threw.is_of_connection), ("no", true));
        assert_eq!((answer.logs.len(), answer.states.len()), (1, 1));
    }
}
