//! Whether a text can be the value of a config variable.

use chrono::{NaiveDate, NaiveDateTime};
use entity::config_value;
use flow::definition::{Choice, CodeLanguage, Collection, ConfigVar, DataType, ScheduleType};
use flow::schedule::Timing;
use serde_json::Value as Json;

use super::config::ConfigInput;

/// What is wrong with a value for this variable; nothing where it is right.
pub(super) fn check(variable: &ConfigVar, input: &ConfigInput) -> Result<(), String> {
    if variable.data_type == DataType::Connection {
        return match &input.value {
            Some(value) if !value.is_empty() => {
                Err("a connection takes `values`, not `value`".to_owned())
            }
            _ => Ok(()),
        };
    }
    if input.values.is_some() {
        return Err("only connections take `values`".to_owned());
    }
    check_schedule(variable, input)?;
    let Some(value) = input.value.as_deref().filter(|value| !value.is_empty()) else {
        return Ok(());
    };
    match variable.collection {
        None => check_scalar(variable, value),
        Some(collection) => check_collection(variable, collection, value),
    }
}

/// As [`check`], for a value that was stored for an earlier version.
pub(super) fn check_stored(
    variable: &ConfigVar,
    stored: &config_value::Model,
) -> Result<(), String> {
    let input = ConfigInput {
        key: stored.key.clone(),
        value: stored.value.clone(),
        values: stored.sealed_inputs.is_some().then(String::new),
        schedule_type: stored.schedule_type.clone(),
        time_zone: stored.time_zone.clone(),
        customer_variable: None,
    };
    check(variable, &input)
}

fn check_schedule(variable: &ConfigVar, input: &ConfigInput) -> Result<(), String> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if variable.data_type != DataType::Schedule {
        return match input {
            _ if given(&input.schedule_type) => Err("only schedules take `scheduleType`".into()),
            _ if given(&input.time_zone) => Err("only schedules take `timeZone`".into()),
            _ => Ok(()),
        };
    }
    let kind = match input.schedule_type.as_deref().filter(|kind| !kind.is_empty()) {
        None => variable.schedule_type,
        Some(kind) => Some(ScheduleType::named(kind).ok_or_else(|| {
            format!("`{kind}` is no type of schedule (known: {})", names::<ScheduleType>())
        })?),
    };
    let zone = input.time_zone.as_ref().or(variable.time_zone.as_ref());
    let zone = zone.map_or("", String::as_str);
    // What is given in pieces makes sense only together with the default.
    let cron = input.value.as_ref().or(variable.default_value.as_ref());
    // That nothing is said yet keeps the instance from being deployed, not from being stored.
    let cron = cron.filter(|cron| !cron.trim().is_empty()).map_or("* * * * *", String::as_str);
    Timing::read(kind, cron, zone).map(drop)
}

fn names<C: Choice>() -> String {
    C::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn check_collection(
    variable: &ConfigVar,
    collection: Collection,
    value: &str,
) -> Result<(), String> {
    let Ok(Json::Array(items)) = serde_json::from_str(value) else {
        return Err("this must be the JSON text of a list".to_owned());
    };
    for (index, item) in items.iter().enumerate() {
        let text = match (collection, item) {
            (Collection::ValueList, item) => scalar(item),
            (Collection::KeyValueList, Json::Object(pair)) if pair.contains_key("key") => {
                pair.get("value").and_then(scalar)
            }
            (Collection::KeyValueList, _) => {
                return Err(format!("entry {index} must be an object with `key` and `value`"));
            }
        };
        let text = text.ok_or_else(|| format!("entry {index} must be text"))?;
        check_scalar(variable, &text).map_err(|message| format!("entry {index}: {message}"))?;
    }
    Ok(())
}

fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn check_scalar(variable: &ConfigVar, value: &str) -> Result<(), String> {
    match variable.data_type {
        DataType::String | DataType::Credential | DataType::Connection | DataType::Schedule => {
            Ok(())
        }
        DataType::Boolean if matches!(value, "true" | "false") => Ok(()),
        DataType::Boolean => Err("this must be `true` or `false`".to_owned()),
        DataType::Number if value.trim().parse::<f64>().is_ok_and(f64::is_finite) => Ok(()),
        DataType::Number => Err(format!("`{value}` is not a number")),
        DataType::Picklist => check_picklist(variable, value),
        DataType::Date if is_date(value) => Ok(()),
        DataType::Date => Err(format!("`{value}` is not a date: write YYYY-MM-DD")),
        DataType::Timestamp if is_timestamp(value) => Ok(()),
        DataType::Timestamp => Err(format!("`{value}` is not a time: write YYYY-MM-DDTHH:MM:SSZ")),
        DataType::Code if variable.code_language != Some(CodeLanguage::Json) => Ok(()),
        DataType::Code
        | DataType::ObjectSelection
        | DataType::ObjectFieldMap
        | DataType::JsonForm => match serde_json::from_str::<Json>(value) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("this is not JSON: {error}")),
        },
    }
}

