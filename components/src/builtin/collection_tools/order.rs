//! Items of a collection that arrive in any order, in many executions, and are worked on in order.
//!
//! What waits is state of the flow, which an execution writes when it ends: executions that overlap
//! do not see each other's items, so a flow that uses this should run one execution at a time.

use flow::{Map, Value};

use crate::{Action, Input, InputKind, Inputs, Output, Perform, Run, StepError};

/// Names of the branches of a step: an item's turn has come, or has not.
const PROCESS: &str = "Process";
const SKIP: &str = "Skip";

/// How many items of a collection may wait for those before them.
const WAITING_MAX: usize = 1_000;

pub(super) fn action() -> Action {
    Action::new(
        "processInOrder",
        "Process in Order",
        "Holds items back until all before them have come, over many executions",
        Perform::WithRun(in_order),
    )
    .inputs([
        Input::new("collectionId", "Collection ID")
            .comments("What the items belong to; each collection is counted on its own.")
            .required()
            .aliases(&["collection", "id"]),
        Input::new("length", "Length")
            .comments("How many items the collection has; after the last it is forgotten.")
            .required()
            .aliases(&["collectionLength"]),
        Input::new("item", "Item").kind(InputKind::Data).comments("The item that has come."),
        Input::new("index", "Index")
            .comments("The place of the item, from 0.")
            .required()
            .aliases(&["itemIndex"]),
    ])
    .branches(&[PROCESS, SKIP])
    .uses_state()
}

/// Gives the items whose turn it is now, in order: the one that has come and those that waited for
/// it. An item that came before is not given again.
fn in_order(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let collection = inputs.require_text("collectionId")?;
    inputs.require("index")?;
    inputs.require("length")?;
    let (index, length) = (inputs.count("index", 0)?, inputs.count("length", 0)?);
    if index >= length {
        return Err(StepError::new(format!("There is no place {index} in {length} items.")));
    }
    let key = format!("__processInOrder.{collection}");
    let (mut next, mut waiting) = read(run.states.flow.get(&key));
    if index >= next {
        waiting.insert(index.to_string().into(), inputs.0.get("item").cloned().unwrap_or_default());
    }
    let mut ready = Vec::new();
    while let Some(item) = waiting.shift_remove(&*next.to_string()) {
        ready.push(item);
        next += 1;
    }
    if waiting.len() > WAITING_MAX {
        let limit = format!("More than {WAITING_MAX} items wait for the one at {next}.");
        return Err(StepError::new(limit));
    }
    if next >= length {
        run.states.flow.remove(&key);
    } else {
        let state = Value::object([("next", Value::from(next)), ("waiting", waiting.into())]);
        run.states.flow.set(&key, state);
    }
    let branch = if ready.is_empty() { SKIP } else { PROCESS };
    Ok(Output { data: Some(ready.into()), branch: Some(branch.into()), response: None })
}

fn read(state: Option<&Value>) -> (u64, Map) {
    let part = |key: &str| state.and_then(|state| state.get(key));
    let next = part("next").and_then(|next| next.to_text().parse().ok()).unwrap_or_default();
    (next, part("waiting").and_then(Value::as_object).cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Stage;

    #[tokio::test]
    async fn items_are_given_in_order_however_they_come() {
        let mut stage = Stage::new();
        for (collection, index, ready) in [
            ("a", 1, json!([])),
            ("b", 0, json!(["b0"])),
            ("a", 3, json!([])),
            ("a", 0, json!(["a0", "a1"])),
            ("a", 1, json!([])),
            ("a", 2, json!(["a2", "a3"])),
            // The collection is complete; the next of its name is a new one.
            ("a", 0, json!(["a0"])),
        ] {
            let inputs = json!({ "collectionId": collection, "length": "4", "index": index,
                "item": format!("{collection}{index}") });
            let output = stage.perform("collection-tools", "processInOrder", inputs).await;
            let output = output.unwrap();
            let branch = if ready == json!([]) { "Skip" } else { "Process" };
            assert_eq!(output.branch.as_deref(), Some(branch), "{collection}{index}");
            assert_eq!(serde_json::to_value(&output.data).unwrap(), ready, "{collection}{index}");
        }
        let beyond: Value = json!({ "collectionId": "c", "length": 2, "index": 2 });
        assert!(stage.perform("collection-tools", "processInOrder", beyond).await.is_err());
    }
}
