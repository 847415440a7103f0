//! Finds everything that is wrong with a definition that could be read.

mod actions;
mod settings;
mod steps;

use std::collections::{BTreeSet, HashSet};

use crate::OAuth2Shape;
use crate::definition::{ActionRef, ComponentRef, ConfigVar, Definition, ElementKind, Flow};
use crate::expression::{Expression, Mention};
use crate::problem::{Kind, Problem, Problems, item, property};
use crate::suggest::nearest;

/// The most config variables an integration may have.
pub const MAX_CONFIG_VARS: usize = 100;

/// The longest value of a picklist, in characters.
pub const MAX_PICK_LIST_CHARS: usize = 64;

/// The components a definition can use.
pub trait Vocabulary {
    /// Whether there is such a component.
    fn component(&self, component: &ComponentRef) -> bool;

    /// What an action, or trigger, takes; `None` if the component has no such one.
    fn inputs(
        &self,
        component: &ComponentRef,
        action: &str,
        is_trigger: bool,
    ) -> Option<ActionShape>;

    /// The keys of all components, for suggestions.
    fn components(&self) -> Vec<String>;

    /// The keys of a component's actions, or triggers, for suggestions.
    fn actions(&self, component: &ComponentRef, triggers: bool) -> Vec<String>;

    /// The keys of a component's connections.
    fn connections(&self, component: &ComponentRef) -> Vec<String>;

    /// What a kind of connection takes.
    fn connection_inputs(&self, _component: &str, _connection: &str) -> Vec<InputShape> {
        Vec::new()
    }

    /// How a kind of connection gets tokens; `None` where it has none.
    fn oauth2(&self, _component: &str, _connection: &str) -> Option<OAuth2Shape> {
        None
    }

    /// The inputs of a connection or data source that hold neither secrets nor code.
    fn open_inputs(&self, _component: &str, _key: &str) -> Vec<String> {
        Vec::new()
    }

    /// The keys of a component's data sources.
    fn data_sources(&self, component: &ComponentRef) -> Vec<String>;
}

/// What an action takes and how its step may continue.
#[derive(Clone, Debug, Default)]
pub struct ActionShape {
    pub inputs: Vec<InputShape>,
    /// Whether the step has a body that is repeated.
    pub loops: bool,
    /// The input whose entries name the branches.
    pub branches_by: Option<String>,
    /// The names of the branches, where the action fixes them.
    pub branches: Vec<String>,
    /// Whether the step must say when it runs.
    pub needs_schedule: bool,
}

#[derive(Clone, Debug)]
pub struct InputShape {
    pub key: String,
    /// Other keys under which older definitions may give it.
    pub aliases: Vec<String>,
    /// Whether a step must set it.
    pub required: bool,
}

/// Everything that is wrong, in the order of the document.
pub fn validate(definition: &Definition, vocabulary: &dyn Vocabulary) -> Vec<Problem> {
    let problems = Problems::default();
    let variables = definition.config_vars.iter().map(|variable| &*variable.key);
    let checker =
        Checker { definition, vocabulary, variables: variables.collect(), problems: &problems };
    checker.integration();
    checker.pages();
    checker.config_vars();
    checker.flows();
    let mut problems = problems.into_vec();
    for problem in &mut problems {
        problem.position = definition.position_of(&problem.path);
    }
    problems
}

#[derive(Clone)]
struct Checker<'a> {
    definition: &'a Definition,
    vocabulary: &'a dyn Vocabulary,
    /// The keys of the config variables; sorted, so that suggestions do not vary.
    variables: BTreeSet<&'a str>,
    problems: &'a Problems,
}

impl<'a> Checker<'a> {
    fn add(&self, kind: Kind, path: impl Into<String>, message: impl Into<String>) {
        self.problems.add(kind, path, message);
    }

    fn integration(&self) {
        let definition = self.definition;
        if definition.name.trim().is_empty() {
            self.add(Kind::Name, "name", "the integration has no name");
        }
        if let Some(name) = &definition.preprocess_flow_name
            && definition.flow(name).is_none()
        {
            let message = format!("there is no flow `{name}`");
            let names = definition.flows.iter().map(|flow| &*flow.name);
            let problem = Problem::new(Kind::Reference, "preprocessFlowName", message);
            self.problems.push(problem.suggest(nearest(name, names)));
        }
        for (path, expression) in [
            ("flowNameField", &definition.flow_name_field),
            ("externalCustomerIdField", &definition.external_customer_id_field),
            ("externalCustomerUserIdField", &definition.external_customer_user_id_field),
        ] {
            if let Some(expression) = expression {
                self.malformed(expression, path);
            }
        }
    }

    /// What cannot be understood, and config variables that do not exist.
    fn malformed(&self, expression: &Expression, path: &str) {
        expression.mentions(path, &mut |path, mention| self.mention(path, mention, ""));
    }

