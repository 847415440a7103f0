//! What is typed into a form is text, but services want the types that the query declares.

use std::sync::LazyLock;

use flow::{Map, Value};
use regex::Regex;

/// `$name: Type`, with the brackets of a list before the type.
static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$([A-Za-z_][A-Za-z0-9_]*)\s*:\s*(\[?)\s*([A-Za-z_][A-Za-z0-9_]*)")
        .expect("the pattern is fixed and valid")
});

/// The variables, with text that the query declares as something else turned into that; text that
/// does not fit stays, so that the service can say what is wrong with it.
pub fn typed(query: &str, mut variables: Map) -> Map {
    for declaration in DECLARATION.captures_iter(query) {
        let (name, is_list, kind) = (&declaration[1], !declaration[2].is_empty(), &declaration[3]);
        let Some(value) = variables.get_mut(name) else { continue };
        if let Some(text) = value.as_str()
            && let Some(read) = read(text, is_list, kind)
        {
            *value = read;
        }
    }
    variables
}

fn read(text: &str, is_list: bool, kind: &str) -> Option<Value> {
    let is_text = matches!(kind, "ID" | "String") && !is_list;
    if is_text {
        return None;
    }
    // An empty field means that nothing was given.
    if text.trim().is_empty() {
        return Some(Value::Null);
    }
    let read = Value::from_json(text.trim()).ok()?;
    let fits = match (is_list, kind, &read) {
        (false, "Int" | "Float", read) => matches!(read, Value::Number(_)),
        (false, "Boolean", read) => matches!(read, Value::Bool(_)),
        (_, _, read) => matches!(read, Value::List(_) | Value::Object(_)),
    };
    fits.then_some(read)
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::json;

    use super::typed;

    #[test]
    fn text_becomes_what_the_query_declares() {
        let query = "query q($id: ID!, $limit:Int = 5, $on: Boolean, $tags: [String!]!,
            $input: ItemInput!, $sort: Order, $rate : Float, $none: Int) { a(id: $id) }";
        let given = json!({ "id": "7", "limit": "50", "on": "true", "tags": "[\"a\"]",
            "input": "{\"a\":1}", "sort": "ASC", "rate": "many", "none": "", "other": "1" });
        let given = Value::from(given).as_object().cloned().unwrap();
        let expected = json!({ "id": "7", "limit": 50, "on": true, "tags": ["a"],
            "input": { "a": 1 }, "sort": "ASC", "rate": "many", "none": null, "other": "1" });
        assert_eq!(serde_json::to_value(Value::from(typed(query, given))).unwrap(), expected);
    }
}
