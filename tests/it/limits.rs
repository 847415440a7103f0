//! Limits at their edges: what just fits works, one more does not and says why.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Instance, Page, TestApp, User, definition, list, text};

async fn deployed(app: &TestApp) -> (User, Instance) {
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("limits"), &[]).await;
    (owner, instance)
}

/// Calls a flow that runs the code, and waits for the end of its execution.
async fn run(owner: &User, instance: &Instance, code: &str) -> (Page, Value) {
    let answer = owner.trigger(instance.url("Run"), &json!({ "code": code })).await;
    let end = owner.ended(answer.header("prismatic-executionid")).await;
    (answer, end)
}

#[tokio::test]
async fn state_has_room_up_to_the_last_byte() {
    const ROOM: usize = 1_000;
    // Levels without values, braces, quotes and the name of the key.
    const AROUND: usize = 2 + 2 + r#"{"k":""}"#.len();
    let app = TestApp::start_with(|options| options.state_bytes_max = ROOM).await;
    let (owner, instance) = deployed(&app).await;
    let usage = async || {
        let answer = owner.trigger(instance.url("Usage"), &json!({})).await;
        let usage = owner.get(answer.header("location")).await.json();
        (usage["total"].clone(), usage["limit"].clone())
    };
    let save = |length: usize| {
        format!("module.exports = (c) => {{ c.crossFlowState.k = 'x'.repeat({length}); }}")
    };
    let (_, end) = run(&owner, &instance, &save(ROOM - AROUND)).await;
    assert!(end["error"].is_null(), "{end}");
    assert_eq!(usage().await, (json!(ROOM), json!(ROOM)));

    let (_, end) = run(&owner, &instance, &save(ROOM - AROUND + 1)).await;
    let error = text(&end, "/error");
    assert!(error.contains("at most 1000 bytes") && error.contains("would leave 1001"), "{error}");
    let (_, end) =
        run(&owner, &instance, "module.exports = (c) => { c.instanceState.a = 1; }").await;
    assert!(!end["error"].is_null(), "all levels count together");
    assert_eq!(usage().await.0, ROOM, "a run that fails saves nothing");
}

/// Proves R162.
#[tokio::test]
async fn who_overwrites_state_that_it_has_not_seen_says_so() {
    let app = TestApp::start().await;
    let (owner, instance) = deployed(&app).await;
    let save = "module.exports = async ({ crossFlowState }) => {
        await new Promise((done) => setTimeout(done, 500));
        crossFlowState.shared = (crossFlowState.shared ?? 0) + 1;
        crossFlowState[crypto.randomUUID()] = 1; }";
    let warnings = |ends: &[&Value]| -> Vec<String> {
        let lines = ends.iter().flat_map(|end| list(end, "/logs/nodes"));
        lines.filter(|line| line["severity"] == "WARN").map(|line| text(line, "/message")).collect()
    };
    let ((_, one), (_, other)) =
        tokio::join!(run(&owner, &instance, save), run(&owner, &instance, save));
    let [warning] = &warnings(&[&one, &other])[..] else { panic!("one line in {one} and {other}") };
    assert!(warning.ends_with("what this run leaves counts: shared"), "{warning}");
    let (_, alone) = run(&owner, &instance, save).await;
    assert_eq!(warnings(&[&alone]), [""; 0]);
}

#[tokio::test]
async fn an_execution_ends_when_its_time_is_up() {
    let app = TestApp::start_with(|options| {
        options.execution_time_limit = Duration::from_secs(1);
    })
    .await;
    let (owner, instance) = deployed(&app).await;
    let answer = owner.trigger(instance.url("Sleep"), &json!({})).await;
    let end = owner.ended(answer.header("prismatic-executionid")).await;
    assert_eq!(end["error"], "The execution ran longer than 1 seconds.");
}
