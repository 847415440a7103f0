//! What the published browser SDK (4.14) sends about workflows.

use serde_json::{Value, json};

use super::{Workshop, act, publish, saying};
use crate::harness::{User, list, text};

/// The document of `createWorkflow`.
const CREATE: &str = "
    mutation createWorkflow($name: String!, $contextStableKey: String, $contextData: String,
        $externalId: String) {
        importWorkflow(input: { name: $name contextStableKey: $contextStableKey
            contextData: $contextData externalId: $externalId }) {
            workflow { id } errors { field messages } } }";

/// The document of `queryWorkflows`.
const QUERY: &str = "
    query queryWorkflows($cursor: String $searchTerm: String $descriptionSearch: String
        $categorySearch: String $labelSearch: String $contextStableKey: String
        $externalId: String $first: Int $sortBy: [IntegrationVariantOrder]) {
        workflows: integrationVariants(after: $cursor name_Icontains: $searchTerm
            description_Icontains: $descriptionSearch category: $categorySearch
            labels_Icontains: $labelSearch contextStableKey: $contextStableKey
            externalId: $externalId exclude: [INTEGRATION] first: $first sortBy: $sortBy) {
            nodes { ... on Workflow { id name versionNumber description externalId updatedAt
                lastExecutedAt createdAt category labels customer { id name }
                instance { enabled } deployedVersion { id } } }
            pageInfo { hasNextPage endCursor } totalCount } }";

async fn create(user: &User, variables: Value) -> String {
    let data = user.query_with(CREATE, &variables).await;
    text(&data, "/importWorkflow/workflow/id")
}

/// `createWorkflow` and `queryWorkflows` of the SDK, by an embedded user.
#[tokio::test]
async fn the_sdk_makes_and_finds_workflows() {
    let workshop = Workshop::open().await;
    let user = workshop.app.embedded(&workshop.owner, "Initech", "milton").await;
    let data = json!({ "order": 7 }).to_string();
    let first = create(
        &user,
        json!({ "name": "First order", "contextStableKey": "order", "contextData": data,
            "externalId": "o-7" }),
    )
    .await;
    let second = create(&user, json!({ "name": "Second", "contextStableKey": "invoice" })).await;
    let change = json!({ "id": second, "definition": saying("hi") });
    super::import(&user, change).await;
    publish(&user, &second).await;
    act(&user, "enableWorkflow", &second).await;
    let metadata = "query ($id: ID!) { workflow(id: $id) { metadata } }";
    let metadata = user.query_with(metadata, &json!({ "id": first })).await;
    let metadata: Value = serde_json::from_str(&text(&metadata, "/workflow/metadata")).unwrap();
    let kept = json!({ "context": { "stableKey": "order", "data": { "order": 7 } } });
    assert_eq!(metadata, kept);
    // Integrations are excluded, and other customers have workflows of their own.
    workshop.owner.import(&crate::harness::definition("shared")).await;
    let other = workshop.owner.create_customer("Hooli").await;
    super::import(&workshop.owner, json!({ "name": "Other", "customer": other })).await;

    let newest = json!([{ "field": "CREATED_AT", "direction": "DESC" }]);
    for (variables, expected) in [
        (json!({ "sortBy": newest }), vec![&second, &first]),
        (json!({ "sortBy": newest, "first": 1 }), vec![&second]),
        (json!({ "searchTerm": "FIRST" }), vec![&first]),
        (json!({ "descriptionSearch": "a word" }), vec![&second]),
        (json!({ "categorySearch": "Greetings" }), vec![&second]),
        (json!({ "labelSearch": "POLI" }), vec![&second]),
        (json!({ "contextStableKey": "order" }), vec![&first]),
        (json!({ "externalId": "o-7" }), vec![&first]),
        (json!({ "externalId": "o-8" }), vec![]),
    ] {
        let found = user.query_with(QUERY, &variables).await;
        let ids: Vec<_> =
            list(&found, "/workflows/nodes").iter().map(|it| text(it, "/id")).collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{variables}");
    }
    let variables = json!({ "sortBy": newest, "first": 1 });
    let page = user.query_with(QUERY, &variables).await;
    let page = &page["workflows"];
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    let node = &page["nodes"][0];
    assert_eq!((&node["name"], &node["versionNumber"]), (&json!("Greeter"), &json!(1)));
    assert_eq!(
        (&node["customer"]["name"], &node["labels"]),
        (&json!("Initech"), &json!(["polite"]))
    );
    assert_eq!(
        (&node["instance"]["enabled"], &node["lastExecutedAt"]),
        (&json!(true), &Value::Null)
    );
    assert!(node["deployedVersion"]["id"].is_string());
    let cursor = json!({ "sortBy": newest, "cursor": page["pageInfo"]["endCursor"] });
    let next = user.query_with(QUERY, &cursor).await;
    assert_eq!(next["workflows"]["nodes"][0]["id"], first.as_str());
    assert_eq!(next["workflows"]["nodes"][0]["instance"], Value::Null);
}
