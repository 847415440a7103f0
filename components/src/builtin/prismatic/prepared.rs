//! Calls of the API whose queries are known.

use crate::{Input, InputKind, Safety};

/// A call whose query is known.
pub(super) struct Prepared {
    pub key: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    /// The query's variables and the inputs they come from.
    pub inputs: &'static [(&'static str, Input)],
    pub safety: Safety,
    pub query: &'static str,
}

const fn id(key: &'static str, label: &'static str) -> Input {
    Input::new(key, label).comments("The id as the API gives it.").required()
}

pub(super) const PREPARED: [Prepared; 16] = [
    Prepared {
        key: "getCurrentUser",
        label: "Get Current User",
        description: "Tells for whom the connection acts",
        inputs: &[],
        safety: Safety::Repeatable,
        query: "{ authenticatedUser { id name email externalId customer { id name }
            org { id name } } }",
    },
    Prepared {
        key: "getCustomer",
        label: "Get Customer",
        description: "Reads a customer",
        inputs: &[("id", id("customerId", "Customer ID"))],
        safety: Safety::Repeatable,
        query: "query($id: ID!) { customer(id: $id) { id name description externalId labels } }",
    },
    Prepared {
        key: "getExecution",
        label: "Get Execution",
        description: "Reads how an execution went",
        inputs: &[("id", id("executionId", "Execution ID"))],
        safety: Safety::Repeatable,
        query: "query($id: ID!) { executionResult(id: $id) { id startedAt endedAt error
            instance { id name } } }",
    },
    Prepared {
        key: "getInstance",
        label: "Get Instance",
        description: "Reads an instance",
        inputs: &[("id", id("instanceId", "Instance ID"))],
        safety: Safety::Repeatable,
        query: "query($id: ID!) { instance(id: $id) { id name description enabled
            deployedVersion lastDeployedAt customer { id name externalId }
            integration { id name versionNumber } } }",
    },
    Prepared {
        key: "getIntegration",
        label: "Get Integration",
        description: "Reads an integration",
        inputs: &[("id", id("integrationId", "Integration ID"))],
        safety: Safety::Repeatable,
        query: "query($id: ID!) { integration(id: $id) { id name description category labels
            versionNumber definition } }",
    },
    Prepared {
        key: "listCustomers",
        label: "List Customers",
        description: "Reads a page of customers",
        inputs: &PAGE,
        safety: Safety::Repeatable,
        query: "query($after: String, $first: Int) { customers(after: $after, first: $first) {
            nodes { id name externalId } pageInfo { hasNextPage endCursor } totalCount } }",
    },
    Prepared {
        key: "listInstances",
        label: "List Instances",
        description: "Reads a page of instances",
        inputs: &PAGE,
        safety: Safety::Repeatable,
        query: "query($after: String, $first: Int) { instances(after: $after, first: $first) {
            nodes { id name enabled customer { id name } integration { id name versionNumber } }
            pageInfo { hasNextPage endCursor } totalCount } }",
    },
    Prepared {
        key: "listIntegrations",
        label: "List Integrations",
        description: "Reads a page of integrations",
        inputs: &PAGE,
        safety: Safety::Repeatable,
        query: "query($after: String, $first: Int) { integrations(after: $after, first: $first) {
            nodes { id name versionNumber } pageInfo { hasNextPage endCursor } totalCount } }",
    },
    Prepared {
        key: "deployInstance",
        label: "Deploy Instance",
        description: "Deploys the version that an instance is set to",
        inputs: &[("id", id("instanceId", "Instance ID"))],
        safety: Safety::Once,
        query: "mutation($id: ID!) { deployInstance(input: { id: $id }) {
            instance { id name deployedVersion } errors { field messages } } }",
    },
    // The key is misspelt in the definitions out there, too.
    Prepared {
        key: "disableInstnce",
        label: "Disable Instance",
        description: "Stops an instance from running",
        inputs: &[("id", id("instanceId", "Instance ID"))],
        safety: Safety::Repeatable,
        query: "mutation($id: ID!) { updateInstance(input: { id: $id, enabled: false }) {
            instance { id name enabled } errors { field messages } } }",
    },
    Prepared {
        key: "enableInstance",
        label: "Enable Instance",
        description: "Lets an instance run again",
        inputs: &[("id", id("instanceId", "Instance ID"))],
        safety: Safety::Repeatable,
        query: "mutation($id: ID!) { updateInstance(input: { id: $id, enabled: true }) {
            instance { id name enabled } errors { field messages } } }",
    },
    Prepared {
        key: "publishIntegration",
        label: "Publish Integration",
        description: "Publishes the draft of an integration as a new version",
        inputs: &[("id", id("integrationId", "Integration ID"))],
        safety: Safety::Once,
        query: "mutation($id: ID!) { publishIntegration(input: { id: $id }) {
            integration { id name versionNumber } errors { field messages } } }",
    },
    Prepared {
        key: "importIntegration",
        label: "Import Integration",
        description: "Makes or changes an integration by its definition",
        inputs: &[
            (
                "definition",
                Input::new("definition", "Definition")
                    .kind(InputKind::Code)
                    .comments("The definition as YAML.")
                    .required(),
            ),
            (
                "integrationId",
                Input::new("integrationId", "Integration ID")
                    .comments("The integration to change; empty for a new one."),
            ),
        ],
        safety: Safety::Once,
        query: "mutation($definition: String!, $integrationId: ID) {
            importIntegration(input: { definition: $definition, integrationId: $integrationId }) {
            integration { id name versionNumber } errors { field messages } } }",
    },
    Prepared {
        key: "updateInstance",
        label: "Update Instance",
        description: "Sets an instance to another version; deploying it comes next",
        inputs: &[
            ("id", id("instanceId", "Instance ID")),
            ("version", id("integrationVersionId", "Integration version ID")),
        ],
        safety: Safety::Repeatable,
        query: "mutation($id: ID!, $version: ID!) {
            updateInstance(input: { id: $id, integration: $version }) {
            instance { id name integration { id versionNumber } } errors { field messages } } }",
    },
    Prepared {
        key: "updateIntegration",
        label: "Update Integration",
        description: "Changes what an integration is called or made of",
        inputs: &[
            ("id", id("integrationId", "Integration ID")),
            ("name", Input::new("name", "Name").comments("The new name; empty keeps it.")),
            (
                "description",
                Input::new("description", "Description").comments("What it does; empty keeps it."),
            ),
            (
                "definition",
                Input::new("definition", "Definition")
                    .kind(InputKind::Code)
                    .comments("The definition as YAML; empty keeps it."),
            ),
        ],
        safety: Safety::Repeatable,
        query: "mutation($id: ID!, $name: String, $description: String, $definition: String) {
            updateIntegration(input: { id: $id, name: $name, description: $description,
                definition: $definition }) {
            integration { id name versionNumber } errors { field messages } } }",
    },
    Prepared {
        key: "testFlow",
        label: "Test Flow",
        description: "Starts a test of a flow of an integration that is being built",
        inputs: &[
            ("id", id("flowId", "Flow ID")),
            (
                "payload",
                Input::new("payload", "Payload")
                    .kind(InputKind::Data)
                    .comments("The body of the call."),
            ),
            (
                "contentType",
                Input::new("contentType", "Content type")
                    .comments("What the body is.")
                    .default("application/json"),
            ),
        ],
        safety: Safety::Once,
        query: "mutation($id: ID!, $payload: String, $contentType: String) {
            testIntegrationFlow(input: { id: $id, payload: $payload, contentType: $contentType,
                asynchronous: true }) {
            testIntegrationFlowResult { execution { id } flow { id name } }
            errors { field messages } } }",
    },
];

const PAGE: [(&str, Input); 2] = [
    ("first", Input::new("first", "Page size").comments("How many to read at once.").default("50")),
    (
        "after",
        Input::new("after", "Cursor").comments("Where the page before ended; empty for the first."),
    ),
];
