//! `webhook-triggers`: a flow starts when its URL is called.

use flow::Map;

use crate::{
    Component, Input, InputKind, Inputs, Response, Run, ScheduleSupport, StepError, Trigger,
    TriggerOutput,
};

pub fn component() -> Component {
    Component {
        triggers: vec![webhook()],
        ..Component::new(
            "webhook-triggers",
            "Webhook",
            "Starts a flow when its webhook URL is called",
            "Triggers",
        )
    }
}

/// The trigger; other components offer it under their own key.
pub(super) fn webhook() -> Trigger {
    Trigger::new(
        "webhook",
        "Webhook",
        "Starts the flow for each call of its URL and answers at once",
        perform,
    )
    .inputs([
        Input::new("statusCode", "Response status code")
            .comments("HTTP status the caller gets, 200 unless given."),
        Input::new("contentType", "Response content type")
            .comments("Type of the response body, for example application/json."),
        Input::new("headers", "Response headers")
            .comments("Headers to send back with the response.")
            .key_value_list(),
        Input::new("body", "Response body")
            .kind(InputKind::Text)
            .comments("Body of the response; without it the caller gets the execution's id."),
    ])
    .schedule(ScheduleSupport::Valid)
    .common()
}

fn perform(_: &mut Run, payload: Map, inputs: &Inputs) -> Result<TriggerOutput, StepError> {
    let response = Response {
        status: status(inputs)?,
        content_type: inputs.get("contentType").map(flow::Value::to_text),
        headers: headers(inputs)?,
        body: inputs.file("body").map(|(bytes, _)| bytes),
    };
    let response = Some(response).filter(Response::is_set);
    Ok(TriggerOutput { response, ..TriggerOutput::pass(payload) })
}

/// The HTTP status asked for, if any.
pub(super) fn status(inputs: &Inputs) -> Result<Option<u16>, StepError> {
    if inputs.get("statusCode").is_none() {
        return Ok(None);
    }
    let status = u16::try_from(inputs.count("statusCode", 200)?).ok();
    status.filter(|status| (200..600).contains(status)).map(Some).ok_or_else(|| {
        StepError::new(format!(
            "Input \"statusCode\" must be an HTTP status from 200 to 599, but is {}.",
            inputs.text("statusCode")
        ))
    })
}

/// The response headers asked for; pairs without a name are left out.
pub(super) fn headers(inputs: &Inputs) -> Result<Vec<(String, String)>, StepError> {
    let pairs = inputs.pairs("headers")?.into_iter();
    let named = pairs.filter(|(name, _)| !name.trim().is_empty());
    Ok(named.map(|(name, value)| (name.trim().to_owned(), value.to_text())).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Response;
    use crate::testing::Stage;

    #[test]
    fn the_answer_is_the_default_unless_an_input_says_otherwise() {
        let payload = json!({ "body": { "data": { "id": 7 } }, "headers": { "X-A": "b" } });
        let set = Response { status: Some(202), ..Response::default() };
        let full = Response {
            status: Some(406),
            content_type: Some("text/plain".to_owned()),
            headers: vec![("X-Reason".to_owned(), "5".to_owned())],
            body: Some("no".into()),
        };
        for (inputs, expected) in [
            (json!({ "statusCode": "", "contentType": "", "headers": [], "body": "" }), None),
            (json!({ "statusCode": "202" }), Some(set)),
            (
                json!({
                    "statusCode": "406", "contentType": "text/plain", "body": "no",
                    "headers": [{ "key": "X-Reason", "value": 5 }, { "key": "", "value": "" }],
                }),
                Some(full),
            ),
        ] {
            for component in ["webhook-triggers", "http"] {
                let mut stage = Stage::new();
                let output =
                    stage.fire(component, "webhook", payload.clone(), inputs.clone()).unwrap();
                assert_eq!(output.response, expected, "{inputs}");
                assert_eq!(serde_json::to_value(&output.payload).unwrap(), payload);
            }
        }
        let wrong = json!({ "statusCode": "20" });
        let error = Stage::new().fire("webhook-triggers", "webhook", payload, wrong).unwrap_err();
        assert!(error.message.contains("200 to 599"), "{error}");
    }
}
