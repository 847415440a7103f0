//! Test runs: with what they start, and what they show while they run.

use std::time::Duration;

use serde_json::{Value, json};

use super::Greeter;
use crate::harness::{Answer, TestApp, User, definition, eventually, list, text};

/// Proves R165, R166, R169.
#[tokio::test]
async fn a_draft_is_tried_with_values_and_credentials_of_its_own() {
    let app = TestApp::start().await;
    let greeter = Greeter::of(app.organization("acme").await).await;
    let document = "query ($id: ID!) { integration(id: $id) { testConfigVariables { nodes {
        value requiredConfigVariable { key } inputs { nodes { name value hasValue } } } } } }";
    let id = json!({ "id": greeter.draft });
    let data = greeter.owner.query_with(document, &id).await;
    let shown = list(&data, "/integration/testConfigVariables/nodes");
    let of = |key: &str| {
        shown.iter().find(|it| it["requiredConfigVariable"]["key"] == key).expect("the variable")
    };
    assert_eq!(of("Greeting")["value"], "Hello", "preset with its default");
    let password = &list(of("Partner Login"), "/inputs/nodes")[1];
    assert_eq!(*password, json!({ "name": "password", "value": "", "hasValue": true }));

    let flow = greeter.flow("Greet", "id").await;
    let execution = greeter
        .test(&json!({ "id": flow, "payload": r#"{"name":"Ada"}"#,
            "headers": r#"{"X-Shop":"oak"}"#, "contentType": "application/json" }))
        .await;
    let end = greeter.owner.ended(&execution).await;
    assert!(end["error"].is_null(), "{end:#}");
    let said = list(&end, "/logs/nodes").iter().any(|line| line["message"] == "Hello, Ada");
    assert!(said, "{end:#}");
    let received = greeter.partner.received("/greetings");
    assert_eq!(received[0].json(), json!({ "name": "Ada" }));
    assert_eq!(received[0].header("x-shop"), "oak");
    assert_eq!(received[0].header("authorization"), "Basic dGVzdGVyOm9ubHktZm9yLXRlc3Rz");

    let execution = greeter
        .test(&json!({ "id": flow, "payload": "<name>Ada</name>", "contentType": "text/xml" }))
        .await;
    greeter.owner.ended(&execution).await;
    assert_eq!(greeter.partner.received("/greetings")[1].header("x-kind"), "text/xml");
    let document = "mutation ($id: ID!) { testIntegrationFlow(input: { id: $id,
        headers: \"[]\" }) { errors { field messages } } }";
    let refused = greeter.owner.ask(document, &json!({ "id": flow })).await;
    let problems = refused.problems("testIntegrationFlow");
    assert!(problems[0].starts_with("headers: "), "{problems:?}");
}

/// The lines of an execution that has ended, and its error.
async fn said(owner: &User, execution: &str) -> (Vec<String>, Value) {
    let mut end = owner.ended(execution).await;
    let lines = list(&end, "/logs/nodes").iter().map(|line| text(line, "/message")).collect();
    (lines, end["error"].take())
}

/// A test may say what the trigger gives; a deployed instance takes nobody's word for that.
#[tokio::test]
async fn a_test_says_what_its_trigger_gives() {
    let app = TestApp::start().await;
    let greeter = Greeter::of(app.organization("acme").await).await;
    let owner = &greeter.owner;
    let flow = greeter.flow("Greet", "id").await;
    let simulated = |result: &Value| {
        let headers = json!({ "Prismatic-Simulated-Trigger-Result": result.to_string(),
            "X-Shop": "oak" });
        headers.to_string()
    };
    let eve = simulated(&json!({ "payload": { "body": { "data": { "name": "Eve" } } } }));
    let ada = r#"{"name":"Ada"}"#;
    let execution = greeter.test(&json!({ "id": flow, "payload": ada, "headers": eve })).await;
    let (lines, error) = said(owner, &execution).await;
    assert!(error.is_null() && lines.contains(&"Hello, Eve".to_owned()), "{lines:?} {error}");
    let received = greeter.partner.received("/greetings");
    assert_eq!(received[0].json(), json!({ "name": "Eve" }));
    assert_eq!(received[0].header("x-shop"), "oak", "what it does not name stays");
    let headers = simulated(&json!({ "body": {} }));
    let execution = greeter.test(&json!({ "id": flow, "headers": headers })).await;
    let (_, error) = said(owner, &execution).await;
    assert!(error.as_str().unwrap_or_default().contains("with a payload"), "{error}");

    let version = owner.publish(&greeter.draft).await;
    let customer = owner.create_customer("Initech").await;
    let login = json!([{ "name": "username", "type": "value", "value": "a" },
        { "name": "password", "type": "value", "value": "b" }]);
    let instance = owner.create_instance(&version, &customer, &[]).await;
    let document = "mutation ($id: ID!, $values: [InputInstanceConfigVariable]) {
        updateInstanceConfigVariables(input: { id: $id, configVariables: $values }) {
            errors { field messages } } }";
    let values = json!([{ "key": "Partner Login", "values": login.to_string() }]);
    owner.query_with(document, &json!({ "id": instance.id, "values": values })).await;
    owner.deploy(&instance).await;
    let document = "mutation ($input: TestInstanceFlowConfigInput!) {
        testInstanceFlowConfig(input: $input) {
            testInstanceFlowConfigResult { execution { id } } errors { field messages } } }";
    let input = json!({ "id": instance.flow_config("Greet"), "payload": ada, "headers": eve });
    let data = owner.query_with(document, &json!({ "input": input })).await;
    let execution =
        text(&data, "/testInstanceFlowConfig/testInstanceFlowConfigResult/execution/id");
    let (lines, _) = said(owner, &execution).await;
    assert!(lines.contains(&"Hello, Ada".to_owned()), "{lines:?}");
}

