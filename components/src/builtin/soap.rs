//! `soap`: calls to SOAP services, without reading their description.
//!
//! The body is data or XML; the envelope is put around it, and taken off the answer.

use egress::{Body, Request};
use flow::{Map, Value};
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::graphql::bearer;
use super::http::{authorization, refusal};
use super::xml;
use crate::{
    Action, Component, Connection, Input, InputKind, Inputs, Output, Perform, Run, Safety,
    StepError,
};

pub fn component() -> Component {
    let send_request = Action::new(
        "sendRequest",
        "Send Request",
        "Calls an operation of a SOAP service",
        Perform::Waiting(send_request),
    )
    .inputs(INPUTS)
    .safety(Safety::Once);
    Component {
        actions: vec![send_request],
        connections: vec![connection()],
        ..Component::new("soap", "SOAP", "Calls SOAP services", "Helpers")
    }
}

const INPUTS: [Input; 7] = [
    Input::new("connection", "Connection")
        .kind(InputKind::Connection)
        .comments("User name and password, if the service asks for them."),
    Input::new("url", "URL")
        .comments("Where the service is; the end point named in its description.")
        .required()
        .aliases(&["endpoint", "endPoint"]),
    Input::new("soapAction", "SOAP action")
        .comments("Names the operation, as the service's description says.")
        .aliases(&["action"]),
    Input::new("requestBody", "Body")
        .kind(InputKind::Data)
        .comments("What goes into the envelope: an object, XML, or a whole envelope as XML.")
        .required()
        .aliases(&["body", "methodParameters", "data"]),
    Input::new("requestHeader", "Header")
        .kind(InputKind::Data)
        .comments("What goes into the envelope's header: an object or XML.")
        .aliases(&["soapHeaders", "header"]),
    Input::new("version", "SOAP version")
        .comments("The version that the service speaks.")
        .choices(&["1.1", "1.2"])
        .default("1.1"),
    Input::new("numbersAsStrings", "Numbers as strings")
        .kind(InputKind::Boolean)
        .comments("Leaves what looks like a number in the answer as text.")
        .default("false"),
];

fn connection() -> Connection {
    Connection {
        key: "basicAuth",
        label: "Basic Username/Password",
        comments: "User name and password.",
        grant: None,
        inputs: vec![
            Input::new("username", "User name").comments("Who signs in.").required(),
            Input::new("password", "Password")
                .kind(InputKind::Password)
                .comments("The password of this user.")
                .required(),
        ],
    }
}

/// Gives the content of the answer's body.
fn send_request<'a>(
    run: &'a mut Run,
    inputs: &'a Inputs,
) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let is_newer = inputs.text("version") == "1.2";
        let request = Request {
            headers: headers(inputs, is_newer)?,
            body: Body::Bytes(envelope(inputs, is_newer)?.into()),
            ..Request::new(Method::POST, inputs.require_text("url")?.trim())
        };
        let answer = run.services.egress.send(request).await;
        let answer = answer.map_err(|error| StepError::new(error.to_string()))?;
        let text = String::from_utf8_lossy(&answer.body);
        let tree = xml::read(&text, inputs.flag("numbersAsStrings"));
        let body = tree.as_ref().ok().and_then(|tree| local(local(tree, "Envelope")?, "Body"));
        if let Some(fault) = body.and_then(|body| local(body, "Fault")) {
            return Err(refused(fault));
        }
        if !answer.status.is_success() {
            return Err(refusal(&answer));
        }
        if let Some(body) = body {
            return Ok(body.clone().into());
        }
        tree.and(Err(StepError::new("The service did not answer with a SOAP envelope.")))
    })
}

fn headers(inputs: &Inputs, is_newer: bool) -> Result<HeaderMap, StepError> {
    const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
    let action = inputs.text("soapAction");
    let invalid = |_| StepError::new("The SOAP action cannot be sent in a header.");
    let mut headers = HeaderMap::new();
    if is_newer {
        let kind = format!("application/soap+xml; charset=utf-8; action=\"{action}\"");
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).map_err(invalid)?);
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
        let quoted = HeaderValue::from_str(&format!("\"{action}\"")).map_err(invalid)?;
        headers.insert(SOAP_ACTION, quoted);
    }
    if let Some(connection) = inputs.get("connection") {
        headers.insert(AUTHORIZATION, bearer(&authorization(connection)?)?);
    }
    Ok(headers)
}

