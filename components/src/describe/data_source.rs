//! What fills config variables while somebody configures an instance.

use flow::Value;
use futures::future::BoxFuture;

use super::Input;
use crate::{Inputs, Run, StepError};

/// Something that finds the values, or the form, that a config variable offers.
#[must_use = "a description does nothing until a component lists it"]
pub struct DataSource {
    pub key: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    pub inputs: Vec<Input>,
    pub kind: DataSourceKind,
    /// Gets a run without an execution: no states, no step results, and nothing it logs is kept
    /// unless the caller keeps it.
    pub perform: DataSourceFuture,
}

/// A data source as a function.
pub type DataSourceFuture =
    for<'a> fn(&'a mut Run, &'a Inputs) -> BoxFuture<'a, Result<DataSourceOutput, StepError>>;

impl DataSource {
    /// A data source without inputs; chain the setters for anything else.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        description: &'static str,
        kind: DataSourceKind,
        perform: DataSourceFuture,
    ) -> Self {
        Self { key, label, description, inputs: Vec::new(), kind, perform }
    }

    pub fn inputs(mut self, inputs: impl Into<Vec<Input>>) -> Self {
        self.inputs = inputs.into();
        self
    }
}

impl std::fmt::Debug for DataSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DataSource").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What the result of a data source is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DataSourceKind {
    /// `{schema, uiSchema, data?}`.
    JsonForm,
}

/// What a data source found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataSourceOutput {
    /// Shaped as the data source's kind says.
    pub result: Value,
    /// More that the page may use, `{data, contentType}`.
    pub supplemental: Option<Value>,
}
