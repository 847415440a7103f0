//! Dates and times in a zone and in a form of the author's.

use chrono::format::{DelayedFormat, StrftimeItems};
use chrono::{DateTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use flow::Value;

use super::moment;
use crate::{Inputs, Output, StepError};

/// What stands in the default format's place when the input is empty.
pub const FORMAT: &str = "YYYY-MM-DDTHH:mm:ss.SSSZ";

/// Longer formats are refused.
const FORMAT_BYTES_MAX: usize = 1024;

pub fn format(inputs: &Inputs) -> Result<Output, StepError> {
    let given = inputs.text("format");
    if given.len() > FORMAT_BYTES_MAX {
        return Err(StepError::new("The format is too long."));
    }
    let format = if given.is_empty() { FORMAT } else { &*given };
    Ok(Value::from(write(&local(inputs)?, format)).into())
}

pub fn local_iso(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::from(write(&local(inputs)?, FORMAT)).into())
}

/// The input's point in time, as clocks of the zone show it.
fn local(inputs: &Inputs) -> Result<DateTime<Tz>, StepError> {
    let moment: DateTime<Utc> = moment(inputs)?;
    let name = inputs.text("timezone");
    let name = name.trim();
    if name.is_empty() {
        return Ok(moment.with_timezone(&Tz::UTC));
    }
    let zone = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name));
    let zone = zone.ok_or_else(|| {
        let shown: String = name.chars().take(80).collect();
        StepError::new(format!("There is no time zone \"{shown}\"."))
    })?;
    Ok(moment.with_timezone(zone))
}

/// The letters of formats as JavaScript libraries have them, longest first, and what they mean.
/// What is not among them stays as it is, and so does anything in brackets.
const LETTERS: [(&str, &str); 29] = [
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("MMMM", "%B"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("M", "%-m"),
    ("DDDD", "%j"),
    ("DDD", "%-j"),
    ("DD", "%d"),
    ("D", "%-d"),
    ("dddd", "%A"),
    ("ddd", "%a"),
    ("HH", "%H"),
    ("H", "%-H"),
    ("hh", "%I"),
    ("h", "%-I"),
    ("mm", "%M"),
    ("m", "%-M"),
    ("ss", "%S"),
    ("s", "%-S"),
    ("SSS", "%3f"),
    ("ZZ", "%z"),
    ("Z", "%:z"),
    ("A", "%p"),
    ("a", "%P"),
    ("X", "%s"),
    ("E", "%u"),
    ("WW", "%V"),
    ("GGGG", "%G"),
];

fn write(moment: &DateTime<Tz>, format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let literal = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'));
        let letters = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters));
        rest = if let Some((literal, after)) = literal {
            text.push_str(literal);
            after
        } else if let Some((letters, meaning)) = letters {
            let written: DelayedFormat<StrftimeItems<'_>> = moment.format(meaning);
            text.push_str(&written.to_string());
            &rest[letters.len()..]
        } else {
            text.push(first);
            &rest[first.len_utf8()..]
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::check;

    #[tokio::test]
    async fn local_times() {
        let at = |zone: &str, format: &str| {
            json!({ "dateTimeInput": "2024-07-04T22:05:09.070Z", "timezone": zone,
                "format": format })
        };
        check(
            "datetime",
            [
                ("formatDateTime", at("", ""), json!("2024-07-04T22:05:09.070+00:00")),
                ("formatDateTime", at("etc/UTC", "DD.MM.YY"), json!("04.07.24")),
                ("formatDateTime", at("Asia/Kolkata", "D/M, HH:mm ZZ"), json!("5/7, 03:35 +0530")),
                (
                    "formatDateTime",
                    at("America/New_York", "dddd, MMMM D [at] h:mm a"),
                    json!("Thursday, July 4 at 6:05 pm"),
                ),
                ("formatDateTime", at("UTC", "[[x] é%Y"), json!("[x é%Y")),
                (
                    "formatDateTime",
                    at("Mars/Base", ""),
                    json!({ "error": "There is no time zone \"Mars/Base\"." }),
                ),
                (
                    "convertToLocalIsoString",
                    at("Europe/Berlin", ""),
                    json!("2024-07-05T00:05:09.070+02:00"),
                ),
            ],
        )
        .await;
    }
}
