//! Publishing components: their versions, their packages, who sees them and who uses them.

use serde_json::{Value, json};

use super::{Files, described, package, publish, put};
use crate::harness::{TestApp, User, list, text};

const SHOWN: &str = "query ($key: String, $all: Boolean) {
    components(key: $key, allVersions: $all) { nodes { id key public signature versionNumber
        versionIsAvailable versionIsLatest customer { id } } } }";

async fn shown(user: &User, key: &str, all: bool) -> Vec<Value> {
    let data = user.query_with(SHOWN, &json!({ "key": key, "all": all })).await;
    list(&data, "/components/nodes").to_vec()
}

/// An integration with a step of a published component.
fn using(key: &str, version: &str) -> String {
    format!(
        "definitionVersion: 7\nname: Uses {key}\nflows:\n- name: Flow\n  steps:\n  - name: Call\n    \
         isTrigger: true\n    action: {{key: webhook, component: {{key: webhook-triggers, isPublic: \
         true, version: LATEST}}}}\n    inputs: {{}}\n  - name: Greet\n    action: {{key: greet, \
         component: {{key: {key}, isPublic: false, version: {version}}}}}\n    inputs: {{name: \
         {{type: value, value: You}}}}\n"
    )
}

async fn problems(owner: &User, definition: &str) -> String {
    let document = "mutation ($definition: String!) {
        importIntegration(input: { definition: $definition }) {
            integration { id } errors { field messages } } }";
    let reply = owner.ask(document, &json!({ "definition": definition })).await;
    reply.body.to_string()
}

#[tokio::test]
async fn a_version_can_be_used_when_its_package_has_arrived() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let first = publish(&owner, &described("greeter"), Value::Null).await;
    assert_eq!(first["component"]["versionNumber"], 1);
    let waiting = shown(&owner, "greeter", false).await;
    assert_eq!((&waiting[0]["signature"], &waiting[0]["public"]), (&json!(""), &json!(false)));
    assert_eq!(waiting[0]["versionIsAvailable"], false);
    assert!(problems(&owner, &using("greeter", "LATEST")).await.contains("not published"));

    let url = text(&first, "/packageUploadUrl");
    let forged = url.replace("/uploads/package/", "/uploads/source/");
    let good = package(&[("index.js", "module.exports = {};")]);
    assert_eq!(put(&owner, &forged, good.clone()).await.status, 403);
    for bad in [
        b"not a zip".to_vec(),
        package(&[("lib/index.js", "x")]),
        package(&[("index.js", "x"), ("../evil.js", "x")]),
    ] {
        assert_eq!(put(&owner, &url, bad).await.status, 422);
    }
    assert_eq!(shown(&owner, "greeter", false).await, waiting, "nothing bad was taken");
    let accepted = put(&owner, &url, good.clone()).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    assert_eq!(put(&owner, &url, good.clone()).await.status, 200, "the same one again");
    let other = package(&[("index.js", "module.exports = { other: true };")]);
    assert_eq!(put(&owner, &url, other.clone()).await.status, 409, "never another one");
    let icon = text(&first, "/iconUploadUrl");
    assert_eq!(put(&owner, &icon, good).await.status, 422, "an icon is an image");
    assert_eq!(put(&owner, &icon, b"\x89PNG\r\n\x1a\nx".to_vec()).await.status, 200);
    let ready = shown(&owner, "greeter", false).await;
    assert_eq!(ready[0]["versionIsAvailable"], true);
    assert_eq!(text(&ready[0], "/signature").len(), 40);

    let second = publish(&owner, &described("greeter"), Value::Null).await;
    assert_eq!(second["component"]["versionNumber"], 2);
    assert_eq!(shown(&owner, "greeter", false).await, ready, "the newest that can be used");
    assert_eq!(shown(&owner, "greeter", true).await.len(), 2);
    put(&owner, &text(&second, "/packageUploadUrl"), other).await;
    let newest = shown(&owner, "greeter", false).await;
    assert_eq!((newest.len(), &newest[0]["versionNumber"]), (1, &json!(2)));
    assert_ne!(newest[0]["signature"], ready[0]["signature"]);
}

#[tokio::test]
async fn integrations_keep_the_version_they_were_published_with() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let files = Files::of("module.exports = {};");
    let component = files.published(&owner, "greeter").await;
    for (version, expected) in [("LATEST", true), ("1", true), ("7", false)] {
        let answer = problems(&owner, &using("greeter", version)).await;
        assert_eq!(!answer.contains("not published"), expected, "{version}: {answer}");
    }
    let unknown = using("greeter", "LATEST").replace("{key: greet,", "{key: grete,");
    let answer = problems(&owner, &unknown).await;
    assert!(answer.contains("no action `grete`") && answer.contains("greet"), "{answer}");

    let draft = owner.import(&using("greeter", "LATEST")).await;
    let version = owner.publish(&draft).await;
    files.published(&owner, "greeter").await;
    let document = "query ($id: ID!) { integration(id: $id) { definition } }";
    let data = owner.query_with(document, &json!({ "id": version })).await;
    let definition = text(&data, "/integration/definition");
    assert!(definition.contains("version: 1"), "{definition}");

    let delete = "mutation ($id: ID!) { deleteComponent(input: { id: $id }) {
        component { id } errors { field messages } } }";
    let id = text(&component, "/component/id");
    let refused = owner.ask(delete, &json!({ "id": id })).await.problems("deleteComponent");
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("version 1 of \\\"Uses greeter\\\""), "{refused:?}");
    assert_eq!(shown(&owner, "greeter", true).await.len(), 2);
}

#[tokio::test]
async fn components_are_seen_by_those_they_were_published_for() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let (initech, globex) =
        (owner.create_customer("Initech").await, owner.create_customer("Globex").await);
    let files = Files::of("module.exports = {};");
    files.published(&owner, "everybodys").await;
    files.published_for(&owner, "greeter", &initech).await;
    files.published(&owner, "greeter").await;
    let keys = async |user: &User| {
        let data = user.query("{ components(public: false) { nodes { key } } }").await;
        let keys = list(&data, "/components/nodes").iter().map(|node| text(node, "/key"));
        keys.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(&owner).await, "everybodys greeter greeter");
    let inside = app.customer_user(&owner, &initech, "Admin").await;
    assert_eq!(keys(&inside).await, "everybodys greeter greeter");
    let outside = app.customer_user(&owner, &globex, "Admin").await;
    assert_eq!(keys(&outside).await, "everybodys greeter");
    assert_eq!(keys(&app.organization("other").await).await, "");
    let marks = "query ($key: String) { components(key: $key, customer_Isnull: true) {
        nodes { id starred } } }";
    let find = async |user: &User| {
        let data = user.query_with(marks, &json!({ "key": "greeter" })).await;
        let node = &list(&data, "/components/nodes")[0];
        (text(node, "/id"), node["starred"].clone())
    };
    let (id, _) = find(&owner).await;
    let star = "mutation ($id: ID!) { updateComponent(input: { id: $id, starred: true }) {
        component { starred } errors { field messages } } }";
    let data = outside.query_with(star, &json!({ "id": id })).await;
    assert_eq!(data["updateComponent"]["component"]["starred"], true);
    assert_eq!((find(&outside).await.1, find(&owner).await.1), (json!(true), json!(false)));
}
