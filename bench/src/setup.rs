//! One deployed flow of three small steps, made through the API like any client would.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::server::Server;

/// What the callers send.
pub const ORDER: &str = r#"{"order":{"id":"A-1007","customer":"Initech","lines":[
    {"sku":"red","count":2},{"sku":"blue","count":1}],"note":"Please ring twice."}}"#;

const DEFINITION: &str = include_str!("three-steps.yaml");

/// Where to call the flow, and how to find its executions.
pub struct Flow {
    pub path: String,
    pub instance: String,
}

pub async fn deploy(server: &Server) -> anyhow::Result<Flow> {
    let imported = "mutation ($definition: String!) { importIntegration(input: { definition: \
        $definition }) { integration { id } errors { field messages } } }";
    let integration =
        change(server, imported, "importIntegration", json!({ "definition": DEFINITION })).await?;
    let published = "mutation ($id: ID!) { publishIntegration(input: { id: $id }) \
        { integration { id } errors { field messages } } }";
    let id = text(&integration, "/integration/id")?;
    let version = change(server, published, "publishIntegration", json!({ "id": id })).await?;
    let customer = "mutation { createCustomer(input: { name: \"Initech\" }) \
        { customer { id } errors { field messages } } }";
    let customer = change(server, customer, "createCustomer", json!({})).await?;
    let created = "mutation ($integration: ID!, $customer: ID!) { createInstance(input: { \
        integration: $integration, customer: $customer, name: \"Orders\" }) \
        { instance { id } errors { field messages } } }";
    let variables = json!({
        "integration": text(&version, "/integration/id")?,
        "customer": text(&customer, "/customer/id")?,
    });
    let instance = change(server, created, "createInstance", variables).await?;
    let deployed = "mutation ($id: ID!) { deployInstance(input: { id: $id }) { instance { id \
        flowConfigs { nodes { webhookUrl } } } errors { field messages } } }";
    let id = text(&instance, "/instance/id")?;
    let deployed = change(server, deployed, "deployInstance", json!({ "id": id })).await?;
    let url = text(&deployed, "/instance/flowConfigs/nodes/0/webhookUrl")?;
    let path = url.find("/trigger/").map(|start| url[start..].to_owned());
    Ok(Flow { path: path.context("a trigger URL")?, instance: id.to_owned() })
}

async fn change(
    server: &Server,
    document: &str,
    field: &str,
    variables: Value,
) -> anyhow::Result<Value> {
    let payload = server.query(document, variables).await?[field].clone();
    ensure!(payload["errors"] == json!([]), "{field}: {}", payload["errors"]);
    Ok(payload)
}

fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"))
}
