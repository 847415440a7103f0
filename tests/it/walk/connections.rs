//! Prey that instances share.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{User, text};

/// Shared connections, and what mutations about them need.
pub struct Connections {
    pub ids: [String; 3],
    pub known: [(&'static str, String); 7],
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
    let known = [
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
