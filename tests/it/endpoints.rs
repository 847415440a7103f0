//! URLs that flows share: each call tells whose it is and which flow it is for.

use serde_json::{Value, json};

use crate::harness::{Instance, Page, TestApp, User, definition, list, text};

const KEY: &str = "key of orders";

async fn call(owner: &User, url: &str, flow: &str, body: &Value) -> Page {
    let call = owner.http().post(format!("{url}/a/b")).header("x-flow", flow).json(body);
    let call = call.header("prismatic-prefer-direct-sync-response", "true");
    owner.call(call.header("api-key", KEY)).await
}

fn not_found(answer: &Page) -> String {
    assert_eq!(answer.status, 404, "{answer:?}");
    text(&answer.json(), "/error")
}

/// A customer of this external id with an instance that runs.
async fn serve(owner: &User, version: &str, customer: &str) -> Instance {
    let customer = owner.create_customer(customer).await;
    let instance = owner.create_instance(version, &customer, &[]).await;
    owner.deploy(&instance).await;
    instance
}

/// As the definition, but with the other way to tell what a call is for.
fn preprocessed(definition: &str) -> String {
    let fields = "preprocessFlowName: Pick\n\
        flowNameField: {type: reference, value: sorted.results.flow}\n\
        externalCustomerIdField: {type: reference, value: sorted.results.who}\nflows:";
    let (head, rest) = definition.split_once("flowNameField").unwrap();
    let (_, flows) = rest.split_once("flows:").unwrap();
    format!("{head}{fields}{flows}")
}

#[tokio::test]
async fn all_instances_share_a_url() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let draft = owner.import(&definition("shared")).await;
    let version = owner.publish(&draft).await;
    let first = serve(&owner, &version, "initech").await;
    let second = serve(&owner, &version, "globex").await;
    let url = first.url("Orders");
    assert_eq!([url, url, url], [first.url("Pick"), second.url("Orders"), second.url("Pick")]);
    for customer in ["initech", "globex"] {
        let body = json!({ "account": customer, "order": 7 });
        let answer = call(&owner, url, "Orders", &body).await;
        let expected = json!({
            "customer": customer, "user": "", "order": 7, "path": "a/b", "url": url, "same": url,
        });
        assert_eq!((answer.status, answer.json()), (200, expected), "{answer:?}");
    }
    let body = json!({ "account": "initech" });
    let without_key = owner.http().post(url).header("x-flow", "Orders").json(&body);
    assert_eq!(owner.call(without_key).await.status, 401);
    for (flow, body, field) in [
        ("Orders", json!({ "account": "nobody" }), "externalCustomerIdField"),
        ("Orders", json!({}), "externalCustomerIdField"),
        ("Invoices", json!({ "account": "initech" }), "flowNameField"),
        ("", json!({ "account": "initech" }), "flowNameField"),
    ] {
        let reason = not_found(&call(&owner, url, flow, &body).await);
        assert!(reason.starts_with(field), "{reason}");
    }
    // The test instance has a URL of its own, at which the draft answers.
    let document = "query ($id: ID!) { integration(id: $id) { endpointConfigTestUrl } }";
    let data = owner.query_with(document, &json!({ "id": draft })).await;
    let test_url = text(&data, "/integration/endpointConfigTestUrl");
    let answer = call(&owner, &test_url, "Orders", &json!({ "order": 1 })).await;
    assert_eq!((answer.status, &answer.json()["order"]), (200, &json!(1)), "{answer:?}");
    assert_ne!(test_url, url);
}

#[tokio::test]
async fn the_users_of_a_customer_are_told_apart() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let user =
        "externalCustomerUserIdField: {type: reference, value: payload.results.headers.x-user}";
    let text = definition("shared").replacen("flows:", &format!("{user}\nflows:"), 1);
    let version = owner.publish(&owner.import(&text).await).await;
    let instance = serve(&owner, &version, "initech").await;
    let url = instance.url("Orders");
    let body = json!({ "account": "initech" });
    let reason = not_found(&call(&owner, url, "Orders", &body).await);
    assert!(reason.starts_with("externalCustomerUserIdField"), "{reason}");

    let customers = owner.query("{ customers(externalId: \"initech\") { nodes { id } } }").await;
    let roles = owner.query("{ customerRoles { id name } }").await;
    let role = list(&roles, "/customerRoles").iter().find(|role| role["name"] == "Member");
    let document = "mutation ($customer: ID!, $role: ID!) { createCustomerUser(input: {
        email: \"ada@initech.test\", externalId: \"ada\", role: $role, customer: $customer }) {
            user { id } errors { field messages } } }";
    let customer = &customers["customers"]["nodes"][0]["id"];
    let variables = json!({ "customer": customer, "role": role.unwrap()["id"] });
    owner.query_with(document, &variables).await;
    let call = owner.http().post(url).header("x-flow", "Orders").header("x-user", "ada");
    let call = call.header("prismatic-prefer-direct-sync-response", "true");
    let answer = owner.call(call.header("api-key", KEY).json(&body)).await;
    assert_eq!((answer.status, &answer.json()["user"]), (200, &json!("ada")), "{answer:?}");
}

/// The preprocess flow runs first, as an execution of its own; the other one gets the same request.
#[tokio::test]
async fn a_flow_can_sort_the_calls() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let shared = preprocessed(&definition("shared"));
    let one_instance = shared.replacen("shared_instance", "instance_specific", 1);
    for (customer, definition) in [("initech", shared), ("globex", one_instance)] {
        let version = owner.publish(&owner.import(&definition).await).await;
        let instance = serve(&owner, &version, customer).await;
        let url = instance.url("Orders");
        assert_eq!(url, instance.url("Pick"));
        let body = json!({ "kind": "Orders", "account": customer, "order": { "id": 1 } });
        let answer = call(&owner, url, "", &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["order"], json!({ "id": 1 }));
        assert_eq!(answer.json()["customer"], customer);
        let document = "query ($id: ID!) { executionResult(id: $id) { invokeType
            flow { name } lineage { invokedBy { execution { flow { name } error } } } } }";
        let id = json!({ "id": answer.header("prismatic-executionid") });
        let found = owner.query_with(document, &id).await;
        let expected = json!({
            "invokeType": "WEBHOOK", "flow": { "name": "Orders" },
            "lineage": { "invokedBy": { "execution": {
                "flow": { "name": "Pick" }, "error": null,
            } } },
        });
        assert_eq!(found["executionResult"], expected);
        let answer = call(&owner, url, "", &json!({ "kind": "Bills", "account": customer })).await;
        let reason = not_found(&answer);
        assert!(reason.starts_with("flowNameField"), "{reason}");
        assert!(!answer.header("prismatic-executionid").is_empty());
        // The preprocess flow is never the one that a call is for.
        let answer = call(&owner, url, "", &json!({ "kind": "Pick", "account": customer })).await;
        assert!(not_found(&answer).starts_with("flowNameField"));
    }
}
