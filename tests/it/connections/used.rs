//! What runs with shared connections, and what becomes of it when they change.

use serde_json::{Value, json};

use super::{PARTNER_KEY, Shared, change, fill};
use crate::harness::{Instance, ThirdParty, User, definition, eventually, list, text};

/// The last Authorization header at a path.
fn last(host: &ThirdParty, path: &str) -> String {
    host.received(path).last().expect("a request").header("authorization").to_owned()
}

async fn call(owner: &User, instance: &Instance, flow: &str) -> u16 {
    owner.trigger(instance.url(flow), &json!({})).await.status
}

fn key(secret: &str) -> Value {
    json!([{ "name": "apiKey", "value": secret }])
}

async fn instance(shared: &Shared, version: &str, customer: &str, host: &ThirdParty) -> Instance {
    let url = host.url("");
    shared.owner.create_instance(version, customer, &[("Host", url.as_str())]).await
}

async fn try_to_deploy(owner: &User, instance: &Instance) -> Vec<String> {
    let document = "mutation ($id: ID!) { deployInstance(input: { id: $id }) {
        instance { id } errors { field messages } } }";
    let reply = owner.ask(document, &json!({ "id": instance.id })).await;
    reply.problems("deployInstance")
}

/// Proves R043, R045, R048.
#[tokio::test]
async fn instances_run_with_what_their_integration_refers_to() {
    let shared = Shared::started().await;
    let (owner, host) = (&shared.owner, ThirdParty::start().await);
    let version = shared.version().await;
    let initech = instance(&shared, &version, &shared.initech, &host).await;
    let lacking = try_to_deploy(owner, &initech).await;
    assert_eq!(lacking.len(), 2, "{lacking:?}");
    assert!(lacking[0].contains("Account: the customer has no connection for `account`"));

    let login = json!([{ "name": "username", "value": "ini" },
        { "name": "password", "value": "canary-password" }]);
    shared.fill(&shared.account, &shared.initech, &login).await;
    let first = shared.fill(&shared.shop, &shared.initech, &key("canary-first")).await;
    owner.deploy(&initech).await;
    assert_eq!(call(owner, &initech, "Ask Partner").await, 303);
    assert_eq!(last(&host, "/partner"), format!("Bearer {PARTNER_KEY}"));
    assert_eq!(call(owner, &initech, "Ask Account").await, 303);
    assert_eq!(last(&host, "/account"), "Basic aW5pOmNhbmFyeS1wYXNzd29yZA==");
    assert_eq!(call(owner, &initech, "Ask Shop").await, 303);
    assert_eq!(last(&host, "/me"), "Bearer canary-first");

    // Another customer has nothing of this.
    let hooli = instance(&shared, &version, &shared.hooli, &host).await;
    let lacking = try_to_deploy(owner, &hooli).await;
    assert_eq!(lacking.len(), 2, "{lacking:?}");
    let document = "mutation ($id: ID!, $chosen: ID!) {
        updateInstanceConfigVariables(input: { id: $id, configVariables: [
            { key: \"Shop\", customerConfigVariableId: $chosen }] }) {
            instance { id } errors { field messages } } }";
    let theirs = json!({ "id": hooli.id, "chosen": first });
    let refused = owner.ask(document, &theirs).await;
    let problems = refused.problems("updateInstanceConfigVariables");
    assert!(problems[0].contains("the customer has no such connection"), "{problems:?}");

    // A second connection changes nothing until it is chosen.
    let input = json!({ "scopedConfigVariable": shared.shop, "customer": shared.initech,
        "key": "Second", "inputs": key("canary-second") });
    let second = super::ask_to_fill(owner, &input).await.data();
    let second = text(&second, "/createCustomerConfigVariable/customerConfigVariable/id");
    owner.deploy(&initech).await;
    call(owner, &initech, "Ask Shop").await;
    assert_eq!(last(&host, "/me"), "Bearer canary-first");
    owner.query_with(document, &json!({ "id": initech.id, "chosen": second })).await;
    owner.deploy(&initech).await;
    call(owner, &initech, "Ask Shop").await;
    assert_eq!(last(&host, "/me"), "Bearer canary-second");
    let document = "query ($id: ID!) { instance(id: $id) { configState configVariables { nodes {
        status requiredConfigVariable { key scopedConfigVariable { stableKey } }
        customerConfigVariable { id } } } } }";
    let data = owner.query_with(document, &json!({ "id": initech.id })).await;
    assert_eq!(data["instance"]["configState"], "FULLY_CONFIGURED");
    let variables = list(&data, "/instance/configVariables/nodes");
    let shop = variables.iter().find(|it| it["requiredConfigVariable"]["key"] == "Shop").unwrap();
    assert_eq!(shop["customerConfigVariable"]["id"], second.as_str());
    assert_eq!(shop["requiredConfigVariable"]["scopedConfigVariable"]["stableKey"], "shop");
    // A customer is not told of what the organization fills in.
    let admin = shared.app.customer_user(owner, &shared.initech, "Admin").await;
    let data = admin.query_with(document, &json!({ "id": initech.id })).await;
    let seen = list(&data, "/instance/configVariables/nodes").iter();
    let seen: Vec<_> = seen.map(|it| text(it, "/requiredConfigVariable/key")).collect();
    assert_eq!(seen, ["Host", "Shop"]);
}

