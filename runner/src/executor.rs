//! Performs what the machine asks for, and writes down what came of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use components::{LogLine, Output, Perform, Response, Run, Safety, Severity, StepError, bytes_of};
use entity::execution::{self, InvokeType, ResultType};
use entity::payload::INLINE_BYTES_MAX;
use entity::{StepResultId, Timestamp};
use flow::program::ErrorHandler;
use flow::{Map, Value};
use jobs::{Owner, WriteError};
use tokio::sync::oneshot;

use crate::alerts::Alerts;
use crate::inputs::{items, resolve};
use crate::invocation::{Accepted, StartError};
use crate::journal::{Entry, Journal, step_path};
use crate::machine::{Machine, Next};
use crate::plan::{Plan, PlannedStep};
use crate::record::{Finished, Place, Record};
use crate::rules::CallRules;
use crate::runner::Inner;
use crate::tokens::Tokens;
use crate::{StoredResult, stored};

/// A run that has not touched the world may finish within this time before it is written at all:
/// then one write does for accepting and ending.
const UNWRITTEN_MICROS_MAX: i64 = 5_000;

/// What a running execution has to show is written at least this often, when it has anything.
const VISIBLE_AFTER_MICROS: i64 = 1_000_000;

/// Step results and log lines kept in memory before they are written.
const ROWS_UNWRITTEN_MAX: usize = 1_000;

/// Why a run cannot go on.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It failed; the text is for people.
    Failed(String),
    /// Another node runs it, or the database is gone: nothing may be written any more.
    Lost(WriteError),
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Self {
        Self::Lost(error)
    }
}

/// One run.
pub struct Executor {
    pub inner: Arc<Inner>,
    pub execution: execution::Model,
    /// `None` until the execution is written.
    pub owner: Option<Owner>,
    pub run: Run,
    /// Of files stored since the last write.
    pub file_bytes: Arc<AtomicU64>,
    pub record: Record,
    pub journal: Journal,
    /// State changes of the runner this run was taken over from.
    pub restored: Option<Vec<u8>>,
    /// When the values of state were written that this run found, by owner and key.
    pub seen_state: HashMap<(uuid::Uuid, String), Timestamp>,
    /// A finished step touched the world and is not written yet.
    pub must_write: bool,
    pub written_at: Timestamp,
    pub accepted: Option<oneshot::Sender<Result<Accepted, StartError>>>,
    /// What the trigger wants its caller to hear.
    pub trigger_response: Option<Response>,
    /// What the last step wants the caller to hear.
    pub response: Option<Response>,
    pub last_step: Option<StepResultId>,
    /// What the end means, unless the run fails.
    pub result_type: ResultType,
    /// How the call entered, until it is written.
    pub entry: jobs::Entry,
    pub rules: CallRules,
    pub tokens: Tokens,
    pub alerts: Alerts,
    /// It runs in a test instance: its caller may say what the trigger gives.
    pub may_be_simulated: bool,
}

impl Executor {
    /// Runs the flow from its trigger, or from where the journal ends.
    pub async fn walk(&mut self, plan: &Plan, payload: Map) -> Result<(), Stop> {
        let mut machine = Machine::new(&plan.steps, self.run.config_vars.clone());
        self.trigger(plan, &mut machine, payload).await?;
        if self.execution.invoke_type == InvokeType::WebhookSnapshot {
            // A call that is only recorded: what the trigger made of it is its result.
            return Ok(());
        }
        loop {
            // A long loop of quick steps must not keep other runs from this thread.
            tokio::task::coop::consume_budget().await;
            match machine.next_effect() {
                Next::Done => return Ok(()),
                Next::LoopEnded(step) => {
                    let results = Some(machine.loop_results());
                    let now = self.now();
                    self.finish(step, place(&machine), now, results.as_ref(), None, None).await?;
                    machine.complete(step, results, None);
                }
                Next::Perform(step) => self.step(step, &mut machine).await?,
            }
        }
    }

