//! How a component and what it offers present themselves.

use std::sync::Arc;

use bytes::Bytes;
use flow::Value;
use futures::future::BoxFuture;

use crate::{Inputs, Run, StepError};

mod data_source;
mod hosted;
mod input;
mod published;
mod trigger;

pub use data_source::{DataSource, DataSourceFuture, DataSourceKind, DataSourceOutput};
pub use hosted::{Hosted, HostedTrigger};
pub use input::{Collection, Input, InputKind};
pub use trigger::{PerformTrigger, ScheduleSupport, Trigger, TriggerFuture, TriggerOutput};

/// A named set of actions and triggers, addressed by its key in definitions.
#[derive(Debug)]
pub struct Component {
    pub key: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    pub category: &'static str,
    pub actions: Vec<Action>,
    pub triggers: Vec<Trigger>,
    pub data_sources: Vec<DataSource>,
    pub connections: Vec<Connection>,
}

impl Component {
    /// A component without actions yet; set the fields it has.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        description: &'static str,
        category: &'static str,
    ) -> Self {
        Self {
            key,
            label,
            description,
            category,
            actions: Vec::new(),
            triggers: Vec::new(),
            data_sources: Vec::new(),
            connections: Vec::new(),
        }
    }
}

/// Something a step can do.
#[derive(Debug)]
#[must_use = "a description does nothing until a component lists it"]
pub struct Action {
    pub key: &'static str,
    pub label: &'static str,
    pub description: &'static str,
    pub inputs: Vec<Input>,
    pub safety: Safety,
    /// What the inputs of a step make of its safety, where they decide it.
    pub safety_by: Option<fn(&Inputs) -> Safety>,
    pub perform: Perform,
    /// The execution ends successfully after this action.
    pub terminates: bool,
    /// Reads or writes state that outlives the execution.
    pub uses_state: bool,
    /// Key of the input whose entry names are the branches of the step.
    pub branches_by: Option<&'static str>,
    /// Names of the branches of the step, where the action fixes them.
    pub branches: &'static [&'static str],
    /// Sees the results of all earlier steps, not only its inputs ([`Run::step_results`]).
    pub reads_step_results: bool,
    /// Gets files that are kept outside memory as references; other actions get their bytes.
    pub takes_references: bool,
}

impl Action {
    /// A pure action without inputs; chain the setters for anything else.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        description: &'static str,
        perform: Perform,
    ) -> Self {
        Self {
            key,
            label,
            description,
            inputs: Vec::new(),
            safety: Safety::Pure,
            safety_by: None,
            perform,
            terminates: false,
            uses_state: false,
            branches_by: None,
            branches: &[],
            reads_step_results: false,
            takes_references: false,
        }
    }

    pub fn inputs(mut self, inputs: impl Into<Vec<Input>>) -> Self {
        self.inputs = inputs.into();
        self
    }

    pub const fn safety(mut self, safety: Safety) -> Self {
        self.safety = safety;
        self
    }

    pub const fn safety_by(mut self, safety: fn(&Inputs) -> Safety) -> Self {
        self.safety_by = Some(safety);
        self
    }

    pub const fn terminates(mut self) -> Self {
        self.terminates = true;
        self
    }

    pub const fn uses_state(mut self) -> Self {
        self.uses_state = true;
        self
    }

    pub const fn takes_references(mut self) -> Self {
        self.takes_references = true;
        self
    }

    pub const fn reads_step_results(mut self) -> Self {
        self.reads_step_results = true;
        self
    }

    pub const fn branches_by(mut self, input: &'static str) -> Self {
        self.branches_by = Some(input);
        self
    }

    pub const fn branches(mut self, names: &'static [&'static str]) -> Self {
        self.branches = names;
        self
    }
}

/// What a crash in the middle of an action means for its second run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Safety {
    /// Touches nothing outside the run; running it again is not noticed.
    Pure,
    /// Touches the world, but a second time changes nothing more (a read, an idempotent write).
    Repeatable,
    /// Touches the world; when it was cut, nobody can tell whether it happened.
    Once,
}

/// How an action is carried out.
pub enum Perform {
    /// A function of the inputs alone.
    Pure(fn(&Inputs) -> Result<Output, StepError>),
    /// A quick function that also reads or writes logs and state.
    WithRun(fn(&mut Run, &Inputs) -> Result<Output, StepError>),
    /// Waits for something: the network, a script, time.
    Waiting(for<'a> fn(&'a mut Run, &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>>),
    /// Waits for code that runs elsewhere.
    Hosted(Arc<dyn Hosted>),
    /// The runner repeats the step's body.
    Loop(LoopKind),
    /// The runner leaves the innermost loop.
    BreakLoop,
}

impl std::fmt::Debug for Perform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Pure(_) => "Pure",
            Self::WithRun(_) => "WithRun",
            Self::Waiting(_) => "Waiting",
            Self::Hosted(_) => "Hosted",
            Self::Loop(LoopKind::Items) => "LoopOverItems",
            Self::Loop(LoopKind::Times) => "LoopNTimes",
            Self::BreakLoop => "BreakLoop",
        })
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoopKind {
    /// Once per entry of the input `items`.
    Items,
    /// As often as the input `iterationCount` says.
    Times,
}

/// What an action hands back.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Becomes `<step>.results`; `None` means no result.
    pub data: Option<Value>,
    /// Name of the branch to take.
    pub branch: Option<Arc<str>>,
    /// The HTTP answer, if this is the last step of a synchronous run.
    pub response: Option<Response>,
}

impl From<Value> for Output {
    fn from(data: Value) -> Self {
        Self { data: Some(data), ..Self::default() }
    }
}

/// An HTTP answer that a trigger or the last step decided on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    pub status: Option<u16>,
    pub content_type: Option<String>,
    /// Header name and value, in order.
    pub headers: Vec<(String, String)>,
    pub body: Option<Bytes>,
}

/// A kind of credentials a component can use.
#[derive(Debug)]
pub struct Connection {
    pub key: &'static str,
    pub label: &'static str,
    pub comments: &'static str,
    /// How its tokens are got, if it has any.
    pub grant: Option<Grant>,
    pub inputs: Vec<Input>,
}

/// How an OAuth2 connection gets its first token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Grant {
    AuthorizationCode,
    ClientCredentials,
}
