//! What a published component says of itself: labels, inputs, what it can do.
//!
//! The shape is the one that clients publish, so that nothing is lost between their build and what
//! others read; `null` means the same as nothing at all. The code itself is elsewhere.

mod check;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::definition::Choice;
use crate::{ActionShape, InputShape};

pub use check::{INPUTS_MAX, OPERATIONS_MAX};

/// A component as its author describes it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Component {
    #[serde(rename = "definition")]
    pub about: About,
    pub actions: Vec<Arc<Operation>>,
    pub triggers: Vec<Arc<Operation>>,
    pub data_sources: Vec<Arc<Operation>>,
    pub connections: Vec<Arc<Connection>>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct About {
    pub key: String,
    /// Everybody's; those that organizations publish are their own.
    pub public: bool,
    pub documentation_url: String,
    pub for_code_native_integration: bool,
    pub display: Display,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Display {
    pub label: String,
    pub description: String,
    pub category: String,
    pub directions: String,
    pub important: bool,
    pub icon_path: String,
}

/// An action, a trigger or a data source.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a claim of its own in what is published"
)]
pub struct Operation {
    pub key: String,
    pub display: Display,
    pub inputs: Vec<Arc<Input>>,
    /// JSON text of what results look like.
    pub example_payload: String,
    pub allows_branching: bool,
    pub static_branch_names: Vec<String>,
    /// Key of the input whose entries name the branches.
    pub dynamic_branch_input: String,
    /// The run ends after it.
    pub terminate_execution: bool,
    /// The innermost loop ends after it.
    pub break_loop: bool,
    /// `SAFE` where tools may run it on trial.
    pub perform_safety: String,
    pub data_source_type: String,
    pub detail_data_source: String,
    /// `invalid`, `valid` or `required`.
    pub schedule_support: String,
    pub synchronous_response_support: String,
    pub is_common_trigger: bool,
    pub is_polling_trigger: bool,
    pub has_on_instance_deploy: bool,
    pub has_on_instance_delete: bool,
    pub has_webhook_create_function: bool,
    pub has_webhook_delete_function: bool,
    pub has_on_deploy_perform: bool,
    pub has_resolve_trigger_items: bool,
    pub has_get_next_discovery_state: bool,
    pub trigger_resolver_support: String,
    /// Repeats its body; only of what is built in.
    pub loops: bool,
}

/// A kind of credentials.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    pub key: String,
    pub label: String,
    pub comments: String,
    pub icon_path: String,
    pub avatar_icon_path: String,
    /// `authorization_code`, `client_credentials` or nothing.
    pub oauth2_type: String,
    pub oauth2_pkce_method: String,
    pub inputs: Vec<Arc<Input>>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Input {
    pub key: String,
    pub label: String,
    pub key_label: String,
    pub comments: String,
    pub placeholder: String,
    pub example: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// `valuelist`, `keyvaluelist` or nothing.
    pub collection: String,
    /// Text, or any JSON; null for none.
    pub default: Json,
    pub required: bool,
    /// The choices there are; none for free input.
    pub model: Vec<Pick>,
    pub language: String,
    pub data_source: String,
    pub shown: bool,
    pub on_premise_controlled: bool,
    /// Other spellings of the key; only of what is built in.
    pub aliases: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Pick {
    pub label: String,
    pub value: String,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            key: String::new(),
            label: String::new(),
            key_label: String::new(),
            comments: String::new(),
            placeholder: String::new(),
            example: String::new(),
            kind: "string".to_owned(),
            collection: String::new(),
            default: Json::Null,
            required: false,
            model: Vec::new(),
            language: String::new(),
            data_source: String::new(),
            shown: true,
            on_premise_controlled: false,
            aliases: Vec::new(),
        }
    }
}

impl Component {
    /// Reads what somebody wants to publish; every problem is told with the place where it is.
    pub fn read(mut json: Json) -> Result<Self, Vec<String>> {
        drop_nulls(&mut json);
        let read = |error: serde_json::Error| vec![error.to_string()];
        let component: Self = serde_json::from_value(json).map_err(read)?;
        let problems = check::problems(&component);
        if problems.is_empty() { Ok(component) } else { Err(problems) }
    }

    pub fn action(&self, key: &str) -> Option<&Arc<Operation>> {
        self.actions.iter().find(|known| known.key == key)
    }

    pub fn trigger(&self, key: &str) -> Option<&Arc<Operation>> {
        self.triggers.iter().find(|known| known.key == key)
    }

    pub fn data_source(&self, key: &str) -> Option<&Arc<Operation>> {
        self.data_sources.iter().find(|known| known.key == key)
    }

    pub fn connection(&self, key: &str) -> Option<&Arc<Connection>> {
        self.connections.iter().find(|known| known.key == key)
    }
}

impl Operation {
    /// What definitions are checked against.
    pub fn shape(&self) -> ActionShape {
        let inputs = self.inputs.iter().map(|input| InputShape {
            key: input.key.clone(),
            aliases: input.aliases.clone(),
            required: input.required && input.default_value().is_none(),
        });
        let branches_by = &self.dynamic_branch_input;
        ActionShape {
            inputs: inputs.collect(),
            loops: self.loops,
            branches_by: (!branches_by.is_empty()).then(|| branches_by.clone()),
            branches: self.static_branch_names.clone(),
            needs_schedule: self.schedule_support.eq_ignore_ascii_case("required"),
        }
    }
}

impl Input {
    /// What the input is where nobody sets it; empty text means nothing.
    pub fn default_value(&self) -> Option<&Json> {
        match &self.default {
            Json::Null => None,
            Json::String(text) if text.is_empty() => None,
            value => Some(value),
        }
    }
}

/// Whether the text is a member of the enumeration.
fn is_one_of<C: Choice>(name: &str) -> bool {
    C::named(name).is_some()
}

fn drop_nulls(json: &mut Json) {
    match json {
        Json::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
