//! What starts flows.

use std::sync::Arc;

use flow::Map;
use futures::future::BoxFuture;

use super::{HostedTrigger, Input, Response};
use crate::{Guard, Inputs, Run, StepError};

/// Something that starts a flow.
#[must_use = "a description does nothing until a component lists it"]
pub struct Trigger {
    pub key: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    pub inputs: Vec<Input>,
    pub schedule: ScheduleSupport,
    /// Offered for any flow, not only with its own component.
    pub is_common: bool,
    /// Asked before a call of the flow's URL becomes an execution.
    pub guard: Option<Guard>,
    /// Reads or writes state that outlives the execution.
    pub uses_state: bool,
    /// Names of the branches it may choose; empty for a trigger that leads straight on.
    pub branches: &'static [&'static str],
    pub perform: PerformTrigger,
}

/// How a trigger makes its step's results of the payload as it was received.
pub enum PerformTrigger {
    /// A quick function.
    Quick(fn(&mut Run, Map, &Inputs) -> Result<TriggerOutput, StepError>),
    /// Waits for something. The execution is durable before it begins, and it begins again when
    /// the server stops in the middle, so it must be repeatable.
    Waiting(TriggerFuture),
    /// The same, of code that runs elsewhere.
    Hosted(Arc<dyn HostedTrigger>),
}

/// A trigger that waits, as a function.
pub type TriggerFuture =
    for<'a> fn(&'a mut Run, Map, &'a Inputs) -> BoxFuture<'a, Result<TriggerOutput, StepError>>;

impl Trigger {
    /// A trigger without inputs and schedule; chain the setters for anything else.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        description: &'static str,
        perform: PerformTrigger,
    ) -> Self {
        Self {
            key,
            label,
            description,
            inputs: Vec::new(),
            schedule: ScheduleSupport::Invalid,
            is_common: false,
            guard: None,
            uses_state: false,
            branches: &[],
            perform,
        }
    }

    pub fn inputs(mut self, inputs: impl Into<Vec<Input>>) -> Self {
        self.inputs = inputs.into();
        self
    }

    pub const fn schedule(mut self, schedule: ScheduleSupport) -> Self {
        self.schedule = schedule;
        self
    }

    pub const fn common(mut self) -> Self {
        self.is_common = true;
        self
    }

    pub const fn guard(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    pub const fn uses_state(mut self) -> Self {
        self.uses_state = true;
        self
    }

    pub const fn branches(mut self, names: &'static [&'static str]) -> Self {
        self.branches = names;
        self
    }
}

impl std::fmt::Debug for Trigger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Trigger").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What a trigger makes of the payload it got.
#[derive(Clone, Debug, Default)]
pub struct TriggerOutput {
    /// The trigger step's results: `headers`, `body`, `rawBody` and so on.
    pub payload: Map,
    pub branch: Option<Arc<str>>,
    pub response: Option<Response>,
    /// It looked for changes and found none: the execution ends here, and keeps its state.
    pub found_no_changes: bool,
}

impl TriggerOutput {
    /// The payload as it was received, with the default answer.
    pub fn pass(payload: Map) -> Self {
        Self { payload, ..Self::default() }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScheduleSupport {
    Invalid,
    Valid,
    Required,
}
