//! The inputs of connections and data sources, as people get to see them.

use entity::{config_value, connection_template};
use flow::definition::{ActionRef, ConfigInput, ConfigVar};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::config::{ConnectionInput, open_inputs};
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;

/// One input, without what is not for this viewer.
#[derive(Clone, Debug)]
pub struct ShownInput {
    pub name: String,
    /// The type of the expression, such as `value`.
    pub kind: String,
    /// Empty where it is never shown.
    pub value: String,
    pub has_value: bool,
    pub visible_to_customers: bool,
    pub visible_to_organization: bool,
    /// Settings of the author: the JSON text of an object.
    pub meta: Option<String>,
}

/// The inputs of a variable, each as it was entered, or as the definition sets it. Secrets are
/// never shown, users of customers see nothing that only the organization sets, and nobody what a
/// template presets.
pub async fn shown_inputs(
    env: &Env,
    viewer: &Viewer,
    (variable, template): (&ConfigVar, Option<&connection_template::Model>),
    value: Option<&config_value::Model>,
) -> Result<Vec<ShownInput>, Error> {
    let mut inputs: IndexMap<String, ConnectionInput> = variable
        .inputs
        .iter()
        .map(|(name, input)| (name.clone(), as_written(name, &input.raw)))
        .collect();
    if let Some(value) = value {
        for input in open_inputs(env, env.db.read(), value).await? {
            inputs.insert(input.name.clone(), input);
        }
    }
    let open = variable.connection.as_ref().or(variable.data_source.as_ref());
    let open = open.map(|of| open_inputs_of(env, of)).unwrap_or_default();
    let is_customer = viewer.customer_id().is_some();
    let is_preset = |name: &String| template.is_some_and(|it| it.input_keys.0.contains(name));
    let inputs = inputs.into_values().filter(|input| !is_preset(&input.name));
    let shown = inputs.filter_map(|input| {
        let declared = variable.inputs.get(&input.name);
        if is_customer && declared.is_some_and(ConfigInput::org_only) {
            return None;
        }
        let is_for_customers = declared.is_none_or(ConfigInput::visible_to_customer_deployer);
        let is_readable = open.contains(&input.name)
            && !declared.is_some_and(ConfigInput::write_only)
            && (is_for_customers || !is_customer);
        Some(ShownInput {
            kind: input.kind,
            has_value: !text(&input.value).is_empty(),
            value: if is_readable { text(&input.value) } else { String::new() },
            visible_to_customers: is_for_customers,
            visible_to_organization: declared.is_none_or(ConfigInput::visible_to_org_deployer),
            meta: declared.map(|input| Json::Object(input.meta.clone()).to_string()),
            name: input.name,
        })
    });
    Ok(shown.collect())
}

fn open_inputs_of(env: &Env, of: &ActionRef) -> Vec<String> {
    env.vocabulary.open_inputs(&of.component.key, &of.key)
}

fn as_written(name: &str, raw: &Json) -> ConnectionInput {
    let kind = raw.get("type").and_then(Json::as_str).unwrap_or("value");
    ConnectionInput {
        name: name.to_owned(),
        kind: kind.to_owned(),
        value: raw.get("value").cloned().unwrap_or_default(),
        meta: None,
    }
}

pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
