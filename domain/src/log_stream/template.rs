//! The text that a line is sent as, with placeholders in double braces.
//!
//! A template that is JSON stays JSON whatever lines say: values inside its strings are escaped,
//! and values outside of them are written as JSON themselves.

use entity::log;
use serde_json::Value as Json;

use super::facts::Facts;
use super::field::Field;

#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<Part>,
    is_json: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Text(String),
    /// And whether it stands in a string of JSON.
    Field(Field, bool),
}

impl Template {
    /// The error is for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let unclosed = || "A placeholder has no end: `}}` is missing.".to_owned();
            let (name, after) = behind.split_once("}}").ok_or_else(unclosed)?;
            let name = name.trim();
            let unknown = || format!("There is no placeholder `{name}`. There are: {}.", names());
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Field(Field::named(name).ok_or_else(unknown)?, false));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        // A digit can stand in a string as well as for a value.
        let sample = parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Field(..) => "0",
        });
        let sample = serde_json::from_str(&sample.collect::<String>());
        // A placeholder alone is meant as text.
        let is_json = matches!(sample, Ok(Json::Object(_) | Json::Array(_)));
        if is_json {
            find_strings(&mut parts);
        }
        Ok(Self { parts, is_json })
    }

    pub fn is_json(&self) -> bool {
        self.is_json
    }

    pub fn content_type(&self) -> &'static str {
        if self.is_json { "application/json" } else { "text/plain; charset=utf-8" }
    }

    pub fn render(&self, line: &log::Model, facts: Option<&Facts>) -> String {
        let mut rendered = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Field(field, is_quoted) => {
                    rendered.push_str(&self.value(&field.of(line, facts), *is_quoted));
                }
            }
        }
        rendered
    }

    fn value(&self, value: &Json, is_quoted: bool) -> String {
        let plain = match value {
            Json::String(text) => text.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        };
        match (self.is_json, is_quoted) {
            (false, _) => plain,
            (true, false) => value.to_string(),
            (true, true) => {
                let quoted = Json::String(plain).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
        }
    }

    /// As [`Self::render`] on one line, for a template that is JSON.
    pub fn render_flat(&self, line: &log::Model, facts: Option<&Facts>) -> String {
        // In JSON, a line break is never part of a string.
        self.render(line, facts).replace(['\n', '\r'], "")
    }
}

fn names() -> String {
    Field::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
}

/// Notes which placeholders stand in strings.
fn find_strings(parts: &mut [Part]) {
    let mut is_inside = false;
    for part in parts {
        match part {
            Part::Field(_, is_quoted) => *is_quoted = is_inside,
            Part::Text(text) => {
                let mut letters = text.chars();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => is_inside = !is_inside,
                        '\\' if is_inside => drop(letters.next()),
                        _ => {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::log::Severity;
    use entity::{LogId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn line(message: &str) -> log::Model {
        let id = Uuid::from_u128(7);
        log::Model {
            id: LogId(id),
            organization_id: id.into(),
            customer_id: Some(id.into()),
            instance_id: Some(id.into()),
            integration_id: Some(id.into()),
            flow_config_id: Some(id.into()),
            execution_id: Some(id.into()),
            is_test: false,
            timestamp: Timestamp(1_790_000_000_123_456),
            severity: Severity::Warn,
            message: message.to_owned(),
            step_name: None,
            loop_path: String::new(),
            kind: None,
            owner_id: None,
            variable_key: None,
        }
    }

    #[test]
    fn templates_are_filled_in() {
        let hostile = "say \"hi\",\n\\u0041 {{severity}}";
        for (template, expected) in [
            ("{{message}} {{ severityNumber }}", "say \"hi\",\n\\u0041 {{severity}} 4"),
            (r#"{"m": "a {{message}}"}"#, r#"{"m": "a say \"hi\",\n\\u0041 {{severity}}"}"#),
            ("[{{message}}]", r#"["say \"hi\",\n\\u0041 {{severity}}"]"#),
            (r#"{"t": {{timestamp}}}"#, r#"{"t": 1790000000123}"#),
            (r#"{"t": "{{timestamp_ns}}"}"#, r#"{"t": "1790000000123456000"}"#),
            ("{{timestamp_s}}|{{timestamp_iso}}", "1790000000|2026-09-21T14:13:20.123456Z"),
            (r#"["{{stepName}}", {{stepName}}, {{isTestExecution}}]"#, r#"["", null, false]"#),
            (r#"["\"{{severity}}", {{severity}}]"#, r#"["\"warn", "warn"]"#),
        ] {
            let parsed = Template::parse(template).unwrap();
            assert_eq!(parsed.render(&line(hostile), None), expected, "{template}");
            if parsed.is_json() {
                serde_json::from_str::<Json>(expected).unwrap();
            }
        }
        let flat = Template::parse("{\n  \"m\": {{message}}\n}").unwrap();
        assert_eq!(flat.render_flat(&line("a\nb"), None), r#"{  "m": "a\nb"}"#);
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        for template in ["{{nope}}", "{{message", "{{}}", "{{ {{message}} }}"] {
            Template::parse(template).unwrap_err();
        }
        for text in ["{{message}}, {", "{{message}}"] {
            assert!(!Template::parse(text).unwrap().is_json(), "{text}");
        }
    }
}
