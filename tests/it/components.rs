//! What components tell of themselves.

use serde_json::{Value, json};

use crate::harness::{TestApp, list};

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
