//! When two values count as the same to the author of a flow.

use std::collections::HashSet;

use flow::Value;

/// Deep equality; wanted text also finds the number or truth value it spells, since everything
/// typed into an input arrives as text.
pub fn matches(item: &Value, wanted: &Value) -> bool {
    item == wanted
        || matches!((item, wanted), (Value::Number(_) | Value::Bool(_), Value::String(text))
            if item.to_text() == **text)
}

/// Each value once, in order of first appearance.
pub fn distinct<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    values.into_iter().filter(|value| seen.insert(canonical(value))).cloned().collect()
}

/// Text that is equal for equal values: properties in order of their names.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entry = |(key, value): (&std::sync::Arc<str>, _)| {
                format!("{}:{}", Value::from(key.clone()).to_json(), canonical(value))
            };
            let entries: Vec<_> = entries.into_iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |float| Value::from(float).to_json())
        }
        scalar => scalar.to_json(),
    }
}
