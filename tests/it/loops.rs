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

/// Proves R138.
#[tokio::test]
async fn a_loop_goes_over_values_of_any_kind_and_files() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("loop-over"), &[]).await;
    let over = async |request: reqwest::RequestBuilder| {
        let answer = owner.call(request).await;
        owner.get(answer.header("location")).await.json()
    };
    let post = || owner.http().post(instance.url("Over"));
    for (items, encoded) in [
        (json!([1, 2.5]), json!(["MQ==", "Mi41"])),
        (json!(["a", "b c"]), json!(["YQ==", "YiBj"])),
        (json!([{ "id": 1 }]), json!(["eyJpZCI6MX0="])),
    ] {
        assert_eq!(over(post().json(&items)).await, encoded, "{items}");
    }
    let file = |bytes: &'static [u8], kind| {
        reqwest::multipart::Part::bytes(bytes).file_name("file").mime_str(kind).unwrap()
    };
    let form = reqwest::multipart::Form::new()
        .part("scan", file(b"\x89P", "image/png"))
        .part("note", file(b"hi", "text/plain"));
    assert_eq!(over(post().multipart(form)).await, json!(["iVA=", "aGk="]));
}
