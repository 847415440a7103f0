//! A compiled flow with its actions found: what is walked for every execution.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use components::{Action, Catalog, Trigger};
use domain::component::{Own, Version};
use flow::Expression;
use flow::Value;
use flow::definition::ComponentRef;
use flow::program::{self, ErrorConfig, Program};

use crate::bundle::{self, Host};

/// The built-in components; they are the same for everybody and never change.
pub static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::default);

/// A flow that can be run.
#[derive(Debug)]
pub struct Plan {
    pub trigger: PlannedTrigger,
    pub steps: Vec<PlannedStep>,
    /// Whether the trigger or any step can see or change state that outlives the execution.
    pub uses_state: bool,
}

#[derive(Debug)]
pub struct PlannedTrigger {
    pub step: StepName,
    pub trigger: Found<Trigger>,
    pub inputs: Vec<(Arc<str>, Expression)>,
    pub branches: Vec<PlannedBranch>,
}

#[derive(Debug)]
pub struct PlannedStep {
    pub step: StepName,
    pub action: Found<Action>,
    pub inputs: Vec<(Arc<str>, Expression)>,
    pub body: Vec<PlannedStep>,
    pub branches: Vec<PlannedBranch>,
    pub error: ErrorConfig,
}

/// What a step uses: built in, or published and made for it.
#[derive(Debug)]
pub enum Found<T: 'static> {
    BuiltIn(&'static T),
    Published(Box<T>),
}

impl<T> Deref for Found<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::BuiltIn(found) => found,
            Self::Published(found) => found,
        }
    }
}

/// Published components, and who runs them.
#[derive(Clone, Copy)]
pub struct Published<'a> {
    pub own: &'a Own,
    pub host: &'a Arc<Host>,
}

impl<'a> Published<'a> {
    /// The version that a step names, if it is a published one, and who runs it.
    fn find(of: Option<Self>, step: &program::Step) -> Option<(&'a Arc<Version>, &'a Arc<Host>)> {
        let of = of?;
        let version = of.own.get(&ComponentRef {
            key: step.component.to_string(),
            is_public: step.is_public,
            version: step.version.clone(),
        })?;
        Some((version, of.host))
    }
}

#[derive(Debug)]
pub struct PlannedBranch {
    pub name: Arc<str>,
    pub steps: Vec<PlannedStep>,
}

/// A step's key for references and its name for people.
#[derive(Clone, Debug)]
pub struct StepName {
    pub key: Arc<str>,
    pub display: Arc<str>,
}

/// The flow names something that is not there.
#[derive(Clone, Debug, thiserror::Error)]
#[error("step \"{step}\": the component \"{component}\" has no {kind} \"{key}\" here")]
pub struct Missing {
    step: String,
    component: String,
    kind: &'static str,
    key: String,
}

impl Plan {
    pub fn new(program: &Program, published: Option<Published<'_>>) -> Result<Self, Missing> {
        let steps = plan_steps(&program.steps, published)?;
        let trigger = plan_trigger(&program.trigger, published)?;
        let branches = trigger.branches.iter().map(|branch| &branch.steps);
        let uses_state = trigger.trigger.uses_state
            || std::iter::once(&steps).chain(branches).any(|steps| use_state(steps));
        Ok(Self { trigger, steps, uses_state })
    }
}

fn plan_trigger(
    step: &program::Step,
    published: Option<Published<'_>>,
) -> Result<PlannedTrigger, Missing> {
    let branches = plan_branches(step, published)?;
    if let Some((version, host)) = Published::find(published, step) {
        let found = version.component.trigger(&step.action);
        let operation = found.ok_or_else(|| missing(step, "trigger"))?;
        let named = (step.name.clone(), step.key.clone());
        let trigger = bundle::trigger(host, version, operation, named);
        let trigger = Found::Published(Box::new(trigger));
        let inputs = with_published_defaults(&step.inputs, operation);
        return Ok(PlannedTrigger { step: name(step), trigger, inputs, branches });
    }
    let trigger = CATALOG.trigger(&step.component, &step.action).filter(|_| step.is_public);
    let trigger = trigger.ok_or_else(|| missing(step, "trigger"))?;
    Ok(PlannedTrigger {
        step: name(step),
        inputs: with_defaults(&step.inputs, &trigger.inputs),
        trigger: Found::BuiltIn(trigger),
        branches,
    })
}

