//! What users choose for themselves, of the connections that their customer shares.

use serde_json::{Value, json};

use super::{Shared, change};
use crate::harness::{ThirdParty, User, definition, list, text};

const READ: &str = "query ($id: ID!) { instance(id: $id) { configState
    userLevelConfigs { nodes { id flowConfigs { nodes { webhookUrl } } } }
    userLevelConfigVariables { nodes { status customerConfigVariable { id }
        requiredConfigVariable { key } } } } }";

const CHOOSE: &str = "mutation ($id: ID!, $chosen: ID!) {
    updateInstanceConfigVariables(input: { id: $id, configMode: \"USER\",
        configVariables: [{ key: \"Shop\", customerConfigVariableId: $chosen }] }) {
        instance { id } errors { field messages } } }";

/// Enters one more connection of a customer.
async fn add(shared: &Shared, customer: &str, name: &str) -> String {
    let secret = json!([{ "name": "apiKey", "value": format!("canary-{name}") }]);
    let input = json!({ "scopedConfigVariable": shared.shop, "customer": customer, "key": name,
        "inputs": secret });
    let data = super::ask_to_fill(&shared.owner, &input).await.data();
    text(&data, "/createCustomerConfigVariable/customerConfigVariable/id")
}

async fn shop_of(user: &User, instance: &str) -> Value {
    let data = user.query_with(READ, &json!({ "id": instance })).await;
    assert!(!data.to_string().contains("canary"), "{data:#}");
    data["instance"].clone()
}

#[tokio::test]
async fn a_user_runs_with_the_shared_connection_of_their_choice() {
    let shared = Shared::started().await;
    let (owner, host) = (&shared.owner, ThirdParty::start().await);
    let version = owner.publish(&owner.import(&definition("choices")).await).await;
    let url = host.url("");
    let instance = owner.create_instance(&version, &shared.initech, &[("Host", &url)]).await;
    owner.deploy(&instance).await;
    let admin = shared.app.customer_user(owner, &shared.initech, "Admin").await;
    let state = shop_of(&admin, &instance.id).await;
    assert_eq!(state["configState"], "NEEDS_USER_LEVEL_CONFIGURATION");

    let team = add(&shared, &shared.initech, "team").await;
    let mine = add(&shared, &shared.initech, "mine").await;
    let theirs = add(&shared, &shared.hooli, "theirs").await;
    owner.deploy(&instance).await;
    let choose = async |chosen: &str| {
        let variables = json!({ "id": instance.id, "chosen": chosen });
        admin.ask(CHOOSE, &variables).await.problems("updateInstanceConfigVariables")
    };
    let refused = choose(&theirs).await;
    assert!(refused[0].contains("the customer has no such connection"), "{refused:?}");
    assert_eq!(choose(&mine).await, [""; 0]);
    let state = shop_of(&admin, &instance.id).await;
    assert_eq!(state["configState"], "FULLY_CONFIGURED");
    let shop = &list(&state, "/userLevelConfigVariables/nodes")[0];
    assert_eq!(shop["customerConfigVariable"]["id"], mine.as_str());
    assert_eq!(shop["status"], "ACTIVE");

    // Their own URL has theirs; everybody else has what the instance was deployed with.
    let own_url = text(&state, "/userLevelConfigs/nodes/0/flowConfigs/nodes/0/webhookUrl");
    let ask = async |url: &str| {
        assert_eq!(owner.trigger(url, &json!({})).await.status, 303);
        host.received("/me").last().expect("a request").header("authorization").to_owned()
    };
    assert_eq!(ask(&own_url).await, "Bearer canary-mine");
    assert_eq!(ask(instance.url("Ask Shop")).await, "Bearer canary-team");
    // What changes in it needs no deployment, and what one user has chosen stays.
    let new = "inputs: [{ name: \"apiKey\", value: \"canary-new\" }]";
    change(owner, "updateCustomerConfigVariable", &mine, new, "").await;
    assert_eq!(ask(&own_url).await, "Bearer canary-new");
    assert_eq!(ask(instance.url("Ask Shop")).await, "Bearer canary-team");
    let refused = change(owner, "deleteCustomerConfigVariable", &mine, "", "").await;
    let why = refused["errors"][0]["messages"][0].as_str().unwrap();
    assert!(why.starts_with("1 instances use this connection"), "{refused:#}");
    let config = text(&state, "/userLevelConfigs/nodes/0/id");
    change(&admin, "deleteUserLevelConfig", &config, "", "").await;
    let deleted = change(owner, "deleteCustomerConfigVariable", &mine, "", "").await;
    assert_eq!(deleted["errors"], json!([]));
    assert_eq!(choose(&team).await, [""; 0]);
}
