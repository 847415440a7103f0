//! Log lines that are sent to where an organization gathers them.

use std::sync::Arc;
use std::time::Duration;

use entity::{Ids, ManualClock, Timestamp};
use serde_json::{Value, json};

use crate::harness::{
    Answer, Received, TestApp, ThirdParty, User, definition, eventually, list, text,
};

const TEMPLATE: &str = r#"{
    "message": "{{message}}", "level": {{severity}}, "number": {{severityNumber}},
    "at": [{{timestamp_s}}, {{timestamp}}, {{timestamp_ns}}], "iso": "{{ timestamp_iso }}",
    "instance": ["{{instanceId}}", "{{instanceName}}"], "flow": "{{flowName}}",
    "flowConfig": "{{flowConfigId}}", "integration": "{{integrationName}}",
    "customer": ["{{customerName}}", "{{customerExternalId}}"], "step": "{{stepName}}",
    "execution": "{{executionId}}"
}"#;

const CREATE: &str = "mutation ($input: CreateExternalLogStreamInput!) {
    createExternalLogStream(input: $input) {
        externalLogStream { id } errors { field messages } } }";

/// What a stream is created with, but for the severities `(number, name)`.
fn input(url: &str, template: &str, levels: &[(i32, &str)]) -> Value {
    let levels: Vec<_> =
        levels.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    json!({ "name": "Elsewhere", "url": url, "payloadTemplate": template,
        "severityLevels": levels })
}

async fn create(owner: &User, input: Value) -> String {
    let data = owner.query_with(CREATE, &json!({ "input": input })).await;
    text(&data, "/createExternalLogStream/externalLogStream/id")
}

async fn say(owner: &User, url: &str, text: &str) -> String {
    let call = json!({ "text": text, "level": "warn" });
    owner.trigger(url, &call).await.header("prismatic-executionid").to_owned()
}

fn lines(received: &[Received]) -> Vec<String> {
    let bodies = received.iter().map(|request| String::from_utf8(request.body.to_vec()).unwrap());
    bodies.flat_map(|body| body.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Proves R116.
#[tokio::test]
async fn lines_are_sent_as_the_template_says() {
    let (app, sink) = (TestApp::start().await, ThirdParty::start().await);
    let owner = app.organization("acme").await;
    let mut wanted = input(&sink.url("/lines"), TEMPLATE, &[(3, "WARN"), (4, "error")]);
    wanted["headers"] = json!("{\"X-Key\": \"canary\"}");
    let stream = create(&owner, wanted).await;
    let instance = owner.deployed(&definition("speaker"), &[]).await;
    let hostile = "\"quoted\",\n{{severity}} \\ \u{1F642}";
    let execution = say(&owner, instance.url("Say"), hostile).await;

    let received = sink.wait_for("/lines", 1).await;
    assert_eq!(received[0].header("content-type"), "application/json");
    assert_eq!(received[0].header("x-key"), "canary");
    let mut line = received[0].json();
    let at = line["at"].take();
    let nanos = at[2].as_i64().unwrap();
    assert_eq!(at, json!([nanos / 1_000_000_000, nanos / 1_000_000, nanos]));
    assert!(line["iso"].take().as_str().unwrap().ends_with('Z'));
    let expected = json!({ "message": hostile, "level": "warn", "number": 4, "at": null,
        "iso": null, "instance": [instance.id, "Story"], "flow": "Say",
        "flowConfig": instance.flow_config("Say"), "integration": "Speaker",
        "customer": ["Initech", "Initech"], "step": "speak", "execution": execution });
    assert_eq!(line, expected);

    // Another template, for more of the lines; then none at all.
    let document = "mutation ($id: ID!, $url: String!) { updateExternalLogStream(input: {
        id: $id, url: $url, payloadTemplate: \"{{severity}}: {{message}}\",
        severityLevels: [{ id: 2, name: \"INFO\" }, { id: 3, name: \"WARN\" }] }) {
            externalLogStream { batch headers severityLevels { name } } errors { messages } } }";
    let variables = json!({ "id": stream, "url": sink.url("/plain") });
    let data = owner.query_with(document, &variables).await;
    let expected = json!({ "batch": false, "headers": "{\"X-Key\":\"canary\"}",
        "severityLevels": [{ "name": "INFO" }, { "name": "WARN" }] });
    assert_eq!(data["updateExternalLogStream"]["externalLogStream"], expected);
    let execution = say(&owner, instance.url("Say"), "Once more").await;
    let logged = owner.ended(&execution).await;
    let told = |line: &Value| {
        format!("{}: {}", text(line, "/severity").to_lowercase(), text(line, "/message"))
    };
    let logged: Vec<_> = list(&logged, "/logs/nodes").iter().map(told).collect();
    let received = sink.wait_for("/plain", logged.len()).await;
    assert_eq!(lines(&received), logged, "lines of an execution keep their order");
    assert_eq!(received[0].header("content-type"), "text/plain; charset=utf-8");

    let still = input(&sink.url("/still"), "{{message}}", &[(3, "WARN")]);
    create(&owner, still).await;
    let document = "mutation ($id: ID!) { deleteExternalLogStream(input: { id: $id }) {
        errors { messages } } }";
    owner.query_with(document, &json!({ "id": stream })).await;
    say(&owner, instance.url("Say"), "For the other one").await;
    assert_eq!(lines(&sink.wait_for("/still", 1).await), ["For the other one"]);
    assert_eq!(sink.received("/plain").len(), logged.len());
    assert_eq!(sink.received("/lines").len(), 1);
}

