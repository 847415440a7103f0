//! `graphql`: calls to any GraphQL service, and the calling of one for other components.

mod variables;

use egress::{Body, Request};
use flow::{Map, Value};
use futures::future::BoxFuture;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::http::{authorization, connections, send};
use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, Run, Safety, Severity, StepError,
};

pub fn component() -> Component {
    let request = Action::new(
        "graphqlRequest",
        "GraphQL Request",
        "Sends a query or mutation; errors in the reply fail the step",
        Perform::Waiting(request),
    )
    .inputs([
        Input::new("connection", "Connection")
            .kind(InputKind::Connection)
            .comments("Credentials to send along, if the service asks for any."),
        Input::new("endpoint", "Endpoint")
            .comments("The URL of the service.")
            .required()
            .aliases(&["endPoint", "url", "graphqlEndpoint"]),
        QUERY,
        VARIABLES,
        Input::new("headers", "Headers")
            .comments("Headers to send with the request.")
            .key_value_list(),
        Input::new("debugRequest", "Debug request")
            .kind(InputKind::Boolean)
            .comments("Writes the query and the status of the reply to the log.")
            .default("false")
            .aliases(&["debug"]),
    ])
    .safety(Safety::Once);
    Component {
        actions: vec![request],
        connections: connections(),
        ..Component::new("graphql", "GraphQL", "Calls any GraphQL service", "Helpers")
    }
}

pub(super) const QUERY: Input = Input::new("query", "Query")
    .kind(InputKind::Code)
    .comments("The query or mutation, with its variables declared.")
    .required()
    .aliases(&["queryOrMutation", "body"]);
pub(super) const VARIABLES: Input = Input::new("variables", "Variables")
    .comments("Name and value of each variable; text becomes what the query declares.")
    .key_value_list()
    .aliases(&["variablesInput"]);

fn request<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let query = inputs.require_text("query")?;
        let mut headers = HeaderMap::new();
        for (name, value) in inputs.pairs("headers")?.iter().filter(|(name, _)| !name.is_empty()) {
            let named = name.trim().parse::<HeaderName>();
            let value = HeaderValue::from_bytes(value.to_text().trim().as_bytes());
            let (Ok(named), Ok(value)) = (named, value) else {
                return Err(StepError::new(format!("The header \"{name}\" is not valid.")));
            };
            headers.append(named, value);
        }
        if let Some(connection) = inputs.get("connection")
            && !headers.contains_key(AUTHORIZATION)
        {
            headers.insert(AUTHORIZATION, bearer(&authorization(connection)?)?);
        }
        let is_debugged = inputs.flag("debugRequest") || run.info.debug;
        if is_debugged {
            run.log(Severity::Debug, format!("GraphQL request: {query}"));
        }
        let endpoint = inputs.require_text("endpoint")?;
        let variables = inputs.pairs("variables")?.into_iter().collect();
        let reply = call(run, &endpoint, headers, &query, variables).await?;
        if is_debugged {
            run.log(Severity::Debug, format!("GraphQL reply: {} bytes", reply.to_json().len()));
        }
        match reply.get("errors").and_then(Value::as_list).and_then(<[Value]>::first) {
            None => Ok(reply.get("data").cloned().unwrap_or_default().into()),
            Some(first) => {
                let message = first.get("message").map(Value::to_text).unwrap_or_default();
                Err(StepError::with_details(format!("The service refused: {message}"), reply))
            }
        }
    })
}

/// The message does not repeat the value: it is a secret.
pub(super) fn bearer(value: &str) -> Result<HeaderValue, StepError> {
    let mut header = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| StepError::new("The credentials cannot be sent in a header."))?;
    header.set_sensitive(true);
    Ok(header)
}

/// The whole reply: `{data, errors}`.
pub(super) async fn call(
    run: &Run,
    endpoint: &str,
    mut headers: HeaderMap,
    query: &str,
    variables: Map,
) -> Result<Value, StepError> {
    let variables = variables::typed(query, variables);
    let body = Value::object([("query", Value::from(query)), ("variables", variables.into())]);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    let request = Request {
        headers,
        body: Body::Bytes(body.to_json().into()),
        ..Request::new(Method::POST, endpoint.trim())
    };
    let answer = send(run, request).await?;
    Value::from_json(&String::from_utf8_lossy(&answer.body))
        .map_err(|_| StepError::new("The service did not answer with JSON."))
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use axum::http::HeaderMap;
    use serde_json::{Value as Tree, json};

    use crate::testing::{Stage, serve};

    #[tokio::test]
    async fn requests_give_the_data_or_fail_with_the_errors() {
        let answer = |headers: HeaderMap, Json(body): Json<Tree>| async move {
            let token = headers["authorization"].to_str().unwrap();
            let fails = body["query"].as_str().unwrap().contains("wrong");
            Json(if fails {
                json!({ "data": null, "errors": [{ "message": "no field wrong" }] })
            } else {
                json!({ "data": { "got": body["variables"], "token": token } })
            })
        };
        let url = serve(axum::Router::new().fallback(answer)).await;
        let inputs = |query: &str| {
            json!({ "endpoint": url, "query": query, "variables": { "n": "5" },
                "connection": { "fields": { "apiKey": "k" } } })
        };
        let mut stage = Stage::new();
        let found = stage.data("graphql", "graphqlRequest", inputs("query q($n: Int!) { a }"));
        assert_eq!(found.await, Ok(Some(json!({ "got": { "n": 5 }, "token": "Bearer k" }))));
        let error = stage.data("graphql", "graphqlRequest", inputs("{ wrong }")).await;
        assert_eq!(error.unwrap_err(), "The service refused: no field wrong");
    }
}
