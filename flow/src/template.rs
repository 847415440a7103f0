//! Text with slots for references and config variables.

use std::sync::Arc;

use crate::Value;
use crate::reference::{Path, PathError};
use crate::scope::Scope;

/// A parsed template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(Arc<str>),
    ConfigVar(Arc<str>),
    Reference(Path),
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("the slot `{0}` is not closed by `}}}}`")]
    OpenSlot(String),
    #[error("a slot names no config variable")]
    EmptySlot,
    #[error("the slot `{slot}` is no reference: {source}")]
    Reference { slot: String, source: PathError },
}

impl Template {
    /// Braces that do not start a slot (`{{#` or `{{$`) are ordinary text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let (before, slot) = rest.split_at(start);
            literal.push_str(before);
            let Some(sigil) = slot[2..].chars().next().filter(|sigil| "#$".contains(*sigil)) else {
                // One brace at a time, since `{{{#x}}` has its slot at the second one.
                literal.push('{');
                rest = &slot[1..];
                continue;
            };
            let (inside, after) = slot[3..]
                .split_once("}}")
                .ok_or_else(|| TemplateError::OpenSlot(slot.chars().take(40).collect()))?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            parts.push(slot_part(sigil, inside.trim())?);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
        Ok(Self { parts })
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn parts_mut(&mut self) -> &mut [Part] {
        &mut self.parts
    }

    /// The text with every slot filled; a slot that leads to nothing is left out.
    pub fn evaluate(&self, scope: &dyn Scope) -> Value {
        match &self.parts[..] {
            [] => return "".into(),
            [Part::Text(text)] => return Value::String(Arc::clone(text)),
            _ => {}
        }
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::ConfigVar(key) => push(&mut filled, scope.config_var(key)),
                Part::Reference(path) => push(&mut filled, path.evaluate(scope).as_deref()),
            }
        }
        filled.into()
    }
}

fn slot_part(sigil: char, inside: &str) -> Result<Part, TemplateError> {
    if sigil == '#' {
        let key = (!inside.is_empty()).then(|| inside.into()).ok_or(TemplateError::EmptySlot)?;
        return Ok(Part::ConfigVar(key));
    }
    let path = inside
        .parse()
        .map_err(|source| TemplateError::Reference { slot: inside.to_owned(), source })?;
    Ok(Part::Reference(path))
}

fn push(filled: &mut String, value: Option<&Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => filled.push_str(text),
        Some(value) => filled.push_str(&value.to_text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fixture;

    #[test]
    fn slots_are_filled_and_other_braces_stay() {
        let scope = Fixture::default()
            .config_var("API Host", r#""example.test""#)
            .config_var("Page Size", "25")
            .results("call", r#"{"body":{"name":"Ann","tags":["a",1],"none":null}}"#);
        for (template, filled) in [
            ("", ""),
            ("plain { text }", "plain { text }"),
            ("https://{{#API Host}}/v1", "https://example.test/v1"),
            ("{{# API Host }}:{{#Page Size}}", "example.test:25"),
            ("Hi {{$call.results.body.name}}!", "Hi Ann!"),
            ("{{$call.results.body.tags}}", r#"["a",1]"#),
            ("[{{$call.results.body.none}}{{$call.results.gone}}{{#Gone}}]", "[]"),
            ("{{ other }} {{name}} {{", "{{ other }} {{name}} {{"),
            ("{{{$call.results.body.name}}}", "{Ann}"),
            ("{\"a\":{\"b\":{{#Page Size}}}}", "{\"a\":{\"b\":25}}"),
        ] {
            let parsed = Template::parse(template).unwrap();
            assert_eq!(parsed.evaluate(&scope), filled.into(), "{template}");
        }
    }

    #[test]
    fn broken_slots_are_refused() {
        for template in ["{{#Open", "{{#}}", "{{$not a path}}", "{{$call.results..a}}"] {
            assert!(Template::parse(template).is_err(), "{template}");
        }
    }
}
