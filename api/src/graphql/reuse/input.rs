//! Inputs of mutations around shared connections.

use async_graphql::dynamic::InputObject;
use domain::instance::ConnectionInput;
use domain::reuse::Redirects;
use serde_json::Value as Json;

use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::builder::{Parameter, Registry, Type, parameter};
use crate::graphql::id;

/// What the flag of updates does.
pub const REDEPLOY: &str = "True has the instances that run with it deployed again. They are queued with the change: \
     `needsDeploy` is true of those that wait, and stays so where one cannot be deployed; the log \
     of the instance says why.";

const SELECTOR: [Parameter; 3] = [
    ("key", "String!", "The key of the component."),
    ("isPublic", "Boolean!", "Whether it is known to all organizations."),
    ("version", "String", "Any version is meant where none is given."),
];

const PRESET: [Parameter; 2] = [
    ("key", "String!", "The input."),
    ("value", "String!", "Its value; slots such as {{#host}} are filled from other inputs."),
];

const REDIRECTS: [Parameter; 2] = [
    ("oAuthSuccessRedirectUri", "String", "Where browsers go after consent."),
    ("oAuthFailureRedirectUri", "String", "Where browsers go when there was none."),
];

pub fn register(registry: &mut Registry) {
    for (name, about, fields) in [
        ("ComponentSelector", "Names a component.", &SELECTOR[..]),
        ("ConnectionTemplateField", "What a template sets for one input.", &PRESET[..]),
        ("OAuthRedirectConfigInput", "Where browsers go in the end.", &REDIRECTS[..]),
    ] {
        let input = InputObject::new(name).description(about);
        registry.add(fields.iter().copied().map(parameter).fold(input, InputObject::field));
    }
    registry.add(
        Type::<Redirects>::new("OAuthRedirectConfig", "Where browsers go in the end.")
            .field("oAuthSuccessRedirectUri", "String", REDIRECTS[0].2, |it| it.success.clone())
            .field("oAuthFailureRedirectUri", "String", REDIRECTS[1].2, |it| it.failure.clone()),
    );
}

/// Reads a list of `InputExpression`.
pub fn read_inputs(input: &Arguments) -> Result<Vec<ConnectionInput>, ApiError> {
    let inputs = input.objects("inputs")?.unwrap_or_default();
    let read = inputs.iter().map(|input| {
        let meta = input.text("meta")?.filter(|text| !text.is_empty());
        let meta = meta.map(|text| serde_json::from_str::<Json>(&text)).transpose();
        Ok(ConnectionInput {
            name: input.require_text("name")?,
            kind: input.text("type")?.unwrap_or_else(|| "value".to_owned()).to_ascii_lowercase(),
            value: input.text("value")?.map_or(Json::Null, Json::from),
            meta: meta.map_err(|_| ApiError::problem("inputs", "`meta` must be JSON"))?,
        })
    });
    read.collect()
}

/// Reads an `OAuthRedirectConfigInput`.
pub fn read_redirects(input: &Arguments) -> Result<Option<Redirects>, ApiError> {
    if input.value("oAuthRedirectConfig").is_none() {
        return Ok(None);
    }
    let input = input.object("oAuthRedirectConfig")?;
    Ok(Some(Redirects {
        success: input.text("oAuthSuccessRedirectUri")?,
        failure: input.text("oAuthFailureRedirectUri")?,
    }))
}

/// Reads the keys of a component and of its connection.
pub fn connection(input: &Arguments) -> Result<(String, String), ApiError> {
    let id = id::decode_key("Connection", &input.require_text("connection")?)?;
    let (component, connection) = id.split_once(':').ok_or(ApiError::NotFound)?;
    Ok((component.to_owned(), connection.to_owned()))
}
