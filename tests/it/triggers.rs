//! Trigger URLs: what callers send, and what they hear.

use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, User, definition, example, list, text};

/// An organization with the flows of `answers.yaml` deployed for a customer.
async fn answers(app: &TestApp) -> (User, Instance) {
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("answers"), &[]).await;
    (owner, instance)
}

/// What a waiting caller gets after the redirect.
async fn waited(owner: &User, request: reqwest::RequestBuilder) -> (u16, String, String) {
    let answer = owner.call(request.header("prismatic-synchronous", "true")).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(!answer.header("prismatic-executionid").is_empty());
    let page = owner.get(answer.header("location")).await;
    (page.status, page.header("content-type").to_owned(), page.body)
}

/// Proves R063, R073, R074, R075, R080, R086, R087.
#[tokio::test]
async fn an_asynchronous_call_is_answered_with_its_execution() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let answer = owner.trigger(instance.url("Echo"), &json!({ "hello": "world" })).await;
    let execution = text(&answer.json(), "/executionId");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("prismatic-executionid"), execution);
    let end = owner.ended(&execution).await;
    assert!(end["error"].is_null());
    let lines: Vec<_> =
        list(&end, "/logs/nodes").iter().map(|line| text(line, "/message")).collect();
    assert_eq!(
        lines,
        ["Starting Instance Execution", "Starting step \"Body\"", "Ending Instance Execution"]
    );
    let document = "query ($id: ID!) { executionResult(id: $id) {
        status resultType invokeType stepResults { nodes { stepName displayStepName hasError } } } }";
    let data = owner.query_with(document, &json!({ "id": execution })).await;
    assert_eq!(
        data["executionResult"],
        json!({
            "status": "SUCCESS", "resultType": "COMPLETED", "invokeType": "WEBHOOK",
            "stepResults": { "nodes": [
                { "stepName": "call", "displayStepName": "Call", "hasError": false },
                { "stepName": "body", "displayStepName": "Body", "hasError": false },
            ] },
        })
    );
}

/// Proves R068, R070, R072, R076, R077, R079, R136.
#[tokio::test]
async fn a_waiting_caller_is_sent_to_the_result_in_the_kind_it_came() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let cases: [(&str, &[u8]); 4] = [
        ("application/json", b"{\"a\":[1,2.5,null,\"\xc3\xa9\"]}"),
        ("text/plain", b"just text"),
        ("application/x-www-form-urlencoded", b"a=1&b=%20"),
        ("application/octet-stream", b"\x00\x01\xfe\xff"),
    ];
    for (kind, body) in cases {
        let request = owner.http().post(instance.url("Echo"));
        let request = request.header("content-type", kind).body(body.to_vec());
        let answer = owner.call(request.header("prismatic-synchronous", "true")).await;
        let stored = owner.http().get(answer.header("location")).send().await.unwrap();
        assert_eq!(stored.headers()["content-type"], kind);
        assert_eq!(stored.bytes().await.unwrap(), body, "{kind}");
    }
    let (status, _, body) = waited(&owner, owner.http().get(instance.url("Echo"))).await;
    assert_eq!(
        (status, serde_json::from_str::<Value>(&body).unwrap()["data"].clone()),
        (200, Value::Null)
    );
}

/// Proves R025, R065, R069, R071, R078.
#[tokio::test]
async fn every_part_of_a_request_can_be_referenced() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let url = instance.url("Parts");
    let order = reqwest::multipart::Part::text("{\"id\":\"A-7\"}").mime_str("application/json");
    let scan = reqwest::multipart::Part::bytes(vec![137, 80]).file_name("scan.png");
    let form = reqwest::multipart::Form::new()
        .part("order", order.unwrap())
        .part("scan", scan.mime_str("image/png").unwrap());
    let request = owner.http().post(format!("{url}/sub/path?color=red&size=1"));
    let (_, _, body) =
        waited(&owner, request.header("x-shop-topic", "orders").multipart(form)).await;
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "path": "sub/path", "color": "red", "topic": "orders", "order": "A-7",
            "kind": "image/png", "customer": "Initech", "url": url,
        })
    );
}

