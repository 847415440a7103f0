//! `datetime`: points in time, in UTC; `format` writes them for people, in any zone.

mod format;

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use flow::Value;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, StepError};

pub fn component() -> Component {
    let mut actions = vec![
        Action::new(
            "getCurrentDateTime",
            "Get Current Date/Time",
            "Gives the present time",
            Perform::WithRun(|run, inputs| Ok(now(run, inputs))),
        )
        .inputs([SECONDS.comments("Gives whole seconds since 1970 instead of text.")]),
        Action::new(
            "adjustDateTime",
            "Add/Subtract Time",
            "Goes forth or, with negative amounts, back in time",
            Perform::Pure(adjust),
        )
        .inputs([
            MOMENT,
            Input::new("yearsInput", "Years").comments("Years to add."),
            Input::new("monthsInput", "Months").comments("Months to add."),
            Input::new("daysInput", "Days").comments("Days to add."),
            Input::new("hoursInput", "Hours").comments("Hours to add."),
            Input::new("minutesInput", "Minutes").comments("Minutes to add."),
            Input::new("secondsInput", "Seconds").comments("Seconds to add."),
        ]),
    ];
    actions.extend(converting_actions());
    actions.extend(local_actions());
    Component {
        actions,
        ..Component::new("datetime", "Date/Time", "Works with dates and times", "Helpers")
    }
}

const MOMENT: Input = Input::new("dateTimeInput", "Date/time")
    .comments("ISO 8601 text, in UTC unless it names a zone, or milliseconds since 1970.")
    .required();
const SECONDS: Input = Input::new("secondsFlag", "Seconds")
    .kind(InputKind::Boolean)
    .default("false")
    .aliases(&["epochSeconds", "useSeconds", "seconds", "isSeconds"]);

fn converting_actions() -> [Action; 3] {
    [
        Action::new(
            "convertToIsoString",
            "Convert to ISO String",
            "Writes a time as ISO 8601 text in UTC",
            Perform::Pure(|inputs| Ok(iso(moment(inputs)?).into())),
        )
        .inputs([MOMENT]),
        Action::new(
            "convertToEpoch",
            "Convert to Epoch",
            "Counts the milliseconds since 1970",
            Perform::Pure(to_epoch),
        )
        .inputs([MOMENT, SECONDS.comments("Counts whole seconds instead.")]),
        Action::new(
            "convertFromEpoch",
            "Convert from Epoch",
            "Makes ISO 8601 text of a count since 1970",
            Perform::Pure(from_epoch),
        )
        .inputs([
            Input::new("epochInput", "Epoch")
                .comments("Milliseconds since 1970.")
                .required()
                .aliases(&["epoch", "epochTimestamp", "dateTimeInput"]),
            SECONDS.comments("The count is in seconds."),
        ]),
    ]
}

fn local_actions() -> [Action; 2] {
    let zone = Input::new("timezone", "Time zone")
        .comments("A name from the IANA list, such as Europe/Berlin; UTC unless given.")
        .aliases(&["timeZone", "timezoneInput", "timeZoneInput", "zone"]);
    let shape = Input::new("format", "Format")
        .comments("YYYY, MM, DD, HH or hh, mm, ss, SSS, A and Z stand for the parts.")
        .default(format::FORMAT)
        .aliases(&["formatInput", "dateTimeFormat"]);
    [
        Action::new(
            "convertToLocalIsoString",
            "Convert to Local ISO String",
            "Writes a time as ISO 8601 text in a time zone",
            Perform::Pure(format::local_iso),
        )
        .inputs([MOMENT, zone.clone()]),
        Action::new(
            "formatDateTime",
            "Format Date/Time",
            "Writes a time in a time zone and a format of your own",
            Perform::Pure(format::format),
        )
        .inputs([MOMENT, Input { default: "etc/UTC", ..zone }, shape]),
    ]
}

/// Text as JavaScript writes dates: always with milliseconds.
pub(super) fn iso(moment: DateTime<Utc>) -> Value {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

/// The present time of a run.
pub(super) fn present(run: &Run) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(run.services.clock.now_micros()).unwrap_or_default()
}

fn now(run: &Run, inputs: &Inputs) -> Output {
    let now = present(run);
    if inputs.flag("secondsFlag") { Value::from(now.timestamp()).into() } else { iso(now).into() }
}

fn adjust(inputs: &Inputs) -> Result<Output, StepError> {
    let start = moment(inputs)?;
    let months = months(inputs, "monthsInput")? + 12 * months(inputs, "yearsInput")?;
    let distance = Months::new(months.unsigned_abs());
    let shifted = if months < 0 {
        start.checked_sub_months(distance)
    } else {
        start.checked_add_months(distance)
    };
    let mut seconds = 0.0;
    for (key, unit) in [
        ("daysInput", 86_400.0),
        ("hoursInput", 3_600.0),
        ("minutesInput", 60.0),
        ("secondsInput", 1.0),
    ] {
        seconds += unit * inputs.number(key)?.unwrap_or_default();
    }
    let moved = milliseconds(seconds * 1000.0).and_then(TimeDelta::try_milliseconds);
    match shifted.zip(moved).and_then(|(start, moved)| start.checked_add_signed(moved)) {
        Some(moment) => Ok(iso(moment).into()),
        None => Err(out_of_range()),
    }
}

