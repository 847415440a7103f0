//! Points in time, as conditions write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::coercion::text_number;
use crate::Value;
use crate::expression::EvaluationError;

/// Texts without a zone are read as UTC.
const FORMATS: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%S%.f", "%Y%m%dT%H%M"];
const ZONED_FORMATS: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y%m%dT%H%M%S%.f%#z", "%Y%m%dT%H%M%#z"];

/// Milliseconds since 1970; numbers and numeric text count seconds.
pub fn millis(value: Option<&Value>) -> Result<i64, EvaluationError> {
    let found = match value {
        Some(Value::Number(seconds)) => seconds.as_f64().and_then(from_seconds),
        Some(Value::String(text)) if !text.trim().is_empty() => {
            from_seconds(text_number(text)).or_else(|| from_text(text.trim()))
        }
        _ => None,
    };
    let shown = || value.map(|value| value.to_text().chars().take(80).collect());
    found.ok_or_else(|| EvaluationError::NotADate(shown().unwrap_or_default()))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn from_seconds(seconds: f64) -> Option<i64> {
    /// The largest distance from 1970 that dates in JavaScript have.
    const MAX_MILLIS: f64 = 8.64e15;
    let millis = (seconds * 1000.0).trunc();
    (millis.abs() <= MAX_MILLIS).then_some(millis as i64)
}

fn from_text(text: &str) -> Option<i64> {
    let text = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _, b' ', ..] => text.replacen(' ', "T", 1),
        _ => text.to_owned(),
    };
    let zoned = ZONED_FORMATS.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok());
    if let Some(zoned) = zoned.or_else(|| DateTime::parse_from_rfc3339(&text).ok()) {
        return Some(zoned.timestamp_millis());
    }
    let naive = FORMATS.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let midnight = || {
        let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        date(&text).or_else(|| date(&format!("{text}-01")))?.and_hms_opt(0, 0, 0)
    };
    Some(naive.or_else(midnight)?.and_utc().timestamp_millis())
}
