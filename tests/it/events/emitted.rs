//! When events happen, and when they do not.

use serde_json::{Value, json};

use super::Story;
use crate::components::{Files, described, publish, put};
use crate::harness::{definition, text};

/// Proves R195, R197, R204, R205, R206, R208, R209, R210, R211, R212, R213.
#[tokio::test]
async fn an_instance_tells_of_what_people_do_with_it() {
    let mut story = Story::begin().await;
    let draft = story.owner.import(&definition("farewell")).await;
    let version = story.owner.publish(&draft).await;
    let customer = story.owner.create_customer("Initech").await;
    story.news().await;
    let shop = [("Shop", "http://127.0.0.1:9/secret-shop")];
    let instance = story.owner.create_instance(&version, &customer, &shop).await;
    let (created, payload) = story.news().await.remove(0);
    assert_eq!(created, "instance.created");
    let subject = &payload["instance"];
    assert_eq!(subject["id"], instance.id);
    assert_eq!((&subject["name"], &subject["enabled"]), (&json!("Story"), &json!(true)));
    assert_eq!(
        (&subject["deployed_version"], &subject["last_deployed_at"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(payload["customer"]["external_id"], "Initech");
    assert_eq!(payload["integration"]["version_number"], 1);
    assert_eq!(payload["integration"]["has_unpublished_changes"], false);
    assert_eq!((&payload["workflow"], &payload["log_stream"]), (&Value::Null, &Value::Null));
    assert!(!payload.to_string().contains("secret-shop"), "{payload:#}");

    let id = instance.id.as_str();
    let elsewhere = json!([{ "key": "Shop", "value": "http://127.0.0.1:9/" }]);
    let steps = [
        ("updateInstance", json!({ "id": id, "name": "Story" }), vec![]),
        ("updateInstance", json!({ "id": id, "enabled": true }), vec![]),
        ("updateInstance", json!({ "id": id, "enabled": false }), vec!["instance.disabled"]),
        (
            "updateInstance",
            json!({ "id": id, "enabled": true, "configVariables": elsewhere }),
            vec!["instance.updated", "instance.enabled"],
        ),
        ("updateInstance", json!({ "id": id, "configVariables": elsewhere }), vec![]),
        (
            "updateInstanceConfigVariables",
            json!({ "id": id, "configVariables": elsewhere }),
            vec![],
        ),
        (
            "updateInstanceConfigVariables",
            json!({ "id": id, "configVariables": [{ "key": "Shop", "value": "x" }] }),
            vec!["instance.updated"],
        ),
        ("updateInstance", json!({ "id": id, "description": "New" }), vec!["instance.updated"]),
        ("deployInstance", json!({ "id": id }), vec!["instance.deployed"]),
        ("deleteInstance", json!({ "id": id }), vec!["instance.deleted"]),
    ];
    for (mutation, input, expected) in steps {
        story.mutate(mutation, "", &input).await;
        assert_eq!(story.types().await, expected, "{mutation} {input}");
    }
}

/// Proves R196, R214, R215, R216.
#[tokio::test]
async fn a_customer_takes_along_what_it_has() {
    let mut story = Story::begin().await;
    let version = story.owner.publish(&story.owner.import(&definition("farewell")).await).await;
    story.news().await;
    let customer = story.owner.create_customer("Initech").await;
    let (created, payload) = story.news().await.remove(0);
    assert_eq!(created, "customer.created");
    assert_eq!(payload["customer"]["id"], customer);
    assert_eq!(payload["user"]["email"], story.owner.email);
    for expected in [vec!["customer.updated"], vec![]] {
        let input = json!({ "id": customer, "description": "Good" });
        story.mutate("updateCustomer", "", &input).await;
        assert_eq!(story.types().await, expected);
    }
    story.owner.create_instance(&version, &customer, &[("Shop", "x")]).await;
    story.app.customer_user(&story.owner, &customer, "Admin").await;
    assert_eq!(story.types().await, ["instance.created", "user.created"]);
    story.mutate("deleteCustomer", "", &json!({ "id": customer })).await;
    let gone = story.types().await;
    assert_eq!(gone, ["instance.deleted", "user.deleted", "customer.deleted"]);
}

/// Proves R194, R217, R218, R219.
#[tokio::test]
async fn accounts_come_change_and_go() {
    let mut story = Story::begin().await;
    let guest = story.app.colleague(&story.owner, "Guest").await;
    let (created, payload) = story.news().await.remove(0);
    assert_eq!(created, "user.created");
    assert_eq!(payload["affected_user"]["email"], guest.email);
    assert_eq!(payload["user"]["email"], story.owner.email, "who did it");
    let id = text(&payload, "/affected_user/id");
    for expected in [vec!["user.updated"], vec![]] {
        story.mutate("updateUser", "", &json!({ "id": id, "name": "Gus" })).await;
        assert_eq!(story.types().await, expected);
    }
    story.mutate("deleteUser", "", &json!({ "id": id })).await;
    assert_eq!(story.types().await, ["user.deleted"]);
}

/// Proves R220, R221, R222, R223.
#[tokio::test]
async fn an_integration_tells_of_drafts_and_versions() {
    let mut story = Story::begin().await;
    let draft = story.owner.import(&definition("farewell")).await;
    assert_eq!(story.types().await, ["integration.created"], "its test instance is no news");
    let again = json!({ "integrationId": draft, "definition": definition("farewell") });
    story.mutate("importIntegration", "", &again).await;
    assert_eq!(story.types().await, Vec::<String>::new());
    for expected in [vec!["integration.updated"], vec![]] {
        let input = json!({ "id": draft, "description": "Says goodbye" });
        story.mutate("updateIntegration", "", &input).await;
        assert_eq!(story.types().await, expected);
    }
    story.owner.publish(&draft).await;
    let (published, payload) = story.news().await.remove(0);
    assert_eq!(published, "integration.published");
    assert_eq!(payload["integration"]["version_number"], 1);
    assert_eq!(payload["parent_integration"], Value::Null);
    story.mutate("forkIntegration", "", &json!({ "parent": draft, "name": "Fork" })).await;
    let (forked, payload) = story.news().await.remove(0);
    assert_eq!(forked, "integration.created");
    assert_eq!(payload["parent_integration"]["id"], draft);
    story.mutate("deleteIntegration", "", &json!({ "id": draft })).await;
    assert_eq!(story.types().await, ["integration.deleted"]);
}

/// Proves R199, R230, R231.
#[tokio::test]
async fn a_component_tells_of_versions_that_can_be_used_and_of_its_end() {
    let mut story = Story::begin().await;
    let document = "mutation ($definition: ComponentDefinitionInput!) {
        publishComponent(input: { definition: $definition }) {
            publishResult { packageUploadUrl } errors { field messages } } }";
    let nameless = json!({ "definition": {
        "key": "../greeter", "display": { "label": "", "description": "x" } } });
    let refused = story.owner.ask(document, &nameless).await.problems("publishComponent");
    assert_eq!(refused.len(), 2, "{refused:?}");
    let guest = story.app.colleague(&story.owner, "Guest").await;
    let may_not = guest.ask(document, &described("greeter")).await;
    assert_ne!(may_not.body.get("errors"), None, "{may_not:?}");
    assert_eq!(story.types().await, ["user.created"], "no refusal is news");

    let result = publish(&story.owner, &described("greeter"), Value::Null).await;
    let url = text(&result, "/packageUploadUrl");
    assert_eq!(put(&story.owner, &url, b"nonsense".to_vec()).await.status, 422);
    assert_eq!(story.types().await, [""; 0], "nobody can use it yet");
    Files::of("module.exports = {};").published(&story.owner, "greeter").await;
    let (published, payload) = story.news().await.remove(0);
    assert_eq!(published, "component.published");
    let subject = &payload["component"];
    assert_eq!((&subject["key"], &subject["version_number"]), (&json!("greeter"), &json!(2)));
    assert_eq!(subject["name"], "The greeter");
    assert_eq!(payload["user"]["email"], story.owner.email);
    assert_eq!((&payload["integration"], &payload["customer"]), (&Value::Null, &Value::Null));

    let id = text(&result, "/component/id");
    let used = definition("greets");
    let draft = story.owner.import(&used).await;
    story.owner.publish(&draft).await;
    story.news().await;
    let delete = "mutation ($id: ID!) { deleteComponent(input: { id: $id }) {
        errors { field messages } } }";
    let refused = story.owner.ask(delete, &json!({ "id": id })).await.problems("deleteComponent");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(story.types().await, [""; 0], "it is still there");
    story.mutate("deleteIntegration", "", &json!({ "id": draft })).await;
    assert_eq!(story.types().await, ["integration.deleted"]);
    story.mutate("deleteComponent", "", &json!({ "id": id })).await;
    let (deleted, payload) = story.news().await.remove(0);
    assert_eq!(
        (deleted.as_str(), &payload["component"]["key"]),
        ("component.deleted", &json!("greeter"))
    );
}

