//! `prism instances:*`

use serde_json::json;

use crate::harness::{ThirdParty, User, example};

use super::{column, shell};

/// A published example and a customer.
async fn prepared(owner: &User) -> (String, String, String) {
    let integration = owner.import(&example("order-sync")).await;
    let version = owner.publish(&integration).await;
    (integration, version, owner.create_customer("Initech").await)
}

/// Proves R003, R011, R015, R025, R026, R064, R171, R172, R184.
#[tokio::test]
async fn an_instance_is_configured_deployed_paused_and_removed() {
    let (_app, acme, prism) = shell().await;
    let warehouse = ThirdParty::start().await;
    let (integration, version, customer) = prepared(&acme).await;
    let config = json!([{ "key": "Warehouse URL", "value": warehouse.url("/in") }]).to_string();
    let create = ["instances:create", "-n", "Orders", "-i", &version, "-c", &customer];
    let id = prism.ok(&[&create[..], &["-d", "Of the shop", "-v", &config]].concat()).await;
    let listed = prism.rows(&["instances:list", "-x", "-c", &customer, "-i", &integration]).await;
    assert_eq!(column(&listed, "id"), [id.as_str()]);
    assert_eq!(column(&listed, "customer"), ["Initech"]);
    assert_eq!(column(&listed, "enabled"), ["true"]);
    let variables = prism.rows(&["instances:config-vars:list", &id, "-x"]).await;
    let url = variables.iter().find(|row| row["key"] == "Warehouse URL").expect("configured");
    assert_eq!(url["value"], json!(warehouse.url("/in")));

    let flows = prism.rows(&["instances:flow-configs:list", &id, "-x"]).await;
    assert_eq!(column(&flows, "name"), ["Receive Order", "Stock Check"]);
    let url = column(&flows, "webhookUrl")[0].to_owned();
    let order = json!({ "id": "7", "items": [{ "sku": "oak-board" }] });
    assert_eq!(acme.trigger(&url, &order).await.status, 404, "not deployed yet");
    assert_eq!(prism.ok(&["instances:deploy", &id]).await, id);
    assert_eq!(acme.trigger(&url, &order).await.status, 200);
    warehouse.wait_for("/in", 1).await;

    assert_eq!(prism.ok(&["instances:disable", &id]).await, id);
    assert_eq!(acme.trigger(&url, &order).await.status, 404, "paused");
    assert_eq!(prism.ok(&["instances:enable", &id]).await, id);
    assert_eq!(acme.trigger(&url, &order).await.status, 200);
    warehouse.wait_for("/in", 2).await;

    assert_eq!(prism.ok(&["instances:delete", &id]).await, "");
    assert_eq!(acme.trigger(&url, &order).await.status, 404, "gone");
    assert!(prism.rows(&["instances:list"]).await.is_empty());
}

/// Proves R054, R056, R057, R184.
#[tokio::test]
async fn an_instance_moves_between_versions() {
    let (_app, acme, prism) = shell().await;
    let (integration, first, customer) = prepared(&acme).await;
    let second = acme.publish(&integration).await;
    let create = ["instances:create", "-n", "Orders", "-i", &first, "-c", &customer];
    let id = prism.ok(&create).await;
    prism.ok(&["instances:deploy", &id]).await;
    let other = acme.create_instance(&first, &acme.create_customer("Hooli").await, &[]).await;
    acme.deploy(&other).await;
    let document = "query ($id: ID!) {
        instance(id: $id) { deployedVersion integration { id versionNumber } } }";
    for (version, number) in [(&second, 2), (&first, 1)] {
        let update = ["instances:update", &id, "-n", "Sync", "-v", version, "--deploy"];
        assert_eq!(prism.ok(&update).await, id);
        let data = acme.query_with(document, &json!({ "id": id })).await;
        assert_eq!(data["instance"]["deployedVersion"], number);
        assert_eq!(data["instance"]["integration"]["id"], json!(version));
    }
    let data = acme.query_with(document, &json!({ "id": other.id })).await;
    assert_eq!(data["instance"]["deployedVersion"], 1, "others stay where they are");
}
