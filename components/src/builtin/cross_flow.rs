//! `cross-flow`: one flow of an instance starts another one.

use flow::Map;
use futures::future::BoxFuture;

use super::invoke::{Wait, invoke};
use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, PerformTrigger, Run, Safety,
    StepError, Trigger, TriggerOutput,
};

pub fn component() -> Component {
    let invoke = |key, label| {
        Action::new(
            key,
            label,
            "Starts another flow of this instance and passes data to it",
            Perform::Waiting(call),
        )
        .inputs(INPUTS)
        .safety(Safety::Once)
    };
    Component {
        actions: vec![
            invoke("invokeFlow", "Invoke Flow"),
            // The name the action had before; definitions still use it.
            invoke("triggerFlow", "Invoke Flow (older name)"),
        ],
        triggers: vec![
            Trigger::new(
                "crossFlow",
                "Cross-Flow Trigger",
                "Starts the flow when another flow of the instance invokes it",
                PerformTrigger::Quick(|_, payload, _| Ok(TriggerOutput::pass(payload))),
            )
            .common(),
        ],
        ..Component::new("cross-flow", "Cross Flow", "Starts flows from other flows", "Logic")
    }
}

const INPUTS: [Input; 2] = [
    Input::new("flowName", "Flow name")
        .comments("The flow to start. It must belong to the same instance.")
        .required(),
    Input::new("data", "Data")
        .kind(InputKind::Data)
        .comments("What the started flow finds as its body; JSON is passed on as data."),
];

/// Gives the id of the new execution, or the answer of a flow that is set to be waited for.
fn call<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let flow = inputs.require_text("flowName")?;
        let data = inputs.get("data").cloned().unwrap_or_else(|| Map::new().into());
        Ok(invoke(run, flow.trim(), &data, Wait::AsConfigured).await?.into())
    })
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::json;

    use crate::testing::{Stage, flows};

    #[tokio::test]
    async fn the_called_flow_gets_the_data_and_who_called() {
        let mut stage = Stage::new();
        flows(&mut stage, &["Sync"]).await;
        let file = serde_json::to_value(Value::file(&b"png"[..], "image/png")).unwrap();
        let caller = "{\"executionId\":\"e1\",\"startedAt\":\"2026-03-01T12:00:00.000Z\",\
            \"stepName\":\"step\",\"loopPath\":\"loop[0]\"}";
        for (data, content_type, body) in [
            (json!({ "a": [1] }), "application/json", "{\"a\":[1]}"),
            (json!("{\"a\": 1}"), "application/json", "{\"a\": 1}"),
            (json!("[draft"), "application/json", "\"[draft\""),
            (json!("5"), "application/json", "\"5\""),
            (json!(null), "application/json", "{}"),
            (file, "image/png", "png"),
            (json!({ "data": [1], "contentType": "text/x" }), "text/x", "[1]"),
        ] {
            let inputs = json!({ "flowName": "Sync", "data": data });
            let sent = stage.data("cross-flow", "invokeFlow", inputs).await.unwrap().unwrap();
            let expected = json!({
                "body": body, "content-type": content_type, "prismatic-invoked-by": caller,
                "prismatic-invoke-type": "Cross Flow", "prismatic-synchronous": null,
                "api-key": "k1", "idempotency-key": "execution/loop[0]/step",
            });
            assert_eq!(sent, expected, "{data}");
        }
        let unknown = json!({ "flowName": "Other" });
        let error = stage.data("cross-flow", "triggerFlow", unknown).await.unwrap_err();
        assert!(error.contains("no flow \"Other\"; it has \"Sync\""), "{error}");
    }
}
