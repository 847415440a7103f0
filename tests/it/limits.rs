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

#[tokio::test]
async fn documents_and_pages_have_an_end() {
    const DEPTH_MAX: usize = 20;
    const FIELDS_MAX: usize = 2_000;
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let nested = |levels: usize| {
        let circle = "instances { nodes { customer { ".repeat(levels / 3);
        let around = format!("customers {{ nodes {{ {circle}");
        let open: String = around.split_inclusive("{ ").take(levels - 1).collect();
        format!("{{ {open} id {} }}", "}".repeat(levels - 1))
    };
    let wide = |fields: usize| {
        let names: Vec<_> = (1..fields).map(|number| format!("f{number}: id")).collect();
        format!("{{ authenticatedUser {{ {} }} }}", names.join(" "))
    };
    for (just, over, expected) in [
        (nested(DEPTH_MAX), nested(DEPTH_MAX + 1), "too deep"),
        (wide(FIELDS_MAX), wide(FIELDS_MAX + 1), "too complex"),
    ] {
        let accepted = owner.ask(&just, &json!({})).await;
        assert!(accepted.body.get("errors").is_none(), "{:#}", accepted.body);
        let refused = owner.ask(&over, &json!({})).await.errors();
        assert!(refused[0].contains(expected), "{refused:?}");
    }
    for number in 0..101 {
        owner.create_customer(&format!("Customer {number}")).await;
    }
    let data = owner.query("{ customers(first: 1000) { nodes { id } totalCount } }").await;
    assert_eq!(list(&data, "/customers/nodes").len(), 100);
    assert!(data["customers"]["totalCount"].as_u64() > Some(100));
}

#[tokio::test]
async fn a_log_line_is_cut_and_says_nothing_else() {
    const CHARACTERS_MAX: usize = 4_096;
    let app = TestApp::start().await;
    let (owner, instance) = deployed(&app).await;
    for (written, kept) in [(CHARACTERS_MAX, CHARACTERS_MAX), (CHARACTERS_MAX + 1, CHARACTERS_MAX)]
    {
        let code = format!("module.exports = () => console.log('\u{e9}'.repeat({written}))");
        let (_, end) = run(&owner, &instance, &code).await;
        let lines = list(&end, "/logs/nodes").iter();
        let longest = lines.map(|line| text(line, "/message").chars().count()).max();
        assert_eq!(longest, Some(kept));
    }
}

/// What a definition may ask for: the most is accepted, one more is named.
#[tokio::test]
async fn settings_of_flows_have_a_range() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let problems = async |settings: &str| {
        let component = json!({ "key": "webhook-triggers", "isPublic": true, "version": "LATEST" });
        let mut definition = json!({
            "name": "Edge", "definitionVersion": 7,
            "flows": [{ "name": "Edge", "steps": [{
                "name": "Call", "isTrigger": true, "inputs": {},
                "action": { "key": "webhook", "component": component },
            }] }],
        });
        let (pointer, value) = settings.split_once(" = ").unwrap();
        let value: Value = serde_json::from_str(value).unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        definition.pointer_mut(parent).unwrap()[key] = value;
        let draft = owner.import(&definition.to_string()).await;
        let document = "mutation ($id: ID!) { publishIntegration(input: { id: $id }) {
            integration { id } errors { field messages } } }";
        owner.ask(document, &json!({ "id": draft })).await.problems("publishIntegration")
    };
    let choices = |length: usize| {
        let choice = "x".repeat(length);
        format!(
            r#"/requiredConfigVars = [{{"key":"k","dataType":"picklist","pickList":["{choice}"]}}]"#
        )
    };
    let retry = |times: u32, minutes: u32| {
        format!(r#"/flows/0/retryConfig = {{"maxAttempts":{times},"delayMinutes":{minutes}}}"#)
    };
    let step = |times: u32, seconds: u32| {
        let numbers = format!(r#""maxAttempts":{times},"delaySeconds":{seconds}"#);
        format!(r#"/flows/0/steps/0/errorConfig = {{"errorHandlerType":"retry",{numbers}}}"#)
    };
    let queue = |limit: u32| {
        format!(r#"/flows/0/queueConfig = {{"usesFifoQueue":true,"concurrencyLimit":{limit}}}"#)
    };
    for (just, over, field) in [
        (choices(64), choices(65), "requiredConfigVars[0].pickList"),
        (retry(10, 60), retry(11, 60), "retryConfig.maxAttempts"),
        (retry(0, 0), retry(10, 61), "retryConfig.delayMinutes"),
        (queue(15), queue(16), "queueConfig.concurrencyLimit"),
        (queue(2), queue(1), "queueConfig.concurrencyLimit"),
        (step(5, 60), step(6, 60), "errorConfig.maxAttempts"),
        (step(0, 0), step(5, 61), "errorConfig.delaySeconds"),
    ] {
        assert_eq!(problems(&just).await, [""; 0], "{just}");
        let refused = problems(&over).await;
        assert!(refused.iter().any(|problem| problem.contains(field)), "{over}: {refused:?}");
    }
}
