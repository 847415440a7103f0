//! What each form of an expression evaluates to.

use serde_json::{Value as Json, json};

use super::*;
use crate::testing::Fixture;

fn scope() -> Fixture {
    Fixture::default()
        .results("call", r#"{"id":7,"none":null,"list":["a","b"]}"#)
        .config_var("Host", r#""example.test""#)
}

/// The value as JSON, or the error as text; nothing stays nothing.
fn evaluate(json: &Json) -> Option<String> {
    match Expression::parse(json).unwrap().evaluate(&scope()) {
        Ok(value) => value.map(|value| value.to_json()),
        Err(error) => Some(error.to_string()),
    }
}

/// Proves R133, R134, R135.
#[test]
fn simple_forms_evaluate_to_their_values() {
    for (json, expected) in [
        (json!({"type": "value", "value": "5"}), Some(r#""5""#)),
        (json!({"type": "value", "value": ""}), Some(r#""""#)),
        (json!({"type": "value", "value": null}), None),
        (json!({"type": "value"}), None),
        (json!({"type": "value", "value": "{{#Host}}"}), Some(r#""{{#Host}}""#)),
        (json!({"type": "value", "value": {"a": 1}}), Some(r#"{"a":1}"#)),
        (json!("bare"), Some(r#""bare""#)),
        (json!({"type": "reference", "value": "call.results.id"}), Some("7")),
        (json!({"type": "reference", "value": "call.results.none"}), Some("null")),
        (json!({"type": "reference", "value": "call.results.gone"}), None),
        (json!({"type": "reference", "value": ""}), None),
        (json!({"type": "configVar", "value": "Host"}), Some(r#""example.test""#)),
        (json!({"type": "configVar", "value": "Gone"}), None),
        (json!({"type": "configVar", "value": ""}), None),
        (
            json!({"type": "template", "value": "{{#Host}}/{{$call.results.id}}"}),
            Some(r#""example.test/7""#),
        ),
    ] {
        assert_eq!(evaluate(&json).as_deref(), expected, "{json}");
    }
}

#[test]
fn lists_are_told_apart_by_their_names() {
    let id = json!({"type": "reference", "value": "call.results.id"});
    let gone = json!({"type": "reference", "value": "call.results.gone"});
    let named = |name: Json, value: &Json| {
        let mut entry = value.clone();
        entry["name"] = name;
        entry
    };
    let complex = |items: Json| json!({"type": "complex", "value": items});
    let address = complex(json!([named(json!("city"), &id), named(json!("zip"), &gone)]));
    for (json, expected) in [
        (complex(json!([])), "[]"),
        (complex(json!(["a", "b"])), r#"["a","b"]"#),
        (complex(json!([id, gone])), "[7,null]"),
        (complex(json!([named(json!(""), &id)])), "[7]"),
        (complex(json!([named(json!("a"), &id)])), r#"[{"key":"a","value":7}]"#),
        (
            complex(json!([named(json!({"type": "value", "value": "a"}), &gone)])),
            r#"[{"key":"a","value":null}]"#,
        ),
        (complex(json!([address])), r#"[{"city":7}]"#),
        (
            complex(json!([named(json!("address"), &address)])),
            r#"[{"key":"address","value":{"city":7}}]"#,
        ),
        (json!({"type": "reference", "value": "call.results.list"}), r#"["a","b"]"#),
    ] {
        assert_eq!(evaluate(&json).as_deref(), Some(expected), "{json}");
    }
}

/// Proves R144.
#[test]
fn of_conditions_the_first_true_one_counts_and_later_ones_are_not_looked_at() {
    let case = |name: &str, condition: Json| {
        let group = json!(["and", condition]);
        json!({"name": name, "type": "complex", "value": group})
    };
    let equal = |value: &str| {
        json!(["equal", {"type": "reference", "value": "call.results.id"},
            {"type": "value", "value": value}])
    };
    let broken = json!(["resembles", {"type": "value", "value": "a"}]);
    for (cases, expected) in [
        (
            vec![case("Six", equal("6")), case("Seven", equal("7")), case("Never", broken.clone())],
            r#"[{"name":"Seven","value":true}]"#,
        ),
        (vec![case("Six", equal("6"))], "[]"),
        (vec![case("Broken", broken)], "unknown operator `resembles`"),
    ] {
        let json = json!({"type": "complex", "value": cases});
        assert_eq!(evaluate(&json).as_deref(), Some(expected), "{json}");
    }
    let single = json!({"type": "complex", "value": equal("7")});
    assert_eq!(evaluate(&single).as_deref(), Some("true"));
}

#[test]
fn malformed_text_fails_when_it_is_evaluated_and_not_before() {
    for json in [
        json!({"type": "reference", "value": "nonsense"}),
        json!({"type": "template", "value": "{{$nonsense}}"}),
    ] {
        assert!(evaluate(&json).unwrap().contains("cannot be evaluated"), "{json}");
    }
}

#[test]
fn wrong_shapes_are_reported_where_they_are() {
    for (json, path) in [
        (json!({"value": 1}), ""),
        (json!({"type": "valeu", "value": 1}), "type"),
        (json!({"type": "reference", "value": []}), "value"),
        (json!({"type": "complex", "value": "x"}), "value"),
        (json!({"type": "complex", "value": [{"type": "value"}, {"type": "?"}]}), "value[1].type"),
        (json!({"type": "complex", "value": ["equal", "a"]}), "value"),
        (json!({"type": "complex", "value": ["and", 5]}), "value[1]"),
        (json!([]), ""),
    ] {
        let problems = Expression::parse(&json).unwrap_err();
        assert_eq!(problems.len(), 1, "{json}: {problems:?}");
        assert_eq!(problems[0].path, path, "{json}");
    }
}
