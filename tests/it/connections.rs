//! Connections that instances share: who fills them in, who sees them, what runs with them.

mod again;
mod chosen;
mod consent;
mod seen;
mod templates;
mod used;

use serde_json::{Value, json};

use crate::harness::{TestApp, User, definition, text};

/// A secret that may show nowhere.
const PARTNER_KEY: &str = "canary-partner-key";

/// The shared connections of an organization, and two customers.
struct Shared {
    app: TestApp,
    owner: User,
    partner: String,
    account: String,
    shop: String,
    initech: String,
    hooli: String,
}

impl Shared {
    /// A connection for all, one that the organization fills in for each customer, and one that
    /// customers fill in.
    async fn among(app: TestApp, shop: &str) -> Self {
        let owner = app.organization("acme").await;
        let key = json!([{ "name": "apiKey", "value": PARTNER_KEY }]);
        let partner = create(&owner, "Partner", "org", "org", ("http:apiKey", &key)).await;
        let none = json!([]);
        let account = create(&owner, "Account", "customer", "org", ("http:basic", &none)).await;
        let shop = create(&owner, "Shop", "customer", "customer", (shop, &none)).await;
        let initech = owner.create_customer("Initech").await;
        let hooli = owner.create_customer("Hooli").await;
        Self { app, owner, partner, account, shop, initech, hooli }
    }

    async fn started() -> Self {
        Self::among(TestApp::start().await, "http:apiKey").await
    }

    async fn fill(&self, scoped: &str, customer: &str, inputs: &Value) -> String {
        fill(&self.owner, scoped, Some(customer), inputs).await
    }

    /// A published version of the integration that refers to all of them.
    async fn version(&self) -> String {
        let draft = self.owner.import(&definition("shared-connections")).await;
        self.owner.publish(&draft).await
    }
}

fn connection_id(keys: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("Connection:{keys}"))
}

async fn create(
    owner: &User,
    key: &str,
    scope: &str,
    managed_by: &str,
    (connection, inputs): (&str, &Value),
) -> String {
    let document = "mutation ($input: CreateScopedConfigVariableInput!) {
        createScopedConfigVariable(input: $input) {
            scopedConfigVariable { id inputs { nodes { name value hasValue } } }
            errors { field messages } } }";
    let input = json!({
        "key": key, "stableKey": key.to_lowercase(), "variableScope": scope,
        "managedBy": managed_by, "connection": connection_id(connection), "inputs": inputs,
    });
    let data = owner.query_with(document, &json!({ "input": input })).await;
    assert!(!data.to_string().contains("canary"), "{data:#}");
    text(&data, "/createScopedConfigVariable/scopedConfigVariable/id")
}

/// Enters a connection of a customer, or that of test runs.
async fn fill(user: &User, scoped: &str, customer: Option<&str>, inputs: &Value) -> String {
    let input = json!({ "scopedConfigVariable": scoped, "customer": customer,
        "isTest": customer.is_none(), "inputs": inputs });
    let data = ask_to_fill(user, &input).await.data();
    text(&data, "/createCustomerConfigVariable/customerConfigVariable/id")
}

async fn ask_to_fill(user: &User, input: &Value) -> crate::harness::Reply {
    let document = "mutation ($input: CreateCustomerConfigVariableInput!) {
        createCustomerConfigVariable(input: $input) {
            customerConfigVariable { id status } errors { field messages } } }";
    user.ask(document, &json!({ "input": input })).await
}

/// Calls a mutation with an id and more of an input; returns the payload.
async fn change(user: &User, mutation: &str, id: &str, more: &str, answer: &str) -> Value {
    let document = format!(
        "mutation ($id: ID!) {{ {mutation}(input: {{ id: $id {more} }}) {{
            {answer} errors {{ field messages }} }} }}"
    );
    let mut reply = user.ask(&document, &json!({ "id": id })).await;
    assert!(!reply.body.to_string().contains("canary"), "{:#}", reply.body);
    reply.body["data"][mutation].take()
}
