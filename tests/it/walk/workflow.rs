//! Prey that a customer could have built: a workflow, and the copy of it that runs.

use serde_json::json;

use crate::harness::{User, definition, text};
use crate::workflows::{act, import, publish};

/// The ids of the draft, of its version, of its flow and of the copy.
pub async fn workflow(acme: &User, customer: &str) -> [String; 4] {
    let definition = definition("workflow").replace("name: Greeter", "name: Canary Workflow");
    let input = json!({ "customer": customer, "definition": definition, "externalId": "canary" });
    let draft = text(&import(acme, input).await, "/id");
    let version = text(&publish(acme, &draft).await, "/id");
    let copy = text(&act(acme, "enableWorkflow", &draft).await, "/instance/id");
    let document = "query ($id: ID!) { workflow(id: $id) { flow { id } } }";
    let data = acme.query_with(document, &json!({ "id": draft })).await;
    [text(&data, "/workflow/flow/id"), copy, version, draft]
}
