//! `prism executions:*`, `logs:*`, `graphql:query`, and following a run to its end.

use serde_json::{Value, json};

use crate::harness::{ThirdParty, eventually, example, list, text};

use super::{column, shell};

/// Proves R074, R087, R110, R171, R184.
#[tokio::test]
async fn a_run_is_followed_and_its_results_are_read() {
    let (_app, acme, prism) = shell().await;
    let warehouse = ThirdParty::start().await;
    let config = [("Warehouse URL", &*warehouse.url("/in"))];
    let instance = acme.deployed(&example("order-sync"), &config).await;
    let flow = instance.flow_config("Receive Order");
    let order = r#"{"id":"7","items":[{"sku":"oak-board","quantity":3}]}"#;
    let test = ["instances:flow-configs:test", flow, "--tail", "-p", order];
    let tailed = prism.ok(&[&test[..], &["-c", "application/json"]].concat()).await;
    let summary = "Order 7: 1 lines, 3 pieces; orders so far: 1.";
    assert!(tailed.contains(summary), "{tailed}");
    let last = tailed.lines().last().unwrap_or_default();
    assert!(last.contains("Ending Instance Execution"), "{tailed}");

    let document = "{ executionResults { nodes { id } } }";
    let found = prism.ok(&["graphql:query", document]).await;
    let found: Value = serde_json::from_str(&found).unwrap();
    let execution = text(&found, "/executionResults/nodes/0/id");
    let get = ["executions:step-result:get", "-e", &execution, "-s"];
    let result = prism.ok(&[&get[..], &["Summarize Order"]].concat()).await;
    let result: Value = serde_json::from_str(&result).unwrap();
    let expected = json!({ "orderId": "7", "lines": 1, "pieces": 3, "finishedOrders": 1 });
    assert_eq!(result, expected);
    let missing = prism.run(&[&get[..], &["No Such Step"]].concat()).await;
    assert!(missing.stderr.contains("No step results found"), "{missing:?}");
}

/// Proves R183, R184.
#[tokio::test]
async fn the_whole_api_is_there_by_hand() {
    let (_app, acme, prism) = shell().await;
    acme.create_customer("Initech").await;
    let document = "query ($name: String) { customers(name: $name) { nodes { name } } }";
    let ask = ["graphql:query", document, "-v", r#"{"name":"Initech"}"#];
    let printed: Value = serde_json::from_str(&prism.ok(&ask).await).unwrap();
    assert_eq!(printed, json!({ "customers": { "nodes": [{ "name": "Initech" }] } }));
    let wrong = prism.run(&["graphql:query", "{ nonsense }"]).await;
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stderr.contains("nonsense"), "{wrong:?}");
    let severities = prism.rows(&["logs:severities:list", "-x"]).await;
    let names = column(&severities, "name");
    for name in ["debug", "info", "warn", "error"] {
        assert!(names.iter().any(|known| known.eq_ignore_ascii_case(name)), "{names:?}");
    }
}

/// Proves R169.
#[tokio::test]
async fn a_real_call_is_caught_and_kept_as_a_sample() {
    let (_app, acme, prism) = shell().await;
    let draft = acme.import(&example("order-sync")).await;
    let document = "query ($id: ID!) { integration(id: $id) { flows { nodes { name testUrl } } } }";
    let data = acme.query_with(document, &json!({ "id": draft })).await;
    let flows = list(&data, "/integration/flows/nodes");
    let flow = flows.iter().find(|flow| flow["name"] == "Receive Order").unwrap();
    let call = async {
        let document = "{ executionResults(invokeType_In: [\"WEBHOOK_SNAPSHOT\"]) { totalCount } }";
        eventually("a call that is caught", async || {
            acme.trigger(&text(flow, "/testUrl"), &json!({ "id": "7" })).await;
            let caught = acme.query(document).await["executionResults"]["totalCount"].clone();
            (caught != 0).then_some(())
        })
        .await;
    };
    let listen = ["integrations:flows:listen", "-i", &draft, "-n", "Receive Order"];
    let (printed, ()) = tokio::join!(prism.ok(&listen), call);
    let saved = printed.lines().find_map(|line| line.split_once("Payload saved to: "));
    let (_, path) = saved.unwrap_or_else(|| panic!("{printed}"));
    let sample: Value = serde_json::from_str(&prism.read(path)).unwrap();
    assert_eq!(sample["payload"], json!({ "id": "7" }));
}
