//! Trying an integration out before it is published, and deployed instances after that.

mod attachments;
mod cases;
mod listening;
mod runs;

use serde_json::{Value, json};

use crate::harness::{ThirdParty, User, definition, list, text};

/// The draft of `greeter.yaml`, set up in its test instance to talk to a partner.
struct Greeter {
    owner: User,
    partner: ThirdParty,
    draft: String,
}

impl Greeter {
    async fn of(owner: User) -> Self {
        let partner = ThirdParty::start().await;
        let draft = owner.import(&definition("greeter")).await;
        let document = "mutation ($id: ID!, $values: [InputInstanceConfigVariable]) {
            updateIntegration(input: { id: $id, testConfigVariables: $values }) {
                integration { id } errors { field messages } } }";
        let login = json!([
            { "name": "username", "type": "value", "value": "tester" },
            { "name": "password", "type": "value", "value": "only-for-tests" },
        ]);
        let values = json!([
            { "key": "Partner URL", "value": partner.url("/greetings") },
            { "key": "Partner Login", "values": login.to_string() },
        ]);
        owner.query_with(document, &json!({ "id": draft, "values": values })).await;
        Self { owner, partner, draft }
    }

    /// A field of the draft's flow with this name.
    async fn flow(&self, name: &str, field: &str) -> String {
        let document = format!(
            "query ($id: ID!) {{ integration(id: $id) {{ flows {{ nodes {{ name {field} }} }} }} }}"
        );
        let data = self.owner.query_with(&document, &json!({ "id": self.draft })).await;
        let flows = list(&data, "/integration/flows/nodes");
        let flow = flows.iter().find(|flow| flow["name"] == name).expect("a flow of this name");
        text(flow, &format!("/{field}"))
    }

    /// Starts a test; returns the execution.
    async fn test(&self, input: &Value) -> String {
        let document = "mutation ($input: TestIntegrationFlowInput!) {
            testIntegrationFlow(input: $input) {
                testIntegrationFlowResult { execution { id } } errors { field messages } } }";
        let data = self.owner.query_with(document, &json!({ "input": input })).await;
        text(&data, "/testIntegrationFlow/testIntegrationFlowResult/execution/id")
    }
}