fn plan_steps(
    steps: &[program::Step],
    published: Option<Published<'_>>,
) -> Result<Vec<PlannedStep>, Missing> {
    steps.iter().map(|step| plan_step(step, published)).collect()
}

fn plan_step(
    step: &program::Step,
    published: Option<Published<'_>>,
) -> Result<PlannedStep, Missing> {
    let (action, inputs) = if let Some((version, host)) = Published::find(published, step) {
        let found = version.component.action(&step.action);
        let operation = found.ok_or_else(|| missing(step, "action"))?;
        let named = (step.name.clone(), step.key.clone());
        let action = bundle::action(host, version, operation, named);
        let inputs = with_published_defaults(&step.inputs, operation);
        (Found::Published(Box::new(action)), inputs)
    } else {
        let action = CATALOG.action(&step.component, &step.action).filter(|_| step.is_public);
        let action = action.ok_or_else(|| missing(step, "action"))?;
        (Found::BuiltIn(action), with_defaults(&step.inputs, &action.inputs))
    };
    let body = match &step.body {
        program::Body::Loop(steps) => plan_steps(steps, published)?,
        program::Body::None | program::Body::Branches(_) => Vec::new(),
    };
    Ok(PlannedStep {
        step: name(step),
        action,
        inputs,
        body,
        branches: plan_branches(step, published)?,
        error: step.error,
    })
}

fn plan_branches(
    step: &program::Step,
    published: Option<Published<'_>>,
) -> Result<Vec<PlannedBranch>, Missing> {
    let program::Body::Branches(branches) = &step.body else { return Ok(Vec::new()) };
    let plan = |branch: &program::Branch| {
        let steps = plan_steps(&branch.steps, published)?;
        Ok(PlannedBranch { name: branch.name.clone(), steps })
    };
    branches.iter().map(plan).collect()
}

/// Inputs under their own keys; what the flow leaves out takes the component's default.
fn with_defaults(
    given: &[(Arc<str>, Expression)],
    inputs: &[components::Input],
) -> Vec<(Arc<str>, Expression)> {
    let own_key = |key: &Arc<str>| {
        let input = inputs.iter().find(|input| input.aliases.contains(&&**key));
        input.map_or_else(|| key.clone(), |input| input.key.into())
    };
    let mut planned: Vec<_> =
        given.iter().map(|(key, value)| (own_key(key), value.clone())).collect();
    for input in inputs.iter().filter(|input| !input.default.is_empty()) {
        let is_given =
            |expression: &Expression| *expression != Expression::Literal(Some("".into()));
        match planned.iter_mut().find(|(key, _)| **key == *input.key) {
            Some((_, expression)) if is_given(expression) => {}
            Some((_, expression)) => *expression = Expression::Literal(Some(input.default.into())),
            None => {
                let default = Expression::Literal(Some(input.default.into()));
                planned.push((input.key.into(), default));
            }
        }
    }
    planned
}

/// The same, for what a published component says of its inputs.
fn with_published_defaults(
    given: &[(Arc<str>, Expression)],
    operation: &flow::component::Operation,
) -> Vec<(Arc<str>, Expression)> {
    let is_empty = |expression: &Expression| *expression == Expression::Literal(Some("".into()));
    let mut planned = given.to_vec();
    for input in &operation.inputs {
        let Some(default) = input.default_value() else { continue };
        let default = match default {
            serde_json::Value::String(text) => Value::from(text.as_str()),
            other => Value::from_json(&other.to_string()).unwrap_or_default(),
        };
        let default = Expression::Literal(Some(default));
        match planned.iter_mut().find(|(key, _)| **key == *input.key) {
            Some((_, expression)) if is_empty(expression) => *expression = default,
            Some(_) => {}
            None => planned.push((input.key.as_str().into(), default)),
        }
    }
    planned
}

fn use_state(steps: &[PlannedStep]) -> bool {
    steps.iter().any(|step| {
        step.action.uses_state
            || use_state(&step.body)
            || step.branches.iter().any(|branch| use_state(&branch.steps))
    })
}

fn name(step: &program::Step) -> StepName {
    StepName { key: step.key.clone(), display: step.name.clone() }
}

fn missing(step: &program::Step, kind: &'static str) -> Missing {
    Missing {
        step: step.name.to_string(),
        component: step.component.to_string(),
        kind,
        key: step.action.to_string(),
    }
}
