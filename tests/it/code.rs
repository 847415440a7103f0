//! Code of integration authors where callers see it.

mod fetching;
mod hostile;

use serde_json::json;

use crate::harness::{TestApp, definition, list, text};

#[tokio::test]
async fn a_code_trigger_decides_what_its_caller_hears() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("code"), &[]).await;
    let url = instance.url("Greets");
    for seen in ["1", "2"] {
        let request = owner.http().post(format!("{url}?challenge=hello")).json(&json!([1]));
        let answer = owner.call(request).await;
        assert_eq!((answer.status, &*answer.body), (201, "hello"));
        assert_eq!(answer.header("content-type"), "text/plain");
        assert_eq!(answer.header("x-seen"), seen);
        let end = owner.ended(answer.header("prismatic-executionid")).await;
        assert!(end["error"].is_null(), "{end}");
    }
    // Without a body of its own the answer names the execution, without an answer it is the usual.
    let answer = owner.trigger(url, &json!({})).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["executionId"], answer.header("prismatic-executionid"));
    let answer = owner.call(owner.http().post(url).header("x-silent", "1")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["executionId"], answer.header("prismatic-executionid"));

    let request = owner.http().post(url).header("prismatic-synchronous", "true");
    let answer = owner.call(request.json(&json!({ "a": 1 }))).await;
    let page = owner.get(answer.header("location")).await;
    assert_eq!(page.json(), json!({ "body": { "seen": 4, "raw": { "a": 1 } } }));
}

#[tokio::test]
async fn a_trigger_that_finds_nothing_new_ends_the_run_and_keeps_its_state() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("code"), &[]).await;
    let document = "query ($id: ID!) { executionResult(id: $id) {
        status resultType stepResults { nodes { stepName } } } }";
    for (result_type, steps) in
        [("POLLED_NO_CHANGES", 1), ("POLLED_NO_CHANGES", 1), ("COMPLETED", 2)]
    {
        let answer = owner.trigger(instance.url("Polls"), &json!({})).await;
        let id = answer.header("prismatic-executionid");
        owner.ended(id).await;
        let data = owner.query_with(document, &json!({ "id": id })).await;
        let result = &data["executionResult"];
        assert_eq!(
            (text(result, "/status"), text(result, "/resultType")),
            ("SUCCESS".to_owned(), result_type.to_owned())
        );
        assert_eq!(list(result, "/stepResults/nodes").len(), steps);
    }
}

/// Proves R082, R083.
#[tokio::test]
async fn code_may_answer_with_a_status_instead_of_data() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("code"), &[]).await;
    for status in [406, 415] {
        let answer = owner.trigger(instance.url("Refuses"), &json!({ "status": status })).await;
        assert_eq!((answer.status, &*answer.body), (status, ""));
        assert_eq!(answer.header("x-why"), "because");
        assert_eq!(answer.header("location"), "");
    }
}
