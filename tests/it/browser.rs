//! The marketplace in a real browser: a host page on another site, the published SDK, nothing kept.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{TestApp, User, example, private_key, project, text};

/// A story of `tests/browser`, told with what the server holds.
async fn play(story: &str, facts: &Value) {
    let stories = project().join("tests/browser");
    let output = Command::new("node")
        .arg(stories.join(format!("{story}.mjs")))
        .env("STORY", facts.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{story}: {said}{}", String::from_utf8_lossy(&output.stdout));
}

/// Three published examples in the marketplace of an organization that signs for its users.
struct Stage {
    app: TestApp,
    owner: User,
    facts: Value,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let owner = app.organization("acme").await;
        owner.import_key("first").await;
        let mut names = Vec::new();
        for name in ["order-sync", "contact-form", "nightly-report"] {
            names.push(offer(&owner, &example(name)).await);
        }
        let facts = json!({
            "url": app.url(),
            "organization": owner.organization_id().await,
            "key": private_key("first"),
            "integrations": names,
        });
        Self { app, owner, facts }
    }

    async fn play(&self, story: &str) {
        play(story, &self.facts).await;
    }
}

/// Publishes a definition and offers it to customers; returns its name.
async fn offer(owner: &User, definition: &str) -> String {
    let version = owner.publish(&owner.import(definition).await).await;
    let document = "mutation ($id: ID!) {
        updateIntegrationMarketplaceConfiguration(input: {
            id: $id, marketplaceConfiguration: \"AVAILABLE_AND_DEPLOYABLE\",
            allowMultipleMarketplaceInstances: false }) {
            integration { name } errors { field messages } } }";
    let data = owner.query_with(document, &json!({ "id": version })).await;
    text(&data, "/updateIntegrationMarketplaceConfiguration/integration/name")
}

/// Proves R174, R177.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_filtered_and_closed() {
    Stage::set().await.play("marketplace").await;
}

/// Proves R176.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_and_people_replaced() {
    Stage::set().await.play("session").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_card_is_there_soon_and_after_one_request() {
    Stage::set().await.play("budget").await;
}
