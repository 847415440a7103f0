//! Definitions as people write them: what an import takes, and what it says about it.

use serde_json::{Value, json};

use crate::harness::{TestApp, User, definition, list, text};

const IMPORT: &str = "mutation ($definition: String!, $id: ID) {
    importIntegration(input: { definition: $definition, integrationId: $id }) {
        integration { id hasUnpublishedChanges } errors { field messages } } }";

/// What an import remarked, as `line:column path -> suggestion`.
fn remarks(body: &Value) -> Vec<String> {
    let shown = |problem: &Value| {
        let place = format!("{}:{} {}", problem["line"], problem["column"], text(problem, "/path"));
        match problem["suggestion"].as_str() {
            Some(suggestion) => format!("{place} -> {suggestion}"),
            None => place,
        }
    };
    list(body, "/extensions/problems").iter().map(shown).collect()
}

/// Imports a definition with problems; returns the draft and the problems.
async fn import(owner: &User, name: &str) -> (String, Vec<String>) {
    let reply = owner.ask(IMPORT, &json!({ "definition": definition(name) })).await;
    let found = remarks(&reply.body);
    (text(&reply.data(), "/importIntegration/integration/id"), found)
}

/// What publishing a draft is refused for.
async fn refused(owner: &User, draft: &str) -> Vec<String> {
    let document = "mutation ($id: ID!) { publishIntegration(input: { id: $id }) {
        integration { id } errors { field messages } } }";
    owner.ask(document, &json!({ "id": draft })).await.problems("publishIntegration")
}

/// Work in progress can be kept, and everything that is wrong is said at once.
#[tokio::test]
async fn a_sloppy_draft_is_kept_and_its_problems_are_told_once() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let (draft, found) = import(&owner, "sloppy").await;
    let expected = [
        "13:27 configPages[0].elements[0].value -> Partner URL",
        "8:18 requiredConfigVars[1].connection.key -> basic",
        "17:5 flows[0].retryConfig",
        "18:40 flows[0].queueConfig.concurrencyLimit",
        "18:19 flows[0].queueConfig.usesFifoQueue",
        "27:11 flows[0].steps[1].inputs.items -> newOrder.results.body.data.lines",
        "30:22 flows[0].steps[1].steps[0].action.key -> httpPost",
        "33:50 flows[0].steps[1].steps[1].action.component.key",
        "39:11 flows[0].steps[2].inputs.ulr -> url",
        "38:9 flows[0].steps[2].inputs.url",
        "40:11 flows[0].steps[2].inputs.data",
        "54:14 flows[0].steps[3].branches[0].name -> Large",
        "53:9 flows[0].steps[3].branches",
        "49:17 flows[0].steps[3].inputs.conditions.value[0].value -> greaterThan",
        "51:21 flows[0].steps[3].inputs.conditions.value[0].value[1]",
        "56:9 flows[0].steps[4].name",
        "59:11 flows[0].steps[4].inputs.message -> Partner URL",
        "59:11 flows[0].steps[4].inputs.message",
    ];
    assert_eq!(found, expected);
    let messages = refused(&owner, &draft).await;
    assert_eq!(messages.len(), found.len(), "{messages:#?}");
    let places = |line: &str| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    for (message, found) in messages.iter().zip(&found) {
        let [at, path] = &places(found)[..] else { panic!("{found}") };
        assert!(message.contains(&format!("line {at}, {path}: ")), "{message}");
    }
    let mut once = messages.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), messages.len(), "{messages:#?}");
}

/// A component may be published later; until then nothing can be said about what uses it.
#[tokio::test]
async fn a_draft_may_wait_for_components() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let (draft, found) = import(&owner, "first-version").await;
    assert_eq!(
        found,
        [
            "9:25 flows[0].steps[1].action.component.key",
            "12:7 flows[0].steps[1].inputs.greeting -> greeting"
        ]
    );
    let messages = refused(&owner, &draft).await;
    assert!(messages[0].contains("the component `letter-press` is not published"), "{messages:?}");
}

/// Proves R130.
#[tokio::test]
async fn an_integration_shows_its_versions_components_instances_and_customers() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let draft = owner.import(&definition("answers")).await;
    let version = owner.publish(&draft).await;
    owner.publish(&draft).await;
    let customer = owner.create_customer("Initech").await;
    owner.create_instance(&version, &customer, &[]).await;
    let document = "query ($id: ID!) { integration(id: $id) {
        versions { nodes { versionNumber comment isAvailable publishedBy { email } } }
        oldest: versions(orderBy: { field: VERSION_NUMBER, direction: ASC }, first: 1) {
            totalCount nodes { versionNumber } }
        components(key_In: [\"webhook-triggers\", \"branch\", \"http\"]) { nodes { key } }
        instances(isSystem: false) { nodes { name customer { name } } } } }";
    let data = owner.query_with(document, &json!({ "id": draft })).await;
    let integration = &data["integration"];
    let of = |number: u8| {
        json!({ "versionNumber": number, "comment": "For a story", "isAvailable": true,
            "publishedBy": { "email": owner.email } })
    };
    assert_eq!(integration["versions"]["nodes"], json!([of(2), of(1)]));
    let oldest = json!({ "totalCount": 2, "nodes": [{ "versionNumber": 1 }] });
    assert_eq!(integration["oldest"], oldest);
    let used = json!([{ "key": "branch" }, { "key": "webhook-triggers" }]);
    assert_eq!(integration["components"]["nodes"], used);
    let instances = json!([{ "name": "Story", "customer": { "name": "Initech" } }]);
    assert_eq!(integration["instances"]["nodes"], instances);
}

/// What cannot be read is refused as a whole, with a place for every fault.
#[tokio::test]
async fn a_malformed_document_changes_nothing() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let draft = owner.import(&definition("answers")).await;
    let exported = "query ($id: ID!) { integration(id: $id) { definition updatedAt } }";
    let before = owner.query_with(exported, &json!({ "id": draft })).await;
    let malformed = "definitionVersion: 7\nname: Broken\nflows:\n  - name: [a]\n    steps: {}\n";
    for (text, places) in [
        (malformed, vec!["definition: \"line 4:5, flows[0].name: ", "definition: \"line 5:5, "]),
        ("name: x\n  flows: []\n", vec!["definition: \"line 2:"]),
        ("definitionVersion: 99\nname: x\nflows: []\n", vec!["definition: \"line 1:1, "]),
    ] {
        let variables = json!({ "definition": text, "id": draft });
        let found = owner.ask(IMPORT, &variables).await.problems("importIntegration");
        assert_eq!(found.len(), places.len(), "{found:?}");
        for (problem, place) in found.iter().zip(places) {
            assert!(problem.starts_with(place), "{problem} is not at {place}");
        }
    }
    assert_eq!(owner.query_with(exported, &json!({ "id": draft })).await, before);
}