/// What an execution shows now.
async fn shown(owner: &User, execution: &str) -> Value {
    let document = "query ($id: ID!) { executionResult(id: $id) { endedAt
        stepResults { nodes { stepName } } logs { nodes { message } } } }";
    owner.query_with(document, &json!({ "id": execution })).await["executionResult"].take()
}

/// Waits until a run that goes on shows a step and a log line.
async fn shows_while_it_runs(owner: &User, execution: &str, step: &str, line: &str) {
    let what = format!("{step} and {line} of {execution}");
    let seen = eventually(&what, async || {
        let seen = shown(owner, execution).await;
        let has =
            |at: &str, key: &str, text: &str| list(&seen, at).iter().any(|node| node[key] == text);
        let is_there =
            has("/stepResults/nodes", "stepName", step) && has("/logs/nodes", "message", line);
        is_there.then(|| seen.clone())
    })
    .await;
    assert!(seen["endedAt"].is_null(), "it was to be seen while it runs: {seen:#}");
}

/// Proves R167, R168. Whether the step that takes long waits for others or by itself.
#[tokio::test]
async fn results_and_logs_show_while_a_test_runs() {
    let app = TestApp::start().await;
    let greeter = Greeter::of(app.organization("acme").await).await;
    let slow = Answer { after: Duration::from_secs(4), ..Answer::default() };
    greeter.partner.answer("/greetings", slow);
    let flow = greeter.flow("Greet", "id").await;
    let execution = greeter.test(&json!({ "id": flow, "payload": r#"{"name":"Ada"}"# })).await;
    shows_while_it_runs(&greeter.owner, &execution, "note", "Hello, Ada").await;
    let flow = greeter.flow("Rest", "id").await;
    let resting = greeter.test(&json!({ "id": flow })).await;
    shows_while_it_runs(&greeter.owner, &resting, "note", "Going to sleep").await;
    for execution in [execution, resting] {
        assert!(greeter.owner.ended(&execution).await["error"].is_null());
    }
}

/// Proves R169, R170.
#[tokio::test]
async fn calls_to_try_a_flow_with_are_kept() {
    let app = TestApp::start().await;
    let greeter = Greeter::of(app.organization("acme").await).await;
    let owner = &greeter.owner;
    let flow = greeter.flow("Greet", "id").await;
    let document = "mutation ($input: UpdateIntegrationTestConfigurationInput!) {
        updateIntegrationTestConfiguration(input: $input) { errors { field messages }
            integration { endpointConfigTestPayload endpointConfigTestHeaders
                flows { nodes { testPayload testHeaders testContentType } } } } }";
    let keep = |headers: &str| {
        json!({ "input": { "id": greeter.draft, "endpointConfigTestPayload": "{}",
            "flows": [{ "id": flow, "testPayload": "{\"name\":\"Ada\"}", "testHeaders": headers,
                "testContentType": "application/json" }] } })
    };
    let kept = owner.query_with(document, &keep(r#"{"X-Shop":"oak"}"#)).await;
    let kept = &kept["updateIntegrationTestConfiguration"]["integration"];
    assert_eq!(kept["endpointConfigTestPayload"], "{}");
    let expected = json!({ "testPayload": "{\"name\":\"Ada\"}", "testHeaders": "{\"X-Shop\":\"oak\"}",
        "testContentType": "application/json" });
    assert_eq!(kept["flows"]["nodes"][0], expected);
    let refused = owner.ask(document, &keep("oak")).await;
    let problems = refused.problems("updateIntegrationTestConfiguration");
    assert_eq!(problems, ["flows: \"This is not the JSON text of an object.\""]);
    // The next import leaves them alone.
    let again = "mutation ($id: ID!, $definition: String!) {
        importIntegration(input: { integrationId: $id, definition: $definition }) {
            integration { id } errors { field messages } } }";
    let variables = json!({ "id": greeter.draft, "definition": definition("greeter") });
    owner.query_with(again, &variables).await;
    assert_eq!(greeter.flow("Greet", "testHeaders").await, r#"{"X-Shop":"oak"}"#);

    // On a deployed instance too.
    let url = greeter.partner.url("/deployed");
    let version = owner.publish(&greeter.draft).await;
    let customer = owner.create_customer("Initech").await;
    let instance = owner.create_instance(&version, &customer, &[("Partner URL", &url)]).await;
    let document = "mutation ($id: ID!) { deployInstance(input: { id: $id, force: true }) {
        errors { field messages } } }";
    owner.query_with(document, &json!({ "id": instance.id })).await;
    let document = "mutation ($input: TestInstanceFlowConfigInput!) {
        testInstanceFlowConfig(input: $input) { errors { field messages }
            testInstanceFlowConfigResult { execution { id } flowConfig { id } } } }";
    let input = json!({ "input": { "id": instance.flow_config("Greet"),
        "payload": "Ada", "contentType": "text/plain", "headers": "{\"x-shop\":\"elm\"}" } });
    let data = owner.query_with(document, &input).await;
    let result = &data["testInstanceFlowConfig"]["testInstanceFlowConfigResult"];
    assert_eq!(result["flowConfig"]["id"], instance.flow_config("Greet"));
    owner.ended(&text(result, "/execution/id")).await;
    let received = greeter.partner.received("/deployed");
    assert_eq!((received[0].header("x-shop"), received[0].header("x-kind")), ("elm", "text/plain"));
}
