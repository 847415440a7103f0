//! Trees and data to text.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flow::{Map, Value};

use super::budget::{Budget, UNITS_PER_ITEM};
use super::expression::{Condition, Expression, Filtered};
use super::filters;
use super::parse::{For, Node};
use crate::StepError;

/// The text of a template with these top-level names.
pub fn render(nodes: &[Node], names: &Map, now: DateTime<Utc>) -> Result<String, StepError> {
    let mut text = String::new();
    let mut scope = Scope {
        names,
        now,
        budget: Budget::default(),
        assigned: Map::new(),
        loops: Vec::new(),
        counters: HashMap::new(),
        cycles: HashMap::new(),
    };
    scope.nodes(nodes, &mut text)?;
    Ok(text)
}

/// What names mean while a template is rendered.
pub struct Scope<'a> {
    names: &'a Map,
    pub now: DateTime<Utc>,
    pub budget: Budget,
    assigned: Map,
    loops: Vec<Loop<'a>>,
    counters: HashMap<&'a str, i64>,
    cycles: HashMap<&'a str, usize>,
}

struct Loop<'a> {
    variable: &'a str,
    item: Value,
    /// What `forloop` means inside.
    state: Value,
}

/// Where rendering goes on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Go {
    On,
    Break,
    Continue,
}

impl<'a> Scope<'a> {
    fn nodes(&mut self, nodes: &'a [Node], text: &mut String) -> Result<Go, StepError> {
        for node in nodes {
            self.budget.charge(UNITS_PER_ITEM)?;
            let go = self.node(node, text)?;
            if go != Go::On {
                return Ok(go);
            }
        }
        Ok(Go::On)
    }

    fn node(&mut self, node: &'a Node, text: &mut String) -> Result<Go, StepError> {
        match node {
            Node::Text(written) => self.write(text, written)?,
            Node::Output(filtered) => {
                let value = self.filtered(filtered)?;
                self.write(text, &to_text(&value))?;
            }
            Node::Assign(name, filtered) => {
                let value = self.filtered(filtered)?;
                self.assigned.insert(name.as_str().into(), value);
            }
            Node::Capture(name, nodes) => {
                let mut captured = String::new();
                let go = self.nodes(nodes, &mut captured)?;
                self.assigned.insert(name.as_str().into(), captured.into());
                return Ok(go);
            }
            Node::If(branches, otherwise) => {
                for (condition, nodes) in branches {
                    if self.holds(condition)? {
                        return self.nodes(nodes, text);
                    }
                }
                return self.nodes(otherwise, text);
            }
            Node::Case(subject, branches, otherwise) => {
                let subject = self.value(subject)?;
                for (values, nodes) in branches {
                    for value in values {
                        if self.compare(&subject, "==", value)? {
                            return self.nodes(nodes, text);
                        }
                    }
                }
                return self.nodes(otherwise, text);
            }
            Node::For(repeat) => return self.repeat(repeat, text),
            Node::Break => return Ok(Go::Break),
            Node::Continue => return Ok(Go::Continue),
            Node::Count(name, step) => {
                let counter = self.counters.entry(name).or_default();
                let shown = if *step < 0 { *counter + step } else { *counter };
                *counter += step;
                self.write(text, &shown.to_string())?;
            }
            Node::Cycle(key, values) => {
                let turn = self.cycles.entry(key).or_default();
                let index = *turn % values.len();
                *turn += 1;
                let value = self.value(&values[index])?;
                self.write(text, &to_text(&value))?;
            }
        }
        Ok(Go::On)
    }

    fn write(&self, text: &mut String, written: &str) -> Result<(), StepError> {
        self.budget.charge(written.len())?;
        text.push_str(written);
        Ok(())
    }

    fn repeat(&mut self, repeat: &'a For, text: &mut String) -> Result<Go, StepError> {
        let mut items = items(&self.value(&repeat.items)?);
        self.budget.charge_items(items.len())?;
        if let Some(offset) = &repeat.offset {
            let offset = filters::count(&self.value(offset)?);
            items.drain(..offset.min(items.len()));
        }
        if let Some(limit) = &repeat.limit {
            items.truncate(filters::count(&self.value(limit)?));
        }
        if repeat.is_reversed {
            items.reverse();
        }
        if items.is_empty() {
            return self.nodes(&repeat.otherwise, text);
        }
        let length = items.len();
        let parent = self.loops.last().map(|outer| outer.state.clone());
        for (index, item) in items.into_iter().enumerate() {
            let state = Value::object([
                ("index", (index + 1).into()),
                ("index0", index.into()),
                ("rindex", (length - index).into()),
                ("rindex0", (length - index - 1).into()),
                ("first", (index == 0).into()),
                ("last", (index + 1 == length).into()),
                ("length", length.into()),
                ("parentloop", Value::from(parent.clone())),
            ]);
            self.loops.push(Loop { variable: &repeat.variable, item, state });
            let go = self.nodes(&repeat.body, text);
            self.loops.pop();
            if go? == Go::Break {
                break;
            }
        }
        Ok(Go::On)
    }