fn envelope(inputs: &Inputs, is_newer: bool) -> Result<String, StepError> {
    const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    let body = part(inputs.require("requestBody")?)?;
    let is_whole = body.starts_with("<?xml")
        || xml::read(&body, true).is_ok_and(|tree| local(&tree, "Envelope").is_some());
    if is_whole {
        return Ok(body);
    }
    let header = inputs.get("requestHeader").map(part).transpose()?.unwrap_or_default();
    let namespace = if is_newer {
        "http://www.w3.org/2003/05/soap-envelope"
    } else {
        "http://schemas.xmlsoap.org/soap/envelope/"
    };
    Ok(format!(
        "{DECLARATION}<soap:Envelope xmlns:soap=\"{namespace}\"><soap:Header>{header}\
         </soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ))
}

/// XML as it is, data as the elements its properties stand for.
fn part(value: &Value) -> Result<String, StepError> {
    match value {
        Value::Object(properties) => properties
            .iter()
            .map(|(name, value)| {
                xml::write(&Map::from_iter([(name.clone(), value.clone())]).into())
            })
            .collect(),
        text => Ok(text.to_text().trim().to_owned()),
    }
}

/// The property of this name, whatever its prefix.
fn local<'a>(element: &'a Value, name: &str) -> Option<&'a Value> {
    let is_it = |key: &str| key == name || key.rsplit_once(':').is_some_and(|(_, key)| key == name);
    element.as_object()?.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
}

fn refused(fault: &Value) -> StepError {
    let reason = local(fault, "faultstring");
    let reason = reason.or_else(|| local(local(fault, "Reason")?, "Text"));
    // Text with a language is an object.
    let reason = reason.map(|reason| reason.get("#text").unwrap_or(reason).to_text());
    let reason = reason.unwrap_or_default();
    StepError::with_details(format!("The service refused: {reason}"), fault.clone())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};
    use serde_json::json;

    use crate::testing::{Stage, serve};

    #[tokio::test]
    async fn envelopes_go_out_and_their_content_comes_back() {
        let answer = |headers: HeaderMap, body: String| async move {
            let header = |name| headers.get(name).map_or("", |value| value.to_str().unwrap());
            let content = body.split_once("Body>").unwrap().1.split_once("</").unwrap().0;
            let (status, content) = if body.contains("wrong") {
                let fault =
                    "<s:Fault><faultcode>c</faultcode><faultstring>no</faultstring></s:Fault>";
                (StatusCode::INTERNAL_SERVER_ERROR, fault.to_owned())
            } else {
                let (action, by) = (header("soapaction"), header("authorization"));
                let escaped = content.replace('<', "&lt;");
                (StatusCode::OK, format!("<m:R><by>{by}{action}</by><got>{escaped}</got></m:R>"))
            };
            let envelope = "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"";
            let body = format!("<s:Envelope {envelope}><s:Body>{content}</s:Body></s:Envelope>");
            (status, body)
        };
        let url = serve(axum::Router::new().fallback(answer)).await;
        let mut stage = Stage::new();
        let whole = "<e:Envelope xmlns:e=\"u\"><e:Body>x</e:Body></e:Envelope>";
        for (body, got) in [
            (json!({ "m:Add": { "@_xmlns:m": "u", "a": 1 } }), "<m:Add xmlns:m=\"u\"><a>1"),
            (json!("<Ping>1</Ping>"), "<Ping>1"),
            (json!(whole), "x"),
        ] {
            let inputs = json!({ "url": url, "soapAction": "u#Add", "requestBody": body,
                "connection": { "fields": { "username": "a", "password": "b" } } });
            let found = stage.data("soap", "sendRequest", inputs).await.unwrap().unwrap();
            assert_eq!(found, json!({ "m:R": { "by": "Basic YTpi\"u#Add\"", "got": got } }));
        }
        let wrong = json!({ "url": url, "requestBody": "<wrong/>" });
        let error = stage.perform("soap", "sendRequest", wrong).await.unwrap_err();
        assert_eq!(error.message, "The service refused: no");
    }
}