#[tokio::test]
async fn a_change_reaches_running_instances_when_they_are_deployed_again() {
    let shared = Shared::started().await;
    let (owner, host) = (&shared.owner, ThirdParty::start().await);
    let version = shared.version().await;
    let login = json!([{ "name": "username", "value": "u" }, { "name": "password", "value": "p" }]);
    shared.fill(&shared.account, &shared.initech, &login).await;
    let shop = shared.fill(&shared.shop, &shared.initech, &key("canary-old")).await;
    let initech = instance(&shared, &version, &shared.initech, &host).await;
    owner.deploy(&initech).await;

    let new = |key: &str, redeploy: bool| {
        format!("redeploy: {redeploy}, inputs: [{{ name: \"apiKey\", value: \"{key}\" }}]")
    };
    let partner = &shared.partner;
    change(owner, "updateScopedConfigVariable", partner, &new("canary-two", false), "").await;
    let state = async || {
        let document = "query ($id: ID!) { instance(id: $id) { needsDeploy enabled } }";
        owner.query_with(document, &json!({ "id": initech.id })).await["instance"].clone()
    };
    assert_eq!(state().await["needsDeploy"], true);
    call(owner, &initech, "Ask Partner").await;
    assert_eq!(last(&host, "/partner"), format!("Bearer {PARTNER_KEY}"));
    change(owner, "updateScopedConfigVariable", partner, &new("canary-three", true), "").await;
    eventually("it is deployed again", async || {
        (state().await["needsDeploy"] == false).then_some(())
    })
    .await;
    call(owner, &initech, "Ask Partner").await;
    assert_eq!(last(&host, "/partner"), "Bearer canary-three");

    // The customer's own hand does the same for its own connection.
    let admin = shared.app.customer_user(owner, &shared.initech, "Marketplace Admin").await;
    change(&admin, "updateCustomerConfigVariable", &shop, &new("canary-new", false), "").await;
    let answer = "result { instances { instanceId redeployed updated messages } }";
    let mutation = "updateInstancesUsingCustomerConfigVariable";
    let result = change(&admin, mutation, &shop, "", answer).await;
    let expected = json!([{ "instanceId": initech.id, "redeployed": true, "updated": true,
        "messages": [] }]);
    assert_eq!(result["result"]["instances"], expected);
    call(owner, &initech, "Ask Shop").await;
    assert_eq!(last(&host, "/me"), "Bearer canary-new");

    // What is in use stays; pausing its users is something else.
    let used = "customerConfigVariable { isInUse hasDeployedInstances instances { totalCount } }";
    let kept = change(owner, "deleteCustomerConfigVariable", &shop, "", used).await;
    assert!(kept["errors"][0]["messages"][0].as_str().unwrap().contains("1 instances use"));
    let kept = change(owner, "deleteScopedConfigVariable", partner, "", "").await;
    assert_eq!(kept["errors"][0]["field"], "id");
    let mutation = "bulkDisableInstancesUsingCustomerConnection";
    let paused = change(&admin, mutation, &shop, "", used).await;
    let expected = json!({ "isInUse": true, "hasDeployedInstances": true,
        "instances": { "totalCount": 1 } });
    assert_eq!(paused["customerConfigVariable"], expected);
    assert_eq!(state().await["enabled"], false);
    assert_eq!(call(owner, &initech, "Ask Shop").await, 404);
    change(owner, "deleteInstance", &initech.id, "", "").await;
    for (mutation, id) in
        [("deleteCustomerConfigVariable", &shop), ("deleteScopedConfigVariable", partner)]
    {
        let gone = change(owner, mutation, id, "", "").await;
        assert_eq!(gone["errors"], json!([]), "{mutation}");
    }
}

/// Proves R050.
#[tokio::test]
async fn test_runs_use_connections_of_their_own() {
    let shared = Shared::started().await;
    let (owner, host) = (&shared.owner, ThirdParty::start().await);
    let text_of = definition("shared-connections").replace("http://127.0.0.1:9", &host.url(""));
    let draft = owner.import(&text_of).await;
    let document = "query ($id: ID!) { integration(id: $id) { flows { nodes { id name } } } }";
    let data = owner.query_with(document, &json!({ "id": draft })).await;
    let flows = list(&data, "/integration/flows/nodes").iter();
    let flow = text(flows.clone().find(|flow| flow["name"] == "Ask Partner").unwrap(), "/id");
    let run = async || {
        let document = "mutation ($id: ID!) { testIntegrationFlow(input: { id: $id }) {
            testIntegrationFlowResult { execution { id } } errors { field messages } } }";
        let data = owner.query_with(document, &json!({ "id": flow })).await;
        let pointer = "/testIntegrationFlow/testIntegrationFlowResult/execution/id";
        owner.ended(&text(&data, pointer)).await
    };
    run().await;
    assert!(host.received("/partner").iter().all(|it| it.header("authorization").is_empty()));
    fill(owner, &shared.partner, None, &key("canary-for-tests")).await;
    let document = "mutation ($id: ID!, $definition: String!) { importIntegration(input: {
        integrationId: $id, definition: $definition }) {
        integration { id } errors { field messages } } }";
    owner.query_with(document, &json!({ "id": draft, "definition": text_of })).await;
    let ended = run().await;
    assert!(ended["error"].is_null(), "{ended:#}");
    assert_eq!(last(&host, "/partner"), "Bearer canary-for-tests");
}
