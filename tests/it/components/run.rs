//! Published components at work: what they get, what comes of it, and what they cannot do.

use std::collections::HashMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::{Value, json};

use super::{package, put};
use crate::harness::{Instance, TestApp, TestProcess, User, definition, eventually, list, text};

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
    let instance = deployed(&owner, action).await;
    (owner, instance)
}

/// An instance whose flow takes an action of the component.
async fn deployed(owner: &User, action: &str) -> Instance {
    let document = "mutation ($definition: ComponentDefinitionInput!,
        $actions: [ActionDefinitionInput], $triggers: [TriggerDefinitionInput],
        $dataSources: [DataSourceDefinitionInput], $connections: [ConnectionDefinitionInput]) {
        publishComponent(input: { definition: $definition, actions: $actions, triggers: $triggers,
            dataSources: $dataSources, connections: $connections }) {
            publishResult { packageUploadUrl } errors { field messages } } }";
    let data = owner.query_with(document, &described()).await;
    let url = text(&data, "/publishComponent/publishResult/packageUploadUrl");
    let accepted = put(owner, &url, package(&[("index.js", INDEX)])).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let version = definition("workshop").replace("key: greet,", &format!("key: {action},"));
    let version = owner.publish(&owner.import(&version).await).await;
    let customer = owner.create_customer("Initech").await;
    let instance = owner.create_instance(&version, &customer, &[]).await;
    owner.deploy(&instance).await;
    instance
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
    for (action, seconds, expected) in [
        ("throws", 60, "Step \"Work\" failed: the shop is closed"),
        ("loops", 2, "ran longer than 2 seconds and was stopped"),
        ("hoards", 60, "needed too much memory, or crashed"),
    ] {
        let app = TestApp::start_with(|options| {
            options.component_heap_mebibytes = 64;
            options.component_time_limit = std::time::Duration::from_secs(seconds);
        })
        .await;
        let (owner, instance) = stage(&app, action).await;
        let (_, error, _) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
        assert!(error.as_str().unwrap_or_default().contains(expected), "{action}: {error}");
    }
    eventually("the loop has ended", async || {
        let left = below(std::process::id());
        left.values().all(|process| process.worked < BUSY).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_component_sees_nothing_of_the_server_and_its_network() {
    let app = TestApp::start_with(|options| options.egress_policy.allow_private = false).await;
    let (owner, instance) = stage(&app, "snoops").await;
    let server = json!({ "name": std::process::id().to_string() });
    let (answer, error, log) = call(&owner, &instance, &server).await;
    assert_eq!(error, Value::Null, "{log}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let found = json!({ "environment": [], "files": [], "folders": [], "signals": [],
        "programs": [], "bindings": [] });
    assert_eq!(answer, found);

    let (owner, instance) = stage(&app, "reaches").await;
    let (answer, error, log) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
    assert_eq!(error, Value::Null, "{log}");
    assert_eq!(answer, r#"{"reached":[]}"#);
    assert!(log.contains("127.0.0.1:1") && log.contains("169.254.169.254:80"), "{log}");
}

/// Hundredths of a second, after which code was in its loop for long.
const BUSY: u64 = 100;

/// A process, as the system shows it.
struct Shown {
    command: String,
    parent: u32,
    /// Hundredths of a second that it has worked.
    worked: u64,
}

/// Everything that runs on this machine.
fn processes() -> HashMap<u32, Shown> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, shown(id)?))).collect()
}

/// Nothing when it has ended.
fn shown(id: u32) -> Option<Shown> {
    let folder = Path::new("/proc").join(id.to_string());
    let command = std::fs::read_to_string(folder.join("cmdline")).ok()?;
    let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let is_over = ["Z", "X"].contains(fields.first()?);
    let (parent, worked) = (fields.get(1)?.parse().ok()?, fields.get(11)?.parse().ok()?);
    (!is_over).then_some(Shown { command, parent, worked })
}

/// What the server started for components, and what that started.
fn below(server: u32) -> HashMap<u32, Shown> {
    let mut all = processes();
    let is_below = |mut id: u32| {
        while let Some(process) = all.get(&id) {
            if process.parent == server {
                return process.command.contains("unshare");
            }
            id = process.parent;
        }
        false
    };
    let ids: Vec<u32> = all.keys().copied().filter(|id| is_below(*id)).collect();
    ids.into_iter().filter_map(|id| all.remove_entry(&id)).collect()
}

#[tokio::test]
async fn code_that_never_ends_ends_with_a_server_that_is_killed() {
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = deployed(&owner, "loops").await;
    let url = instance.url("Work").to_owned();
    let call = owner.http().post(url).json(&json!({ "name": "Ada" })).send();
    let call = tokio::spawn(call);
    let started = eventually("the code is busy", async || {
        let started = below(server.id());
        started.values().any(|process| process.worked > BUSY).then_some(started)
    })
    .await;
    assert!(started.len() > 2, "with what keeps it apart");
    server.kill().await;
    eventually("the code has ended", async || {
        started.keys().all(|id| shown(*id).is_none()).then_some(())
    })
    .await;
    assert!(call.await.unwrap().is_err(), "nobody answered");
}

#[tokio::test]
async fn where_nothing_can_be_kept_apart_components_are_published_and_do_not_run() {
    let folder = tempfile::tempdir().unwrap();
    for tool in ["node", "sh"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join(tool))
            .find(|path| path.exists());
        symlink(found.unwrap(), folder.path().join(tool)).unwrap();
    }
    let forbids = folder.path().join("unshare");
    let search_path = folder.path().to_str().unwrap().to_owned();
    for (script, reason) in [
        (None, "There is no unshare."),
        (Some("#!/bin/sh\necho unshare failed: Not permitted >&2\n"), "failed: Not permitted"),
    ] {
        if let Some(script) = script {
            std::fs::write(&forbids, script).unwrap();
            std::fs::set_permissions(&forbids, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let app = TestApp::start_with(|options| options.search_path.clone_from(&search_path)).await;
        let (owner, instance) = stage(&app, "counts").await;
        let (_, error, _) = call(&owner, &instance, &json!({ "name": "Ada" })).await;
        let error = error.as_str().unwrap_or_default();
        assert!(error.contains("allows user namespaces") && error.contains(reason), "{error}");
    }
}
