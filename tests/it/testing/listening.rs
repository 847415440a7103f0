//! Listening: calls of a test URL are recorded, to try the flow with later.

use serde_json::{Value, json};

use super::Greeter;
use crate::harness::{TestApp, User, list, text};

async fn listen(owner: &User, draft: &str, on: bool) {
    let document = "mutation ($id: ID!, $on: Boolean) {
        updateWorkflowTestConfiguration(input: { id: $id, listeningMode: $on }) {
            errors { field messages } } }";
    owner.query_with(document, &json!({ "id": draft, "on": on })).await;
}

/// The recorded calls, the newest first.
async fn recorded(owner: &User) -> Vec<Value> {
    let document =
        "{ executionResults(invokeType_In: [\"WEBHOOK_SNAPSHOT\"], isTestExecution: true) {
        nodes { id endedAt status requestPayloadUrl stepResults { nodes { stepName } } } } }";
    list(&owner.query(document).await, "/executionResults/nodes").to_vec()
}

#[tokio::test]
async fn a_call_is_recorded_and_run_when_somebody_says_so() {
    let app = TestApp::start().await;
    let greeter = Greeter::of(app.organization("acme").await).await;
    let owner = &greeter.owner;
    let url = greeter.flow("Greet", "testUrl").await;
    listen(owner, &greeter.draft, true).await;
    let request = owner.http().post(&url).header("prismatic-synchronous", "true");
    let answer = owner.call(request.json(&json!({ "name": "Ada" }))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let id = text(&answer.json(), "/executionId");
    owner.ended(&id).await;
    let calls = recorded(owner).await;
    assert_eq!(
        (calls.len(), &calls[0]["id"], &calls[0]["status"]),
        (1, &json!(id), &json!("SUCCESS"))
    );
    let steps = json!({ "nodes": [{ "stepName": "call" }] });
    assert_eq!(calls[0]["stepResults"], steps, "only the trigger ran");
    let payload = owner.get(&text(&calls[0], "/requestPayloadUrl")).await.json();
    // The JSON text, in base64.
    assert_eq!(text(&payload, "/body"), "eyJuYW1lIjoiQWRhIn0=");
    assert!(greeter.partner.received("/greetings").is_empty());

    let document = "mutation ($id: ID!) { replayExecution(input: { id: $id }) {
        errors { field messages } instanceExecutionResult { id invokeType } } }";
    let replay = owner.query_with(document, &json!({ "id": id })).await;
    let replay = &replay["replayExecution"]["instanceExecutionResult"];
    assert_eq!(replay["invokeType"], "INTEGRATION_FLOW_TEST");
    owner.ended(&text(replay, "/id")).await;
    assert_eq!(greeter.partner.received("/greetings")[0].json(), json!({ "name": "Ada" }));

    listen(owner, &greeter.draft, false).await;
    let answer = owner.trigger(&url, &json!({ "name": "Bo" })).await;
    owner.ended(&text(&answer.json(), "/executionId")).await;
    assert_eq!(greeter.partner.received("/greetings")[1].json(), json!({ "name": "Bo" }));
    assert_eq!(recorded(owner).await.len(), 1);
}
