//! `webhook-triggers`: a flow starts when its URL is called.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flow::Map;
use subtle::ConstantTimeEq;

use crate::guard::header;
use crate::{
    Component, Input, InputKind, Inputs, PerformTrigger, Refusal, Response, Run, ScheduleSupport,
    StepError, Trigger, TriggerOutput,
};

pub fn component() -> Component {
    Component {
        triggers: vec![webhook(), with_password()],
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
        PerformTrigger::Quick(perform),
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

fn with_password() -> Trigger {
    let user = Input::new("username", "User name")
        .comments("The name that callers have to give.")
        .required();
    let password = Input::new("password", "Password")
        .kind(InputKind::Password)
        .comments("The password that callers have to give.")
        .required();
    Trigger::new(
        "basicAuthWebhook",
        "Webhook with Password",
        "Starts the flow only for calls that give the user name and password (basic \
         authentication)",
        PerformTrigger::Quick(perform),
    )
    .inputs([vec![user, password], webhook().inputs].concat())
    .guard(check_password)
}

/// Lets a call in only if it gives the name and password asked for. Both are compared whole, so the
/// time taken does not tell which one was wrong.
fn check_password(payload: &Map, inputs: &Inputs) -> Result<(), Refusal> {
    let expected =
        format!("{}:{}", inputs.require_text("username")?, inputs.require_text("password")?);
    let given = header(payload, "authorization").unwrap_or_default();
    let given = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let given = given.and_then(|(_, given)| BASE64_STANDARD.decode(given.trim()).ok());
    if given.is_some_and(|given| given.ct_eq(expected.as_bytes()).into()) {
        return Ok(());
    }
    let asks = "Basic realm=\"flow\", charset=\"UTF-8\"".to_owned();
    Err(Refusal {
        headers: vec![("www-authenticate", asks)],
        ..Refusal::unauthorized("The user name or password is missing or wrong.")
    })
}

pub(super) fn perform(
    _: &mut Run,
    payload: Map,
    inputs: &Inputs,
) -> Result<TriggerOutput, StepError> {
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
    use crate::testing::{Stage, guard};

    #[tokio::test]
    async fn the_answer_is_the_default_unless_an_input_says_otherwise() {
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
                let output = stage.fire(component, "webhook", payload.clone(), inputs.clone());
                let output = output.await.unwrap();
                assert_eq!(output.response, expected, "{inputs}");
                assert_eq!(serde_json::to_value(&output.payload).unwrap(), payload);
            }
        }
        let wrong = json!({ "statusCode": "20" });
        let mut stage = Stage::new();
        let error = stage.fire("webhook-triggers", "webhook", payload, wrong).await.unwrap_err();
        assert!(error.message.contains("200 to 599"), "{error}");
    }

    #[test]
    fn only_callers_with_the_password_come_in() {
        let inputs = json!({ "username": "ada", "password": "p:w" });
        for (header, passes) in [
            ("Basic YWRhOnA6dw==", true),
            ("basic  YWRhOnA6dw==", true),
            ("Basic YWRhOnA6dg==", false),
            ("Bearer YWRhOnA6dw==", false),
            ("Basic ?", false),
            ("", false),
        ] {
            let payload = json!({ "headers": { "Authorization": header } });
            let answer = guard("webhook-triggers", "basicAuthWebhook", payload, inputs.clone());
            assert_eq!(answer.is_ok(), passes, "{header}");
            if let Err(refusal) = answer {
                assert_eq!(refusal.status, 401);
                assert_eq!(refusal.headers[0].0, "www-authenticate");
            }
        }
        // Without a password there is nothing to prove, so nobody comes in.
        let payload = json!({ "headers": { "authorization": "Basic YWRhOg==" } });
        let inputs = json!({ "username": "ada", "password": "" });
        assert!(guard("webhook-triggers", "basicAuthWebhook", payload, inputs).is_err());
    }
}
