//! `stop-execution`: ends the flow early, with an answer of its own.

use super::webhook_triggers::{headers, status};
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Response, StepError};

pub fn component() -> Component {
    let stop = Action::new(
        "stopExecution",
        "Stop Execution",
        "Ends the execution successfully, also from inside loops and branches",
        Perform::Pure(stop),
    )
    .inputs([
        Input::new("statusCode", "Response status code")
            .comments("HTTP status a synchronous caller gets.")
            .default("200"),
        Input::new("jsonBody", "Response body")
            .kind(InputKind::Text)
            .comments("Body a synchronous caller gets; objects are sent as JSON."),
        Input::new("contentType", "Response content type")
            .comments("Type of the response body.")
            .default(CONTENT_TYPE),
        Input::new("headers", "Response headers")
            .comments("Headers to send back with the response.")
            .key_value_list(),
    ])
    .terminates();
    Component {
        actions: vec![stop],
        ..Component::new("stop-execution", "Stop Execution", "Ends an execution early", "Logic")
    }
}

const CONTENT_TYPE: &str = "application/json";

fn stop(inputs: &Inputs) -> Result<Output, StepError> {
    let content_type = inputs.get("contentType").map(flow::Value::to_text);
    let response = Response {
        status: Some(status(inputs)?.unwrap_or(200)),
        content_type: Some(content_type.unwrap_or_else(|| CONTENT_TYPE.to_owned())),
        headers: headers(inputs)?,
        body: inputs.file("jsonBody").map(|(bytes, _)| bytes),
    };
    let data = inputs.get("jsonBody").cloned();
    Ok(Output { data, response: Some(response), branch: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Response;
    use crate::testing::Stage;

    #[tokio::test]
    async fn the_caller_gets_what_the_inputs_say() {
        let json_type = || Some("application/json".to_owned());
        let ok = Response { status: Some(200), content_type: json_type(), ..Response::default() };
        let teapot = Response {
            status: Some(418),
            content_type: Some("text/html".to_owned()),
            headers: vec![("X-Pot".to_owned(), "tea".to_owned())],
            body: Some("<p>".into()),
        };
        let object = Response { body: Some(r#"{"a":1}"#.into()), ..ok.clone() };
        for (inputs, expected) in [
            (json!({}), ok),
            (json!({ "jsonBody": { "a": 1 } }), object),
            (
                json!({ "statusCode": "418", "contentType": "text/html", "jsonBody": "<p>",
                    "headers": { "X-Pot": "tea" } }),
                teapot,
            ),
        ] {
            let output = Stage::new().perform("stop-execution", "stopExecution", inputs).await;
            assert_eq!(output.unwrap().response, Some(expected));
        }
    }
}
