//! Filters of lists that are known as a whole.

use std::sync::Arc;

use async_graphql::Value;
use serde_json::Value as Json;

use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::argument::{flag, list, text};
use crate::graphql::builder::Parameter;

type Admits<M> = dyn Fn(&M, &Value) -> Result<bool, ApiError> + Send + Sync;

/// An argument that narrows a list of `M`.
pub struct Search<M> {
    pub parameter: Parameter,
    admits: Box<Admits<M>>,
}

/// Reads a property by the name that queries use.
pub trait Searchable {
    fn property(&self, name: &str) -> Option<String>;
}

impl<M: Searchable + 'static> Search<M> {
    /// A filter that is none of the usual ones.
    pub fn new(
        parameter: Parameter,
        admits: impl Fn(&M, &Value) -> Result<bool, ApiError> + Send + Sync + 'static,
    ) -> Self {
        Self { parameter, admits: Box::new(admits) }
    }

    pub fn text(name: &'static str) -> Self {
        Self::new(
            (name, "String", "Only those where this is exactly the text."),
            move |of, value| Ok(of.property(name).as_deref() == Some(&text(name, value)?)),
        )
    }

    pub fn texts(name: &'static str, property: &'static str) -> Self {
        let about = "Only those where this is one of the texts.";
        Self::new((name, "[String]", about), move |of, value| {
            let own = of.property(property);
            let mut texts = list(value).map(|item| text(name, item));
            texts.try_fold(false, |found, text| Ok(found || own.as_deref() == Some(&text?)))
        })
    }

    pub fn contains(name: &'static str, property: &'static str) -> Self {
        let about = "Only those that contain the text, in any case.";
        Self::new((name, "String", about), move |of, value| {
            let part = text(name, value)?.to_lowercase();
            Ok(of.property(property).is_some_and(|own| own.to_lowercase().contains(&part)))
        })
    }

    pub fn flag(name: &'static str, get: fn(&M) -> bool) -> Self {
        let about = "Only those where this is true, or is false.";
        Self::new((name, "Boolean", about), move |of, value| Ok(get(of) == flag(name, value)?))
    }

    /// An argument that changes nothing here.
    pub fn idle(name: &'static str, about: &'static str) -> Self {
        Self::new((name, "Boolean", about), move |_, value| flag(name, value).map(|_| true))
    }

    /// A query in the prefix language of clients, for example `["in", "key", "http"]`.
    pub fn query() -> Self {
        let about = "A condition as JSON text: [operator, field, value], or [\"and\"|\"or\", …].";
        Self::new(("filterQuery", "JSONString", about), |of, value| {
            let query = serde_json::from_str(&text("filterQuery", value)?).ok();
            query.and_then(|query| matches(of, &query)).ok_or_else(|| {
                ApiError::problem("filterQuery", "This is not a condition that can be understood.")
            })
        })
    }
}

/// The rows that pass all filters that are given.
pub fn narrow<M>(
    all: Vec<Arc<M>>,
    args: &Arguments,
    filters: &[Search<M>],
) -> Result<Vec<Arc<M>>, ApiError> {
    let mut kept = Vec::new();
    'rows: for row in all {
        for filter in filters {
            if let Some(value) = args.value(filter.parameter.0)
                && !(filter.admits)(&row, value)?
            {
                continue 'rows;
            }
        }
        kept.push(row);
    }
    Ok(kept)
}

/// Whether a row meets a condition; `None` where the condition makes no sense.
fn matches(of: &impl Searchable, query: &Json) -> Option<bool> {
    let (operator, operands) = query.as_array()?.split_first()?;
    let operator = operator.as_str()?;
    if let "and" | "or" = operator {
        let met: Option<Vec<bool>> = operands.iter().map(|query| matches(of, query)).collect();
        let met = met?;
        return Some(match operator {
            "and" => met.into_iter().all(|met| met),
            _ => met.into_iter().any(|met| met),
        });
    }
    let [field, value] = operands else { return None };
    let own = of.property(field.as_str()?)?.to_lowercase();
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
    Some(match operator {
        "equal" => own == value,
        "notEqual" => own != value,
        "in" => own.contains(&value),
        "notIn" => !own.contains(&value),
        "startsWith" => own.starts_with(&value),
        "doesNotStartWith" => !own.starts_with(&value),
        "endsWith" => own.ends_with(&value),
        "doesNotEndWith" => !own.ends_with(&value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Http;

    impl Searchable for Http {
        fn property(&self, name: &str) -> Option<String> {
            (name == "key").then(|| "HTTP".to_owned())
        }
    }

    #[test]
    fn conditions_are_met_or_not_or_refused() {
        for (query, expected) in [
            (json!(["in", "key", "tt"]), Some(true)),
            (json!(["or", ["equal", "key", "x"], ["startsWith", "key", "ht"]]), Some(true)),
            (json!(["and", ["notEqual", "key", "x"], ["doesNotEndWith", "key", "p"]]), Some(false)),
            (json!(["notIn", "key", "tt"]), Some(false)),
            (json!(["in", "secret", "x"]), None),
            (json!(["like", "key", "x"]), None),
            (json!({"key_Icontains": "x"}), None),
        ] {
            assert_eq!(matches(&Http, &query), expected, "{query}");
        }
    }
}
