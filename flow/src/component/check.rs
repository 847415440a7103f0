//! What a component must be like before anybody may use it.

use std::collections::HashSet;

use super::{Component, Input, Operation, is_one_of};
use crate::definition::{Collection, DataType};

/// Actions, triggers and data sources of one component, all together.
pub const OPERATIONS_MAX: usize = 1_000;

/// Inputs of one action, trigger, data source or connection.
pub const INPUTS_MAX: usize = 200;

/// Problems that are told at once.
const PROBLEMS_MAX: usize = 20;

/// The editors that inputs may ask for.
const KINDS: [&str; 19] = [
    "string",
    "data",
    "text",
    "password",
    "boolean",
    "code",
    "conditional",
    "connection",
    "objectSelection",
    "objectFieldMap",
    "jsonForm",
    "dynamicObjectSelection",
    "dynamicFieldSelection",
    "date",
    "timestamp",
    "flow",
    "template",
    "structuredObject",
    "dynamicObject",
];

pub(super) fn problems(component: &Component) -> Vec<String> {
    let mut problems = Vec::new();
    let about = &component.about;
    if !is_key(&about.key) {
        problems.push(format!("`{}` is no key of a component", about.key));
    }
    for (name, text) in
        [("label", &about.display.label), ("description", &about.display.description)]
    {
        if text.trim().is_empty() {
            problems.push(format!("the component has no {name}"));
        }
    }
    let operations = [
        ("action", &component.actions),
        ("trigger", &component.triggers),
        ("data source", &component.data_sources),
    ];
    if operations.iter().map(|(_, list)| list.len()).sum::<usize>() > OPERATIONS_MAX {
        problems.push(format!(
            "a component has at most {OPERATIONS_MAX} actions, triggers and data sources"
        ));
    }
    for (noun, list) in operations {
        unique(noun, list.iter().map(|it| &*it.key), &mut problems);
        for operation in list {
            let of = format!("{noun} `{}`", operation.key);
            check_operation(component, operation, &of, &mut problems);
        }
    }
    for source in &component.data_sources {
        let kind = &source.data_source_type;
        if !is_one_of::<DataType>(kind) {
            problems.push(format!("data source `{}`: `{kind}` is no type", source.key));
        }
    }
    unique("connection", component.connections.iter().map(|it| &*it.key), &mut problems);
    for connection in &component.connections {
        let of = format!("connection `{}`", connection.key);
        let grant = connection.oauth2_type.as_str();
        if !matches!(grant, "" | "authorization_code" | "client_credentials") {
            problems.push(format!("{of}: `{grant}` is no way to get tokens"));
        }
        inputs(&connection.inputs, &of, &mut problems);
    }
    problems.truncate(PROBLEMS_MAX);
    problems
}

fn check_operation(of: &Component, operation: &Operation, name: &str, problems: &mut Vec<String>) {
    inputs(&operation.inputs, name, problems);
    let branches_by = &operation.dynamic_branch_input;
    let is_input = |key: &String| operation.inputs.iter().any(|input| input.key == *key);
    if !branches_by.is_empty() && !is_input(branches_by) {
        problems.push(format!("{name}: there is no input `{branches_by}` that names branches"));
    }
    let support = operation.schedule_support.to_ascii_lowercase();
    if !matches!(&*support, "" | "invalid" | "valid" | "required") {
        problems.push(format!("{name}: `{support}` does not say whether it has a schedule"));
    }
    for input in operation.inputs.iter().filter(|input| !input.data_source.is_empty()) {
        if of.data_source(&input.data_source).is_none() {
            let (key, source) = (&input.key, &input.data_source);
            problems
                .push(format!("{name}: input `{key}` names the unknown data source `{source}`"));
        }
    }
}

fn inputs(inputs: &[std::sync::Arc<Input>], of: &str, problems: &mut Vec<String>) {
    if inputs.len() > INPUTS_MAX {
        problems.push(format!("{of} has more than {INPUTS_MAX} inputs"));
    }
    unique(&format!("{of}: input"), inputs.iter().map(|it| &*it.key), problems);
    for input in inputs {
        let Input { key, kind, collection, .. } = &**input;
        if !KINDS.contains(&&**kind) {
            problems.push(format!("{of}: input `{key}` has the unknown type `{kind}`"));
        }
        if !collection.is_empty() && !is_one_of::<Collection>(collection) {
            problems.push(format!("{of}: input `{key}` is no list of kind `{collection}`"));
        }
    }
}

fn unique<'a>(noun: &str, keys: impl Iterator<Item = &'a str>, problems: &mut Vec<String>) {
    let mut known = HashSet::new();
    for key in keys {
        if key.trim().is_empty() {
            problems.push(format!("{noun} without a key"));
        } else if !known.insert(key) {
            problems.push(format!("{noun} `{key}` is there twice"));
        }
    }
}

/// A key stands in definitions, in URLs and in names of folders.
fn is_key(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    (1..=100).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('.')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::Component;

    #[test]
    fn a_description_is_read_or_every_problem_is_told() {
        let with = |key: &str, value: Json| {
            let mut json = json!({
                "definition": {
                    "key": "acme", "public": null,
                    "display": { "label": "Acme", "description": "Sells." },
                },
                "actions": null,
            });
            json[key] = value;
            Component::read(json).map(|component| component.about.key)
        };
        assert_eq!(with("triggers", json!([])).unwrap(), "acme");
        let operation = |more: Json| {
            let mut json = json!({ "key": "a", "inputs": [{ "key": "x", "type": "string" }] });
            json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json
        };
        for (key, value, expected) in [
            ("definition", json!({ "key": "../x", "display": {} }), "no key of a component"),
            ("actions", json!([operation(json!({})), operation(json!({}))]), "is there twice"),
            (
                "actions",
                json!([operation(json!({ "inputs": [{ "key": "x", "type": "y" }] }))]),
                "unknown type",
            ),
            ("actions", json!([operation(json!({ "dynamicBranchInput": "y" }))]), "names branches"),
            ("dataSources", json!([operation(json!({ "dataSourceType": "z" }))]), "is no type"),
            ("triggers", json!([operation(json!({ "scheduleSupport": "perhaps" }))]), "schedule"),
            ("connections", json!([{ "key": "c", "oauth2Type": "magic" }]), "get tokens"),
            ("actions", json!([{ "key": 5 }]), "invalid type"),
        ] {
            let problems = with(key, value).unwrap_err().join("; ");
            assert!(problems.contains(expected), "{problems}");
        }
    }
}
