//! `prismatic`: the server's own GraphQL API, under the key that definitions know it by.
//!
//! Results are `{data: <reply>}`, so that a field of the reply is found at `results.data.data`.

use flow::{Map, Value};
use futures::future::BoxFuture;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::graphql::{QUERY, VARIABLES, bearer, call};
use crate::{
    Action, Component, Connection, Input, InputKind, Inputs, Output, Perform, Run, Safety,
    StepError,
};

pub fn component() -> Component {
    let raw = Action::new(
        "rawRequest",
        "Raw Request",
        "Sends a query or mutation of your own",
        Perform::Waiting(raw),
    )
    .inputs([CONNECTION, QUERY, VARIABLES])
    .safety(Safety::Once);
    Component {
        actions: std::iter::once(raw).chain(prepared_actions()).collect(),
        connections: vec![connection()],
        ..Component::new(
            "prismatic",
            "Platform API",
            "Works with integrations, instances and customers of this platform",
            "Helpers",
        )
    }
}

const CONNECTION: Input = Input::new("connection", "Connection")
    .kind(InputKind::Connection)
    .comments("The token that decides what may be seen and done.")
    .required();

fn connection() -> Connection {
    Connection {
        key: "apiKey",
        label: "API Key",
        comments: "A token of the user for whom the flow acts.",
        grant: None,
        inputs: vec![
            Input::new("apiKey", "Token")
                .kind(InputKind::Password)
                .comments("An access token of this platform.")
                .required()
                .aliases(&["refreshToken", "token"]),
        ],
    }
}

/// A call whose query is known.
struct Prepared {
    key: &'static str,
    label: &'static str,
    description: &'static str,
    /// The query's variables and the inputs they come from.
    inputs: &'static [(&'static str, Input)],
    safety: Safety,
    query: &'static str,
}

const fn id(key: &'static str, label: &'static str) -> Input {
    Input::new(key, label).comments("The id as the API gives it.").required()
}

const PREPARED: [Prepared; 14] = [
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
];

const PAGE: [(&str, Input); 2] = [
    ("first", Input::new("first", "Page size").comments("How many to read at once.").default("50")),
    (
        "after",
        Input::new("after", "Cursor").comments("Where the page before ended; empty for the first."),
    ),
];

fn prepared_actions() -> [Action; 14] {
    [
        prepared_action::<0>(),
        prepared_action::<1>(),
        prepared_action::<2>(),
        prepared_action::<3>(),
        prepared_action::<4>(),
        prepared_action::<5>(),
        prepared_action::<6>(),
        prepared_action::<7>(),
        prepared_action::<8>(),
        prepared_action::<9>(),
        prepared_action::<10>(),
        prepared_action::<11>(),
        prepared_action::<12>(),
        prepared_action::<13>(),
    ]
}

fn prepared_action<const INDEX: usize>() -> Action {
    let it = &PREPARED[INDEX];
    let inputs = it.inputs.iter().map(|(_, input)| input.clone());
    Action::new(
        it.key,
        it.label,
        it.description,
        Perform::Waiting(|run, inputs| Box::pin(prepared(run, inputs, &PREPARED[INDEX]))),
    )
    .inputs(std::iter::once(CONNECTION).chain(inputs).collect::<Vec<_>>())
    .safety(it.safety)
}

async fn prepared(run: &mut Run, inputs: &Inputs, it: &Prepared) -> Result<Output, StepError> {
    let mut variables = Map::new();
    for (name, input) in it.inputs {
        if input.required {
            inputs.require(input.key)?;
        }
        if let Some(value) = inputs.get(input.key) {
            variables.insert((*name).into(), value.clone());
        }
    }
    ask(run, inputs, it.query, variables).await
}

fn raw<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let query = inputs.require_text("query")?;
        let variables = inputs.pairs("variables")?.into_iter().collect();
        ask(run, inputs, &query, variables).await
    })
}

async fn ask(run: &Run, inputs: &Inputs, query: &str, variables: Map) -> Result<Output, StepError> {
    let fields = inputs.require("connection")?.get("fields");
    let names = ["apiKey", "refreshToken", "token"];
    let token = names.iter().find_map(|name| fields?.get(name)).map(Value::to_text);
    let token = token.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| StepError::new("The connection holds no token."))?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer(&format!("Bearer {token}"))?);
    let reply = call(run, &endpoint(run)?, headers, query, variables).await?;
    Ok(Value::object([("data", reply)]).into())
}

/// The API is where the trigger URLs are.
fn endpoint(run: &Run) -> Result<String, StepError> {
    let urls = run.info.webhook_urls.values().filter_map(Value::as_str);
    let mut urls = urls.chain([&*run.info.invoke_url]);
    let base = urls.find_map(|url| Some(url.split_once("/trigger/")?.0));
    let base = base.ok_or_else(|| StepError::new("The address of the platform is not known."))?;
    Ok(format!("{base}/api"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Json;
    use axum::http::{HeaderMap, Uri};
    use serde_json::{Value as Tree, json};

    use crate::RunInfo;
    use crate::testing::{Stage, serve};

    #[tokio::test]
    async fn calls_go_to_the_servers_own_api() {
        let answer = |uri: Uri, headers: HeaderMap, Json(body): Json<Tree>| async move {
            let token = headers["authorization"].to_str().unwrap();
            let query = body["query"].as_str().unwrap().contains("deployInstance");
            let got = json!([uri.path(), token, body["variables"], query]);
            Json(json!({ "data": { "got": got } }))
        };
        let url = serve(axum::Router::new().fallback(answer)).await;
        let flows = [("A".into(), format!("{url}/trigger/abc").into())].into_iter().collect();
        let mut stage = Stage::new();
        stage.run.info = Arc::new(RunInfo { webhook_urls: flows, ..RunInfo::default() });
        let connection = json!({ "fields": { "apiKey": "t" } });
        for (action, inputs, variables, deploys) in [
            (
                "rawRequest",
                json!({ "query": "query($limit: Int) { a }",
                    "variables": [{ "key": "limit", "value": "50" }] }),
                json!({ "limit": 50 }),
                false,
            ),
            ("deployInstance", json!({ "instanceId": "i" }), json!({ "id": "i" }), true),
            (
                "updateInstance",
                json!({ "instanceId": "i", "integrationVersionId": "v" }),
                json!({ "id": "i", "version": "v" }),
                false,
            ),
            ("listInstances", json!({ "first": "5" }), json!({ "first": 5 }), false),
        ] {
            let mut inputs = inputs;
            inputs["connection"] = connection.clone();
            let found = stage.data("prismatic", action, inputs).await.unwrap().unwrap();
            let expected = json!(["/api", "Bearer t", variables, deploys]);
            assert_eq!(found["data"]["data"]["got"], expected, "{action}");
        }
    }
}
