//! Single values and small formats.

use std::sync::Arc;

use flow::{Map, Value};

use crate::{Inputs, Output, StepError};

/// What `data` holds: its text where it is text or a file, else the data itself.
pub enum Source {
    Text(String),
    Data(Value),
}

pub fn source(inputs: &Inputs) -> Result<Source, StepError> {
    let given = inputs.require("data")?;
    let is_file = given.get("contentType").is_some();
    Ok(match given.get("data").filter(|_| is_file).unwrap_or(given) {
        text @ (Value::String(_) | Value::Bytes(_)) => Source::Text(text.to_text()),
        data => Source::Data(data.clone()),
    })
}

/// Data that an earlier step has read already stays as it is.
pub fn from_json(inputs: &Inputs) -> Result<Output, StepError> {
    match source(inputs)? {
        Source::Data(data) => Ok(data.into()),
        Source::Text(text) => Ok(parse(&text)?.into()),
    }
}

pub fn parse(text: &str) -> Result<Value, StepError> {
    Value::from_json(text)
        .map_err(|error| StepError::new(format!("The data is not valid JSON: {error}.")))
}

/// Text becomes a JSON string, as `JSON.stringify` makes one.
pub fn to_json(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::from(inputs.require("data")?.to_json()).into())
}

pub fn pretty(inputs: &Inputs) -> Result<Output, StepError> {
    let data = match source(inputs)? {
        Source::Data(data) => data,
        Source::Text(text) => parse(&text)?,
    };
    let text = serde_json::to_string_pretty(&data)
        .map_err(|error| StepError::new(format!("The data cannot be written as JSON: {error}.")))?;
    Ok(Value::from(text).into())
}

pub fn lines(inputs: &Inputs) -> Result<Output, StepError> {
    let text = match source(inputs)? {
        Source::Data(data) => return Ok(data.into()),
        Source::Text(text) => text,
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(index, line): (usize, &str)| {
        Value::from_json(line).map_err(|error| {
            StepError::new(format!("Line {} is not valid JSON: {error}.", index + 1))
        })
    };
    Ok(Value::from(lines.map(read).collect::<Result<Vec<_>, _>>()?).into())
}

pub fn to_lines(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("data")?;
    let items = inputs.list("data")?;
    let lines: Vec<String> = items.iter().map(Value::to_json).collect();
    Ok(Value::from(lines.join("\n")).into())
}

/// A field that occurs several times becomes a list.
pub fn from_form(inputs: &Inputs) -> Result<Output, StepError> {
    let text = match source(inputs)? {
        Source::Data(data) => return Ok(data.into()),
        Source::Text(text) => text,
    };
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.trim().as_bytes()) {
        let value = Value::from(&*value);
        match fields.get_mut(&*name) {
            None => {
                fields.insert(name.into(), value);
            }
            Some(Value::List(values)) => Arc::make_mut(values).push(value),
            Some(first) => *first = vec![first.clone(), value].into(),
        }
    }
    Ok(Value::from(fields).into())
}

pub fn to_form(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("data")?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in inputs.pairs("data")? {
        for value in value.as_list().unwrap_or(std::slice::from_ref(&value)) {
            form.append_pair(&name, &value.to_text());
        }
    }
    Ok(Value::from(form.finish()).into())
}

/// Nothing becomes empty text.
pub fn to_text(inputs: &Inputs) -> Output {
    Value::from(inputs.text("value")).into()
}

fn number(inputs: &Inputs) -> Result<f64, StepError> {
    inputs.require("value")?;
    let number = match inputs.get("value") {
        Some(Value::Bool(flag)) => f64::from(u8::from(*flag)),
        _ => inputs.number("value")?.unwrap_or_default(),
    };
    let finite = Some(number).filter(|number| number.is_finite());
    finite.ok_or_else(|| StepError::new("Input \"value\" must be a finite number."))
}

pub fn to_number(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::from(number(inputs)?).into())
}

pub fn to_integer(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::from(number(inputs)?.trunc()).into())
}

pub fn to_boolean(inputs: &Inputs) -> Output {
    let is_true = match inputs.get("value") {
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        _ => inputs.flag("value"),
    };
    Value::from(is_true).into()
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::{Value as Json, json};

    use crate::testing::{Stage, check};

    fn data(data: impl Into<Json>) -> Json {
        json!({ "data": data.into() })
    }

    #[tokio::test]
    async fn formats() {
        let file = Value::file(&b"{\"a\":1}"[..], "application/json");
        let file = serde_json::to_value(file).unwrap();
        let parsed = json!({ "data": { "a": 1 }, "contentType": "application/json" });
        let form = json!({ "data": "a=1&b=x+y&a=%C3%A9", "contentType":
            "application/x-www-form-urlencoded" });
        let fields = json!({ "a": ["1", "é"], "b": "x y" });
        check(
            "change-data-format",
            [
                ("deserializeFromJson", data("[1,\"b\"]"), json!([1, "b"])),
                ("deserializeFromJson", data(file), json!({ "a": 1 })),
                ("deserializeFromJson", data(parsed), json!({ "a": 1 })),
                ("deserializeFromJson", data(json!({ "data": 1 })), json!({ "data": 1 })),
                ("binaryToJson", data(json!({ "a": [1] })), json!("{\"a\":[1]}")),
                ("binaryToJson", data("a"), json!("\"a\"")),
                ("prettyPrint", data("{\"a\":1}"), json!("{\n  \"a\": 1\n}")),
                ("deserializeJsonl", data("{\"a\":1}\n\n2\n"), json!([{ "a": 1 }, 2])),
                ("serializeJsonl", data(json!([{ "a": 1 }, 2])), json!("{\"a\":1}\n2")),
                ("deserializeFormData", data(form), fields.clone()),
                ("serializeFormData", data(fields), json!("a=1&a=%C3%A9&b=x+y")),
            ],
        )
        .await;
        let mut stage = Stage::new();
        for (action, wrong, expected) in [
            ("deserializeFromJson", "{a", "not valid JSON"),
            ("deserializeJsonl", "1\n{", "Line 2"),
        ] {
            let error = stage.data("change-data-format", action, data(wrong)).await.unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[tokio::test]
    async fn conversions() {
        let value = |value: Json| json!({ "value": value });
        let no_number = "Input \"value\" must be a number, but is \"abc\".";
        check(
            "change-data-format",
            [
                ("convertToString", value(json!({ "a": 1 })), json!("{\"a\":1}")),
                ("convertToString", json!({}), json!("")),
                ("convertToNumber", value(json!(" 1.50 ")), json!(1.5)),
                ("convertToNumber", value(json!(true)), json!(1)),
                ("convertToNumber", value(json!("abc")), json!({ "error": no_number })),
                ("convertToInt", value(json!("-7.9")), json!(-7)),
                ("convertToBoolean", value(json!("Yes")), json!(true)),
                ("convertToBoolean", value(json!("no")), json!(false)),
                ("convertToBoolean", value(json!(2)), json!(true)),
            ],
        )
        .await;
    }
}
