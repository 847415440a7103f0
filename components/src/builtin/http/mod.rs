//! `http`: calls to any HTTP service.
//!
//! This file describes the actions; `connection` turns credentials into headers, `request` inputs
//! into a request, `exchange` sends it with retries, `answer` turns the response into a result.

mod answer;
mod connection;
mod exchange;
mod request;
#[cfg(test)]
mod tests;

use futures::future::BoxFuture;
use http::Method;

pub(super) use answer::error as refusal;
pub(super) use connection::{all as connections, authorization};
pub(super) use exchange::send;
pub use request::{describe_request, shown_headers};

use super::webhook_triggers::webhook;
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, Safety, StepError};

pub fn component() -> Component {
    Component {
        actions: vec![
            action("httpGet", "GET Request", "Reads a resource", get, &[], Safety::Repeatable),
            action("httpPost", "POST Request", "Sends data", post, &[DATA], Safety::Once),
            action("httpPut", "PUT Request", "Stores data", put, &[DATA], Safety::Repeatable),
            action("httpPatch", "PATCH Request", "Changes data", patch, &[DATA], Safety::Once),
            action(
                "httpDelete",
                "DELETE Request",
                "Deletes a resource",
                delete,
                &[],
                Safety::Repeatable,
            ),
            action(
                "httpHead",
                "HEAD Request",
                "Reads the headers of a resource",
                head,
                &[],
                Safety::Repeatable,
            ),
            action(
                "httpRequest",
                "Raw Request",
                "Sends a request with any method",
                any,
                &[METHOD, DATA],
                Safety::Once,
            ),
            action(
                "httpPostFormData",
                "POST Form Data Request",
                "Sends fields and files as a form",
                form,
                &FORM,
                Safety::Once,
            ),
        ],
        triggers: vec![webhook()],
        connections: connection::all(),
        ..Component::new("http", "HTTP", "Calls any HTTP service", "Helpers")
    }
}

type Waiting = for<'a> fn(&'a mut Run, &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>>;

fn action(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    perform: Waiting,
    own: &[Input],
    safety: Safety,
) -> Action {
    let inputs = [&TARGET[..], own, &COMMON[..]].concat();
    Action::new(key, label, description, Perform::Waiting(perform))
        .inputs(inputs)
        .safety(safety)
        .takes_references()
}

fn get<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::GET))
}

fn post<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::POST))
}

fn put<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::PUT))
}

fn patch<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::PATCH))
}

fn delete<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::DELETE))
}

fn head<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::plain(run, inputs, Method::HEAD))
}

fn any<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let method = inputs.text("method").trim().to_uppercase();
        let known = METHODS.iter().any(|known| *known == method);
        let method = Method::from_bytes(method.as_bytes()).ok().filter(|_| known);
        let method = method.ok_or_else(|| {
            StepError::new(format!("Input \"method\" must be one of {}.", METHODS.join(", ")))
        })?;
        exchange::plain(run, inputs, method).await
    })
}

fn form<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(exchange::form(run, inputs))
}

const TARGET: [Input; 2] = [
    Input::new("connection", "Connection")
        .kind(InputKind::Connection)
        .comments("Credentials to send along, if the service asks for any."),
    Input::new("url", "URL").comments("The address to call, with http:// or https://.").required(),
];

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

const METHOD: Input = Input::new("method", "Method")
    .comments("How the resource is called.")
    .choices(&METHODS)
    .default("GET")
    .aliases(&["httpMethod"]);

const DATA: Input = Input::new("data", "Data")
    .kind(InputKind::Data)
    .comments("The body: text as it is, objects as JSON, files with their content type.");

const FORM: [Input; 4] = [
    Input::new("httpMethod", "Method")
        .comments("How the form is sent.")
        .choices(&["post", "put"])
        .default("post"),
    Input::new("formData", "Form data").comments("Name and text of each field.").key_value_list(),
    Input::new("fileData", "File data")
        .kind(InputKind::Data)
        .comments("Field name and content of each file.")
        .key_value_list(),
    Input::new("fileDataFileNames", "File names")
        .comments("File name per field of the file data; the field's name unless given.")
        .key_value_list(),
];

const COMMON: [Input; 12] = [
    Input::new("responseType", "Response type")
        .comments("How the answer is read; JSON that is none stays text.")
        .choices(&["json", "text", "binary"])
        .default("json"),
    Input::new("headers", "Headers").comments("Headers to send with the request.").key_value_list(),
    Input::new("queryParams", "Query parameters")
        .comments("Added to the URL, encoded.")
        .key_value_list(),
    Input::new("timeout", "Timeout (ms)")
        .comments("How long to wait for the whole answer; empty for as long as possible."),
    Input::new("maxRetries", "Max retries")
        .comments("How often to try again when the service fails or cannot be reached.")
        .default("0"),
    Input::new("retryDelayMS", "Retry delay (ms)")
        .comments("How long to wait before each further try.")
        .default("0"),
    Input::new("useExponentialBackoff", "Use exponential backoff")
        .kind(InputKind::Boolean)
        .comments("Doubles the wait with each try, in place of the retry delay.")
        .default("false"),
    Input::new("retryOnAllErrors", "Retry on all errors")
        .kind(InputKind::Boolean)
        .comments("Also tries again when the service refuses the request (4xx).")
        .default("false"),
    Input::new("includeFullResponse", "Include full response")
        .kind(InputKind::Boolean)
        .comments("Gives status, headers and data instead of the data alone.")
        .default("false"),
    Input::new("debugRequest", "Debug request")
        .kind(InputKind::Boolean)
        .comments("Writes what is sent and received to the log, without bodies and secrets.")
        .default("false"),
    Input::new("ignoreSslErrors", "Ignore SSL errors")
        .kind(InputKind::Boolean)
        .comments("Accepts any certificate. Only for services you reach over a trusted network.")
        .default("false"),
    Input::new("maxRedirects", "Max redirects")
        .comments("How many redirects to follow; 0 for none.")
        .default("5"),
];
