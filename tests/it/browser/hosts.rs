//! What host pages can ask the published SDK for: every method, option and event of it.

use serde_json::json;

use super::Stage;
use crate::harness::{definition, list, text};

/// An integration with a webhook flow and nothing to configure.
fn simple(name: &str, category: &str, label: &str) -> String {
    format!(
        "{{definitionVersion: 7, name: {name}, category: {category}, labels: [{label}],
          description: 'About {name}', flows: [{{name: Take, steps: [{{name: Call,
            isTrigger: true, action: {{key: webhook, component: {{key: webhook-triggers,
              isPublic: true, version: LATEST}}}}, inputs: {{}}}}]}}]}}"
    )
}

impl Stage {
    /// With an activation in which each user has settings of their own.
    async fn with_nickname() -> Self {
        let mut stage = Self::set().await;
        stage.offer(&definition("nickname")).await;
        stage.facts["personal"] = json!(stage.activate("Nickname").await);
        stage
    }

    /// An instance of the customer that stories are about; returns its id.
    async fn activate(&self, name: &str) -> String {
        let document = "query ($name: String) {
            marketplaceIntegrations(name: $name) { nodes { id } }
            customers(externalId: \"initech\") { nodes { id } } }";
        let data = self.owner.query_with(document, &json!({ "name": name })).await;
        let customer = match list(&data, "/customers/nodes").first() {
            Some(customer) => text(customer, "/id"),
            None => self.owner.create_customer("initech").await,
        };
        let version = text(&data, "/marketplaceIntegrations/nodes/0/id");
        let instance = self.owner.create_instance(&version, &customer, &[]).await;
        self.owner.deploy(&instance).await;
        instance.id
    }
}

/// Three integrations, of which the customer has one.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_say_which_integrations_are_listed() {
    let stage = Stage::empty().await;
    for (name, category, label) in
        [("Alpha", "CRM", "sales"), ("Beta", "Files", "docs"), ("Gamma", "CRM", "docs")]
    {
        stage.offer(&simple(name, category, label)).await;
    }
    stage.activate("Beta").await;
    stage.play("sdk-filters").await;
}

/// Proves R177.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_hear_all_of_a_configuration() {
    Stage::with_nickname().await.play("sdk-configure").await;
}

/// Every screen that hosts can show, in a box of theirs and in the popover.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_show_every_screen_in_a_box_and_in_a_popover() {
    let mut stage = Stage::set().await;
    let document = "{ components(key: \"http\") { nodes { id } } }";
    let data = stage.owner.query(document).await;
    stage.facts["component"] = json!(text(&data, "/components/nodes/0/id"));
    stage.facts["customer"] = json!(stage.owner.create_customer("initech").await);
    stage.play("sdk-screens").await;
}

/// Every key of the screen configuration takes away, or adds, what it is about.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_shape_the_screens() {
    Stage::with_nickname().await.play("sdk-configuration").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_shape_the_wizard() {
    Stage::with_nickname().await.play("sdk-wizard").await;
}

/// Proves R175.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_choose_theme_fonts_and_words() {
    Stage::set().await.play("sdk-look").await;
}

/// Proves R179, R180.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_ask_for_themselves() {
    let mut stage = Stage::with_nickname().await;
    let other = stage.owner.create_customer("globex").await;
    let version = "{ marketplaceIntegrations(name: \"Order Sync\") { nodes { id } } }";
    let version = text(&stage.owner.query(version).await, "/marketplaceIntegrations/nodes/0/id");
    let instance = stage.owner.create_instance(&version, &other, &[]).await;
    stage.facts["foreign"] = json!(instance.id);
    stage.play("sdk-requests").await;
}

/// Connections that activations could share are entered for one, if the host wishes.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_have_connections_entered_on_the_page() {
    let stage = Stage::empty().await;
    stage.shared_connection().await;
    stage.offer(&definition("inline")).await;
    stage.play("sdk-inline").await;
}

/// Workflows are made by the host and built, enabled and deleted on the page.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_show_workflows_and_hear_of_them() {
    let mut stage = Stage::empty().await;
    let customer = stage.owner.create_customer("initech").await;
    stage.own(&customer, &simple("Alpha", "CRM", "own")).await;
    stage.facts["customer"] = json!(customer);
    stage.play("sdk-workflows").await;
}
