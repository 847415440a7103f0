//! Published components at work: what they get, what comes of it, and what they cannot do.

use serde_json::{Value, json};

use super::{package, put};
use crate::harness::{Instance, TestApp, User, definition, list, text};

/// What the stories below are made of.
const INDEX: &str = include_str!("../../components/workshop/index.js");

fn described() -> Value {
    let input = |key: &str| json!({ "key": key, "label": key, "type": "string" });
    let action = |key: &str| {
        json!({
            "key": key,
            "display": { "label": key, "description": "Part of a story." },
            "inputs": [
                input("text"),
                { "key": "greeting", "label": "Greeting", "type": "string", "default": "Hello" },
                { "key": "shop", "label": "Shop", "type": "connection" },
            ],
        })
    };
    let actions = ["greet", "throws", "loops", "hoards", "snoops", "reaches", "counts"];
    json!({
        "definition": {
            "key": "workshop",
            "display": { "label": "Workshop", "description": "Does what stories need." },
        },
        "actions": actions.map(action),
        "triggers": [{
            "key": "hook",
            "display": { "label": "Hook", "description": "Starts flows." },
            "inputs": [input("suffix")],
        }],
        "dataSources": [{
            "key": "cities",
            "display": { "label": "Cities", "description": "Finds cities." },
            "inputs": [input("country")],
            "dataSourceType": "picklist",
        }],
        "connections": [{
            "key": "apiKey", "label": "API key",
            "inputs": [{ "key": "apiKey", "label": "Key", "type": "password", "shown": true }],
        }],
    })
}

/// An owner with an instance whose flow takes an action of the component.
async fn stage(app: &TestApp, action: &str) -> (User, Instance) {
    let owner = app.organization(action).await;
    let document = "mutation ($definition: ComponentDefinitionInput!,
        $actions: [ActionDefinitionInput], $triggers: [TriggerDefinitionInput],
        $dataSources: [DataSourceDefinitionInput], $connections: [ConnectionDefinitionInput]) {
        publishComponent(input: { definition: $definition, actions: $actions, triggers: $triggers,
            dataSources: $dataSources, connections: $connections }) {
            publishResult { packageUploadUrl } errors { field messages } } }";
    let data = owner.query_with(document, &described()).await;
    let url = text(&data, "/publishComponent/publishResult/packageUploadUrl");
    let accepted = put(&owner, &url, package(&[("index.js", INDEX)])).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let version = definition("workshop").replace("key: greet,", &format!("key: {action},"));
    let version = owner.publish(&owner.import(&version).await).await;
    let customer = owner.create_customer("Initech").await;
    let instance = owner.create_instance(&version, &customer, &[]).await;
    owner.deploy(&instance).await;
    (owner, instance)
}

/// What a synchronous call answers, the error of its execution, and its log.
async fn call(owner: &User, instance: &Instance, body: &Value) -> (String, Value, String) {
    let answer = owner.trigger(instance.url("Work"), body).await;
    let ended = owner.ended(answer.header("prismatic-executionid")).await;
    let lines = list(&ended, "/logs/nodes").iter().map(|line| text(line, "/message"));
    let log = lines.collect::<Vec<_>>().join("\n");
    let stored = answer.header("location");
    let body = if stored.is_empty() {
        answer.body.clone()
    } else {
        owner.http().get(stored).send().await.unwrap().text().await.unwrap()
    };
    (body, ended["error"].clone(), log)
}

/// Proves R082.
#[tokio::test]
async fn actions_get_their_inputs_and_connections_and_keep_state() {
    let app = TestApp::start().await;
    let (owner, instance) = stage(&app, "greet").await;
    let (answer, error, log) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
    assert_eq!(error, Value::Null, "{log}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer,
        json!({
            "said": "Hello, Ada!", "arguments": 2, "customer": "Initech", "connection": "apiKey",
            "keyLength": 14, "count": 1,
        })
    );
    assert!(log.contains("greeting Ada {\"count\":1}"), "{log}");
    assert!(log.contains("by the console"), "{log}");
    let (answer, ..) = call(&owner, &instance, &json!({ "name": "Bob" })).await;
    assert!(answer.contains("\"count\":2"), "state outlives a run: {answer}");

    let document = "mutation ($id: ID!) { fetchConfigWizardPageContent(input: {
        id: $id, pageName: \"Cities\" }) {
            fetchConfigWizardPageContentResult { content } errors { field messages } } }";
    let data = owner.query_with(document, &json!({ "id": instance.id })).await;
    let content =
        text(&data, "/fetchConfigWizardPageContent/fetchConfigWizardPageContentResult/content");
    assert_eq!(content, r#"{"City":["Bern","Basel","ch"]}"#);
}

#[tokio::test]
async fn a_component_fails_alone() {
    let app = TestApp::start_with(|options| {
        options.component_heap_mebibytes = 64;
        options.component_time_limit = std::time::Duration::from_secs(2);
    })
    .await;
    for (action, expected) in [
        ("throws", "Step \"Work\" failed: the shop is closed"),
        ("loops", "ran longer than 2 seconds and was stopped"),
        ("hoards", "needed too much memory, or crashed"),
    ] {
        let (owner, instance) = stage(&app, action).await;
        let (_, error, _) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
        assert!(error.as_str().unwrap_or_default().contains(expected), "{action}: {error}");
    }
}

#[tokio::test]
async fn a_component_sees_nothing_of_the_server_and_its_network() {
    let app = TestApp::start_with(|options| options.egress_policy.allow_private = false).await;
    let (owner, instance) = stage(&app, "snoops").await;
    let (answer, error, log) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
    assert_eq!(error, Value::Null, "{log}");
    assert_eq!(answer, r#"{"environment":[],"files":[],"programs":[],"bindings":[]}"#);

    let (owner, instance) = stage(&app, "reaches").await;
    let (answer, error, log) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
    assert_eq!(error, Value::Null, "{log}");
    assert_eq!(answer, r#"{"reached":[]}"#);
    assert!(log.contains("127.0.0.1:1") && log.contains("169.254.169.254:80"), "{log}");
}