    /// Checks all that needs no knowledge of the steps.
    fn mention(&self, path: &str, mention: Mention<'_>, user: &str) {
        match mention {
            Mention::Reference(_) => {}
            Mention::ConfigVar(key) => self.known_variable(key, path, user),
            Mention::Malformed(malformed) => {
                self.add(Kind::Expression, path, format!("{user}{malformed}"));
            }
            Mention::UnknownOperator(name) => {
                let known = crate::condition::OPERATORS.iter().map(|operator| operator.name);
                let message = format!("{user}there is no operator `{name}`");
                let problem = Problem::new(Kind::Expression, path, message);
                self.problems.push(problem.suggest(nearest(name, known.chain(["and", "or"]))));
            }
        }
    }

    fn known_variable(&self, key: &str, path: &str, user: &str) {
        if self.variables.contains(key) || self.problems.is_full() {
            return;
        }
        let message = format!("{user}there is no config variable `{key}`");
        let suggestion = nearest(key, self.variables.iter().copied());
        let problem = Problem::new(Kind::Reference, path, message);
        self.problems.push(problem.suggest(suggestion));
    }

    fn pages(&self) {
        for (index, page) in self.definition.config_pages.iter().enumerate() {
            let path = property(&item("configPages", index), "elements");
            for (index, element) in page.elements.iter().enumerate() {
                if element.kind != ElementKind::Html {
                    let path = property(&item(&path, index), "value");
                    self.known_variable(&element.value, &path, "");
                }
            }
        }
    }

    fn config_vars(&self) {
        let variables = &self.definition.config_vars;
        if variables.len() > MAX_CONFIG_VARS {
            let message = format!("an integration has at most {MAX_CONFIG_VARS} config variables");
            self.add(Kind::Setting, "requiredConfigVars", message);
        }
        let mut keys = HashSet::new();
        for (index, variable) in variables.iter().enumerate() {
            let path = item("requiredConfigVars", index);
            if variable.key.trim().is_empty() {
                self.add(Kind::Name, property(&path, "key"), "a config variable has no key");
            } else if !keys.insert(&variable.key) {
                let message = format!("another config variable has the key `{}`", variable.key);
                self.add(Kind::Name, property(&path, "key"), message);
            }
            self.config_var(variable, &path);
        }
    }

    fn config_var(&self, variable: &'a ConfigVar, path: &str) {
        for (index, value) in variable.pick_list.iter().enumerate() {
            if value.chars().count() > MAX_PICK_LIST_CHARS {
                let path = item(&property(path, "pickList"), index);
                let message = format!("a picklist value has at most {MAX_PICK_LIST_CHARS} letters");
                self.add(Kind::Setting, path, message);
            }
        }
        if let Some(connection) = &variable.connection {
            let known = |component: &ComponentRef| self.vocabulary.connections(component);
            self.known_part(connection, &property(path, "connection"), "connection", known);
        }
        if let Some(source) = &variable.data_source {
            let known = |component: &ComponentRef| self.vocabulary.data_sources(component);
            self.known_part(source, &property(path, "dataSource"), "data source", known);
        }
        settings::check_variable(self, variable, path);
        // The template of a connection may name the inputs beside it.
        let mut inner = self.clone();
        inner.variables.extend(variable.inputs.keys().map(String::as_str));
        for (key, input) in &variable.inputs {
            inner.malformed(&input.expression, &property(&property(path, "inputs"), key));
        }
    }

    /// Checks the component, and that it has what a config variable wants of it.
    fn known_part(
        &self,
        part: &ActionRef,
        path: &str,
        noun: &str,
        known: impl Fn(&ComponentRef) -> Vec<String>,
    ) {
        let component = &part.component;
        if !self.known_component(component, &property(path, "component"), "") {
            return;
        }
        let known = known(component);
        if known.contains(&part.key) {
            return;
        }
        let message = format!("the component `{}` has no {noun} `{}`", component.key, part.key);
        let problem = Problem::new(Kind::UnknownAction, property(path, "key"), message);
        let suggestion = nearest(&part.key, known.iter().map(String::as_str));
        self.problems.push(problem.suggest(suggestion));
    }

    fn known_component(&self, component: &ComponentRef, path: &str, user: &str) -> bool {
        let is_known = self.vocabulary.component(component);
        if !is_known && !self.problems.is_full() {
            let known = self.vocabulary.components();
            let message = format!("{user}the component `{}` is not published", component.key);
            let suggestion = nearest(&component.key, known.iter().map(String::as_str));
            let problem = Problem::new(Kind::UnpublishedComponent, property(path, "key"), message);
            self.problems.push(problem.suggest(suggestion));
        }
        is_known
    }

    fn flows(&self) {
        let mut names = HashSet::new();
        for (index, flow) in self.definition.flows.iter().enumerate() {
            let path = item("flows", index);
            if flow.name.trim().is_empty() {
                self.add(Kind::Name, property(&path, "name"), "a flow has no name");
            } else if !names.insert(&flow.name) {
                let message = format!("another flow has the name `{}`", flow.name);
                self.add(Kind::Name, property(&path, "name"), message);
            }
            self.flow(flow, &path);
        }
    }

    fn flow(&self, flow: &'a Flow, path: &str) {
        for (index, component) in flow.supplemental_components.iter().enumerate() {
            let path = item(&property(path, "supplementalComponents"), index);
            self.known_component(component, &path, "");
        }
        settings::check(self, flow, path);
        steps::check(self, flow, path);
    }
}

#[cfg(test)]
mod tests;
