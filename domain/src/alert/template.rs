//! Placeholders of the payloads that webhooks get.

use serde_json::Value as Json;

/// What a notification is about, in words.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub monitor: String,
    pub trigger: &'static str,
    pub organization: String,
    pub customer: String,
    pub customer_external_id: String,
    pub instance: String,
    pub instance_id: String,
    pub integration: String,
    pub flow: String,
    pub execution_id: String,
    pub step: String,
    pub details: String,
    /// When it happened.
    pub at: String,
    /// How often it happened since people were last told.
    pub count: i32,
}

/// The same in all messages, so that receivers can tell them by it.
const SUBJECT: &str = "Marquetry alert";

impl Facts {
    /// The value of a placeholder; `None` for a word that is none.
    fn get(&self, name: &str) -> Option<String> {
        let text = match name {
            "SUBJECT" => SUBJECT,
            "NAME" => &self.monitor,
            "TRIGGER" => self.trigger,
            "CUSTOMER" => &self.customer,
            "CUSTOMER_EXTERNAL_ID" => &self.customer_external_id,
            "INSTANCE" => &self.instance,
            "INSTANCE_ID" => &self.instance_id,
            "INTEGRATION" => &self.integration,
            "FLOW" => &self.flow,
            "EXECUTION_ID" => &self.execution_id,
            "STEP" => &self.step,
            "DETAILS" => &self.details,
            "ORGANIZATION" => &self.organization,
            "TIMESTAMP" => &self.at,
            "COUNT" => return Some(self.count.to_string()),
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// What a template becomes. In a template that is JSON, values are escaped so that the result is
/// JSON as well.
pub(super) fn fill(template: &str, facts: &Facts) -> String {
    let is_json = is_json(template);
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(place) = rest.find('$') {
        let (before, from) = rest.split_at(place);
        filled.push_str(before);
        let after = &from[1..];
        let is_part = |sign: char| sign.is_ascii_uppercase() || sign == '_';
        let end = after.find(|sign| !is_part(sign)).unwrap_or(after.len());
        let (name, next) = after.split_at(end);
        match facts.get(name) {
            Some(value) if is_json => filled.push_str(&escaped(&value)),
            Some(value) => filled.push_str(&value),
            None => filled.extend(["$", name]),
        }
        rest = next;
    }
    filled.push_str(rest);
    filled
}

pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok()
}

/// As a part of a JSON text.
fn escaped(value: &str) -> String {
    let quoted = Json::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_escaped_where_the_template_is_json() {
        let facts = Facts {
            monitor: "A \"quoted\"\nname".to_owned(),
            instance: "Sync".to_owned(),
            instance_id: "7".to_owned(),
            count: 3,
            ..Facts::default()
        };
        for (template, expected) in [
            (r#"{"a": "$NAME!"}"#, r#"{"a": "A \"quoted\"\nname!"}"#),
            ("$NAME", "A \"quoted\"\nname"),
            ("$INSTANCE_ID$INSTANCE x$COUNT", "7Sync x3"),
            (r#"{"a": $COUNT}"#, r#"{"a": 3}"#),
            ("$ $5 $NAMED $", "$ $5 $NAMED $"),
        ] {
            assert_eq!(fill(template, &facts), expected, "{template}");
        }
    }
}
