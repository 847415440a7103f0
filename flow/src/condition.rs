//! Boolean expressions: operators over expressions, joined by `and` and `or`.

mod coercion;
mod instant;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::Value;
use crate::expression::{EvaluationError, Expression, Mention, Reader};
use crate::problem::item;
use crate::reference::Path;
use crate::scope::Scope;

pub use coercion::{compare, loosely_equal, parsed, strictly_equal, truthy};

/// A compiled condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test {
        operator: Operator,
        left: Expression,
        right: Expression,
    },
    /// Fails when it is evaluated, which may never happen.
    Unknown {
        name: Arc<str>,
        operands: Vec<Expression>,
    },
}

/// What a test asks of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    pub name: &'static str,
    relation: Relation,
    /// Whether the answer is turned round.
    negated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    ExactlyMatches,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
    StartsWith,
    EndsWith,
    After,
    Before,
    SameTime,
    IsTrue,
    Exists,
    IsEmpty,
}

const fn operator(name: &'static str, relation: Relation, negated: bool) -> Operator {
    Operator { name, relation, negated }
}

/// Every operator, by its name in definitions.
pub const OPERATORS: [Operator; 23] = [
    operator("equal", Relation::Equal, false),
    operator("notEqual", Relation::Equal, true),
    operator("greaterThan", Relation::Greater, false),
    operator("greaterThanOrEqual", Relation::GreaterOrEqual, false),
    operator("lessThan", Relation::Less, false),
    operator("lessThanOrEqual", Relation::LessOrEqual, false),
    operator("in", Relation::In, false),
    operator("notIn", Relation::In, true),
    operator("exactlyMatches", Relation::ExactlyMatches, false),
    operator("doesNotExactlyMatch", Relation::ExactlyMatches, true),
    operator("startsWith", Relation::StartsWith, false),
    operator("doesNotStartWith", Relation::StartsWith, true),
    operator("endsWith", Relation::EndsWith, false),
    operator("doesNotEndWith", Relation::EndsWith, true),
    operator("dateTimeAfter", Relation::After, false),
    operator("dateTimeBefore", Relation::Before, false),
    operator("dateTimeSame", Relation::SameTime, false),
    operator("isTrue", Relation::IsTrue, false),
    operator("isFalse", Relation::IsTrue, true),
    operator("exists", Relation::Exists, false),
    operator("doesNotExist", Relation::Exists, true),
    operator("isEmpty", Relation::IsEmpty, false),
    operator("isNotEmpty", Relation::IsEmpty, true),
];

impl Operator {
    pub fn named(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|operator| operator.name == name).copied()
    }

    /// Whether the operator looks at its left operand only.
    pub const fn is_unary(self) -> bool {
        matches!(self.relation, Relation::IsTrue | Relation::Exists | Relation::IsEmpty)
    }

    /// The answer for the given operands; `None` is a missing value.
    pub fn holds(
        self,
        left: Option<&Value>,
        right: Option<&Value>,
    ) -> Result<bool, EvaluationError> {
        Ok(self.relation_holds(left, right)? != self.negated)
    }

    fn relation_holds(
        self,
        left: Option<&Value>,
        right: Option<&Value>,
    ) -> Result<bool, EvaluationError> {
        let ordering = || compare(parsed(left).as_deref(), parsed(right).as_deref());
        Ok(match self.relation {
            Relation::Equal => loosely_equal(parsed(left).as_deref(), parsed(right).as_deref()),
            Relation::ExactlyMatches => {
                strictly_equal(parsed(left).as_deref(), parsed(right).as_deref())
            }
            Relation::Greater => ordering().is_some_and(Ordering::is_gt),
            Relation::GreaterOrEqual => ordering().is_some_and(Ordering::is_ge),
            Relation::Less => ordering().is_some_and(Ordering::is_lt),
            Relation::LessOrEqual => ordering().is_some_and(Ordering::is_le),
            Relation::In => self.contained(left, right)?,
            Relation::StartsWith => texts(left, right).is_some_and(|(l, r)| r.starts_with(&*l)),
            Relation::EndsWith => texts(left, right).is_some_and(|(l, r)| r.ends_with(&*l)),
            Relation::After => instant::millis(left)? > instant::millis(right)?,
            Relation::Before => instant::millis(left)? < instant::millis(right)?,
            Relation::SameTime => instant::millis(left)? == instant::millis(right)?,
            Relation::IsTrue => is_true(left),
            Relation::Exists => truthy(parsed(left).as_deref()),
            Relation::IsEmpty => self.empty(left)?,
        })
    }

    fn contained(
        self,
        left: Option<&Value>,
        right: Option<&Value>,
    ) -> Result<bool, EvaluationError> {
        let right = parsed(right);
        match right.as_deref() {
            Some(Value::List(items)) => {
                let parsed = parsed(left);
                let mut items = items.iter().map(Some);
                Ok(items.any(|item| {
                    strictly_equal(item, left) || strictly_equal(item, parsed.as_deref())
                }))
            }
            Some(Value::Object(map)) => Ok(text(left).is_some_and(|key| map.contains_key(&*key))),
            Some(Value::String(whole)) => Ok(text(left).is_some_and(|part| whole.contains(&*part))),
            _ => Err(EvaluationError::NotAContainer { operator: self.name }),
        }
    }

    /// A missing value counts as empty: flows ask this of fields that services leave out.
    fn empty(self, value: Option<&Value>) -> Result<bool, EvaluationError> {
        match parsed(value).as_deref() {
            None | Some(Value::Null) => Ok(true),
            Some(Value::String(text)) => Ok(text.is_empty()),
            Some(Value::List(items)) => Ok(items.is_empty()),
            Some(_) => Err(EvaluationError::NoLength { operator: self.name }),
        }
    }
}

