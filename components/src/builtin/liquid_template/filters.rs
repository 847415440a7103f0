//! Filters of numbers, lists and anything; `text_filters` holds those of text.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use flow::Value;

use super::render::{Scope, is_empty, is_equal, is_true, order, to_text};
use super::text_filters;
use crate::StepError;
use crate::builtin::equality::distinct;

/// One use of a filter.
pub struct Call<'a> {
    pub name: &'a str,
    pub input: Value,
    pub arguments: Vec<Value>,
    pub named: HashMap<&'a str, Value>,
}

impl Call<'_> {
    pub fn text(&self, index: usize) -> String {
        self.arguments.get(index).map(to_text).unwrap_or_default()
    }

    pub fn argument(&self, index: usize) -> Value {
        self.arguments.get(index).cloned().unwrap_or_default()
    }
}

pub fn apply(call: &Call<'_>, scope: &Scope<'_>) -> Result<Value, StepError> {
    let found = match call.name {
        "default" => Some(default(call)),
        "json" => Some(call.input.to_json().into()),
        "size" => Some(size(&call.input)),
        _ => arithmetic(call)?,
    };
    let found = match found {
        None => lists(call, scope)?,
        found => found,
    };
    let found = match found {
        None => text_filters::apply(call, scope)?,
        found => found,
    };
    let found = found
        .ok_or_else(|| StepError::new(format!("There is no filter \"{}\" here.", call.name)))?;
    match &found {
        Value::String(text) => scope.budget.charge(text.len())?,
        Value::List(items) => scope.budget.charge_items(items.len())?,
        _ => {}
    }
    Ok(found)
}

/// A number, also from text that holds one.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The whole part of a number; 0 for anything else.
#[expect(clippy::cast_possible_truncation, reason = "casts of floats stay within the range")]
pub fn integer(value: &Value) -> i64 {
    number(value).unwrap_or_default() as i64
}

pub fn count(value: &Value) -> usize {
    usize::try_from(integer(value)).unwrap_or_default()
}

fn default(call: &Call<'_>) -> Value {
    let keeps_false = call.named.get("allow_false").is_some_and(is_true);
    let is_kept = match &call.input {
        Value::Bool(flag) => *flag || keeps_false,
        other => !is_empty(other),
    };
    if is_kept { call.input.clone() } else { call.argument(0) }
}

fn size(value: &Value) -> Value {
    match value {
        Value::List(items) => items.len().into(),
        Value::Object(map) => map.len().into(),
        other => other.to_text().chars().count().into(),
    }
}

fn arithmetic(call: &Call<'_>) -> Result<Option<Value>, StepError> {
    let input = || number(&call.input).unwrap_or_default();
    let other = || number(&call.argument(0)).unwrap_or_default();
    let result = match call.name {
        "abs" => input().abs(),
        "at_least" => input().max(other()),
        "at_most" => input().min(other()),
        "ceil" => input().ceil(),
        "floor" => input().floor(),
        "minus" => input() - other(),
        "modulo" if other() != 0.0 => input().rem_euclid(other()),
        "plus" => input() + other(),
        "round" => {
            let factor = 10_f64.powi(i32::try_from(integer(&call.argument(0))).unwrap_or_default());
            (input() * factor).round() / factor
        }
        "times" => input() * other(),
        // Whole numbers stay whole, as in the language's home.
        "divided_by" if other() != 0.0 => {
            let is_whole = input().fract() == 0.0 && other().fract() == 0.0;
            let quotient = input() / other();
            if is_whole { quotient.floor() } else { quotient }
        }
        "divided_by" | "modulo" => {
            return Err(StepError::new("The template divides by zero."));
        }
        _ => return Ok(None),
    };
    Ok(Some(result.into()))
}

fn lists(call: &Call<'_>, scope: &Scope<'_>) -> Result<Option<Value>, StepError> {
    let items = match &call.input {
        Value::List(items) => items.clone(),
        Value::Null => Arc::default(),
        single => Arc::new(vec![single.clone()]),
    };
    let by = call.text(0);
    let key =
        |item: &Value| if by.is_empty() { Some(item.clone()) } else { item.get(&by).cloned() };
    let changed: Vec<Value> = match call.name {
        "compact" => {
            items.iter().filter(|item| key(item).is_some_and(|v| !v.is_null())).cloned().collect()
        }
        "concat" => {
            let second = call.argument(0);
            items.iter().chain(second.as_list().unwrap_or_default()).cloned().collect()
        }
        "first" => return Ok(Some(items.first().cloned().unwrap_or_default())),
        "join" => return joined(call, &items, scope).map(Some),
        "last" => return Ok(Some(items.last().cloned().unwrap_or_default())),
        "map" => items.iter().map(|item| key(item).unwrap_or_default()).collect(),
        "reverse" => items.iter().rev().cloned().collect(),
        "sort" => sorted(&items, |item| key(item).unwrap_or_default()),
        "sort_natural" => {
            sorted(&items, |item| key(item).unwrap_or_default().to_text().to_lowercase().into())
        }
        "sum" => {
            let numbers = items.iter().filter_map(|item| number(&key(item)?));
            return Ok(Some(numbers.sum::<f64>().into()));
        }
        "uniq" if by.is_empty() => distinct(items.iter()),
        "uniq" => {
            let mut seen = std::collections::HashSet::new();
            let mark = |item: &Value| key(item).unwrap_or_default().to_json();
            items.iter().filter(|item| seen.insert(mark(item))).cloned().collect()
        }
        "where" => {
            let wanted = call.arguments.get(1);
            let fits = |value: Value| wanted.map_or(is_true(&value), |w| is_equal(&value, w));
            items.iter().filter(|item| key(item).is_some_and(fits)).cloned().collect()
        }
        _ => return Ok(None),
    };
    Ok(Some(changed.into()))
}

fn joined(call: &Call<'_>, items: &[Value], scope: &Scope<'_>) -> Result<Value, StepError> {
    let separator = if call.arguments.is_empty() { " ".to_owned() } else { call.text(0) };
    scope.budget.charge(separator.len().saturating_mul(items.len()))?;
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(&separator);
        }
        let item = to_text(item);
        scope.budget.charge(item.len())?;
        text.push_str(&item);
    }
    Ok(text.into())
}

/// By size or alphabet; what cannot be compared comes last.
fn sorted(items: &[Value], key: impl Fn(&Value) -> Value) -> Vec<Value> {
    let rank = |key: &Value| match key {
        Value::Number(_) => 0_u8,
        Value::String(_) => 1,
        _ => 2,
    };
    let mut keyed: Vec<(Value, &Value)> = items.iter().map(|item| (key(item), item)).collect();
    keyed.sort_by(|(left, _), (right, _)| {
        let within = order(left, right).unwrap_or(Ordering::Equal);
        rank(left).cmp(&rank(right)).then(within)
    });
    keyed.into_iter().map(|(_, item)| item.clone()).collect()
}