/// Proves R081, R083.
#[tokio::test]
async fn the_flow_decides_on_the_status() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let body = json!({ "status": 415, "say": { "why": "Only PDF." } });
    let answer = owner.trigger(instance.url("Status"), &body).await;
    assert_eq!((answer.status, answer.json()), (415, json!({ "why": "Only PDF." })));
    assert_eq!(answer.header("x-reason"), "because");
    let answer = owner.trigger(instance.url("Status"), &json!({ "status": "406" })).await;
    assert_eq!((answer.status, &*answer.body), (406, ""));
    let answer = owner.trigger(instance.url("Status"), &json!({ "status": 204, "say": 1 })).await;
    assert_eq!((answer.status, &*answer.body), (204, ""));
    let answer = owner.trigger(instance.url("Challenge"), &json!({})).await;
    assert_eq!((answer.status, &*answer.body), (202, "accepted"));
    assert_eq!(answer.header("content-type"), "text/plain");
}

/// Proves R090.
#[tokio::test]
async fn a_failing_step_ends_the_run_and_says_why() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let request = owner.http().post(instance.url("Fail"));
    let answer = owner.call(request.header("prismatic-synchronous", "true")).await;
    assert_eq!(answer.status, 400);
    let message = text(&answer.json(), "/error");
    assert!(message.starts_with("Step \"Read It\" failed: "), "{message}");
    let end = owner.ended(answer.header("prismatic-executionid")).await;
    assert_eq!(text(&end, "/error"), message);
    let last: Vec<_> = list(&end, "/logs/nodes").iter().rev().take(2).collect();
    assert_eq!(text(last[1], "/severity"), "ERROR");
    assert!(text(last[0], "/message").starts_with("Ending Instance Execution"));
}

/// Proves R015, R026.
#[tokio::test]
async fn urls_that_nothing_answers_say_so() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let version = owner.publish(&owner.import(&definition("answers")).await).await;
    let customer = owner.create_customer("Initech").await;
    let instance = owner.create_instance(&version, &customer, &[]).await;
    let call = async || {
        let answer = owner.trigger(instance.url("Echo"), &json!({})).await;
        (answer.status, text(&answer.json(), "/error"))
    };
    let (status, error) = call().await;
    assert_eq!(status, 404);
    assert!(error.contains("not been deployed"), "{error}");
    owner.deploy(&instance).await;
    assert_eq!(owner.trigger(instance.url("Echo"), &json!({})).await.status, 200);
    let switch =
        "mutation ($id: ID!, $on: Boolean) { updateInstance(input: { id: $id, enabled: $on })
        { instance { id } errors { field messages } } }";
    owner.query_with(switch, &json!({ "id": instance.id, "on": false })).await;
    let (status, error) = call().await;
    assert_eq!(status, 404);
    assert!(error.contains("paused"), "{error}");
    owner.query_with(switch, &json!({ "id": instance.id, "on": true })).await;
    assert_eq!(owner.trigger(instance.url("Echo"), &json!({})).await.status, 200);
    let unknown = format!("{}/trigger/{}", app.url(), "0".repeat(32));
    assert_eq!(owner.trigger(&unknown, &json!({})).await.status, 404);
}

#[tokio::test]
async fn bodies_that_cannot_be_taken_start_nothing() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let url = instance.url("Echo");
    let json = |body: Vec<u8>| {
        owner.http().post(url).header("content-type", "application/json").body(body)
    };
    let answer = owner.call(json(b"{\"a\":".to_vec())).await;
    assert_eq!(
        (answer.status, answer.json()["error"].clone()),
        (400, json!("Received malformed JSON payload."))
    );
    let limit = 6 * 1024 * 1024;
    let text = |length: usize| {
        let body = format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
        owner.call(json(body))
    };
    let answer = text(limit + 1).await;
    assert_eq!(answer.status, 413);
    assert!(answer.json()["error"].as_str().unwrap().contains("6291456"));
    assert_eq!(text(limit).await.status, 200);
    let executions = "{ executionResults { totalCount } }";
    assert_eq!(owner.query(executions).await["executionResults"]["totalCount"], 1);
}