    fn holds(&self, condition: &Condition) -> Result<bool, StepError> {
        self.budget.charge(UNITS_PER_ITEM)?;
        match condition {
            Condition::Is(expression) => Ok(is_true(&self.value(expression)?)),
            Condition::Compare(left, operator, Expression::Empty) => {
                self.compare(&self.value(left)?, operator, &Expression::Empty)
            }
            Condition::Compare(Expression::Empty, operator, right) => {
                self.compare(&self.value(right)?, operator, &Expression::Empty)
            }
            Condition::Compare(left, operator, right) => {
                self.compare(&self.value(left)?, operator, right)
            }
            Condition::Not(inner) => Ok(!self.holds(inner)?),
            Condition::And(left, right) => Ok(self.holds(left)? && self.holds(right)?),
            Condition::Or(left, right) => Ok(self.holds(left)? || self.holds(right)?),
        }
    }

    fn compare(&self, left: &Value, operator: &str, right: &Expression) -> Result<bool, StepError> {
        self.budget.charge(weight(left))?;
        if matches!(right, Expression::Empty) {
            return Ok(is_empty(left) == (operator == "=="));
        }
        let right = self.value(right)?;
        let ordering = order(left, &right);
        Ok(match operator {
            "==" => is_equal(left, &right),
            "!=" | "<>" => !is_equal(left, &right),
            "<" => ordering == Some(Ordering::Less),
            ">" => ordering == Some(Ordering::Greater),
            "<=" => ordering.is_some_and(Ordering::is_le),
            ">=" => ordering.is_some_and(Ordering::is_ge),
            _ => contains(left, &right),
        })
    }

    fn filtered(&self, filtered: &Filtered) -> Result<Value, StepError> {
        let mut value = self.value(&filtered.start)?;
        for filter in &filtered.filters {
            self.budget.charge(UNITS_PER_ITEM + weight(&value))?;
            let arguments = filter.arguments.iter().map(|argument| self.value(argument));
            let arguments = arguments.collect::<Result<Vec<Value>, _>>()?;
            let named = filter.named.iter().map(|(name, value)| Ok((&**name, self.value(value)?)));
            let named = named.collect::<Result<HashMap<&str, Value>, StepError>>()?;
            let call = filters::Call { name: &filter.name, input: value, arguments, named };
            value = filters::apply(&call, self)?;
        }
        Ok(value)
    }

    fn value(&self, expression: &Expression) -> Result<Value, StepError> {
        Ok(match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Empty => Value::from(""),
            Expression::Range(start, end) => {
                let start = filters::integer(&self.value(start)?);
                let end = filters::integer(&self.value(end)?);
                let length = end.saturating_sub(start).saturating_add(1);
                self.budget.charge_items(usize::try_from(length).unwrap_or_default())?;
                (start..=end).map(Value::from).collect::<Vec<_>>().into()
            }
            Expression::Path(name, steps) => {
                let mut value = self.named(name);
                for step in steps {
                    let step = self.value(step)?;
                    // Characters are counted one by one.
                    if value.as_str().is_some() {
                        self.budget.charge(weight(&value))?;
                    }
                    value = property(&value, &step).unwrap_or_default();
                }
                value
            }
        })
    }

    fn named(&self, name: &str) -> Value {
        let inner = self.loops.iter().rev().find_map(|inner| {
            let item = (inner.variable == name).then_some(&inner.item);
            item.or((name == "forloop").then_some(&inner.state))
        });
        let found = inner.or_else(|| self.assigned.get(name)).or_else(|| self.names.get(name));
        let counter = || self.counters.get(name).map(|counter| Value::from(*counter));
        found.cloned().or_else(counter).unwrap_or_default()
    }
}

fn property(value: &Value, step: &Value) -> Option<Value> {
    let name = step.as_str();
    match value {
        Value::Object(map) => {
            let found = map.get(&*step.to_text()).cloned();
            found.or_else(|| (name == Some("size")).then(|| map.len().into()))
        }
        Value::List(items) => match name {
            Some("size") => Some(items.len().into()),
            Some("first") => items.first().cloned(),
            Some("last") => items.last().cloned(),
            _ => {
                let index = filters::number(step).map(|_| filters::integer(step))?;
                let length = i64::try_from(items.len()).ok()?;
                let index = if index < 0 { length + index } else { index };
                items.get(usize::try_from(index).ok()?).cloned()
            }
        },
        Value::String(text) if name == Some("size") => Some(text.chars().count().into()),
        _ => None,
    }
}

/// What a loop goes through: the items of a list, or pairs of key and value.
fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.to_vec(),
        Value::Object(map) => {
            let pair = |(key, value): (&std::sync::Arc<str>, &Value)| {
                Value::from(vec![Value::from(key.clone()), value.clone()])
            };
            map.iter().map(pair).collect()
        }
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

pub fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(flag) => !flag,
        Value::Number(_) | Value::Bytes(_) | Value::Blob(_) => false,
    }
}

pub fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        _ => left == right,
    }
}

pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64().partial_cmp(&right.as_f64()),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn contains(left: &Value, right: &Value) -> bool {
    match left {
        Value::String(text) => text.contains(&right.to_text()),
        Value::List(items) => items.iter().any(|item| is_equal(item, right)),
        Value::Object(map) => map.contains_key(&*right.to_text()),
        _ => false,
    }
}

/// The items of a list end to end, anything else as its text.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::List(items) => items.iter().map(to_text).collect(),
        other => other.to_text(),
    }
}

/// Units of looking through a value once.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / 8,
        Value::Bytes(bytes) => bytes.len() / 8,
        Value::List(items) => items.len(),
        Value::Object(map) => map.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Blob(_) => 0,
    }
}
