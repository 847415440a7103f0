//! Built-in components: what integrations can do without publishing anything.
//!
//! One file per component in [`builtin`]. A component describes itself (labels, inputs, defaults)
//! and offers actions and triggers; the runner calls them with resolved inputs and a [`Run`], the
//! only door to logs, state, time, scripts and the network. Nothing here knows the database.

mod catalog;
mod describe;
mod error;
mod files;
mod guard;
mod inputs;
mod run;
mod state;
#[cfg(test)]
mod testing;
mod xsd;

pub mod builtin;

pub use builtin::{
    action_output, describe_request, keep_states, script_context, script_surroundings,
    shown_headers, trigger_output,
};
pub use catalog::Catalog;
pub use describe::{
    Action, Collection, Component, Connection, DataSource, DataSourceFuture, DataSourceKind,
    DataSourceOutput, Grant, Hosted, HostedTrigger, Input, InputKind, LoopKind, Output, Perform,
    PerformTrigger, Response, Safety, ScheduleSupport, Trigger, TriggerFuture, TriggerOutput,
};
pub use error::StepError;
pub use files::{BUFFER_BYTES_MAX, Files, Pieces, bytes_of, load, load_fitting};
pub use guard::{Guard, Refusal};
pub use inputs::{Inputs, file};
pub use run::{
    Clock, LogLine, Named, Native, NativeWork, Network, Randomness, Run, RunInfo, Script,
    ScriptOutput, Scripts, Services, Severity,
};
pub use state::{Level, STATE_BYTES_MAX, State, States};
