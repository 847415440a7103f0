//! `prismatic`: the server's own GraphQL API, under the key that definitions know it by.
//!
//! Results are `{data: <reply>}`, so that a field of the reply is found at `results.data.data`.

use flow::{Map, Value};
use futures::future::BoxFuture;
use http::HeaderMap;
use http::header::AUTHORIZATION;

mod prepared;

use prepared::{PREPARED, Prepared};

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
            "Works with integrations and customers of this platform",
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

fn prepared_actions() -> [Action; 16] {
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
        prepared_action::<14>(),
        prepared_action::<15>(),
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
            // None of the queries takes a structure, but bodies and definitions are often given so.
            let is_structure = matches!(value, Value::Object(_) | Value::List(_));
            let value = if is_structure { value.to_json().into() } else { value.clone() };
            variables.insert((*name).into(), value);
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
            (
                "testFlow",
                json!({ "flowId": "f", "payload": { "a": 1 }, "contentType": "application/json" }),
                json!({ "id": "f", "payload": "{\"a\":1}", "contentType": "application/json" }),
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
