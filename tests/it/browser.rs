//! The marketplace in a real browser: a host page on another site, the published SDK, nothing kept.

mod hosts;

use std::collections::HashMap;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::embedded::private_key;
use crate::harness::{TestApp, User, definition, example, list, project, text};
use crate::oauth::provider::Provider;
use crate::sign_in::oidc::settings;
use crate::sign_in::provider::IdProvider;
use crate::workflows::{act, import, publish, saying};

/// What the marketplace of an organization holds that signs for its users.
struct Stage {
    app: TestApp,
    owner: User,
    facts: Value,
}

impl Stage {
    /// Three published examples.
    async fn set() -> Self {
        let mut stage = Self::empty().await;
        let mut names = Vec::new();
        for name in ["order-sync", "contact-form", "nightly-report"] {
            names.push(stage.offer(&example(name)).await.1);
        }
        stage.facts["integrations"] = json!(names);
        stage
    }

    /// A shop's integration, whose connection a user consents to.
    async fn with_shop() -> Self {
        let mut stage = Self::empty().await;
        let provider = Provider::start().await;
        let shop = definition("storefront").replace("PROVIDER", &provider.url(""));
        let (draft, _) = stage.offer(&shop).await;
        stage.facts["draft"] = json!(draft);
        stage
    }

    /// People of the organization sign in at another service.
    async fn with_accounts_elsewhere() -> Self {
        let accounts = IdProvider::start().await;
        let login = settings(&accounts);
        let app = TestApp::start_with(|options| options.login.oidc = Some(login)).await;
        let mut stage = Self::on(app).await;
        let email = stage.owner.email.clone();
        accounts.say(&[("email", email.clone().into())]);
        stage.facts["email"] = json!(email);
        stage
    }

    async fn empty() -> Self {
        Self::on(TestApp::start().await).await
    }

    async fn on(app: TestApp) -> Self {
        let owner = app.organization("acme").await;
        owner.import_key("first").await;
        let facts = json!({
            "url": app.url(),
            "organization": owner.organization_id().await,
            "key": private_key("first"),
            "owner": owner.token,
        });
        Self { app, owner, facts }
    }

