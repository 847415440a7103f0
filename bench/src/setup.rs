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
    let version = publish(server, DEFINITION).await?;
    let customer = customer(server, "Initech").await?;
    let instance = instance(server, &version, &customer, "Orders").await?;
    let deployed = start(server, &instance).await?;
    let url = text(&deployed, "/instance/flowConfigs/nodes/0/webhookUrl")?;
    let path = url.find("/trigger/").map(|start| url[start..].to_owned());
    Ok(Flow { path: path.context("a trigger URL")?, instance })
}

/// The id of a version with this definition.
pub async fn publish(server: &Server, definition: &str) -> anyhow::Result<String> {
    let imported = "mutation ($definition: String!) { importIntegration(input: { definition: \
        $definition }) { integration { id } errors { field messages } } }";
    let integration =
        change(server, imported, "importIntegration", json!({ "definition": definition })).await?;
    let published = "mutation ($id: ID!) { publishIntegration(input: { id: $id }) \
        { integration { id } errors { field messages } } }";
    let id = text(&integration, "/integration/id")?;
    let version = change(server, published, "publishIntegration", json!({ "id": id })).await?;
    Ok(text(&version, "/integration/id")?.to_owned())
}

/// The id of a new customer.
pub async fn customer(server: &Server, name: &str) -> anyhow::Result<String> {
    let created = "mutation ($name: String!) { createCustomer(input: { name: $name }) \
        { customer { id } errors { field messages } } }";
    let customer = change(server, created, "createCustomer", json!({ "name": name })).await?;
    Ok(text(&customer, "/customer/id")?.to_owned())
}

/// The id of an instance that is not deployed.
pub async fn instance(
    server: &Server,
    version: &str,
    customer: &str,
    name: &str,
) -> anyhow::Result<String> {
    let created = "mutation ($integration: ID!, $customer: ID!, $name: String!) { \
        createInstance(input: { integration: $integration, customer: $customer, name: $name }) \
        { instance { id } errors { field messages } } }";
    let variables = json!({ "integration": version, "customer": customer, "name": name });
    let instance = change(server, created, "createInstance", variables).await?;
    Ok(text(&instance, "/instance/id")?.to_owned())
}

/// Deploys an instance.
pub async fn start(server: &Server, instance: &str) -> anyhow::Result<Value> {
    let deployed = "mutation ($id: ID!) { deployInstance(input: { id: $id }) { instance { id \
        flowConfigs(first: 1) { nodes { webhookUrl } } } errors { field messages } } }";
    change(server, deployed, "deployInstance", json!({ "id": instance })).await
}

pub async fn change(
    server: &Server,
    document: &str,
    field: &str,
    variables: Value,
) -> anyhow::Result<Value> {
    let payload = server.query(document, variables).await?[field].clone();
    ensure!(payload["errors"] == json!([]), "{field}: {}", payload["errors"]);
    Ok(payload)
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"))
}
