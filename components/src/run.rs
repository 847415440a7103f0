//! What an action may see and do while it runs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use flow::{Map, Value};
use serde::{Deserialize, Serialize};

use crate::{Files, Response, States, StepError};

/// One execution, as the action that is running now sees it.
pub struct Run {
    pub info: Arc<RunInfo>,
    pub services: Arc<Services>,
    pub states: States,
    /// Config variable key to run-time value.
    pub config_vars: Arc<Map>,
    /// Lines written since the runner last took them.
    pub logs: Vec<LogLine>,
    /// `execution/loop path/step`: stays the same when the step is run again, after a failure or a
    /// crash, so a called service can tell a repetition.
    pub idempotency_key: String,
    /// How often the step has failed and is tried again, from 0.
    pub attempt: u32,
    pub files: Arc<dyn Files>,
    /// Some value of the run refers to a file outside memory.
    pub holds_blobs: bool,
    /// Step key to `{results}`; filled only for actions that say they read it.
    pub step_results: Map,
}

impl Run {
    pub fn log(&mut self, severity: Severity, message: impl Into<String>) {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(LOG_LINE_CHARACTERS_MAX) {
            message.truncate(end);
        }
        self.logs.push(LogLine { severity, message });
    }
}

/// Longer log lines are cut.
pub const LOG_LINE_CHARACTERS_MAX: usize = 4096;

/// Facts about an execution that do not change while it runs.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// Global id of the execution.
    pub execution_id: String,
    pub customer: Named,
    pub instance: Named,
    pub integration: Named,
    /// Its `external_id` is the stable key that survives renaming.
    pub flow: Named,
    pub user: Named,
    /// ISO 8601, UTC.
    pub started_at: String,
    /// The URL that started the execution; empty when none did.
    pub invoke_url: String,
    /// Flow name to the URL that callers use; flows may share one.
    pub webhook_urls: Map,
    /// Flow name to the URL that leads to this flow alone; flows call each other by it.
    pub flow_urls: Map,
    /// Flow name to list of keys.
    pub webhook_api_keys: Map,
    pub debug: bool,
    /// How many executions came before this one, each invoked by the one before. From the server's
    /// own records: nobody outside can set it back.
    pub lineage_depth: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub external_id: String,
}

/// Everything outside the run; each with a stand-in for tests.
pub struct Services {
    pub egress: egress::Client,
    pub scripts: Arc<dyn Scripts>,
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    /// Bytes that state may hold on all levels together.
    pub state_bytes_max: usize,
}

/// Time as an argument.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Microseconds since 1970-01-01T00:00:00Z.
    fn now_micros(&self) -> i64;
    async fn sleep(&self, duration: Duration);
}

/// Chance as an argument. What a step drew is in its result, which is written before anything that
/// touches the world follows: a resumed run sees the same.
pub trait Randomness: Send + Sync {
    /// 128 bits nobody can guess.
    fn draw(&self) -> u128;
}

/// Runs JavaScript of tenants, isolated from the server.
#[async_trait]
pub trait Scripts: Send + Sync {
    async fn run(&self, script: Script) -> Result<ScriptOutput, StepError>;

    /// Does work of our own where scripts run.
    async fn native(&self, native: Native) -> Result<Value, StepError>;
}

/// Work of our own on what anybody may have made, kept out of the server like code of tenants.
#[derive(Clone, Debug)]
pub struct Native {
    pub work: NativeWork,
    pub argument: Value,
    /// Whose turn it takes.
    pub customer: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub enum NativeWork {
    /// Reads a PDF document.
    Pdf,
}

/// One call of a function that inline code exports.
#[derive(Clone, Debug)]
pub struct Script {
    /// A module in the `CommonJS` form: `module.exports`, or that object's `default`, is called.
    pub code: String,
    /// Arguments of the call.
    pub arguments: Vec<Value>,
    /// With it, the first argument gets `logger`, and state objects changed in place are reported.
    pub with_context: bool,
    /// Who answers the requests that the code makes with `fetch`; without it they fail.
    pub network: Option<Network>,
    /// Whose code it is: customers take turns when there are more calls than processes.
    pub customer: String,
    /// Shorter than what the installation allows, where somebody waits for the answer.
    pub time_limit: Option<Duration>,
}

/// What a script may reach.
#[derive(Clone, Debug)]
pub struct Network {
    pub egress: egress::Client,
    /// Each request and each answer leaves a line, without what may be secret.
    pub is_debugged: bool,
}

/// What a script call left behind, also when it failed.
#[derive(Clone, Debug, Default)]
pub struct ScriptOutput {
    /// What the function returned; `Err` what it threw.
    pub returned: Option<Result<Option<Value>, StepError>>,
    /// Lines of `logger` and `console`, in order.
    pub logs: Vec<LogLine>,
    /// With a context: its first argument's state objects after the call, by context key
    /// (`instanceState`, `crossFlowState`, `integrationState`, `executionState`).
    pub states: Map,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogLine {
    pub severity: Severity,
    pub message: String,
}

/// Severity of a log line, in rising order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
    Metric,
}

impl Response {
    /// Whether anything was decided at all.
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}
