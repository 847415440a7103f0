//! What a customer's user does with instances: activating, upgrading, and what is refused.

use serde_json::{Value, json};

use super::{Market, names};
use crate::harness::{User, list, text};

const UPGRADE: &str = "mutation ($id: ID!, $version: ID) { updateInstance(input: {
    id: $id, integration: $version, configMode: \"INSTANCE\", preserveDeployState: false }) {
        instance { needsDeploy configState integration { versionNumber } }
        errors { field messages } } }";

const READ: &str = "query ($id: ID!) { instance(id: $id) { configState enabled needsDeploy
    deployedVersion lastDeployedAt isCustomerUpgradeable integration { versionNumber }
    allowUpdate allowRemove allowDeploy allowUpdateConfigVariables
    configVariables { nodes { value status requiredConfigVariable { key } } } } }";

/// One flow and these config variables, as entries of YAML.
fn asking(variables: &str) -> String {
    format!(
        "{{definitionVersion: 7, name: Asking, requiredConfigVars: [{variables}],
          flows: [{{name: Take, steps: [{{name: Call, isTrigger: true, action: {{key: webhook,
            component: {{key: webhook-triggers, isPublic: true, version: LATEST}}}},
            inputs: {{}}}}]}}]}}"
    )
}

async fn read(user: &User, id: &str) -> Value {
    user.query_with(READ, &json!({ "id": id })).await["instance"].clone()
}

fn variable<'a>(instance: &'a Value, key: &str) -> &'a Value {
    let variables = list(instance, "/configVariables/nodes").iter();
    let mut found = variables.filter(|it| it["requiredConfigVariable"]["key"] == key);
    found.next().unwrap_or_else(|| panic!("no {key} in {instance:#}"))
}

async fn deploy(user: &User, id: &str) -> Vec<String> {
    let document = "mutation ($id: ID!) { deployInstance(input: { id: $id }) {
        instance { id } errors { field messages } } }";
    user.ask(document, &json!({ "id": id })).await.problems("deployInstance")
}

/// Another version of what a draft holds.
async fn republish(market: &Market, draft: &str, definition: &str) -> String {
    let document = "mutation ($id: ID!, $definition: String!) { importIntegration(input: {
        integrationId: $id, definition: $definition }) {
            integration { id } errors { field messages } } }";
    let variables = json!({ "id": draft, "definition": definition });
    market.owner.query_with(document, &variables).await;
    market.owner.publish(draft).await
}

/// Proves R008, R009, R010, R013, R014.
#[tokio::test]
async fn an_unconfigured_instance_waits_for_its_customer() {
    let market = Market::open().await;
    let (owner, shopper) = (&market.owner, &market.shopper);
    let asking = asking("{key: Shop, dataType: string}");
    let version = owner.publish(&owner.import(&asking).await).await;
    let id = market.instance(owner, &version, "Prepared").await;
    assert_eq!(names(shopper, "").await, [""; 0], "it is not in the marketplace");
    assert_eq!(names(shopper, "(includeActiveIntegrations: true)").await, ["Asking"]);
    let before = read(shopper, &id).await;
    assert_eq!(before["configState"], "NEEDS_INSTANCE_CONFIGURATION");
    assert_eq!((&before["deployedVersion"], &before["lastDeployedAt"]), (&json!(0), &json!(null)));
    for flag in ["allowUpdate", "allowRemove", "allowDeploy", "allowUpdateConfigVariables"] {
        assert_eq!(before[flag], true, "{flag}");
    }
    let count = "{ orgTotalUsageMetrics { nodes { deployedInstanceCount } } }";
    let counted = async || {
        let data = owner.query(count).await;
        let nodes = list(&data, "/orgTotalUsageMetrics/nodes");
        nodes.first().and_then(|node| node["deployedInstanceCount"].as_i64()).unwrap_or(0)
    };
    assert_eq!(counted().await, 0);
    assert_eq!(deploy(shopper, &id).await.len(), 1, "something is missing");
    let fill = "mutation ($id: ID!) { updateInstanceConfigVariables(input: { id: $id,
        configVariables: [{ key: \"Shop\", value: \"eu\" }], configComplete: true }) {
            instance { configState } errors { field messages } } }";
    shopper.query_with(fill, &json!({ "id": id })).await;
    assert_eq!(deploy(shopper, &id).await, [""; 0]);
    let after = read(shopper, &id).await;
    assert_eq!((&after["deployedVersion"], &after["enabled"]), (&json!(1), &json!(true)));
    let listed = "query ($customer: ID) { instances(customer: $customer) { nodes {
        id deployedVersion lastExecutedAt } } }";
    let listed = owner.query_with(listed, &json!({ "customer": market.customer })).await;
    let expected = json!([{ "id": id, "deployedVersion": 1, "lastExecutedAt": null }]);
    assert_eq!(listed["instances"]["nodes"], expected);
}

