//! What an expression can see while a flow runs.

use std::sync::Arc;

use crate::Value;

/// The state of a run, as expressions read it.
pub trait Scope {
    /// The step with the given key, unless it has neither run nor begun.
    fn step(&self, key: &str) -> Option<StepView<'_>>;

    fn config_var(&self, key: &str) -> Option<&Value>;
}

/// What is known of one step.
#[derive(Clone, Copy, Debug, Default)]
pub struct StepView<'a> {
    pub results: Option<&'a Value>,
    /// The error of a step whose failure was ignored.
    pub error: Option<&'a Value>,
    /// The iteration a loop is in, while its body runs.
    pub iteration: Option<&'a Iteration>,
}

/// One turn of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Iteration {
    pub item: Value,
    /// The property name, where the loop goes over an object.
    pub key: Option<Arc<str>>,
    pub index: usize,
    pub is_last: bool,
}
