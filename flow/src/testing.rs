//! A scope for tests.

use std::collections::HashMap;

use crate::Value;
use crate::scope::{Iteration, Scope, StepView};

/// Steps and config variables, given as JSON.
#[derive(Default)]
pub struct Fixture {
    results: HashMap<String, Value>,
    errors: HashMap<String, Value>,
    loops: HashMap<String, Iteration>,
    config_vars: HashMap<String, Value>,
}

impl Fixture {
    pub fn results(mut self, step: &str, json: &str) -> Self {
        self.results.insert(step.to_owned(), Value::from_json(json).unwrap());
        self
    }

    pub fn error(mut self, step: &str, json: &str) -> Self {
        self.errors.insert(step.to_owned(), Value::from_json(json).unwrap());
        self
    }

    pub fn looping(mut self, step: &str, iteration: Iteration) -> Self {
        self.loops.insert(step.to_owned(), iteration);
        self
    }

    pub fn config_var(mut self, key: &str, json: &str) -> Self {
        self.config_vars.insert(key.to_owned(), Value::from_json(json).unwrap());
        self
    }
}

impl Scope for Fixture {
    fn step(&self, key: &str) -> Option<StepView<'_>> {
        let view = StepView {
            results: self.results.get(key),
            error: self.errors.get(key),
            iteration: self.loops.get(key),
        };
        let is_known = view.results.or(view.error).is_some() || view.iteration.is_some();
        is_known.then_some(view)
    }

    fn config_var(&self, key: &str) -> Option<&Value> {
        self.config_vars.get(key)
    }
}
