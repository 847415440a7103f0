//! What components tell of themselves.

mod published;
mod run;

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::harness::{Page, TestApp, User, list, text};

const PUBLISH: &str = "mutation ($definition: ComponentDefinitionInput!,
    $actions: [ActionDefinitionInput], $customer: ID) {
    publishComponent(input: { definition: $definition, actions: $actions, customer: $customer }) {
        publishResult { component { id versionNumber } packageUploadUrl iconUploadUrl }
        errors { field messages } } }";

/// A component as its author describes it.
pub fn described(key: &str) -> Value {
    json!({
        "definition": {
            "key": key,
            "public": null,
            "display": { "label": format!("The {key}"), "description": "Says hello." },
        },
        "actions": [{
            "key": "greet",
            "display": { "label": "Greet", "description": "Greets somebody." },
            "inputs": [{ "key": "name", "label": "Name", "type": "string", "default": "World" }],
            "examplePayload": "{}",
        }],
    })
}

/// Publishes a version; returns where its files go.
pub async fn publish(user: &User, described: &Value, customer: Value) -> Value {
    let mut variables = described.clone();
    variables["customer"] = customer;
    let data = user.query_with(PUBLISH, &variables).await;
    data["publishComponent"]["publishResult"].clone()
}

/// A zip archive with these files.
pub fn package(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Puts bytes behind a link, as clients do: without a token.
pub async fn put(user: &User, url: &str, bytes: Vec<u8>) -> Page {
    let answer = user.http().put(url).body(bytes).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Page { status, headers, body: answer.text().await.unwrap() }
}

/// A package for versions of any component.
pub struct Files(Vec<u8>);

impl Files {
    pub fn of(index: &str) -> Self {
        Self(package(&[("index.js", index)]))
    }

    /// Publishes a version for everybody of the organization.
    pub async fn published(&self, user: &User, key: &str) -> Value {
        self.publish(user, key, Value::Null).await
    }

    /// Publishes a version for one customer.
    pub async fn published_for(&self, user: &User, key: &str, customer: &str) -> Value {
        self.publish(user, key, customer.into()).await
    }

    async fn publish(&self, user: &User, key: &str, customer: Value) -> Value {
        let result = publish(user, &described(key), customer).await;
        let accepted = put(user, &text(&result, "/packageUploadUrl"), self.0.clone()).await;
        assert_eq!(accepted.status, 200, "{accepted:?}");
        result
    }
}

/// Proves R132.
#[tokio::test]
async fn actions_say_which_inputs_they_need() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let inputs = async |of: &str| {
        let document = "query ($key: String) { components(key: $key) { nodes { actions { nodes {
            key inputs { nodes { key label type required default } } } } } } }";
        let data = owner.query_with(document, &json!({ "key": of })).await;
        list(&data, "/components/nodes/0/actions/nodes").to_vec()
    };
    let of = |actions: &[Value], action: &str, input: &str| -> Value {
        let action = actions.iter().find(|known| known["key"] == action).unwrap();
        let inputs = list(action, "/inputs/nodes");
        inputs.iter().find(|known| known["key"] == input).cloned().unwrap()
    };
    let http = inputs("http").await;
    assert_eq!(of(&http, "httpPost", "url")["required"], true);
    assert_eq!(of(&http, "httpPost", "data")["required"], false);
    assert_eq!(of(&http, "httpPost", "responseType")["default"], "json");
    let persist = inputs("persist-data").await;
    assert_eq!(of(&persist, "getInstanceValue", "defaultValueInput")["required"], false);
}

#[tokio::test]
async fn data_sources_are_listed_beside_actions() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let document = "{ actions(isDataSource: true) { nodes {
            key isTrigger dataSourceType component { key } inputs { nodes { key type } } } }
        forms: actions(dataSourceType: \"JSONFORM\") { totalCount }
        lists: actions(dataSourceType: \"PICKLIST\") { totalCount }
        components(hasDataSources: true) { nodes { key } } }";
    let data = owner.query(document).await;
    assert_eq!(
        data,
        json!({
            "actions": { "nodes": [{
                "key": "runCodeJsonForm", "isTrigger": false, "dataSourceType": "JSONFORM",
                "component": { "key": "code" },
                "inputs": { "nodes": [
                    { "key": "code", "type": "CODE" },
                    { "key": "connection", "type": "CONNECTION" },
                    { "key": "contextValue", "type": "DATA" },
                ] },
            }] },
            "forms": { "totalCount": 1 },
            "lists": { "totalCount": 0 },
            "components": { "nodes": [{ "key": "code" }] },
        })
    );
}