fn is_true(value: Option<&Value>) -> bool {
    if let Some(text) = value.and_then(Value::as_str) {
        let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(["t", "true", "y", "yes"]) {
            return true;
        }
        if is(["f", "false", "n", "no"]) {
            return false;
        }
    }
    truthy(parsed(value).as_deref())
}

/// The operand as text; a missing one has none.
fn text(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        value => Some(Cow::Owned(value.to_text())),
    }
}

fn texts<'a>(
    left: Option<&'a Value>,
    right: Option<&'a Value>,
) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    Some((text(left)?, text(right)?))
}

impl Condition {
    /// Whether the condition holds; `and` and `or` stop as soon as the answer is known.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<bool, EvaluationError> {
        match self {
            Self::All(conditions) => {
                for condition in conditions {
                    if !condition.evaluate(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(conditions) => {
                for condition in conditions {
                    if condition.evaluate(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Test { operator, left, right } => {
                let (left, right) = (left.resolve(scope)?, right.resolve(scope)?);
                operator.holds(left.as_deref(), right.as_deref())
            }
            Self::Unknown { name, .. } => Err(EvaluationError::UnknownOperator(Arc::clone(name))),
        }
    }

    pub(crate) fn mentions(&self, path: &str, found: &mut dyn FnMut(&str, Mention<'_>)) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                for (index, condition) in conditions.iter().enumerate() {
                    condition.mentions(&item(path, index + 1), found);
                }
            }
            Self::Test { left, right, .. } => {
                left.mentions(&item(path, 1), found);
                right.mentions(&item(path, 2), found);
            }
            Self::Unknown { name, operands } => {
                found(path, Mention::UnknownOperator(name));
                for (index, operand) in operands.iter().enumerate() {
                    operand.mentions(&item(path, index + 1), found);
                }
            }
        }
    }

    pub(crate) fn for_each_path(&mut self, change: &mut dyn FnMut(&mut Path)) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                for condition in conditions {
                    condition.for_each_path(change);
                }
            }
            Self::Test { left, right, .. } => {
                left.for_each_path(change);
                right.for_each_path(change);
            }
            Self::Unknown { operands, .. } => {
                for operand in operands {
                    operand.for_each_path(change);
                }
            }
        }
    }
}

/// Whether a list that starts with this is a condition.
pub(crate) fn is_operator(name: &str) -> bool {
    matches!(name, "and" | "or") || Operator::named(name).is_some()
}

/// Reads the nested lists of a condition.
pub(crate) fn read(reader: Reader<'_>, json: &Json, path: &str) -> Condition {
    let Some((Json::String(name), operands)) =
        json.as_array().and_then(|items| items.split_first())
    else {
        reader.wrong(path, "a condition is a list that starts with an operator");
        return Condition::All(Vec::new());
    };
    let nested = || {
        let operands = operands.iter().enumerate();
        operands.map(|(index, json)| read(reader, json, &item(path, index + 1))).collect()
    };
    let operand = |index: usize| match operands.get(index) {
        Some(json) => reader.expression(json, &item(path, index + 1)),
        None => Expression::Literal(None),
    };
    match (name.as_str(), Operator::named(name)) {
        ("and", _) => Condition::All(nested()),
        ("or", _) => Condition::Any(nested()),
        (_, None) => {
            // It may nest conditions; only what is an expression in any case is looked at.
            let read = |(index, json): (usize, &Json)| match json {
                Json::Object(_) => operand(index),
                _ => Expression::Literal(None),
            };
            let operands = operands.iter().enumerate().map(read).collect();
            Condition::Unknown { name: name.as_str().into(), operands }
        }
        // Exports carry a second operand that means nothing.
        (_, Some(operator)) if operator.is_unary() => {
            Condition::Test { operator, left: operand(0), right: Expression::Literal(None) }
        }
        (_, Some(operator)) => {
            if operands.len() != 2 {
                reader.wrong(path, &format!("`{name}` compares two operands"));
            }
            Condition::Test { operator, left: operand(0), right: operand(1) }
        }
    }
}

#[cfg(test)]
mod tests;