/// Proves R203, R240, R241, R242.
#[tokio::test]
async fn a_log_stream_tells_of_itself_but_not_of_its_secrets() {
    let mut story = Story::begin().await;
    let url = story.hook.url("/logs?token=hidden-key");
    let create = "mutation ($url: String!) { createExternalLogStream(input: { name: \"Logs\",
        url: $url, payloadTemplate: \"{{message}}\", severityLevels: [{ id: 4, name: \"error\" }],
        headers: \"{\\\"x-key\\\": \\\"hidden-key\\\"}\" }) {
            externalLogStream { id } errors { field messages } } }";
    let data = story.owner.query_with(create, &json!({ "url": url })).await;
    let id = text(&data, "/createExternalLogStream/externalLogStream/id");
    let (created, payload) = story.news().await.remove(0);
    let subject = payload["log_stream"].clone();
    assert_eq!(created, "log_stream.created");
    assert_eq!((&subject["id"], &subject["name"]), (&json!(id), &json!("Logs")));
    assert_eq!(payload["user"]["email"], story.owner.email);
    assert_eq!((&payload["customer"], &payload["instance"]), (&Value::Null, &Value::Null));
    assert!(!payload.to_string().contains("hidden-key"), "{payload:#}");

    story.mutate("updateExternalLogStream", "", &json!({ "id": id, "name": "Lines" })).await;
    let (updated, payload) = story.news().await.remove(0);
    assert_eq!(
        (updated.as_str(), &payload["log_stream"]["name"]),
        ("log_stream.updated", &json!("Lines"))
    );
    story.mutate("deleteExternalLogStream", "", &json!({ "id": id })).await;
    let (deleted, payload) = story.news().await.remove(0);
    assert_eq!(
        (deleted.as_str(), &payload["log_stream"]["id"]),
        ("log_stream.deleted", &json!(id))
    );
}
