//! Secrets that show nowhere: not in answers, logs, files, events, alerts or streams.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::fields::Fields;
use crate::harness::{Instance, TestProcess, ThirdParty, User, definition, list, text};

/// Every secret of the story has it in its name.
const CANARY: &str = "canary";

/// What only those may read who may also change it; on the disk, nobody.
const SEALED: &str = "sealed-header";

#[tokio::test]
async fn secrets_show_nowhere() {
    let (process, partner) = (TestProcess::start().await, ThirdParty::start().await);
    let owner = process.init().await;
    listen(&owner, &partner).await;
    // What authors write into a definition is there for everybody who may read it.
    let definition = definition("indiscreet").replace("canary-password", "to be replaced");
    let version = owner.publish(&owner.import(&definition).await).await;
    let customer = owner.create_customer("Initech").await;
    let instance = owner.create_instance(&version, &customer, &[]).await;
    configure(&owner, &instance).await;
    watch(&owner, &instance, &partner).await;
    owner.deploy(&instance).await;
    let answer = owner.trigger(instance.url("Tell"), &json!({})).await;
    let execution = answer.header("prismatic-executionid").to_owned();
    let end = owner.ended(&execution).await;
    assert_eq!(end["error"].as_str().map(|error| error.contains("***")), Some(true), "{end}");

    for path in ["/events", "/lines", "/alerts"] {
        let said = partner.wait_for(path, 1).await;
        for request in said {
            assert_hidden(path, &String::from_utf8_lossy(&request.body));
        }
    }
    let ids = [execution, instance.id.clone(), version, customer];
    answers_hide(&owner, &ids).await;
    steps_hide(&owner, &ids[0]).await;
    assert_hidden("the log", &process.log());
    // On PostgreSQL only the payloads are files.
    files_hide(process.folder());
}

fn assert_hidden(place: &str, said: &str) {
    assert!(!said.contains(CANARY), "{place} tells it: {said}");
}

/// Events and lines of all kinds are sent to the partner, with secrets to sign and to be let in.
async fn listen(owner: &User, partner: &ThirdParty) {
    let document = "mutation ($events: String!, $lines: String!) {
        createWebhookEndpoint(input: { name: \"Events\", url: $events, secret: \"canary-sign\",
            headers: \"{\\\"x-key\\\":\\\"sealed-header\\\"}\",
            eventTypes: [\"instance.created\", \"instance.updated\", \"instance.deployed\",
                \"customer.created\", \"alert_monitor.created\", \"log_stream.created\"] }) {
            errors { field messages } }
        createExternalLogStream(input: { name: \"Lines\", url: $lines,
            headers: \"{\\\"x-key\\\":\\\"sealed-header\\\"}\",
            payloadTemplate: \"{{message}} {{stepName}}\", severityLevels: [
                { id: 1, name: \"DEBUG\" }, { id: 2, name: \"INFO\" }, { id: 3, name: \"WARN\" },
                { id: 4, name: \"ERROR\" }, { id: 5, name: \"FATAL\" }] }) {
            errors { field messages } } }";
    let (events, lines) = (partner.url("/events"), partner.url("/lines"));
    owner.query_with(document, &json!({ "events": events, "lines": lines })).await;
}

/// Gives the instance a password of its own.
async fn configure(owner: &User, instance: &Instance) {
    let document = "mutation ($id: ID!, $values: String!) {
        updateInstanceConfigVariables(input: { id: $id, configVariables: [
            { key: \"Shop\", values: $values }] }) { errors { field messages } } }";
    let values = json!([{ "name": "username", "type": "value", "value": "ada" },
        { "name": "password", "type": "value", "value": "canary-instance" }]);
    let variables = json!({ "id": instance.id, "values": values.to_string() });
    owner.query_with(document, &variables).await;
}

/// A monitor tells the partner of the run that fails.
async fn watch(owner: &User, instance: &Instance, partner: &ThirdParty) {
    let document = "mutation ($url: String!) { createAlertWebhook(input: { name: \"Alerts\",
        url: $url, payloadTemplate: \"{\\\"text\\\": \\\"$NAME $MESSAGE\\\"}\",
        headers: \"{\\\"x-key\\\":\\\"sealed-header\\\"}\" }) {
            alertWebhook { id } errors { field messages } } }";
    let data = owner.query_with(document, &json!({ "url": partner.url("/alerts") })).await;
    let webhook = text(&data, "/createAlertWebhook/alertWebhook/id");
    let data = owner.query("{ alertTriggers { nodes { id name } } }").await;
    let triggers = list(&data, "/alertTriggers/nodes");
    let failed = triggers.iter().find(|it| it["name"] == "Execution Failed").unwrap();
    let document = "mutation ($instance: ID!, $trigger: ID!, $webhook: ID!) {
        createAlertMonitor(input: { name: \"Failures\", instance: $instance,
            triggers: [$trigger], webhooks: [$webhook] }) { errors { field messages } } }";
    let variables = json!({ "instance": instance.id, "trigger": failed["id"], "webhook": webhook });
    owner.query_with(document, &variables).await;
}

/// No field of any query tells, to the one who may see the most.
async fn answers_hide(owner: &User, ids: &[String]) {
    for field in &Fields::read(owner, &HashMap::new()).await.queries {
        for variables in field.attempts(ids) {
            let reply = owner.ask(&field.document("owner"), &variables).await;
            // Names of things that are asked for are repeated.
            let said = reply.body.to_string().replace("\"canary\"", "");
            assert_hidden(&format!("{} with {variables}", field.name), &said);
        }
    }
}

/// The results of steps are files of their own.
async fn steps_hide(owner: &User, execution: &str) {
    let document = "query ($id: ID!) { executionResult(id: $id) {
        stepResults { nodes { stepName resultsUrl } } } }";
    let data: Value = owner.query_with(document, &json!({ "id": execution })).await;
    let steps = list(&data, "/executionResult/stepResults/nodes");
    assert!(!steps.is_empty());
    for step in steps {
        let page = owner.get(&text(step, "/resultsUrl")).await;
        assert_hidden(&text(step, "/stepName"), &page.body);
    }
}

/// Nothing on the disk tells, whatever it is a part of.
fn files_hide(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_hide(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for secret in [CANARY, SEALED] {
                assert!(!text.contains(secret), "{} tells {secret}", path.display());
            }
        }
    }
}
