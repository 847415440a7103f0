//! Flows that repeat themselves.

use serde_json::json;

use crate::harness::{TestApp, definition, text};

/// Proves R139, R141. A long run keeps nobody waiting, and shows what it has done so far.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_loop_leaves_room_for_others() {
    const TURNS: u64 = 3_000;
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("long-loop"), &[]).await;
    let answer = owner.trigger(instance.url("Count"), &json!({ "times": TURNS })).await;
    let id = text(&answer.json(), "/executionId");
    for _ in 0..5 {
        assert_eq!(owner.trigger(instance.url("Quick"), &json!({})).await.status, 303);
    }
    assert!(owner.ended(&id).await["error"].is_null());
    let document = "query ($id: ID!) { executionResult(id: $id) {
        all: stepResults { totalCount }
        turn: stepResults(stepName: \"sayIt\", loopStepIndex: 7) {
            nodes { loopPath loopStepName isLoopStep } }
        logs(message_Icontains: \"turn 2999\") { totalCount } } }";
    let data = owner.query_with(document, &json!({ "id": id })).await;
    let result = &data["executionResult"];
    // The trigger, the loop and the step after it have a result as well.
    assert_eq!(result["all"]["totalCount"], TURNS + 3);
    assert_eq!(result["logs"]["totalCount"], 1);
    assert_eq!(
        result["turn"]["nodes"],
        json!([{
            "loopPath": "againAndAgain[7]", "loopStepName": "againAndAgain", "isLoopStep": true,
        }])
    );
}
