//! What is told of workflows.

use serde_json::{Value, json};

use super::Story;
use crate::harness::text;
use crate::workflows::saying;

/// Proves R198, R224, R225, R226, R227, R228, R229.
#[tokio::test]
async fn a_workflow_tells_what_becomes_of_it() {
    let mut story = Story::begin().await;
    let customer = story.owner.create_customer("Initech").await;
    story.news().await;
    let new = json!({ "customer": customer, "externalId": "w-1", "definition": saying("one") });
    let made = story.mutate("importWorkflow", "workflow { id }", &new).await;
    let (created, payload) = story.news().await.remove(0);
    let id = text(&made, "/workflow/id");
    assert_eq!((created.as_str(), &payload["workflow"]["id"]), ("workflow.created", &json!(id)));
    assert_eq!(payload["workflow"]["external_id"], "w-1");
    assert_eq!(payload["workflow"]["has_unpublished_changes"], true);
    assert_eq!(payload["customer"]["id"], customer);
    assert_eq!((&payload["integration"], &payload["instance"]), (&Value::Null, &Value::Null));
    assert_eq!(payload["user"]["email"], story.owner.email);

    let this = json!({ "id": id });
    let named = |name: &str| json!({ "id": id, "name": name });
    let draft = |word: &str| json!({ "id": id, "definition": saying(word) });
    let steps = [
        ("importWorkflow", draft("one"), vec![]),
        ("importWorkflow", named("Greeter"), vec![]),
        ("importWorkflow", named("Other"), vec!["workflow.updated"]),
        ("publishWorkflow", this.clone(), vec!["workflow.published"]),
        ("enableWorkflow", this.clone(), vec!["workflow.enabled"]),
        ("enableWorkflow", this.clone(), vec![]),
        ("disableWorkflow", this.clone(), vec!["workflow.disabled"]),
        ("disableWorkflow", this.clone(), vec![]),
        ("enableWorkflow", this.clone(), vec!["workflow.enabled"]),
        ("importWorkflow", draft("two"), vec!["workflow.updated"]),
        ("enableWorkflow", this.clone(), vec![]),
        ("publishWorkflow", this.clone(), vec!["workflow.published"]),
        ("enableWorkflow", this.clone(), vec!["workflow.enabled"]),
    ];
    let mut last = Value::Null;
    for (mutation, input, expected) in steps {
        story.mutate(mutation, "", &input).await;
        let news = story.news().await;
        let types: Vec<_> = news.iter().map(|(event_type, _)| event_type.as_str()).collect();
        assert_eq!(types, expected, "{mutation} {input}");
        for (event_type, payload) in news {
            assert_eq!(payload["workflow"]["id"], id.as_str(), "{event_type}");
            assert_eq!(payload["customer"]["id"], customer.as_str(), "{event_type}");
            last = payload;
        }
    }
    assert_eq!(last["workflow"]["version_number"], 2);
    assert_eq!(last["instance"]["deployed_version"], 2);
    assert_eq!(last["integration"], Value::Null);

    // Whoever pauses the copy pauses the workflow.
    let copy = text(&last, "/instance/id");
    story.mutate("updateInstance", "", &json!({ "id": copy, "enabled": false })).await;
    assert_eq!(story.types().await, ["workflow.disabled"]);
    story.mutate("deleteWorkflow", "", &this).await;
    let (deleted, payload) = story.news().await.remove(0);
    assert_eq!((deleted.as_str(), &payload["workflow"]["id"]), ("workflow.deleted", &json!(id)));
    assert_eq!(story.types().await, Vec::<String>::new());
}

/// What is refused has not happened.
#[tokio::test]
async fn refusals_are_no_news() {
    let mut story = Story::begin().await;
    let customer = story.owner.create_customer("Initech").await;
    let builder = story.app.customer_user(&story.owner, &customer, "Admin").await;
    let new = json!({ "customer": customer, "externalId": "w-1", "definition": saying("one") });
    let made = story.mutate("importWorkflow", "workflow { id }", &new).await;
    let id = text(&made, "/workflow/id");
    story.news().await;
    let taken = json!({ "customer": customer, "externalId": "w-1", "name": "Again" });
    let broken = json!({ "id": id, "definition": "name: 5" });
    let this = json!({ "id": id });
    for (user, mutation, input) in [
        (&story.owner, "importWorkflow", taken),
        (&story.owner, "importWorkflow", broken),
        // There is no version, and nothing that runs.
        (&story.owner, "enableWorkflow", this.clone()),
        (&story.owner, "disableWorkflow", this.clone()),
        // The customer may not build.
        (&builder, "importWorkflow", json!({ "name": "Mine" })),
        (&builder, "publishWorkflow", this.clone()),
        (&builder, "deleteWorkflow", this.clone()),
    ] {
        let kind = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{
                errors {{ field messages }} }} }}"
        );
        let reply = user.ask(&document, &json!({ "input": input })).await;
        let refused = !reply.errors().is_empty() || !reply.problems(mutation).is_empty();
        assert!(refused, "{mutation} {input}");
    }
    assert_eq!(story.types().await, Vec::<String>::new());
}
