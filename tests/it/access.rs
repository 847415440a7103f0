//! Who may do what, seen from outside.

use serde_json::json;

use crate::harness::{TestApp, definition, text};

const CREATE: &str = "mutation { createCustomer(input: { name: \"Initech\" }) {
    customer { id } errors { field messages } } }";

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let app = TestApp::start().await;
    app.organization("acme").await;
    let anonymous = app.anonymous();
    let read = anonymous.ask("{ customers { totalCount } }", &json!({})).await;
    assert!(!read.errors().is_empty(), "{:#}", read.body);
    let written = anonymous.ask(CREATE, &json!({})).await;
    assert!(!written.errors().is_empty(), "{:#}", written.body);
    let mut forged = anonymous.clone();
    forged.token = Some("bm90IGEgdG9rZW4".to_owned());
    let read = forged.ask("{ customers { totalCount } }", &json!({})).await;
    assert!(!read.errors().is_empty(), "{:#}", read.body);
}

#[tokio::test]
async fn a_guest_reads_and_does_not_write() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    acme.create_customer("Hooli").await;
    let guest = app.colleague(&acme, "Guest").await;
    let seen = guest.query("{ customers(isSystem: false) { totalCount } }").await;
    assert_eq!(seen["customers"]["totalCount"], 1);
    let refused = guest.ask(CREATE, &json!({})).await;
    assert_eq!(refused.status, 200, "clients read refusals from the body");
    assert!(!refused.errors().is_empty(), "{:#}", refused.body);
    let after = acme.query("{ customers(isSystem: false) { totalCount } }").await;
    assert_eq!(after["customers"]["totalCount"], 1);
}

#[tokio::test]
async fn a_customer_user_sees_its_own_customer_only() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let initech = acme.create_customer("Initech").await;
    let hooli = acme.create_customer("Hooli").await;
    let user = app.customer_user(&acme, &initech, "Admin").await;
    let me = user.query("{ authenticatedUser { customer { id name } } }").await;
    assert_eq!(me["authenticatedUser"]["customer"], json!({ "id": initech, "name": "Initech" }));
    let seen = user.query("{ customers { nodes { id } } }").await;
    assert_eq!(seen["customers"]["nodes"], json!([{ "id": initech }]));
    let document = "query ($id: ID!) { customer(id: $id) { id } }";
    let other = user.ask(document, &json!({ "id": hooli })).await;
    assert_eq!(other.errors(), ["Record not found"]);
}

/// Proves R182. What only the organization sets is not even named to its customers.
#[tokio::test]
async fn customers_do_not_see_what_only_the_organization_sets() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let instance = acme.deployed(&definition("org-only"), &[]).await;
    let document = "query ($id: ID!) { instance(id: $id) {
        configVariables { nodes { value requiredConfigVariable { key defaultValue } } }
        integration { definition configPages
            requiredConfigVariables { nodes { key defaultValue } } } } }";
    let variables = json!({ "id": instance.id });
    let seen = acme.query_with(document, &variables).await.to_string();
    assert!(seen.contains("only-we-know-this") && seen.contains("Partner Code"), "{seen}");
    let data = acme.query("{ customers(name: \"Initech\") { nodes { id } } }").await;
    let initech = text(&data, "/customers/nodes/0/id");
    let user = app.customer_user(&acme, &initech, "Admin").await;
    let seen = user.query_with(document, &variables).await;
    let keys = "/instance/integration/requiredConfigVariables/nodes";
    assert_eq!(seen.pointer(keys), Some(&json!([{ "key": "Greeting", "defaultValue": "Hello" }])));
    let seen = seen.to_string();
    assert!(!seen.contains("only-we-know-this") && !seen.contains("Partner Code"), "{seen}");
}

/// Reading a document takes time before any limit on its depth can help.
#[tokio::test]
async fn a_document_may_only_be_so_long() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let document = |length: usize| {
        let query = "{ customers { totalCount } } #";
        format!("{query}{}", "x".repeat(length - query.len()))
    };
    let limit = 256 * 1024;
    assert_eq!(acme.ask(&document(limit), &json!({})).await.status, 200);
    let refused = acme.ask(&document(limit + 1), &json!({})).await;
    assert_eq!(refused.status, 413);
    assert!(refused.errors()[0].contains("262144"), "{:?}", refused.errors());
}
