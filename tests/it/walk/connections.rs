//! Prey that instances share.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{User, text};

/// Shared connections, and what mutations about them need.
pub struct Connections {
    pub ids: [String; 3],
    pub known: [(&'static str, String); 14],
}

/// One for all customers, and one of a customer who has entered something.
pub async fn connections(acme: &User, customer: &str) -> Connections {
    let connection = STANDARD.encode("Connection:http:authorizationCode");
    let document = "mutation ($connection: ID!, $customer: ID!) {
        all: createScopedConfigVariable(input: { key: \"Canary for all\", stableKey: \"all\",
            variableScope: \"org\", connection: $connection }) {
            scopedConfigVariable { id } errors { field messages } }
        own: createScopedConfigVariable(input: { key: \"Canary own\", stableKey: \"own\",
            variableScope: \"customer\", managedBy: \"customer\", customer: $customer,
            connection: $connection }) { scopedConfigVariable { id } errors { field messages } } }";
    let variables = json!({ "connection": connection, "customer": customer });
    let data = acme.query_with(document, &variables).await;
    let all = text(&data, "/all/scopedConfigVariable/id");
    let own = text(&data, "/own/scopedConfigVariable/id");
    let document = "mutation ($scoped: ID!, $customer: ID!) {
        createCustomerConfigVariable(input: { scopedConfigVariable: $scoped, key: \"Canary\",
            customer: $customer }) {
            customerConfigVariable { id } errors { field messages } } }";
    let variables = json!({ "scoped": own, "customer": customer });
    let data = acme.query_with(document, &variables).await;
    let value = text(&data, "/createCustomerConfigVariable/customerConfigVariable/id");
    let template = template(acme, &connection).await;
    let known = [
        // Customers who build integrations may know of templates, so these are no secret.
        ("UpdateConnectionTemplateInput.id", template.clone()),
        ("DeleteConnectionTemplateInput.id", template),
        ("CreateConnectionTemplateInput.name", "Was here".to_owned()),
        ("CreateConnectionTemplateInput.connection", connection.clone()),
        ("UpdateConnectionTemplateInput.connection", connection.clone()),
        ("ConnectionTemplateField.key", "clientId".to_owned()),
        ("ConnectionTemplateField.value", "was-here".to_owned()),
        ("CreateScopedConfigVariableInput.key", "Was here".to_owned()),
        ("CreateScopedConfigVariableInput.stableKey", "was-here".to_owned()),
        ("CreateScopedConfigVariableInput.variableScope", "customer".to_owned()),
        ("CreateScopedConfigVariableInput.connection", connection),
        ("CreateScopedConfigVariableInput.customer", customer.to_owned()),
        ("CreateCustomerConfigVariableInput.customer", customer.to_owned()),
        ("UpdateCustomerConfigVariableInput.customer", customer.to_owned()),
    ];
    Connections { ids: [all, own, value], known }
}

/// Presets whose names customers who build integrations may know, and nothing more.
async fn template(acme: &User, connection: &str) -> String {
    let document = "mutation ($connection: ID!) { createConnectionTemplate(input: {
        name: \"Shared\", connection: $connection,
        presets: [{ key: \"clientId\", value: \"canary-client\" }] }) {
        connectionTemplate { id } errors { field messages } } }";
    let data = acme.query_with(document, &json!({ "connection": connection })).await;
    text(&data, "/createConnectionTemplate/connectionTemplate/id")
}
