//! Connection templates: what they preset, who sees it, and what stands and falls with them.

use serde_json::{Value, json};

use super::{change, connection_id};
use crate::harness::{Instance, TestApp, ThirdParty, User, definition, eventually, list, text};

/// Makes a template; on errors these.
async fn create(owner: &User, name: &str, presets: &Value) -> Result<String, Vec<String>> {
    let document = "mutation ($input: CreateConnectionTemplateInput!) {
        createConnectionTemplate(input: $input) {
            connectionTemplate { id inputFieldTemplates { nodes { value } } }
            errors { field messages } } }";
    let basic = connection_id("http:basic");
    let input = json!({ "name": name, "connection": basic, "presets": presets });
    let reply = owner.ask(document, &json!({ "input": input })).await;
    assert!(!reply.body.to_string().contains("canary"), "{:#}", reply.body);
    let problems = reply.problems("createConnectionTemplate");
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(text(&reply.data(), "/createConnectionTemplate/connectionTemplate/id"))
}

/// Enters inputs of the connection; what is wrong with them.
async fn enter(user: &User, instance: &Instance, inputs: &Value) -> Vec<String> {
    let document = "mutation ($id: ID!, $values: String) {
        updateInstanceConfigVariables(input: { id: $id, configVariables: [
            { key: \"Account\", values: $values }] }) {
            instance { id } errors { field messages } } }";
    let variables = json!({ "id": instance.id, "values": inputs.to_string() });
    user.ask(document, &variables).await.problems("updateInstanceConfigVariables")
}

async fn state(user: &User, instance: &Instance) -> Value {
    let document = "query ($id: ID!) { instance(id: $id) { needsDeploy configState
        configVariables { nodes { inputs { nodes { name value } }
            requiredConfigVariable { key inputs { nodes { name } } connectionTemplate {
                name templatedInputKeys hasDeployedInstances instances { totalCount }
                inputFieldTemplates { nodes { value inputField { key } } } } } } } } }";
    let mut data = user.query_with(document, &json!({ "id": instance.id })).await;
    assert!(!data.to_string().contains("canary"), "{data:#}");
    data["instance"].take()
}

/// What the state says of the connection.
fn account(state: &Value) -> &Value {
    let of = list(state, "/configVariables/nodes").iter();
    of.into_iter().find(|it| it["requiredConfigVariable"]["key"] == "Account").unwrap()
}