    async fn step<'p>(
        &mut self,
        step: &'p PlannedStep,
        machine: &mut Machine<'p>,
    ) -> Result<(), Stop> {
        let place = place(machine);
        if let Some(entry) = self.journal.take(&step.step.key, &place.loop_path) {
            self.replay(step, machine, entry);
            return Ok(());
        }
        if let Some(limit) = self.record.full() {
            return Err(Stop::Failed(limit));
        }
        let safety = safety(step, machine);
        self.before(step, &place, safety).await?;
        let started_at = self.now();
        let message = format!("Starting step \"{}\"", step.step.display);
        self.line(step, &place, Severity::Info, message);
        match self.attempt(step, &place, machine).await {
            Ok(Performed::LoopBegan) => {}
            Ok(Performed::LoopLeft) => {
                self.finish(step, place, started_at, None, None, None).await?;
            }
            Ok(Performed::Output(output)) => {
                let branch = output.branch.as_deref();
                let data = output.data;
                self.finish(step, place, started_at, data.as_ref(), branch, None).await?;
                self.response = output.response;
                machine.complete(step, data, branch);
                if step.action.terminates {
                    machine.stop();
                }
            }
            Err(error) => self.fail(step, place, started_at, &error, machine).await?,
        }
        self.must_write |= safety != Safety::Pure;
        Ok(())
    }

    /// A step that the journal answers.
    fn replay<'p>(&mut self, step: &'p PlannedStep, machine: &mut Machine<'p>, entry: Entry) {
        self.last_step = Some(entry.id);
        if let Some(message) = entry.error {
            machine.ignore(step, StepError::new(message).to_value());
            return;
        }
        if matches!(step.action.perform, Perform::BreakLoop) {
            machine.break_loop();
            return;
        }
        machine.complete(step, entry.data, entry.branch.as_deref());
        if step.action.terminates {
            machine.stop();
        }
    }

    /// What must be durable before this step may begin.
    async fn before(
        &mut self,
        step: &PlannedStep,
        place: &Place,
        safety: Safety,
    ) -> Result<(), Stop> {
        let path = step_path(&step.step.key, &place.loop_path);
        if self.journal.was_cut(&step.step.key, &place.loop_path) && safety == Safety::Once {
            return Err(Stop::Failed(format!(
                "Outcome unknown: the server stopped while step \"{}\" was running. It was not run \
                 again, because it may have taken effect.",
                step.step.display
            )));
        }
        self.run.idempotency_key = format!("{}/{path}", self.run.info.execution_id);
        let age = self.now().0 - self.written_at.0;
        let is_full = self.record.len() >= ROWS_UNWRITTEN_MAX;
        let is_lasting = matches!(step.action.perform, Perform::Waiting(_) | Perform::Hosted(_));
        // Whoever tests looks on: what there is shows before a step that may take long.
        let is_watched = is_lasting && self.execution.is_test;
        if safety != Safety::Pure {
            self.write(Some(path)).await
        } else if self.owner.is_none() && !is_full {
            let is_due = is_lasting || age > UNWRITTEN_MICROS_MAX;
            match is_due {
                true if is_watched => self.write(None).await,
                true => self.accept().await,
                false => Ok(()),
            }
        } else if self.must_write || is_full || is_watched || age > VISIBLE_AFTER_MICROS {
            self.write(None).await
        } else {
            Ok(())
        }
    }

    /// Performs a step, again as often as its author allows.
    async fn attempt<'p>(
        &mut self,
        step: &'p PlannedStep,
        place: &Place,
        machine: &mut Machine<'p>,
    ) -> Result<Performed, StepError> {
        let (attempts, delay_seconds, exponential) = match step.error.handler {
            ErrorHandler::Retry { attempts, delay_seconds, exponential, .. } => {
                (attempts, delay_seconds, exponential)
            }
            ErrorHandler::Fail | ErrorHandler::Ignore => (0, 0, false),
        };
        let mut attempt = 0;
        loop {
            self.run.attempt = attempt;
            let error = match self.perform(step, place, machine).await {
                Ok(performed) => return Ok(performed),
                Err(error) if attempt >= attempts => return Err(error),
                Err(error) => error,
            };
            let factor = if exponential { 1 << attempt.min(16) } else { 1 };
            let delay = Duration::from_secs(u64::from(delay_seconds) * factor);
            attempt += 1;
            let message = format!(
                "Step \"{}\" failed: {error} Attempt {attempt} of {attempts} follows in {} s.",
                step.step.display,
                delay.as_secs()
            );
            self.line(step, place, Severity::Warn, message);
            self.run.services.clock.sleep(delay).await;
        }
    }

    async fn perform<'p>(
        &mut self,
        step: &'p PlannedStep,
        place: &Place,
        machine: &mut Machine<'p>,
    ) -> Result<Performed, StepError> {
        self.connect(step, machine).await?;
        let inputs = resolve(&step.inputs, machine)?;
        if step.action.reads_step_results {
            self.run.step_results = machine.step_results();
        }
        let (inputs, _room) = self.with_files(step, inputs).await?;
        let result = match &step.action.perform {
            Perform::Pure(perform) => perform(&inputs),
            Perform::WithRun(perform) => perform(&mut self.run, &inputs),
            Perform::Waiting(perform) => perform(&mut self.run, &inputs).await,
            Perform::Hosted(hosted) => hosted.perform(&mut self.run, &inputs).await,
            Perform::Loop(kind) => {
                machine.begin_loop(step, items(*kind, &inputs)?);
                return Ok(Performed::LoopBegan);
            }
            Perform::BreakLoop if machine.break_loop() => return Ok(Performed::LoopLeft),
            Perform::BreakLoop => Err(StepError::new("There is no loop to leave here.")),
        };
        self.take_lines(&step.step.key, &place.loop_path);
        self.judge_connections(&result).await;
        result.map(Performed::Output)
    }

    /// A failed step ends the run, unless its author said to go on.
    async fn fail<'p>(
        &mut self,
        step: &'p PlannedStep,
        place: Place,
        started_at: Timestamp,
        error: &StepError,
        machine: &mut Machine<'p>,
    ) -> Result<(), Stop> {
        let message = format!("Step \"{}\" failed: {error}", step.step.display);
        let message = self.tokens.hide_in(message);
        self.line(step, &place, Severity::Error, message.clone());
        let text = Some(self.tokens.hide_in(error.message.clone()));
        self.finish(step, place, started_at, None, None, text).await?;
        let goes_on = match step.error.handler {
            ErrorHandler::Ignore => true,
            ErrorHandler::Retry { ignore_final_error, .. } => ignore_final_error,
            ErrorHandler::Fail => false,
        };
        if !goes_on {
            self.alerts.failed_step = Some(step.step.display.to_string());
            return Err(Stop::Failed(message));
        }
        machine.ignore(step, error.to_value());
        Ok(())
    }

    async fn finish(
        &mut self,
        step: &PlannedStep,
        place: Place,
        started_at: Timestamp,
        data: Option<&Value>,
        branch: Option<&str>,
        error: Option<String>,
    ) -> Result<(), Stop> {
        let result = self.store_result(data).await?;
        let ended_at = self.now();
        let step = &step.step;
        let finished = Finished { step, place, branch, started_at, ended_at, error, result };
        self.last_step = Some(self.record.step(&self.execution, finished));
        self.response = None;
        Ok(())
    }

    pub fn platform_line(&mut self, message: &str) {
        let line = LogLine { severity: Severity::Info, message: message.to_owned() };
        self.record.log(&*self.inner.env.clock, &self.execution, None, "", line);
    }

    fn line(&mut self, step: &PlannedStep, place: &Place, severity: Severity, message: String) {
        let line = LogLine { severity, message: self.tokens.hide_in(message) };
        let (clock, execution) = (&*self.inner.env.clock, &self.execution);
        self.record.log(clock, execution, Some(&step.step.key), &place.loop_path, line);
    }

    pub fn take_lines(&mut self, step: &str, loop_path: &str) {
        for mut line in self.run.logs.drain(..) {
            line.message = self.tokens.hide_in(line.message);
            let (clock, execution) = (&*self.inner.env.clock, &self.execution);
            self.record.log(clock, execution, Some(step), loop_path, line);
        }
    }

    /// Stores a step's result, if there is room for it.
    pub async fn store_result(&mut self, data: Option<&Value>) -> Result<Vec<u8>, Stop> {
        let shown = data.map(|data| self.tokens.hide(data));
        let packed = shown.map(|data| stored::pack(&StoredResult::of(&data)));
        let files = data.filter(|_| self.run.holds_blobs).map(bytes_of).unwrap_or_default();
        let length = packed.as_ref().map_or(0, Vec::len);
        self.record.has_objects |= length > INLINE_BYTES_MAX;
        let bytes = length as u64 + files;
        self.record.count_result(bytes).map_err(Stop::Failed)?;
        let execution = &self.execution;
        let place = jobs::Place::of_results(execution.instance_id, execution.id);
        self.store(place, packed).await
    }

    pub async fn store(
        &self,
        place: jobs::Place,
        packed: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Stop> {
        let stored = self.inner.store.put(place, packed).await;
        stored.map_err(|error| Stop::Lost(WriteError::Database(Arc::new(error.into()))))
    }

    pub fn now(&self) -> Timestamp {
        self.inner.env.clock.now()
    }
}

/// What performing a step led to.
enum Performed {
    Output(Output),
    LoopBegan,
    LoopLeft,
}

fn place(machine: &Machine<'_>) -> Place {
    let innermost = machine.innermost_loop();
    Place {
        loop_path: machine.loop_path(),
        innermost_loop: innermost.map(|(key, index)| (key.to_owned(), index)),
    }
}

/// What a crash in the middle of this step would mean. Inputs that cannot be read say nothing: the
/// step fails before it does anything.
fn safety(step: &PlannedStep, machine: &Machine<'_>) -> Safety {
    let by_inputs = step.action.safety_by.and_then(|safety_by| {
        let inputs = resolve(&step.inputs, machine).ok()?;
        Some(safety_by(&inputs))
    });
    by_inputs.unwrap_or(step.action.safety)
}