/// Proves R103.
#[tokio::test]
async fn a_replay_repeats_the_payload() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let answer = owner.trigger(instance.url("Echo"), &json!({ "number": 7 })).await;
    let original = text(&answer.json(), "/executionId");
    owner.ended(&original).await;
    let replay = "mutation ($id: ID!) { replayExecution(input: { id: $id }) {
        instanceExecutionResult { id replayForExecution { id } } errors { field messages } } }";
    let data = owner.query_with(replay, &json!({ "id": original })).await;
    let replay = &data["replayExecution"]["instanceExecutionResult"];
    assert_eq!(text(replay, "/replayForExecution/id"), original);
    let id = text(replay, "/id");
    assert!(owner.ended(&id).await["error"].is_null());
    let results = "query ($id: ID!) { executionResult(id: $id) { stepResults(last: 1) {
        nodes { resultsUrl } } } }";
    let data = owner.query_with(results, &json!({ "id": id })).await;
    let url = text(&data, "/executionResult/stepResults/nodes/0/resultsUrl");
    let packed = owner.http().get(url).send().await.unwrap().bytes().await.unwrap();
    let unpacked: Value = rmp_serde::from_slice(&packed).unwrap();
    assert_eq!(unpacked, json!({ "data": { "number": 7 }, "contentType": "application/json" }));
}

/// A link is the right to read one result, and no other.
#[tokio::test]
async fn results_need_their_signature() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let request = owner.http().post(instance.url("Slow")).json(&json!({}));
    let answer = owner.call(request).await;
    let url = answer.header("location").to_owned();
    assert_eq!(owner.get(&url).await.status, 200);
    let other = url.replace("/output/", "/step/");
    assert_eq!(owner.get(&other).await.status, 403);
    let (start, end) = url.split_at(url.len() - 4);
    let forged = format!("{start}{}", if end == "AAAA" { "BBBB" } else { "AAAA" });
    assert_eq!(owner.get(&forged).await.status, 403);
}

/// Proves R088.
#[tokio::test]
async fn what_started_a_failed_run_can_be_looked_at() {
    let app = TestApp::start().await;
    let (owner, instance) = answers(&app).await;
    let request = owner.http().post(instance.url("Fail")).header("x-attempt", "3");
    let answer = owner.call(request.json(&json!({ "order": 7 }))).await;
    let id = text(&answer.json(), "/executionId");
    assert!(!owner.ended(&id).await["error"].is_null());
    let document = "query ($id: ID!) { executionResult(id: $id) {
        requestPayloadUrl responsePayloadUrl } }";
    let data = owner.query_with(document, &json!({ "id": id })).await;
    let came_out = owner.get(&text(&data, "/executionResult/responsePayloadUrl")).await;
    assert_eq!((came_out.status, came_out.header("prismatic-executionid")), (200, &*id));
    let shown = owner.get(&text(&data, "/executionResult/requestPayloadUrl")).await.json();
    assert_eq!(text(&shown, "/contentType"), "application/json");
    assert_eq!(text(&shown, "/headers/x-attempt"), "3");
    assert_eq!(text(&shown, "/body"), "eyJvcmRlciI6N30=");
}

/// Proves R066.
#[tokio::test]
async fn a_scheduled_flow_also_runs_when_it_is_called() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&example("nightly-report"), &[]).await;
    let answer = owner.trigger(instance.url("Send Report"), &json!({})).await;
    assert!(owner.ended(&text(&answer.json(), "/executionId")).await["error"].is_null());
}
