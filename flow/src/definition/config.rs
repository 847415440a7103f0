//! Config pages and config variables.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::choice::{CodeLanguage, Collection, DataType, ElementKind, ScheduleType};
use super::fields::Fields;
use super::flow::ActionRef;
use crate::expression::Expression;

/// Settings that are kept as they are.
pub type JsonMap = Map<String, Json>;

/// One page of the wizard that deploys an instance.
#[derive(Clone, Debug)]
pub struct ConfigPage {
    pub name: String,
    pub tagline: String,
    /// Whether each user of a customer fills this page.
    pub user_level_configured: bool,
    pub elements: Vec<ConfigElement>,
}

#[derive(Clone, Debug)]
pub struct ConfigElement {
    pub kind: ElementKind,
    /// The key of a config variable, or HTML.
    pub value: String,
}

/// A setting of an instance.
#[derive(Clone, Debug)]
pub struct ConfigVar {
    pub key: String,
    pub stable_key: Option<String>,
    pub description: String,
    pub data_type: DataType,
    /// Lists and objects are JSON text.
    pub default_value: Option<String>,
    pub pick_list: Vec<String>,
    pub collection: Option<Collection>,
    /// Only the organization sees and sets it.
    pub org_only: bool,
    pub meta: JsonMap,
    pub connection: Option<ActionRef>,
    pub connection_template: Option<String>,
    pub data_source: Option<ActionRef>,
    /// Inputs of the connection or the data source.
    pub inputs: IndexMap<String, ConfigInput>,
    pub schedule_type: Option<ScheduleType>,
    pub time_zone: Option<String>,
    pub code_language: Option<CodeLanguage>,
    pub on_premise_connection: Option<String>,
    /// The stable key of a connection that is shared between integrations.
    pub scoped_config_var: Option<String>,
}

/// An input of a connection or data source.
#[derive(Clone, Debug)]
pub struct ConfigInput {
    pub expression: Expression,
    /// As it is written.
    pub raw: Json,
    pub meta: JsonMap,
}

impl ConfigPage {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let element = |fields: &Fields<'_>| ConfigElement {
            kind: fields.required_choice("type").unwrap_or(ElementKind::ConfigVar),
            value: fields.text("value"),
        };
        Self {
            name: fields.text("name"),
            tagline: fields.text("tagline"),
            user_level_configured: fields.flag("userLevelConfigured"),
            elements: fields.list("elements", element),
        }
    }
}

impl ConfigVar {
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let connection = fields.object("connection");
        Self {
            key: fields.required_text("key"),
            stable_key: fields.filled_text("stableKey"),
            description: fields.text("description"),
            data_type: fields.required_choice("dataType").unwrap_or(DataType::String),
            default_value: default_value(fields),
            pick_list: fields.texts("pickList"),
            collection: fields.choice("collectionType"),
            org_only: fields.flag("orgOnly"),
            meta: meta(fields),
            connection_template: connection.as_ref().and_then(|it| it.filled_text("template")),
            connection: connection.as_ref().map(ActionRef::read),
            data_source: fields.object("dataSource").as_ref().map(ActionRef::read),
            inputs: inputs(fields),
            schedule_type: fields.choice("scheduleType"),
            time_zone: fields.filled_text("timeZone"),
            code_language: fields.choice("codeLanguage"),
            on_premise_connection: fields.filled_text("onPremiseConnectionConfig"),
            scoped_config_var: fields.filled_text("useScopedConfigVar"),
        }
    }

    pub fn visible_to_customer_deployer(&self) -> bool {
        visible(&self.meta, "visibleToCustomerDeployer", "isVisibleToCustomerDeployer")
    }

    pub fn visible_to_org_deployer(&self) -> bool {
        visible(&self.meta, "visibleToOrgDeployer", "isVisibleToOrgDeployer")
    }
}

impl ConfigInput {
    pub fn org_only(&self) -> bool {
        self.meta.get("orgOnly") == Some(&Json::Bool(true))
    }

    /// Whether the value is never shown again.
    pub fn write_only(&self) -> bool {
        self.meta.get("writeOnly") == Some(&Json::Bool(true))
    }

    pub fn visible_to_customer_deployer(&self) -> bool {
        visible(&self.meta, "visibleToCustomerDeployer", "isVisibleToCustomerDeployer")
    }

    pub fn visible_to_org_deployer(&self) -> bool {
        visible(&self.meta, "visibleToOrgDeployer", "isVisibleToOrgDeployer")
    }
}

/// A flag that is on unless it is switched off, under its name or the name older exports gave it.
fn visible(meta: &JsonMap, name: &str, old_name: &str) -> bool {
    meta.get(name).or_else(|| meta.get(old_name)) != Some(&Json::Bool(false))
}

fn meta(fields: &Fields<'_>) -> JsonMap {
    match fields.get("meta") {
        Some(Json::Object(meta)) => meta.clone(),
        Some(_) => {
            fields.wrong("meta", "this must be a mapping");
            JsonMap::new()
        }
        None => JsonMap::new(),
    }
}

fn inputs(fields: &Fields<'_>) -> IndexMap<String, ConfigInput> {
    let read = |json: &Json, path: &str| ConfigInput {
        expression: Expression::read(json, path, fields.problems()),
        raw: json.clone(),
        meta: json.get("meta").and_then(Json::as_object).cloned().unwrap_or_default(),
    };
    let entries = fields.entries("inputs").into_iter();
    entries.map(|(key, json, path)| (key.clone(), read(json, &path))).collect()
}

/// The default as text; a list or object written out becomes JSON text.
fn default_value(fields: &Fields<'_>) -> Option<String> {
    match fields.get("defaultValue")? {
        json @ (Json::Array(_) | Json::Object(_)) => Some(json.to_string()),
        _ => fields.optional_text("defaultValue"),
    }
}
