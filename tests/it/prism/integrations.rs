//! `prism integrations:*`

use crate::harness::{ThirdParty, example};

use super::{column, shell};

/// Proves R053, R117, R118, R128, R129, R184.
#[tokio::test]
async fn an_integration_is_built_published_and_copied() {
    let (_app, _acme, prism) = shell().await;
    let create = ["integrations:create", "-n", "Printer Sync", "-d", "Keeps printers in step"];
    let empty = prism.ok(&create).await;
    assert_eq!(prism.ok(&["integrations:update", &empty, "-n", "Printers"]).await, empty);
    let path = prism.file("order-sync.yaml", &example("order-sync"));
    let id = prism.ok(&["integrations:import", "-p", &path]).await;
    let found = prism.rows(&["integrations:list", "-x", "-s", "der sy"]).await;
    assert_eq!(column(&found, "name"), ["Order Sync"]);
    assert_eq!(column(&found, "category"), ["Commerce"]);
    let flows = prism.rows(&["integrations:flows:list", &id, "-x"]).await;
    assert_eq!(column(&flows, "name"), ["Receive Order", "Stock Check"]);

    prism.ok(&["integrations:publish", &id, "-c", "First"]).await;
    let published = prism.ok(&["integrations:publish", &id, "-c", "Second"]).await;
    let versions = prism.rows(&["integrations:versions", &id, "-x"]).await;
    let comments = column(&versions, "versionComment");
    assert!(comments.ends_with(&["Second", "First"]), "the newest first: {versions:?}");
    let latest = ["integrations:versions", &id, "--latest-available", "--columns", "id"];
    let latest = prism.ok(&[&latest[..], &["--no-header"]].concat()).await;
    assert_eq!(latest, published);

    let fork = prism.ok(&["integrations:fork", &id, "-n", "Stock Sync", "-d", "A copy"]).await;
    assert_ne!(fork, id);
    prism.ok(&["integrations:delete", &empty]).await;
    prism.ok(&["integrations:delete", &id]).await;
    let left = prism.rows(&["integrations:list"]).await;
    assert_eq!(column(&left, "name"), ["Stock Sync"]);
}

/// Proves R121, R184.
#[tokio::test]
async fn a_definition_travels_as_yaml() {
    let (_app, _acme, prism) = shell().await;
    let path = prism.file("order-sync.yaml", &example("order-sync"));
    prism.ok(&["integrations:validate-yaml", &path]).await;
    let broken = prism.file("broken.yaml", "definitionVersion: 7\nname: [");
    prism.refused(&["integrations:validate-yaml", &broken]).await;
    prism.refused(&["integrations:import", "-p", &broken]).await;

    let id = prism.ok(&["integrations:import", "-p", &path]).await;
    let exported = prism.ok(&["integrations:export", &id]).await;
    let again = prism.file("exported.yaml", &exported);
    assert_eq!(prism.ok(&["integrations:import", "-p", &again, "-i", &id]).await, id);
    assert_eq!(prism.ok(&["integrations:export", &id]).await, exported);
    let replace = ["integrations:import", "-p", &again, "-i", &id, "--replace", "--no-confirm"];
    assert_eq!(prism.ok(&replace).await, id);
}

/// Proves R164, R165, R184.
#[tokio::test]
async fn a_draft_is_tested_before_it_is_published() {
    let (_app, acme, prism) = shell().await;
    let warehouse = ThirdParty::start().await;
    let path = prism.file("order-sync.yaml", &example("order-sync"));
    let id = prism.ok(&["integrations:import", "-p", &path]).await;
    let url = warehouse.url("/shipments");
    let values = serde_json::json!([{ "key": "Warehouse URL", "value": url }]).to_string();
    prism.ok(&["integrations:update", &id, "--test-config-vars", &values]).await;
    let order = prism.file("order.json", r#"{"id":"7","items":[{"sku":"oak-board"}]}"#);
    let test = ["integrations:flows:test", "-i", &id, "-n", "Receive Order", "-p", &order];
    let answer = prism.ok(&[&test[..], &["--quiet"]].concat()).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let execution = crate::harness::text(&answer, "/executionId");
    assert_eq!(acme.ended(&execution).await["error"], serde_json::Value::Null);
    let shipments = warehouse.wait_for("/shipments", 1).await;
    assert_eq!(shipments[0].method, "POST");
    assert_eq!(shipments[0].header("content-type"), "application/json");
    assert_eq!(shipments[0].json()["sku"], "oak-board");
}
