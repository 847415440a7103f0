//! A compiled flow with its actions found: what is walked for every execution.

use std::sync::{Arc, LazyLock};

use components::{Action, Catalog, Trigger};
use flow::Expression;
use flow::program::{self, ErrorConfig, Program};

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
    pub trigger: &'static Trigger,
    pub inputs: Vec<(Arc<str>, Expression)>,
    pub branches: Vec<PlannedBranch>,
}

#[derive(Debug)]
pub struct PlannedStep {
    pub step: StepName,
    pub action: &'static Action,
    pub inputs: Vec<(Arc<str>, Expression)>,
    pub body: Vec<PlannedStep>,
    pub branches: Vec<PlannedBranch>,
    pub error: ErrorConfig,
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
    pub fn new(program: &Program) -> Result<Self, Missing> {
        let steps = plan_steps(&program.steps)?;
        let trigger = plan_trigger(&program.trigger)?;
        let branches = trigger.branches.iter().map(|branch| &branch.steps);
        let uses_state = trigger.trigger.uses_state
            || std::iter::once(&steps).chain(branches).any(|steps| use_state(steps));
        Ok(Self { trigger, steps, uses_state })
    }
}

fn plan_trigger(step: &program::Step) -> Result<PlannedTrigger, Missing> {
    let trigger =
        CATALOG.trigger(&step.component, &step.action).ok_or_else(|| missing(step, "trigger"))?;
    Ok(PlannedTrigger {
        step: name(step),
        trigger,
        inputs: with_defaults(&step.inputs, &trigger.inputs),
        branches: plan_branches(step)?,
    })
}

fn plan_steps(steps: &[program::Step]) -> Result<Vec<PlannedStep>, Missing> {
    steps.iter().map(plan_step).collect()
}

fn plan_step(step: &program::Step) -> Result<PlannedStep, Missing> {
    let action =
        CATALOG.action(&step.component, &step.action).ok_or_else(|| missing(step, "action"))?;
    let body = match &step.body {
        program::Body::Loop(steps) => plan_steps(steps)?,
        program::Body::None | program::Body::Branches(_) => Vec::new(),
    };
    Ok(PlannedStep {
        step: name(step),
        action,
        inputs: with_defaults(&step.inputs, &action.inputs),
        body,
        branches: plan_branches(step)?,
        error: step.error,
    })
}

fn plan_branches(step: &program::Step) -> Result<Vec<PlannedBranch>, Missing> {
    let program::Body::Branches(branches) = &step.body else { return Ok(Vec::new()) };
    let plan = |branch: &program::Branch| {
        Ok(PlannedBranch { name: branch.name.clone(), steps: plan_steps(&branch.steps)? })
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
