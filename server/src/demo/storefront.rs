//! The part of the story in which customers help themselves: integrations go to the marketplace,
//! and a host page embeds it.

use std::net::SocketAddr;

use anyhow::Context;
use serde_json::json;

use super::client::{Client, text};
use super::host::{Host, Person, Settings};
use super::output;

/// Of the customers that the story made.
const PEOPLE: &[Person] = &[
    Person { name: "Ada Lovell", company: "Oakwood Furniture", company_id: "oakwood" },
    Person { name: "Ben Okafor", company: "Copper & Daughters", company_id: "copper" },
    Person { name: "Cleo Brandt", company: "Brandt Bindery", company_id: "brandt" },
];

/// Lets customers activate a version themselves.
pub async fn offer(client: &Client, version: &str) -> anyhow::Result<()> {
    let data = client
        .query(
            "query ($id: ID!) { integration(id: $id) { documentation } }",
            json!({ "id": version }),
        )
        .await?;
    let document = "mutation ($id: ID!, $overview: String) {
        updateIntegrationMarketplaceConfiguration(input: {
            id: $id, marketplaceConfiguration: \"AVAILABLE_AND_DEPLOYABLE\", overview: $overview,
            allowMultipleMarketplaceInstances: true
        }) { integration { id } errors { field messages } } }";
    let overview = &data["integration"]["documentation"];
    client.query(document, json!({ "id": version, "overview": overview })).await?;
    Ok(())
}

/// Opens a product that embeds the marketplace.
pub async fn open(client: &Client, address: SocketAddr) -> anyhow::Result<Host> {
    let data = client.query("{ organization { id } }", json!({})).await?;
    let organization = text(&data, "/organization/id")?.to_owned();
    let document = "mutation { createOrganizationSigningKey(input: {}) {
        result { privateKey } errors { field messages } } }";
    let data = client.query(document, json!({})).await?;
    let key = text(&data, "/createOrganizationSigningKey/result/privateKey")?;
    let settings = Settings {
        url: client.base().to_owned(),
        organization,
        signing_key: key.to_owned(),
        people: PEOPLE,
    };
    let host = Host::start(address, settings).await.context("opening the host page")?;
    output::done("marketplace", &format!("{} embeds it", host.url))?;
    output::done("custom UI", &format!("{}/custom-ui/ does without", host.url))?;
    Ok(host)
}
