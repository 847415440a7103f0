//! From the JSON form of an expression to its compiled form.

use serde_json::Value as Json;

use super::{Case, Expression, Malformed, Named};
use crate::condition::{Condition, is_operator};
use crate::problem::{Kind, Problems, item, property};
use crate::template::Template;

/// Reads the JSON form.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    problems: &'a Problems,
    /// How many lists this is in.
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(problems: &'a Problems) -> Self {
        Self { problems, depth: 0 }
    }

    pub fn expression(self, json: &Json, path: &str) -> Expression {
        let Json::Object(map) = json else {
            if json.is_array() {
                self.wrong(path, "an expression is a mapping with `type` and `value`, not a list");
            }
            return literal(json);
        };
        let value = map.get("value").unwrap_or(&Json::Null);
        let text = || self.text(value, path);
        match map.get("type").and_then(Json::as_str) {
            Some("value") => literal(value),
            Some("reference") => text().map_or(UNSET, |text| reference(&text)),
            Some("configVar") => text().map_or(UNSET, |text| Expression::ConfigVar(text.into())),
            Some("template") => text().map_or(UNSET, |text| template(&text)),
            Some("complex") => self.complex(value, path),
            Some(other) => {
                let known = "value, reference, configVar, template, complex";
                let message = format!("`{other}` is no type of expression (known: {known})");
                self.wrong(&property(path, "type"), &message);
                UNSET
            }
            None => {
                self.wrong(path, "an expression needs a `type`");
                UNSET
            }
        }
    }

    fn text(self, value: &Json, path: &str) -> Option<String> {
        match value {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
            Json::Array(_) | Json::Object(_) => {
                self.wrong(&property(path, "value"), "this must be text");
                None
            }
        }
    }

    fn complex(self, value: &Json, path: &str) -> Expression {
        let path = property(path, "value");
        let items = match value {
            Json::Null => return UNSET,
            Json::Array(items) => items,
            _ => {
                self.wrong(&path, "a complex expression holds a list");
                return UNSET;
            }
        };
        if items.first().and_then(Json::as_str).is_some_and(is_operator) {
            return Expression::Condition(Box::new(self.condition(value, &path)));
        }
        let inner = Self { depth: self.depth + 1, ..self };
        let entries = items.iter().enumerate().map(|(index, json)| (json, item(&path, index)));
        if !items.is_empty() && items.iter().all(is_case) {
            return Expression::Conditions(
                entries.map(|(json, at)| inner.case(json, &at)).collect(),
            );
        }
        if !items.iter().any(has_name) {
            let items = entries.map(|(json, at)| inner.expression(json, &at));
            return Expression::List(items.collect());
        }
        let named = entries.map(|(json, at)| Named {
            name: inner.name(json, &at),
            value: inner.expression(json, &at),
        });
        let named = named.collect();
        // Named entries deeper down are the properties of a structured input.
        if self.depth == 0 { Expression::Pairs(named) } else { Expression::Fields(named) }
    }

    fn name(self, json: &Json, path: &str) -> Expression {
        match json.get("name") {
            Some(name @ Json::Object(_)) => self.expression(name, &property(path, "name")),
            Some(name) => literal(name),
            None => UNSET,
        }
    }

    fn case(self, json: &Json, path: &str) -> Case {
        let name = match json.get("name") {
            Some(Json::Object(name)) => name.get("value").and_then(Json::as_str),
            name => name.and_then(Json::as_str),
        };
        if name.is_none() {
            self.wrong(path, "a condition needs the name of its branch");
        }
        let condition = self.condition(&json["value"], &property(path, "value"));
        Case { name: name.unwrap_or_default().into(), condition }
    }

    fn condition(self, json: &Json, path: &str) -> Condition {
        crate::condition::read(self, json, path)
    }

    pub fn wrong(self, path: &str, message: &str) {
        self.problems.add(Kind::Shape, path, message);
    }
}

const UNSET: Expression = Expression::Literal(None);

/// A list whose head is an operator, under a name: the form of a condition.
fn is_case(json: &Json) -> bool {
    json["type"] == "complex" && json["value"].get(0).is_some_and(Json::is_string)
}

fn has_name(json: &Json) -> bool {
    !matches!(json.get("name"), None | Some(Json::Null)) && json["name"] != ""
}

fn literal(json: &Json) -> Expression {
    Expression::Literal((!json.is_null()).then(|| json.clone().into()))
}

fn reference(text: &str) -> Expression {
    if text.trim().is_empty() {
        return UNSET;
    }
    text.parse().map_or_else(|reason| malformed(text, &reason), Expression::Reference)
}

fn template(text: &str) -> Expression {
    Template::parse(text).map_or_else(|reason| malformed(text, &reason), Expression::Template)
}

fn malformed(text: &str, reason: &dyn std::error::Error) -> Expression {
    let text = text.chars().take(200).collect::<String>();
    Expression::Malformed(Malformed { text: text.into(), reason: reason.to_string().into() })
}