fn check_picklist(variable: &ConfigVar, value: &str) -> Result<(), String> {
    let is_fixed = variable.data_source.is_none() && !variable.pick_list.is_empty();
    if !is_fixed || variable.pick_list.iter().any(|known| known == value) {
        return Ok(());
    }
    Err(format!("`{value}` is not one of {}", variable.pick_list.join(", ")))
}

fn is_date(value: &str) -> bool {
    ["%Y-%m-%d", "%m/%d/%Y"].iter().any(|format| NaiveDate::parse_from_str(value, format).is_ok())
}

fn is_timestamp(value: &str) -> bool {
    let formats = [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S",
        "%m/%d/%Y, %I:%M %p",
        "%m/%d/%Y %I:%M %p",
    ];
    chrono::DateTime::parse_from_rfc3339(value).is_ok()
        || formats.iter().any(|format| NaiveDateTime::parse_from_str(value, format).is_ok())
}

#[cfg(test)]
mod tests {
    use flow::Definition;
    use serde_json::json;

    use super::*;

    fn check_text(entry: &Json, value: &str) -> bool {
        let mut entry = entry.clone();
        entry["key"] = "it".into();
        let document = json!({
            "definitionVersion": 7, "name": "x", "flows": [], "requiredConfigVars": [entry],
        });
        let definition = Definition::from_json(&document.to_string()).unwrap();
        let input =
            ConfigInput { key: "it".into(), value: Some(value.into()), ..Default::default() };
        check(&definition.config_vars[0], &input).is_ok()
    }

    /// Proves R038, R039, R040, R041, R042, R044, R046.
    #[test]
    fn values_fit_their_type() {
        let cases = [
            (json!({"dataType": "string"}), "anything", ""),
            (json!({"dataType": "boolean"}), "true", "yes"),
            (json!({"dataType": "number"}), "-4.5", "four"),
            (json!({"dataType": "number"}), "1e3", "inf"),
            (json!({"dataType": "picklist", "pickList": ["a", "b"]}), "b", "c"),
            (json!({"dataType": "picklist"}), "free", ""),
            (json!({"dataType": "date"}), "2026-02-28", "2026-02-30"),
            (json!({"dataType": "date"}), "02/28/2026", "28/02/2026"),
            (json!({"dataType": "timestamp"}), "2026-02-28T10:00:00Z", "10:00"),
            (json!({"dataType": "timestamp"}), "02/28/2026, 10:00 AM", "02/28/2026"),
            (json!({"dataType": "schedule"}), "*/5 8-16 * * 1-5", "* *"),
            (json!({"dataType": "schedule"}), "00 00 */1 * *", "0 0 30 feb *"),
            (json!({"dataType": "schedule", "scheduleType": "once"}), "", ""),
            (json!({"dataType": "code", "codeLanguage": "json"}), "{}", "{"),
            (json!({"dataType": "code", "codeLanguage": "xml"}), "<a/>", ""),
            (json!({"dataType": "jsonForm"}), "{\"a\":1}", "a"),
            (json!({"dataType": "number", "collectionType": "valuelist"}), "[1,\"2\"]", "[\"x\"]"),
            (
                json!({"dataType": "string", "collectionType": "keyvaluelist"}),
                "[{\"key\":\"a\",\"value\":\"b\"}]",
                "[\"a\"]",
            ),
        ];
        for (entry, right, wrong) in cases {
            assert!(check_text(&entry, right), "{entry}: {right}");
            assert!(wrong.is_empty() || !check_text(&entry, wrong), "{entry}: {wrong}");
        }
    }
}
