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

use std::sync::Arc;

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

/// What an author wrote, and where each value stands in it.
#[derive(Debug)]
struct Source {
    text: String,
    places: Places,
}

/// A whole integration.
#[derive(Clone, Debug)]
pub struct Definition {
    document: Json,
    source: Option<Arc<Source>>,
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
        let (document, places) = read(text).map_err(|problem| vec![problem])?;
        match Self::from_document(document) {
            Ok(definition) => Ok(definition.with_source(text, places)),
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

    /// The same definition, with the text it once came from: problems are told with places in it.
    #[must_use]
    pub fn written_as(self, text: &str) -> Self {
        match read(text) {
            Ok((_, places)) => self.with_source(text, places),
            Err(_) => self,
        }
    }

    /// The definition that another document makes, still with the text this one came from.
    pub fn with_document(&self, document: Json) -> Result<Self, Vec<Problem>> {
        let definition = Self::from_document(document)?;
        Ok(Self { source: self.source.clone(), ..definition })
    }

    /// The text it came from, as far as that is known.
    pub fn source(&self) -> Option<&str> {
        self.source.as_ref().map(|source| source.text.as_str())
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
        self.source.as_ref()?.places.of(path)
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

    /// Whether each user of a customer sets this variable: it stands on a page that users fill.
    pub fn is_user_level(&self, key: &str) -> bool {
        let pages = self.config_pages.iter().filter(|page| page.user_level_configured);
        pages
            .flat_map(|page| &page.elements)
            .any(|element| element.kind != ElementKind::Html && element.value == key)
    }

    fn with_source(self, text: &str, places: Places) -> Self {
        Self { source: Some(Arc::new(Source { text: text.to_owned(), places })), ..self }
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
            source: None,
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

/// A document in the newest version of the language, and where its values stand in the text.
fn read(text: &str) -> Result<(Json, Places), Problem> {
    let mut tree = yaml::parse(text)?;
    upconvert::upconvert(&mut tree)?;
    Ok(tree.split())
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
