//! What an input of a step is made of: literals, references, templates, lists and conditions.

mod read;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::Value;
use crate::condition::Condition;
use crate::problem::{Problem, Problems, item, property};
use crate::reference::Path;
use crate::scope::Scope;
use crate::template::{Part, Template};

pub(crate) use read::Reader;

/// A compiled expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A value as written; `None` where the definition leaves the input unset.
    Literal(Option<Value>),
    Reference(Path),
    /// The value of a config variable; an empty key means "unset".
    ConfigVar(Arc<str>),
    Template(Template),
    List(Vec<Expression>),
    /// A list of `{key, value}`.
    Pairs(Vec<Named>),
    /// An object; this is what named entries mean inside another list.
    Fields(Vec<Named>),
    /// Named conditions, of which the first true one counts.
    Conditions(Vec<Case>),
    Condition(Box<Condition>),
    Malformed(Malformed),
}

/// An entry of a list that has names.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: Expression,
    pub value: Expression,
}

/// A condition and the branch it leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub name: Arc<str>,
    pub condition: Condition,
}

/// Text that should be a reference or template but is not: it fails when it is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub text: Arc<str>,
    pub reason: Arc<str>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` cannot be evaluated: {}", self.text, self.reason)
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    #[error("{0}")]
    Malformed(Malformed),
    #[error("unknown operator `{0}`")]
    UnknownOperator(Arc<str>),
    #[error("`{operator}` needs a list, an object or text on its right side")]
    NotAContainer { operator: &'static str },
    #[error("`{operator}` needs text or a list")]
    NoLength { operator: &'static str },
    #[error("`{0}` is not a date: write ISO 8601, or seconds since 1970")]
    NotADate(String),
}

/// Something in an expression that can be right or wrong.
#[derive(Clone, Copy, Debug)]
pub enum Mention<'a> {
    Reference(&'a Path),
    ConfigVar(&'a str),
    Malformed(&'a Malformed),
    UnknownOperator(&'a str),
}

impl Expression {
    /// Compiles the `{type, value}` form.
    ///
    /// References, templates and operators that make no sense do not fail here but when they are
    /// evaluated, so that a definition with a broken reference can be imported and mended.
    pub fn parse(json: &Json) -> Result<Self, Vec<Problem>> {
        let problems = Problems::default();
        let expression = Self::read(json, "", &problems);
        let problems = problems.into_vec();
        if problems.is_empty() { Ok(expression) } else { Err(problems) }
    }

    pub(crate) fn read(json: &Json, path: &str, problems: &Problems) -> Self {
        Reader::new(problems).expression(json, path)
    }

    /// The value, or `None` where there is none: a missing link in a path, an unset input.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Option<Value>, EvaluationError> {
        Ok(self.resolve(scope)?.map(Cow::into_owned))
    }

    /// As [`Self::evaluate`], but borrows what exists already.
    pub fn resolve<'a>(
        &'a self,
        scope: &'a dyn Scope,
    ) -> Result<Option<Cow<'a, Value>>, EvaluationError> {
        let value = match self {
            Self::Literal(value) => return Ok(value.as_ref().map(Cow::Borrowed)),
            Self::Reference(path) => return Ok(path.evaluate(scope)),
            Self::ConfigVar(key) => return Ok(scope.config_var(key).map(Cow::Borrowed)),
            Self::Template(template) => template.evaluate(scope),
            Self::List(items) => list(items, scope)?,
            Self::Pairs(entries) => pairs(entries, scope)?,
            Self::Fields(entries) => fields(entries, scope)?,
            Self::Conditions(cases) => first_case(cases, scope)?,
            Self::Condition(condition) => condition.evaluate(scope)?.into(),
            Self::Malformed(malformed) => {
                return Err(EvaluationError::Malformed(malformed.clone()));
            }
        };
        Ok(Some(Cow::Owned(value)))
    }

    /// Whether the definition leaves this input unset.
    pub fn is_unset(&self) -> bool {
        match self {
            Self::Literal(value) => value.is_none(),
            Self::ConfigVar(key) => key.is_empty(),
            _ => false,
        }
    }

    /// Calls `found` with everything that can be right or wrong, and where below `path` it is.
    pub fn mentions(&self, path: &str, found: &mut dyn FnMut(&str, Mention<'_>)) {
        match self {
            Self::Literal(_) => {}
            Self::Reference(reference) => found(path, Mention::Reference(reference)),
            Self::ConfigVar(key) if key.is_empty() => {}
            Self::ConfigVar(key) => found(path, Mention::ConfigVar(key)),
            Self::Template(template) => {
                for part in template.parts() {
                    match part {
                        Part::Text(_) => {}
                        Part::ConfigVar(key) => found(path, Mention::ConfigVar(key)),
                        Part::Reference(reference) => found(path, Mention::Reference(reference)),
                    }
                }
            }
            Self::List(items) => {
                for (index, entry) in items.iter().enumerate() {
                    entry.mentions(&item(&property(path, "value"), index), found);
                }
            }
            Self::Pairs(entries) | Self::Fields(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    let path = item(&property(path, "value"), index);
                    entry.name.mentions(&property(&path, "name"), found);
                    entry.value.mentions(&path, found);
                }
            }
            Self::Conditions(cases) => {
                for (index, case) in cases.iter().enumerate() {
                    let path = item(&property(path, "value"), index);
                    case.condition.mentions(&property(&path, "value"), found);
                }
            }
            Self::Condition(condition) => condition.mentions(&property(path, "value"), found),
            Self::Malformed(malformed) => found(path, Mention::Malformed(malformed)),
        }
    }

    /// Changes every reference in place.
    pub(crate) fn for_each_path(&mut self, change: &mut dyn FnMut(&mut Path)) {
        match self {
            Self::Literal(_) | Self::ConfigVar(_) | Self::Malformed(_) => {}
            Self::Reference(path) => change(path),
            Self::Template(template) => {
                for part in template.parts_mut() {
                    if let Part::Reference(path) = part {
                        change(path);
                    }
                }
            }
            Self::List(items) => {
                for item in items {
                    item.for_each_path(change);
                }
            }
            Self::Pairs(entries) | Self::Fields(entries) => {
                for entry in entries {
                    entry.name.for_each_path(change);
                    entry.value.for_each_path(change);
                }
            }
            Self::Conditions(cases) => {
                for case in cases {
                    case.condition.for_each_path(change);
                }
            }
            Self::Condition(condition) => condition.for_each_path(change),
        }
    }
}

fn list(items: &[Expression], scope: &dyn Scope) -> Result<Value, EvaluationError> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.push(item.evaluate(scope)?.unwrap_or_default());
    }
    Ok(values.into())
}

fn pairs(entries: &[Named], scope: &dyn Scope) -> Result<Value, EvaluationError> {
    let mut values = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.name.evaluate(scope)?.unwrap_or_default();
        let value = entry.value.evaluate(scope)?.unwrap_or_default();
        values.push(Value::object([("key", name), ("value", value)]));
    }
    Ok(values.into())
}

fn fields(entries: &[Named], scope: &dyn Scope) -> Result<Value, EvaluationError> {
    let mut object = crate::Map::with_capacity(entries.len());
    for entry in entries {
        let (name, value) = (entry.name.evaluate(scope)?, entry.value.evaluate(scope)?);
        if let (Some(name), Some(value)) = (name, value) {
            object.insert(name.to_text().into(), value);
        }
    }
    Ok(object.into())
}

fn first_case(cases: &[Case], scope: &dyn Scope) -> Result<Value, EvaluationError> {
    for case in cases {
        if case.condition.evaluate(scope)? {
            let name = Value::String(Arc::clone(&case.name));
            return Ok(vec![Value::object([("name", name), ("value", true.into())])].into());
        }
    }
    Ok(Vec::<Value>::new().into())
}

#[cfg(test)]
mod tests;
