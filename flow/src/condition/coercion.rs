//! How operands of different types are compared: by the rules of JavaScript, on which the
//! definitions people have already rely.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::Value;

/// Reads a text operand as JSON where it is JSON, so that `"5"` and `5` compare as people expect.
pub fn parsed(value: Option<&Value>) -> Option<Cow<'_, Value>> {
    let value = value?;
    let read = value.as_str().filter(|text| may_be_json(text)).map(Value::from_json);
    match read {
        Some(Ok(read)) => Some(Cow::Owned(read)),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Spares the parser, and the error it would build, for ordinary words.
fn may_be_json(text: &str) -> bool {
    let text = text.trim();
    match text.bytes().next() {
        Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9') => true,
        Some(_) => matches!(text, "true" | "false" | "null"),
        None => false,
    }
}

/// Equality with conversion; lists and objects are compared in depth, converting at the leaves.
pub fn loosely_equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    let (Some(left), Some(right)) = (present(left), present(right)) else {
        return present(left).is_none() && present(right).is_none();
    };
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            let pairs = || left.iter().zip(right.iter());
            left.len() == right.len() && pairs().all(|(l, r)| loosely_equal(Some(l), Some(r)))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.get(key).is_some_and(|other| loosely_equal(Some(value), Some(other)))
                })
        }
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::Blob(left), Value::Blob(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (left, right) if is_compound(left) && is_compound(right) => false,
        (left, right) => {
            let (left, right) = (primitive(left), primitive(right));
            match (&*left, &*right) {
                (Value::String(left), Value::String(right)) => left == right,
                (left, right) => same_number(number(left), number(right)),
            }
        }
    }
}

/// Equality without conversion, in depth.
pub fn strictly_equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Some(Value::List(left)), Some(Value::List(right))) => {
            let pairs = || left.iter().zip(right.iter());
            left.len() == right.len() && pairs().all(|(l, r)| strictly_equal(Some(l), Some(r)))
        }
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.get(key).is_some_and(|r| strictly_equal(Some(value), Some(r)))
                })
        }
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

/// The order of two operands: texts by UTF-16 units, anything else as numbers.
///
/// `None` where one of them is no number; a missing operand is none, while null counts as zero.
pub fn compare(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    let (left, right) = (primitive(left?), primitive(right?));
    match (&*left, &*right) {
        (Value::String(left), Value::String(right)) => {
            Some(left.encode_utf16().cmp(right.encode_utf16()))
        }
        (left, right) => number(left).partial_cmp(&number(right)),
    }
}

/// Whether JavaScript takes the value for true.
pub fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => *value,
        Some(Value::Number(value)) => value.as_f64().is_some_and(|value| value != 0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Bytes(_) | Value::Blob(_) | Value::List(_) | Value::Object(_)) => true,
    }
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn is_compound(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Object(_) | Value::Bytes(_) | Value::Blob(_))
}

#[expect(clippy::float_cmp, reason = "the language compared with has no tolerance either")]
fn same_number(left: f64, right: f64) -> bool {
    left == right
}

/// A list or object as the text it becomes next to a scalar.
fn primitive(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::List(items) => Cow::Owned(joined(items).into()),
        Value::Object(_) => Cow::Owned("[object Object]".into()),
        Value::Bytes(_) | Value::Blob(_) => Cow::Owned(value.to_text().into()),
        _ => Cow::Borrowed(value),
    }
}

fn joined(items: &[Value]) -> String {
    let texts = items.iter().map(|item| primitive(item).to_text());
    texts.collect::<Vec<_>>().join(",")
}

/// The number a scalar stands for, or `NaN`.
fn number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(value) => value.as_f64().unwrap_or(f64::NAN),
        Value::String(text) => text_number(text),
        Value::Bytes(_) | Value::Blob(_) | Value::List(_) | Value::Object(_) => f64::NAN,
    }
}

/// The number a text stands for, or `NaN`; blank text is zero.
pub(super) fn text_number(text: &str) -> f64 {
    let text = text.trim();
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    if let Some(radix) = radix {
        return radix_number(&text[2..], radix);
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also reads words such as `nan`, which are ordinary text here.
        _ if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn radix_number(digits: &str, radix: u32) -> f64 {
    let add =
        |sum: f64, digit: char| Some(sum * f64::from(radix) + f64::from(digit.to_digit(radix)?));
    if digits.is_empty() { f64::NAN } else { digits.chars().try_fold(0.0, add).unwrap_or(f64::NAN) }
}