#[tokio::test]
async fn a_template_presets_what_nobody_sees_or_changes() {
    let app = TestApp::start().await;
    let (owner, host) = (app.organization("acme").await, ThirdParty::start().await);
    let presets = json!([{ "key": "password", "value": "canary-password" }]);
    let draft = owner.import(&definition("templates")).await;
    let version = owner.publish(&draft).await;
    let customer = owner.create_customer("Initech").await;
    let url = host.url("");
    let instance = owner.create_instance(&version, &customer, &[("Host", url.as_str())]).await;
    let deploy = async || {
        let document = "mutation ($id: ID!) { deployInstance(input: { id: $id }) {
            instance { id } errors { field messages } } }";
        let reply = owner.ask(document, &json!({ "id": instance.id })).await;
        reply.problems("deployInstance")
    };
    let lacking = deploy().await;
    assert!(lacking[0].contains("there is no connection template `Partner`"), "{lacking:?}");

    let wrong = create(&owner, "Partner", &json!([{ "key": "token", "value": "x" }])).await;
    assert!(wrong.unwrap_err()[0].contains("token: the connection has no such input"));
    let template = create(&owner, "Partner", &presets).await.unwrap();
    let again = create(&owner, "Partner", &presets).await.unwrap_err();
    assert!(again[0].contains("has this name"), "{again:?}");

    let lacking = deploy().await;
    assert!(lacking[0].contains("Account: this has no value"), "{lacking:?}");
    let name = json!({ "name": "username", "value": "ini" });
    let admin = app.customer_user(&owner, &customer, "Admin").await;
    for user in [&owner, &admin] {
        let both = json!([name, { "name": "password", "value": "mine" }]);
        let refused = enter(user, &instance, &both).await;
        assert!(refused[0].contains("Account: a template sets `password`"), "{refused:?}");
    }
    assert_eq!(enter(&admin, &instance, &json!([name])).await, [""; 0]);
    owner.deploy(&instance).await;
    let ask = async || {
        owner.trigger(instance.url("Ask"), &json!({})).await;
        host.received("/account").last().expect("a request").header("authorization").to_owned()
    };
    assert_eq!(ask().await, "Basic aW5pOmNhbmFyeS1wYXNzd29yZA==");

    // A change reaches what runs, unless other changes wait to be deployed.
    let login = "presets: [{ key: \"username\", value: \"robot\" }]";
    change(&owner, "updateConnectionTemplate", &template, login, "").await;
    let is_new = async || (ask().await == "Basic cm9ib3Q6Y2FuYXJ5LXBhc3N3b3Jk").then_some(());
    eventually("it runs with what is new", is_new).await;
    let host_is = "configVariables: [{ key: \"Host\", value: \"http://127.0.0.1:9\" }]";
    change(&owner, "updateInstanceConfigVariables", &instance.id, host_is, "").await;
    let login = "presets: [{ key: \"username\", value: \"other\" }]";
    change(&owner, "updateConnectionTemplate", &template, login, "").await;

    // The organization sees what is no secret; a customer that there is a template.
    let login = "presets: [{ key: \"username\", value: \"robot\" }]";
    change(&owner, "updateConnectionTemplate", &template, login, "").await;
    let seen = state(&owner, &instance).await;
    assert_eq!(seen["needsDeploy"], true);
    assert_eq!(account(&seen)["inputs"]["nodes"], json!([]));
    // The draft has an instance for tests.
    let expected = json!({ "name": "Partner", "templatedInputKeys": ["password", "username"],
        "hasDeployedInstances": true, "instances": { "totalCount": 2 },
        "inputFieldTemplates": { "nodes": [
            { "value": null, "inputField": { "key": "password" } },
            { "value": "robot", "inputField": { "key": "username" } }] } });
    assert_eq!(account(&seen)["requiredConfigVariable"]["connectionTemplate"], expected);
    let theirs = state(&admin, &instance).await;
    let presets = "/requiredConfigVariable/connectionTemplate/inputFieldTemplates/nodes";
    assert_eq!(account(&theirs).pointer(presets), Some(&json!([])));
}

#[tokio::test]
async fn a_template_in_use_stays_and_says_who_uses_it() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let presets = json!([{ "key": "password", "value": "canary-password" },
        { "key": "username", "value": "robot" }]);
    let template = create(&owner, "Partner", &presets).await.unwrap();
    // Nothing is left to be entered.
    let instance = owner.deployed(&definition("templates"), &[]).await;
    assert_eq!(state(&owner, &instance).await["configState"], "FULLY_CONFIGURED");
    let answer = "connectionTemplate { name }";
    let kept = change(&owner, "deleteConnectionTemplate", &template, "", answer).await;
    let message = text(&kept, "/errors/0/messages/0");
    for user in ["the draft of \"Templates\"", "version 1 of", "the instance \"Story\""] {
        assert!(message.contains(user), "{message}");
    }
    let renamed = "name: \"Other\"";
    let kept = change(&owner, "updateConnectionTemplate", &template, renamed, answer).await;
    assert_eq!(kept["errors"][0]["field"], "name");

    // Found by its kind of connection, from both sides.
    let document = "query ($basic: ID!) {
        connectionTemplates(connectionId: $basic) { nodes { name } }
        components(hasConnectionTemplates: true) { nodes { key connections { nodes {
            key templates(name_Icontains: \"PART\") { nodes { name } } } } } } }";
    let basic = connection_id("http:basic");
    let data = owner.query_with(document, &json!({ "basic": basic })).await;
    assert_eq!(data["connectionTemplates"]["nodes"], json!([{ "name": "Partner" }]));
    assert_eq!(list(&data, "/components/nodes").len(), 1);
    let connections = list(&data, "/components/nodes/0/connections/nodes");
    let with = connections.iter().filter(|it| it["templates"]["nodes"] != json!([]));
    let with: Vec<_> = with.map(|it| text(it, "/key")).collect();
    assert_eq!(with, ["basic"]);

    // What nothing uses can be renamed, and goes.
    let free = create(&owner, "Free", &presets).await.unwrap();
    change(&owner, "updateConnectionTemplate", &free, renamed, answer).await;
    let gone = change(&owner, "deleteConnectionTemplate", &free, "", answer).await;
    assert_eq!(gone["connectionTemplate"]["name"], "Other");
}
