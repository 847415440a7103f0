//! `recursive-flow`: a flow that starts itself again with a cursor, page by page.
//!
//! The cursor lives in the execution's state under a reserved key and travels to the next
//! execution in the body of the call.

use flow::{Map, Value};
use futures::future::BoxFuture;

use super::invoke::{Wait, invoke};
use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, PerformTrigger, Run, Safety,
    StepError, Trigger, TriggerOutput,
};

pub fn component() -> Component {
    let get_cursor = Action::new(
        "getCursor",
        "Get Cursor",
        "Gives the cursor of this execution",
        Perform::WithRun(|run, _| {
            Ok(run.states.execution.get(CURSOR).cloned().map_or_else(Output::default, Output::from))
        }),
    );
    let set_cursor = Action::new(
        "setCursor",
        "Set Cursor",
        "Changes the cursor for later steps and the next execution",
        Perform::WithRun(set_cursor),
    )
    .inputs([Input::new("cursor", "Cursor")
        .kind(InputKind::Data)
        .comments("Where to go on: a page number, a time, an id or any other value.")
        .required()]);
    let invoke_recursive = Action::new(
        "invokeRecursive",
        "Invoke Recursive Trigger",
        "Starts this flow again with the present cursor, without waiting for it",
        Perform::Waiting(invoke_recursive),
    )
    .safety(Safety::Once);
    let actions = [get_cursor, set_cursor, invoke_recursive];
    Component {
        actions: actions.into_iter().map(Action::uses_state).collect(),
        triggers: vec![trigger()],
        ..Component::new(
            "recursive-flow",
            "Recursive Flow",
            "Works through long lists in many short executions",
            "Logic",
        )
    }
}

fn trigger() -> Trigger {
    Trigger::new(
        "recursiveTrigger",
        "Recursive Trigger",
        "Starts the flow when it invokes itself, and on deployment if wanted",
        PerformTrigger::Quick(|run, payload, inputs| Ok(start(run, payload, inputs))),
    )
    .inputs([
        Input::new("runOnDeploy", "Run on deploy")
            .kind(InputKind::Boolean)
            .comments("Starts the first execution when an instance is deployed.")
            .default("false"),
        Input::new("defaultCursor", "Default cursor")
            .comments("The cursor of an execution that was not started by the flow itself."),
    ])
    .common()
}

/// Reserved key of the execution's state.
const CURSOR: &str = "__recursiveFlow.cursor";

fn start(run: &mut Run, payload: Map, inputs: &Inputs) -> TriggerOutput {
    let sent = payload.get("body").and_then(|body| body.get("data"));
    let cursor = sent.and_then(|data| data.get("cursor")).cloned();
    let cursor = cursor.or_else(|| inputs.0.get("defaultCursor").cloned());
    run.states.execution.set(CURSOR, cursor.unwrap_or_default());
    TriggerOutput::pass(payload)
}

fn set_cursor(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let cursor = inputs.require("cursor")?.clone();
    run.states.execution.set(CURSOR, cursor.clone());
    Ok(cursor.into())
}

fn invoke_recursive<'a>(
    run: &'a mut Run,
    _: &'a Inputs,
) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let cursor = run.states.execution.get(CURSOR).cloned().unwrap_or_default();
        let body = Value::object([("cursor", cursor)]);
        let flow = run.info.flow.name.clone();
        Ok(invoke(run, &flow, &body, Wait::Never).await?.into())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use crate::testing::{Stage, flows};

    async fn stage(payload: Json) -> Stage {
        let mut stage = Stage::new();
        flows(&mut stage, &["Pages"]).await;
        let inputs = json!({ "runOnDeploy": "true", "defaultCursor": "1" });
        stage.fire("recursive-flow", "recursiveTrigger", payload, inputs).await.unwrap();
        stage
    }

    #[tokio::test]
    async fn the_cursor_travels_from_one_execution_to_the_next() {
        let mut stage = stage(json!({ "body": { "data": null } })).await;
        let of = "recursive-flow";
        assert_eq!(stage.data(of, "getCursor", json!({})).await, Ok(Some(json!("1"))));
        stage.data(of, "setCursor", json!({ "cursor": { "page": 2 } })).await.unwrap();
        assert_eq!(stage.data(of, "getCursor", json!({})).await, Ok(Some(json!({ "page": 2 }))));
        let sent = stage.data(of, "invokeRecursive", json!({})).await.unwrap().unwrap();
        assert_eq!(sent["prismatic-synchronous"], "false");
        let body: Json = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
        assert_eq!(body, json!({ "cursor": { "page": 2 } }));

        let mut next = self::stage(json!({ "body": { "data": body } })).await;
        assert_eq!(next.data(of, "getCursor", json!({})).await, Ok(Some(json!({ "page": 2 }))));
    }

    #[tokio::test]
    async fn a_flow_does_not_start_itself_for_ever() {
        for (depth, goes_on) in [(9_999, true), (10_000, false)] {
            // What the body says about it does not count.
            let body = json!({ "cursor": 7, "depth": 10_000 - depth });
            let mut stage = stage(json!({ "body": { "data": body } })).await;
            Arc::make_mut(&mut stage.run.info).lineage_depth = depth;
            let invoked = stage.data("recursive-flow", "invokeRecursive", json!({})).await;
            assert_eq!(invoked.is_ok(), goes_on, "{invoked:?}");
        }
    }
}