/// A customer activates once what may be activated once, and only what is for activating.
#[tokio::test]
async fn customers_activate_what_they_are_offered() {
    let market = Market::open().await;
    let (owner, shopper) = (&market.owner, &market.shopper);
    let (draft, version) = market.offer(&asking("")).await;
    market.instance(shopper, &version, "First").await;
    let second = market.try_instance(shopper, &version, "Second").await;
    assert_eq!(
        second.problems("createInstance"),
        ["integration: \"This integration is activated already.\""],
        "though the first was never deployed"
    );
    market.instance(owner, &version, "By the organization").await;
    let allow = "mutation ($id: ID!) { updateIntegrationMarketplaceConfiguration(input: {
        id: $id, allowMultipleMarketplaceInstances: true,
        marketplaceTabConfiguration: \"[\\\"Summary\\\"]\" }) {
            integration { marketplaceTabConfiguration } errors { field messages } } }";
    let allowed = owner.query_with(allow, &json!({ "id": draft })).await;
    let tabs = "/updateIntegrationMarketplaceConfiguration/integration/marketplaceTabConfiguration";
    assert_eq!(allowed.pointer(tabs), Some(&json!(["Summary"])));
    market.instance(shopper, &version, "Second").await;
    market.list_as(&draft, "AVAILABLE_NOT_DEPLOYABLE").await;
    let refused = market.try_instance(shopper, &version, "Third").await;
    assert!(!refused.errors().is_empty(), "{:#}", refused.body);
    market.list_as(&draft, "NOT_AVAILABLE_IN_MARKETPLACE").await;
    let other = owner.create_customer("Hooli").await;
    let other = market.app.customer_user(owner, &other, "Marketplace Admin").await;
    let hidden = market.try_instance(&other, &version, "Theirs").await;
    assert_eq!(hidden.errors(), ["Record not found"]);
}

/// Proves R034, R054, R055, R056, R057.
#[tokio::test]
async fn a_customer_moves_on_to_a_newer_version_and_back() {
    let market = Market::open().await;
    let shopper = &market.shopper;
    let first = asking("{key: Shop, dataType: string}, {key: Kind, dataType: string}");
    let (draft, one) = market.offer(&first).await;
    let id = market.instance(shopper, &one, "Ours").await;
    let fill = "mutation ($id: ID!) { updateInstanceConfigVariables(input: { id: $id,
        configVariables: [{ key: \"Shop\", value: \"eu\" }, { key: \"Kind\", value: \"big\" }] }) {
            instance { configState } errors { field messages } } }";
    shopper.query_with(fill, &json!({ "id": id })).await;
    assert_eq!(deploy(shopper, &id).await, [""; 0]);
    let second = asking(
        "{key: Shop, dataType: string}, {key: Kind, dataType: number}, \
         {key: More, dataType: string}",
    );
    let two = republish(&market, &draft, &second).await;
    assert_eq!(read(shopper, &id).await["isCustomerUpgradeable"], true);
    let moved = shopper.query_with(UPGRADE, &json!({ "id": id, "version": two })).await;
    let moved = &moved["updateInstance"]["instance"];
    assert_eq!(moved["configState"], "NEEDS_INSTANCE_CONFIGURATION");
    assert_eq!(
        (&moved["needsDeploy"], &moved["integration"]["versionNumber"]),
        (&json!(true), &json!(2))
    );
    let now = read(shopper, &id).await;
    assert_eq!(now["deployedVersion"], 1, "the old version runs until the new one is deployed");
    assert_eq!(variable(&now, "Shop")["value"], "eu");
    assert_eq!(variable(&now, "Shop")["status"], "ACTIVE");
    assert_eq!(variable(&now, "Kind")["status"], "PENDING", "`big` is no number");
    assert_eq!(deploy(shopper, &id).await.len(), 2, "one does not fit, and one is missing");
    let back = shopper.query_with(UPGRADE, &json!({ "id": id, "version": one })).await;
    assert_eq!(back["updateInstance"]["instance"]["configState"], "FULLY_CONFIGURED");
    // What the organization keeps for itself is not for choosing.
    market.list_as(&two, "AVAILABLE_NOT_DEPLOYABLE").await;
    assert_eq!(read(shopper, &id).await["isCustomerUpgradeable"], false);
    let refused = shopper.ask(UPGRADE, &json!({ "id": id, "version": two })).await;
    assert!(!refused.errors().is_empty(), "{:#}", refused.body);
}

#[tokio::test]
async fn all_instances_move_on_together() {
    let market = Market::open().await;
    let owner = &market.owner;
    let (draft, one) =
        market.offer(&asking("{key: Shop, dataType: string, defaultValue: eu}")).await;
    let deployed = market.instance(owner, &one, "Deployed").await;
    let waiting = market.instance(owner, &one, "Waiting").await;
    assert_eq!(deploy(owner, &deployed).await, [""; 0]);
    republish(&market, &draft, &asking("{key: Shop, dataType: string, defaultValue: us}")).await;
    let document = "mutation ($id: ID!) { bulkUpdateInstancesToLatestIntegrationVersion(input: {
        id: $id }) { integration { versionNumber } errors { field messages } } }";
    let moved = owner.query_with(document, &json!({ "id": draft })).await;
    let version = "/bulkUpdateInstancesToLatestIntegrationVersion/integration/versionNumber";
    assert_eq!(moved.pointer(version), Some(&json!(2)));
    let seen = async |id: &str| {
        let instance = read(owner, id).await;
        (instance["deployedVersion"].clone(), instance["integration"]["versionNumber"].clone())
    };
    assert_eq!(seen(&deployed).await, (json!(2), json!(2)));
    assert_eq!(seen(&waiting).await, (json!(0), json!(2)), "nobody asked for it to run");
    let more =
        asking("{key: Shop, dataType: string, defaultValue: us}, {key: More, dataType: string}");
    republish(&market, &draft, &more).await;
    owner.query_with(document, &json!({ "id": draft })).await;
    assert_eq!(seen(&deployed).await, (json!(2), json!(3)), "something is missing");
    let person = market.app.customer_user(owner, &market.customer, "Marketplace User").await;
    let refused = person.ask(document, &json!({ "id": one })).await;
    assert!(!refused.errors().is_empty(), "{:#}", refused.body);
    assert_eq!(text(&read(owner, &deployed).await, "/configState"), "NEEDS_INSTANCE_CONFIGURATION");
}
