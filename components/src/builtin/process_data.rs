//! `process-data`: remembers from one execution to the next what was worked on already.

use std::collections::HashSet;

use flow::Value;
use sha2::{Digest, Sha256};

use super::equality::canonical;
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, StepError};

pub fn component() -> Component {
    let deduplicate = Action::new(
        "deduplicate",
        "DeDuplicate",
        "Keeps the items that no earlier execution of the flow has seen",
        Perform::WithRun(deduplicate),
    )
    .inputs([
        Input::new("keyFields", "Key fields")
            .comments("The fields that tell items apart, with dots into objects; empty for all.")
            .value_list()
            .aliases(&["keys", "keyFieldNames", "idFields", "keyField"]),
        Input::new("data", "Data")
            .kind(InputKind::Data)
            .comments("The items, newest first.")
            .required()
            .aliases(&["listInput", "list", "items"]),
    ])
    .uses_state();
    Component {
        actions: vec![deduplicate],
        ..Component::new("process-data", "Process Data", "Tells new data from old", "Helpers")
    }
}

/// How many of the newest items are remembered. One would do for a list that only grows; more make
/// sure that the place is found again when items are deleted.
const REMEMBERED_MAX: usize = 1_000;

/// The items before the first that an earlier execution saw: what follows it is older still.
fn deduplicate(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("data")?;
    let items = inputs.list("data")?;
    let fields: Vec<String> = inputs.list("keyFields")?.iter().map(Value::to_text).collect();
    let marks = items.iter().map(|item| mark(item, &fields));
    let marks = marks.collect::<Result<Vec<String>, _>>()?;
    let state_key = format!("__processData.{}", step(&run.idempotency_key));
    let known = run.states.flow.get(&state_key).and_then(Value::as_list).unwrap_or_default();
    let seen: HashSet<&str> = known.iter().filter_map(Value::as_str).collect();
    let new = marks.iter().position(|mark| seen.contains(&**mark)).unwrap_or(marks.len());

    let mut distinct = HashSet::new();
    let kept = items.iter().zip(&marks).take(new).filter(|(_, mark)| distinct.insert(&***mark));
    let kept: Vec<Value> = kept.map(|(item, _)| item.clone()).collect();
    if !kept.is_empty() {
        let newest = marks.iter().take(new).map(|mark| Value::from(mark.as_str()));
        let newest = newest.chain(known.iter().cloned()).take(REMEMBERED_MAX);
        let newest: Vec<Value> = newest.collect();
        run.states.flow.set(&state_key, newest.into());
    }
    Ok(Value::from(kept).into())
}

/// The key of the running step: the last part of its path.
fn step(idempotency_key: &str) -> &str {
    idempotency_key.rsplit('/').next().unwrap_or_default()
}

/// A short text that is equal for items with equal key fields.
fn mark(item: &Value, fields: &[String]) -> Result<String, StepError> {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    const MARK_BYTES: usize = 12;
    let mut key = String::new();
    for field in fields {
        let found = field.split('.').try_fold(item, |value, name| value.get(name));
        let found = found.ok_or_else(|| {
            StepError::new(format!("An item has no field \"{field}\" to be told apart by."))
        })?;
        key.extend([&*canonical(found), "\n"]);
    }
    if fields.is_empty() {
        key = canonical(item);
    }
    Ok(BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(key)[..MARK_BYTES]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::testing::Stage;

    fn items(ids: &[u8]) -> Json {
        ids.iter().map(|id| json!({ "id": { "n": id }, "at": ids.len() })).collect()
    }

    /// Proves R163.
    #[tokio::test]
    async fn only_items_newer_than_the_last_seen_are_kept() {
        let mut stage = Stage::new();
        for (step, given, new) in [
            ("a", &[3, 2, 1][..], &[3, 2, 1][..]),
            ("a", &[3, 2, 1], &[]),
            ("a", &[5, 4, 4, 3, 2, 1], &[5, 4]),
            // The newest is gone, and an old one has come up: the place is found all the same.
            ("a", &[6, 4, 3, 9, 2], &[6]),
            ("a", &[], &[]),
            ("b", &[6], &[6]),
        ] {
            stage.run.idempotency_key = format!("e1/loop[2]/{step}");
            let inputs = json!({ "keyFields": ["id.n"], "data": items(given) });
            let found = stage.data("process-data", "deduplicate", inputs).await.unwrap().unwrap();
            let ids = |items: &Json| -> Vec<u64> {
                let id = |item: &Json| item["id"]["n"].as_u64().unwrap();
                items.as_array().unwrap().iter().map(id).collect()
            };
            assert_eq!(ids(&found), ids(&items(new)), "{given:?}");
        }
        let wrong = json!({ "keyFields": ["key"], "data": [{ "id": 1 }] });
        let error = stage.data("process-data", "deduplicate", wrong).await.unwrap_err();
        assert!(error.contains("no field \"key\""), "{error}");
    }
}