#[tokio::test]
async fn what_no_stream_can_be_is_refused() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let url = "https://logs.example.test/";
    let info = [(2, "INFO")];
    let with = |mut input: Value, field: &str, value: Value| {
        input[field] = value;
        input
    };
    for (input, field) in [
        (input(url, "{{mesage}}", &info), "payloadTemplate"),
        (input(url, "{{message", &info), "payloadTemplate"),
        (input(url, " ", &info), "payloadTemplate"),
        (with(input(url, "{{message}}", &info), "batch", json!(true)), "payloadTemplate"),
        (input("logs.example.test", "{{message}}", &info), "url"),
        (input(url, "{{message}}", &[]), "severityLevels"),
        (input(url, "{{message}}", &[(2, "WARN")]), "severityLevels"),
        (input(url, "{{message}}", &[(9, "LOUD")]), "severityLevels"),
        (with(input(url, "{{message}}", &info), "headers", json!("no")), "headers"),
    ] {
        let reply = owner.ask(CREATE, &json!({ "input": input })).await;
        let problems = reply.problems("createExternalLogStream");
        assert!(problems.len() == 1 && problems[0].starts_with(field), "{problems:?} {input}");
    }
}

/// A slow stream is nobody's problem but its own.
#[tokio::test]
async fn a_stream_that_hangs_delays_nobody() {
    let (app, sink) = (TestApp::start().await, ThirdParty::start().await);
    let owner = app.organization("acme").await;
    let after = Duration::from_mins(10);
    sink.answer("/hanging", Answer { after, ..Answer::default() });
    for path in ["/hanging", "/quick"] {
        create(&owner, input(&sink.url(path), "{{message}}", &[(3, "WARN")])).await;
    }
    let instance = owner.deployed(&definition("speaker"), &[]).await;
    let execution = say(&owner, instance.url("Say"), "1").await;
    owner.ended(&execution).await;
    sink.wait_for("/hanging", 1).await;
    let execution = say(&owner, instance.url("Say"), "2").await;
    owner.ended(&execution).await;
    assert_eq!(lines(&sink.wait_for("/quick", 2).await), ["1", "2"]);
    assert_eq!(sink.received("/hanging").len(), 1);
}

/// Lines are gathered into few requests, tried again, and in the end counted instead of sent.
#[tokio::test]
async fn what_is_too_much_for_a_stream_is_counted() {
    const LINES: usize = 10_150;
    let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
    let app = TestApp::start_with(|options| {
        options.clock = clock.clone();
        options.ids = Ids::random(clock.clone());
    })
    .await;
    let sink = ThirdParty::start().await;
    let owner = app.organization("acme").await;
    sink.answer("/lines", Answer { status: 503, ..Answer::default() });
    let mut wanted = input(&sink.url("/lines"), r#"{"m": "{{message}}"}"#, &[(4, "ERROR")]);
    wanted["batch"] = json!(true);
    create(&owner, wanted).await;
    let instance = owner.deployed(&definition("speaker"), &[]).await;
    let count = async |times: usize| {
        let answer = owner.trigger(instance.url("Count"), &json!({ "times": times })).await;
        owner.ended(answer.header("prismatic-executionid")).await;
    };
    count(2).await;
    eventually("a first try", async || {
        clock.advance_seconds(1);
        sink.received("/lines").pop()
    })
    .await;
    count(LINES).await;
    sink.answer("/lines", Answer::default());
    let lines = eventually("everything that is left", async || {
        clock.advance_seconds(5);
        let lines = lines(&sink.received("/lines"));
        (lines.len() >= 2 + 2 + 1 + 10_000).then_some(lines)
    })
    .await;
    let message = |place: usize| text(&serde_json::from_str::<Value>(&lines[place]).unwrap(), "/m");
    let turns = [message(0), message(1), message(2), message(3)];
    assert_eq!(turns, ["Turn 0", "Turn 1", "Turn 0", "Turn 1"], "the first try comes again");
    assert!(message(4).starts_with("150 log lines were not sent"), "{}", message(4));
    assert_eq!((message(5), lines.len()), ("Turn 150".to_owned(), 10_005));
    let requests = sink.received("/lines");
    assert_eq!(requests[0].header("content-type"), "application/x-ndjson");
    assert!(requests.len() <= 6, "{}", requests.len());
}

/// Time stands still, so that only the end of the server sends what is being gathered.
#[tokio::test]
async fn a_server_that_stops_sends_what_waits() {
    let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
    let app = TestApp::start_with(|options| {
        options.clock = clock.clone();
        options.ids = Ids::random(clock.clone());
    })
    .await;
    let sink = ThirdParty::start().await;
    let owner = app.organization("acme").await;
    let mut wanted = input(&sink.url("/lines"), r#"{"m": "{{message}}"}"#, &[(3, "WARN")]);
    wanted["batch"] = json!(true);
    create(&owner, wanted).await;
    let instance = owner.deployed(&definition("speaker"), &[]).await;
    for line in ["1", "2"] {
        let execution = say(&owner, instance.url("Say"), line).await;
        owner.ended(&execution).await;
    }
    assert!(sink.received("/lines").is_empty());
    app.stop().await;
    let received = sink.received("/lines");
    assert_eq!(received.len(), 1);
    assert_eq!(lines(&received), [r#"{"m": "1"}"#, r#"{"m": "2"}"#]);
}
