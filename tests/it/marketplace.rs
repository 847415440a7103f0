//! The marketplace as customers' users meet it: what is offered, and what they make of it.

mod instances;
mod listing;
mod users;
mod wizard;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Reply, TestApp, User, list, text};

/// An organization with a customer, and a user of that customer who may activate integrations.
struct Market {
    app: TestApp,
    owner: User,
    customer: String,
    shopper: User,
}

impl Market {
    async fn open() -> Self {
        let app = TestApp::start_with(|options| {
            options.code_time_limit = Duration::from_secs(2);
        })
        .await;
        let owner = app.organization("acme").await;
        let customer = owner.create_customer("Initech").await;
        let shopper = app.customer_user(&owner, &customer, "Marketplace Admin").await;
        Self { app, owner, customer, shopper }
    }

    /// Publishes an integration that customers may activate; returns the draft and the version.
    async fn offer(&self, definition: &str) -> (String, String) {
        let draft = self.owner.import(definition).await;
        self.list_as(&draft, "AVAILABLE_AND_DEPLOYABLE").await;
        (draft.clone(), self.owner.publish(&draft).await)
    }

    /// Makes an instance for the customer, without configuration; returns its id.
    async fn instance(&self, user: &User, version: &str, name: &str) -> String {
        let made = self.try_instance(user, version, name).await.data();
        text(&made, "/createInstance/instance/id")
    }

    async fn try_instance(&self, user: &User, version: &str, name: &str) -> Reply {
        let document = "mutation ($version: ID!, $customer: ID!, $name: String!) {
            createInstance(input: { name: $name, integration: $version, customer: $customer }) {
                instance { id } errors { field messages } } }";
        let variables = json!({ "version": version, "customer": self.customer, "name": name });
        user.ask(document, &variables).await
    }

    /// Changes how the marketplace shows an integration.
    async fn list_as(&self, integration: &str, configuration: &str) {
        let document = "mutation ($id: ID!, $as: String) {
            updateIntegrationMarketplaceConfiguration(input: {
                id: $id, marketplaceConfiguration: $as }) {
                integration { id } errors { field messages } } }";
        let variables = json!({ "id": integration, "as": configuration });
        self.owner.query_with(document, &variables).await;
    }
}

/// The names that a list shows to somebody, with these arguments.
async fn names(user: &User, arguments: &str) -> Vec<String> {
    let document = format!("{{ marketplaceIntegrations{arguments} {{ nodes {{ name }} }} }}");
    let data = user.query(&document).await;
    let nodes = list(&data, "/marketplaceIntegrations/nodes");
    nodes.iter().map(|node: &Value| text(node, "/name")).collect()
}