    /// Publishes a definition and offers it to customers; returns its draft and its name.
    async fn offer(&self, definition: &str) -> (String, String) {
        let draft = self.owner.import(definition).await;
        self.owner.publish(&draft).await;
        let document = "mutation ($id: ID!) {
            updateIntegrationMarketplaceConfiguration(input: {
                id: $id, marketplaceConfiguration: \"AVAILABLE_AND_DEPLOYABLE\",
                allowMultipleMarketplaceInstances: false }) {
                integration { name } errors { field messages } } }";
        let data = self.owner.query_with(document, &json!({ "id": draft })).await;
        (draft, text(&data, "/updateIntegrationMarketplaceConfiguration/integration/name"))
    }

    /// Tells a story of `tests/browser`, with what the server holds.
    async fn play(&self, story: &str) {
        let page = self.owner.get(&format!("{}/integration-marketplace/", self.app.url())).await;
        let is_built = !page.body.contains("MARQUETRY_SKIP_WEB");
        assert!(is_built, "these stories need the web pages: build without MARQUETRY_SKIP_WEB");
        let stories = project().join("tests/browser");
        let output = Command::new("node")
            .arg(stories.join(format!("{story}.mjs")))
            .env("STORY", self.facts.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .expect("node is installed");
        let (said, printed) =
            (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{story}: {said}{printed}");
    }
}

impl Stage {
    /// Every screen of a customer with an instance that has run: its path, and what it says.
    async fn screens(&self) -> Value {
        let owner = &self.owner;
        let data = owner.query("{ marketplaceIntegrations { nodes { id name } } }").await;
        let ids = list(&data, "/marketplaceIntegrations/nodes").iter();
        let ids: HashMap<_, _> = ids.map(|node| (text(node, "/name"), text(node, "/id"))).collect();
        let (running, offered) = (&ids["Order Sync"], &ids["Contact Form"]);
        let customer = owner.create_customer("initech").await;
        let instance = owner.create_instance(running, &customer, &[]).await;
        owner.deploy(&instance).await;
        let order = json!({ "id": "1", "items": [] });
        let answer = owner.trigger(instance.url("Receive Order"), &order).await;
        let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
        let execution = text(&answer, "/executionId");
        owner.ended(&execution).await;
        let id = &instance.id;
        let workflow = self.workflow(&customer).await;
        let design = self.own(&customer, &saying("hello")).await;
        owner.publish(&design).await;
        let connection = self.connection(&customer).await;
        json!([
            ["/integration-marketplace/", "Order Sync"],
            [format!("/integration-marketplace/{offered}/"), "Contact Form"],
            [format!("/integration-marketplace/{running}/"), "Documentation"],
            [format!("/integration-marketplace/{offered}/activate/"), "Start set-up"],
            [format!("/configure-instance/{id}/"), "Warehouse URL"],
            [format!("/instances/{id}/"), "Receive Order"],
            [format!("/instances/{id}/test/"), "Save and run"],
            [format!("/instances/{id}/executions/"), "Receive Order"],
            [format!("/instances/{id}/executions/{execution}/"), "Receive Order"],
            [format!("/instances/{id}/monitors/"), "Monitors"],
            [format!("/instances/{id}/logs/"), "Logs"],
            ["/customer-connections/", "Connections"],
            [format!("/customer-connections/{connection}/"), "North Depot"],
            [format!("/customer-connections/{connection}/usage/"), "Nothing uses"],
            [format!("/customer-connections/{connection}/logs/"), "No logs"],
            ["/dashboard/", "Dashboard"],
            ["/dashboard/executions/", "Receive Order"],
            ["/dashboard/monitors/", "No monitors"],
            ["/dashboard/users/", "Ada"],
            ["/logs/", "Logs"],
            ["/components/", "HTTP"],
            ["/workflows/", "Greeter"],
            [format!("/builder/{workflow}/"), "Collection Tools"],
            [format!("/builder/{workflow}/definition/"), "Save and publish"],
            [format!("/builder/{workflow}/versions/"), "Version 1"],
            [format!("/builder/{workflow}/executions/"), "Executions"],
            ["/integrations/", "Greeter"],
            [format!("/integrations/{design}/"), "Collection Tools"],
            [format!("/integrations/{design}/definition/"), "Save and publish"],
            [format!("/integrations/{design}/versions/"), "Version 1"],
            ["/find-integration-marketplace/", "Not found"],
        ])
    }
}

impl Stage {
    /// A connection that each customer fills in once; returns its id.
    async fn shared_connection(&self) -> String {
        let connection = STANDARD.encode("Connection:http:basic");
        let document = "mutation ($connection: ID!) {
            createScopedConfigVariable(input: { key: \"Depot\", stableKey: \"depot\",
                variableScope: \"customer\", managedBy: \"customer\",
                connection: $connection }) {
                scopedConfigVariable { id } errors { field messages } } }";
        let data = self.owner.query_with(document, &json!({ "connection": connection })).await;
        text(&data, "/createScopedConfigVariable/scopedConfigVariable/id")
    }

    /// What a customer entered for one; returns its id.
    async fn connection(&self, customer: &str) -> String {
        let document = "mutation ($shared: ID!, $customer: ID!) {
            createCustomerConfigVariable(input: { scopedConfigVariable: $shared,
                key: \"North Depot\", customer: $customer }) {
                customerConfigVariable { id } errors { field messages } } }";
        let variables = json!({ "shared": self.shared_connection().await, "customer": customer });
        let data = self.owner.query_with(document, &variables).await;
        text(&data, "/createCustomerConfigVariable/customerConfigVariable/id")
    }

    /// Lets a customer build workflows and integrations.
    async fn let_build(&self, customer: &str) {
        let document = "mutation ($id: ID!) { updateCustomer(input: { id: $id,
            allowEmbeddedWorkflowBuilder: true, allowEmbeddedDesigner: true }) {
            errors { messages } } }";
        self.owner.query_with(document, &json!({ "id": customer })).await;
    }

    /// A workflow of the customer that is enabled; returns its draft.
    async fn workflow(&self, customer: &str) -> String {
        self.let_build(customer).await;
        let input = json!({ "customer": customer, "definition": saying("hello") });
        let draft = text(&import(&self.owner, input).await, "/id");
        publish(&self.owner, &draft).await;
        act(&self.owner, "enableWorkflow", &draft).await;
        draft
    }

    /// An integration that the customer owns; returns its draft.
    async fn own(&self, customer: &str, definition: &str) -> String {
        let document = "mutation ($customer: ID!, $definition: String!) {
            importIntegration(input: { customer: $customer, definition: $definition }) {
                integration { id } errors { field messages } } }";
        let variables = json!({ "customer": customer, "definition": definition });
        let data = self.owner.query_with(document, &variables).await;
        text(&data, "/importIntegration/integration/id")
    }
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
async fn people_sign_in_with_an_account_elsewhere() {
    Stage::with_accounts_elsewhere().await.play("sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_card_is_there_soon_and_after_one_request() {
    Stage::set().await.play("budget").await;
}

/// Proves R017, R032, R177.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_activates_an_integration_by_themselves() {
    Stage::with_shop().await.play("activation").await;
}

/// Proves R005, R175.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_can_be_read_by_everybody() {
    let mut stage = Stage::set().await;
    stage.facts["screens"] = stage.screens().await;
    stage.play("screens").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough_for_an_activation() {
    Stage::set().await.play("keyboard").await;
}

/// Proves R178, R179, R180.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_draws_a_marketplace_of_its_own() {
    Stage::set().await.play("custom-ui").await;
}
