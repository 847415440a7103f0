//! Test cases, and whose they are.

use serde_json::json;

use crate::harness::{TestApp, User, definition, list, text};

const CREATE: &str = "mutation ($input: CreateTestCaseInput!) { createTestCase(input: $input) {
    testCase { id integration { id } flow { name } } errors { field messages } } }";

async fn names(user: &User) -> Vec<String> {
    let data = user.query("{ testCases { nodes { name } } }").await;
    list(&data, "/testCases/nodes").iter().map(|case| text(case, "/name")).collect()
}

#[tokio::test]
async fn a_test_case_is_kept_found_changed_and_deleted() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let draft = acme.import(&definition("greeter")).await;
    let version = acme.publish(&draft).await;
    let flows = "query ($id: ID!) { integration(id: $id) { flows { nodes { id } } } }";
    let flows = acme.query_with(flows, &json!({ "id": draft })).await;
    let flow = text(&flows, "/integration/flows/nodes/0/id");
    let input = json!({ "input": { "integration": version, "flow": flow, "name": "Ada",
        "payload": "{\"name\":\"Ada\"}", "headers": "{\"x-shop\":\"oak\"}", "result": "null" } });
    let made = acme.query_with(CREATE, &input).await;
    let made = &made["createTestCase"]["testCase"];
    assert_eq!(made["integration"]["id"], draft.as_str(), "it belongs to the draft");
    assert_eq!(made["flow"]["name"], "Greet");
    let wrong = json!({ "input": { "integration": draft, "flow": version, "name": " ",
        "headers": "1", "result": "{" } });
    assert_eq!(acme.ask(CREATE, &wrong).await.errors(), ["Record not found"]);
    let wrong =
        json!({ "input": { "integration": draft, "name": " ", "headers": "1", "result": "{" } });
    let refused = acme.ask(CREATE, &wrong).await.problems("createTestCase");
    assert_eq!(refused.len(), 3, "everything at once: {refused:?}");

    let update = "mutation ($id: ID!) { updateTestCase(input: { id: $id, name: \"Bo\",
        contentType: \"text/plain\", headers: \"\" }) { errors { field messages }
        testCase { name payload headers contentType result } } }";
    let changed = acme.query_with(update, &json!({ "id": made["id"] })).await;
    let expected = json!({ "name": "Bo", "payload": "{\"name\":\"Ada\"}", "headers": null,
        "contentType": "text/plain", "result": "null" });
    assert_eq!(changed["updateTestCase"]["testCase"], expected);
    let found = "query ($flow: ID, $integration: ID) {
        testCases(flow: $flow, integration: $integration) { nodes { name } } }";
    let variables = json!({ "flow": flow, "integration": version });
    let found = acme.query_with(found, &variables).await;
    assert_eq!(found["testCases"]["nodes"], json!([{ "name": "Bo" }]));
    let delete = "mutation ($id: ID!) { deleteTestCase(input: { id: $id }) {
        testCase { id } errors { field messages } } }";
    acme.query_with(delete, &json!({ "id": made["id"] })).await;
    assert!(names(&acme).await.is_empty());
}

#[tokio::test]
async fn customers_keep_cases_for_their_own_integrations_only() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let document = "mutation { createCustomer(input: { name: \"Initech\",
        allowEmbeddedDesigner: true }) { customer { id } errors { field messages } } }";
    let initech = text(&acme.query(document).await, "/createCustomer/customer/id");
    let theirs = "mutation ($definition: String!, $customer: ID) {
        importIntegration(input: { definition: $definition, customer: $customer }) {
            integration { id } errors { field messages } } }";
    let variables = json!({ "definition": definition("greeter"), "customer": initech });
    let theirs = acme.query_with(theirs, &variables).await;
    let theirs = text(&theirs, "/importIntegration/integration/id");
    let ours = acme.publish(&acme.import(&definition("answers")).await).await;
    let case = |integration: &str, name: &str| json!({ "input": { "integration": integration, "name": name } });
    acme.query_with(CREATE, &case(&ours, "Ours")).await;
    let admin = app.customer_user(&acme, &initech, "Admin").await;
    let member = app.customer_user(&acme, &initech, "Member").await;
    admin.query_with(CREATE, &case(&theirs, "Theirs")).await;
    assert_eq!(names(&acme).await, ["Ours", "Theirs"]);
    for user in [&admin, &member] {
        assert_eq!(names(user).await, ["Theirs"]);
    }
    assert!(!member.ask(CREATE, &case(&theirs, "No")).await.errors().is_empty());
    assert!(!admin.ask(CREATE, &case(&ours, "No")).await.errors().is_empty());
    assert_eq!(names(&acme).await.len(), 2);
}
