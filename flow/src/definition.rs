//! An integration as its author wrote it.
//!
//! The document is kept as it came, as an ordered tree, so that keys we know nothing about survive
//! a round trip; beside it stands a typed model for reading.

mod choice;
mod config;
mod fields;
mod flow;
mod tree;
mod upconvert;
mod versions;
mod yaml;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::expression::Expression;
use crate::problem::{Kind, Position, Problem, Problems};
use crate::reference::Path;
use fields::Fields;
use tree::Places;

pub use choice::{
    Choice, CodeLanguage, Collection, DataType, ElementKind, EndpointSecurity, EndpointType,
    ScheduleType,
};
pub use config::{ConfigElement, ConfigInput, ConfigPage, ConfigVar, JsonMap};
pub use flow::{
    ActionRef, Branch, ComponentRef, ErrorConfig, ErrorHandler, Flow, QueueConfig, RetryConfig,
    Schedule, ScheduleTime, Step, TriggerResolver, Version,
};

/// A whole integration.
#[derive(Clone, Debug)]
pub struct Definition {
    document: Json,
    places: Option<Places>,
    pub name: String,
    pub description: String,
    pub category: String,
    pub documentation: String,
    pub labels: Vec<String>,
    pub endpoint_type: EndpointType,
    pub preprocess_flow_name: Option<String>,
    /// Where a shared endpoint finds the name of the flow that is called.
    pub flow_name_field: Option<Expression>,
    pub external_customer_id_field: Option<Expression>,
    pub external_customer_user_id_field: Option<Expression>,
    pub default_instance_profile: Option<String>,
    pub config_pages: Vec<ConfigPage>,
    pub config_vars: Vec<ConfigVar>,
    pub flows: Vec<Flow>,
    pub is_code_native: bool,
    /// The version label that code-native integrations give themselves.
    pub version: Option<String>,
}

impl Definition {
    /// Reads what an author wrote: YAML or JSON, in any version of the language.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut tree = yaml::parse(text).map_err(|problem| vec![problem])?;
        upconvert::upconvert(&mut tree).map_err(|problem| vec![problem])?;
        let (document, places) = tree.split();
        match Self::from_document(document) {
            Ok(definition) => Ok(Self { places: Some(places), ..definition }),
            Err(mut problems) => {
                for problem in &mut problems {
                    problem.position = places.of(&problem.path);
                }
                Err(problems)
            }
        }
    }

    /// Reads the stored form, which [`Self::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, Vec<Problem>> {
        let document = serde_json::from_str(text)
            .map_err(|error| vec![Problem::new(Kind::Syntax, "", error.to_string())])?;
        Self::from_document(document)
    }

    /// The document in its stored form.
    pub fn to_json(&self) -> String {
        self.document.to_string()
    }

    /// A fresh YAML document that means the same.
    pub fn to_yaml(&self) -> String {
        yaml::write(&self.document)
    }

    /// Where the value at a problem's path begins, as far as the source is known.
    pub fn position_of(&self, path: &str) -> Option<Position> {
        self.places.as_ref()?.of(path)
    }

    /// The document itself, with every key it came with.
    pub fn document(&self) -> &Json {
        &self.document
    }

    pub fn flow(&self, name: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.name == name)
    }

    pub fn config_var(&self, key: &str) -> Option<&ConfigVar> {
        self.config_vars.iter().find(|variable| variable.key == key)
    }

    fn from_document(document: Json) -> Result<Self, Vec<Problem>> {
        let problems = Problems::default();
        let definition = Fields::new(&document, "", &problems).map(|fields| Self::read(&fields));
        let problems = problems.into_vec();
        match definition {
            Some(definition) if problems.is_empty() => Ok(Self { document, ..definition }),
            _ => Err(problems),
        }
    }

    fn read(fields: &Fields<'_>) -> Self {
        Self {
            document: Json::Null,
            places: None,
            name: fields.required_text("name"),
            description: fields.text("description"),
            category: fields.text("category"),
            documentation: fields.text("documentation"),
            labels: fields.texts("labels"),
            endpoint_type: fields.choice("endpointType").unwrap_or_default(),
            preprocess_flow_name: fields.filled_text("preprocessFlowName"),
            flow_name_field: routing(fields, "flowNameField"),
            external_customer_id_field: routing(fields, "externalCustomerIdField"),
            external_customer_user_id_field: routing(fields, "externalCustomerUserIdField"),
            default_instance_profile: fields.filled_text("defaultInstanceProfile"),
            config_pages: fields.list("configPages", ConfigPage::read),
            config_vars: fields.list("requiredConfigVars", ConfigVar::read),
            flows: fields.required_list("flows", Flow::read),
            is_code_native: fields.flag("isCodeNative"),
            version: fields.filled_text("version"),
        }
    }
}

/// Where a shared endpoint finds something in a request, whose headers may be spelled in any case.
fn routing(fields: &Fields<'_>, key: &str) -> Option<Expression> {
    let mut expression = fields.expression(key)?;
    expression.for_each_path(&mut Path::ignore_header_case);
    Some(expression).filter(|expression| !expression.is_unset())
}

/// The inputs of a step, by their keys.
pub type Inputs = IndexMap<String, Expression>;

#[cfg(test)]
mod tests;