fn months(inputs: &Inputs, key: &str) -> Result<i32, StepError> {
    let number = inputs.number(key)?.unwrap_or_default();
    let whole = milliseconds(number).filter(|_| number.fract() == 0.0);
    whole
        .and_then(|number| i32::try_from(number).ok())
        .filter(|number| number.abs() <= MONTHS_MAX)
        .ok_or_else(|| StepError::new(format!("Input \"{key}\" must be a whole number.")))
}

/// Far enough for any date that can be written.
const MONTHS_MAX: i32 = 1_000_000;

fn to_epoch(inputs: &Inputs) -> Result<Output, StepError> {
    let moment = moment(inputs)?;
    let count =
        if inputs.flag("secondsFlag") { moment.timestamp() } else { moment.timestamp_millis() };
    Ok(Value::from(count).into())
}

fn from_epoch(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("epochInput")?;
    let count = inputs.number("epochInput")?.unwrap_or_default();
    let factor = if inputs.flag("secondsFlag") { 1000.0 } else { 1.0 };
    let moment = milliseconds(count * factor).and_then(DateTime::from_timestamp_millis);
    Ok(iso(moment.ok_or_else(out_of_range)?).into())
}

fn moment(inputs: &Inputs) -> Result<DateTime<Utc>, StepError> {
    let value = inputs.require("dateTimeInput")?;
    let text = value.to_text();
    read(text.trim()).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        StepError::new(format!("\"{shown}\" is not a date or time."))
    })
}

/// ISO 8601, the form of mail headers, or a count of milliseconds.
pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    if let Ok(moment) = zoned.or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
    {
        return Some(moment.to_utc());
    }
    let forms =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    match local.or_else(day) {
        Some(moment) => Some(moment.and_utc()),
        None => milliseconds(text.parse().ok()?).and_then(DateTime::from_timestamp_millis),
    }
}

/// A whole count, if it is one that dates can reach.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn milliseconds(count: f64) -> Option<i64> {
    const FARTHEST: f64 = 8.64e15;
    (count.abs() <= FARTHEST).then_some(count as i64)
}

fn out_of_range() -> StepError {
    StepError::new("The time lies outside the years that can be written.")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::testing::check;

    #[tokio::test]
    async fn moments() {
        let at = |more: Json| {
            let mut inputs = json!({ "dateTimeInput": "2024-02-29T23:30:00+01:00" });
            inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            inputs
        };
        let only = |moment: Json| json!({ "dateTimeInput": moment });
        let iso = "2024-02-29T22:30:00.000Z";
        let day = "2024-02-29T00:00:00.000Z";
        check(
            "datetime",
            [
                ("getCurrentDateTime", json!({}), json!("2026-03-01T12:00:00.000Z")),
                ("getCurrentDateTime", json!({ "secondsFlag": "true" }), json!(1_772_366_400)),
                ("convertToIsoString", at(json!({})), json!(iso)),
                ("convertToIsoString", only(json!("2024-02-29 22:30")), json!(iso)),
                ("convertToIsoString", only(json!("Thu, 29 Feb 2024 22:30:00 GMT")), json!(iso)),
                ("convertToIsoString", only(json!(1_709_245_800_000_i64)), json!(iso)),
                ("convertToIsoString", only(json!("2024-02-29")), json!(day)),
                (
                    "convertToIsoString",
                    only(json!("soon")),
                    json!({ "error": "\"soon\" is not a date or time." }),
                ),
                ("convertToEpoch", at(json!({})), json!(1_709_245_800_000_i64)),
                ("convertToEpoch", at(json!({ "secondsFlag": true })), json!(1_709_245_800)),
                ("convertFromEpoch", json!({ "epochInput": "1709245800000" }), json!(iso)),
                (
                    "convertFromEpoch",
                    json!({ "epochInput": 1_709_245_800, "secondsFlag": "true" }),
                    json!(iso),
                ),
                (
                    "adjustDateTime",
                    at(json!({ "daysInput": "1", "hoursInput": "-1", "minutesInput": "",
                        "secondsInput": 1.5 })),
                    json!("2024-03-01T21:30:01.500Z"),
                ),
                (
                    "adjustDateTime",
                    at(json!({ "yearsInput": 1 })),
                    json!("2025-02-28T22:30:00.000Z"),
                ),
                (
                    "adjustDateTime",
                    at(json!({ "daysInput": "1e300" })),
                    json!({ "error": "The time lies outside the years that can be written." }),
                ),
            ],
        )
        .await;
    }
}
