//! Customers of an organization.

use serde_json::json;

use crate::harness::{TestApp, list};

#[tokio::test]
async fn a_customer_is_visible_only_to_its_organization() {
    let app = TestApp::start().await;
    let (acme, other) = (app.organization("acme").await, app.organization("other").await);
    let customer = acme.create_customer("Initech").await;
    let rename = "mutation ($id: ID!) {
        updateCustomer(input: { id: $id, name: \"Initrode\" }) {
            customer { id name externalId } errors { field messages } } }";
    let variables = json!({ "id": customer });
    let renamed = acme.query_with(rename, &variables).await;
    assert_eq!(
        renamed["updateCustomer"]["customer"],
        json!({ "id": customer, "name": "Initrode", "externalId": "Initech" })
    );
    let listed = "{ customers(isSystem: false) { nodes { name } totalCount } }";
    assert_eq!(
        acme.query(listed).await,
        json!({ "customers": { "nodes": [{ "name": "Initrode" }], "totalCount": 1 } })
    );
    assert_eq!(other.query(listed).await["customers"]["totalCount"], 0);
    let read = "query ($id: ID!) { customer(id: $id) { name } }";
    for document in [read, rename] {
        let refused = other.ask(document, &variables).await;
        assert_eq!(refused.errors(), ["Record not found"], "{:#}", refused.body);
    }
    app.stop().await;
}

#[tokio::test]
async fn names_and_external_ids_are_taken_once() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    acme.create_customer("Initech").await;
    let document = "mutation ($name: String!, $externalId: String) {
        createCustomer(input: { name: $name, externalId: $externalId }) {
            customer { id } errors { field messages } } }";
    for (name, external_id, field) in
        [("Initech", "new", "name"), ("New", "Initech", "externalId"), ("", "new", "name")]
    {
        let variables = json!({ "name": name, "externalId": external_id });
        let refused = acme.ask(document, &variables).await;
        let problems = refused.problems("createCustomer");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(&format!("{field}: ")), "{problems:?}");
        assert!(refused.body["data"]["createCustomer"]["customer"].is_null());
    }
    // Another organization has names of its own.
    app.organization("other").await.create_customer("Initech").await;
}

#[tokio::test]
async fn pages_follow_each_other_while_the_list_grows() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    for name in ["Ash", "Birch", "Cedar", "Douglas"] {
        acme.create_customer(name).await;
    }
    let page = "query ($after: String) {
        customers(isSystem: false, first: 2, after: $after, sortBy: { field: NAME, direction: ASC })
        { nodes { name } pageInfo { hasNextPage endCursor } } }";
    let first = acme.query_with(page, &json!({ "after": "" })).await;
    acme.create_customer("Alder").await;
    let cursor = &first["customers"]["pageInfo"]["endCursor"];
    let second = acme.query_with(page, &json!({ "after": cursor })).await;
    let names = |data: &serde_json::Value| -> Vec<String> {
        list(data, "/customers/nodes")
            .iter()
            .map(|node| crate::harness::text(node, "/name"))
            .collect()
    };
    assert_eq!(names(&first), ["Ash", "Birch"]);
    assert_eq!(names(&second), ["Cedar", "Douglas"]);
    assert_eq!(second["customers"]["pageInfo"]["hasNextPage"], false);
}
