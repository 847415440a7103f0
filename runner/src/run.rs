//! One run from its first step to the write of its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use entity::Timestamp;
use entity::execution::{self, ResultType, Status};
use flow::{Map, Value};
use jobs::{Finish, Forgotten, Place, Retry, StateChanges, WriteError};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::Deployment;
use crate::executor::{Executor, Stop};
use crate::invocation::{Ended, Invocation, StartError};
use crate::plan::Plan;
use crate::rules::next_attempt;
use crate::seats::Seat;

/// How long to leave a database alone that refuses to write.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before a run that could not be written goes on.
const LOST_PAUSE_SECONDS: i64 = 2;

/// Turns on debug mode for one execution.
const DEBUG_HEADER: &str = "prismatic-debug";

impl Executor {
    /// Runs an invocation and writes its end.
    pub async fn run_to_end(
        mut self,
        invocation: Invocation,
        _room: (OwnedSemaphorePermit, Seat),
        ended: oneshot::Sender<Ended>,
    ) {
        let Invocation { deployment, flow, mut payload, body, .. } = invocation;
        if let Some(body) = body {
            crate::payload::insert_body(&mut payload, body);
        }
        if let Some(end) = self.run_flow(&deployment, flow, payload).await {
            // Nobody waits for the end of an asynchronous run.
            let _ = ended.send(end);
        }
    }

    /// Runs the flow within its time and writes the end; `None` if the end is not ours to write.
    pub async fn run_flow(
        &mut self,
        deployment: &Deployment,
        flow: usize,
        payload: Map,
    ) -> Option<Ended> {
        self.adopt(&payload);
        let configured = self.configure_for_user(deployment).await;
        let timers = self.watch().await;
        let outcome = match (&timers, &configured, &deployment.flows[flow].plan) {
            (Err(stop), ..) | (Ok(_), Err(stop), _) => Err(stop.clone()),
            (Ok(_), Ok(()), Err(problem)) => Err(Stop::Failed(problem.clone())),
            (Ok(_), Ok(()), Ok(plan)) => self.run_plan(deployment, plan, payload).await,
        };
        match outcome {
            Ok(state) => self.end(None, state).await,
            // A failed run changes no state.
            Err(Stop::Failed(message)) => self.end(Some(message), StateChanges::default()).await,
            Err(Stop::Lost(error)) => {
                self.lost(&error).await;
                None
            }
        }
    }

    /// Facts of the run that its call decides on.
    fn adopt(&mut self, payload: &Map) {
        let info = Arc::make_mut(&mut self.run.info);
        if let Some(url) = payload.get("invokeUrl").and_then(Value::as_str) {
            url.clone_into(&mut info.invoke_url);
        }
        if let Some(user) = payload.get("user") {
            let text = |key: &str| user.get(key).map(Value::to_text).unwrap_or_default();
            let (id, name, external_id) = (text("id"), text("name"), text("externalId"));
            info.user = components::Named { id, name, external_id };
        }
        let headers = payload.get("headers").and_then(Value::as_object);
        info.debug |= headers.into_iter().flatten().any(|(name, value)| {
            name.eq_ignore_ascii_case(DEBUG_HEADER) && value.to_text().eq_ignore_ascii_case("true")
        });
    }

    /// Walks the flow; gives the state it leaves to later runs.
    async fn run_plan(
        &mut self,
        deployment: &Deployment,
        plan: &Plan,
        payload: Map,
    ) -> Result<StateChanges, Stop> {
        if self.entry.request_id.is_some() {
            // Older calls with this id must hear of it however this run goes.
            self.make_durable().await?;
        }
        self.load_state(deployment, plan.uses_state).await?;
        let time_limit = self.inner.execution_time_limit;
        let walked = tokio::time::timeout(time_limit, self.walk(plan, payload)).await;
        walked.unwrap_or_else(|_| {
            let seconds = time_limit.as_secs();
            Err(Stop::Failed(format!("The execution ran longer than {seconds} seconds.")))
        })?;
        self.state_changes(deployment).await
    }

    async fn end(&mut self, error: Option<String>, state: StateChanges) -> Option<Ended> {
        let failed = error.is_some();
        self.platform_line(match &error {
            None => "Ending Instance Execution",
            Some(_) => "Ending Instance Execution with an error",
        });
        let now = self.now();
        let execution = execution::Model {
            status: if failed { Status::Error } else { Status::Success },
            result_type: Some(if failed { ResultType::Error } else { self.result_type }),
            ended_at: Some(now),
            error: error.clone(),
            step_count: self.record.step_count(),
            ..self.execution.clone()
        };
        let mut retry = self.retry(&execution);
        let answer = self.last_step.filter(|_| execution.is_synchronous);
        let (steps, logs) = self.record.take_last(answer);
        let retried_at = retry.as_ref().map(|retry| retry.wakes_at);
        let alerts = self.end_alerts(&execution, retried_at, &logs);
        let has_alerts = !alerts.is_empty();
        let (alerts, if_retried) = (alerts.events, alerts.if_retried);
        if let Some(retry) = &mut retry {
            retry.alerts = if_retried;
        }
        // What was written in case of a crash goes as well.
        let forgets_steps = !self.record.kept.step_results && self.owner.is_some();
        let forgotten = forgets_steps.then_some(Forgotten { answer });
        let finish = Finish {
            execution,
            owner: self.owner,
            steps,
            logs: self.record.kept_lines(logs),
            state,
            retry,
            alerts,
            file_bytes: self.file_bytes.swap(0, Ordering::Relaxed),
            forgotten,
        };
        if let Err(error) = self.write_end(finish.into()).await {
            self.lost(&error).await;
            return None;
        }
        if answer.is_none() {
            self.remove_results().await;
        }
        if has_alerts {
            self.inner.env.alerts_arrived();
        }
        if self.rules.queues() {
            // There is room for the next of its lane.
            self.inner.work.notify_one();
        }
        self.answer(Ok(()));
        let response = self.response.take();
        Some(Ended { error, response, last_step: self.last_step })
    }

    /// Objects of results that are not kept.
    async fn remove_results(&self) {
        if self.record.kept.step_results || !self.record.has_objects {
            return;
        }
        let place = Place::of_results(self.execution.instance_id, self.execution.id);
        if let Err(error) = self.inner.store.remove_all(place).await {
            tracing::warn!(?error, "results are not removed before their time");
        }
    }

    /// The attempt that follows a failure, as long as the flow allows one.
    fn retry(&self, failed: &execution::Model) -> Option<Retry> {
        let rules = self.rules.retry.as_ref();
        let rules = rules.filter(|_| failed.status == Status::Error && !failed.is_synchronous)?;
        if u32::try_from(failed.retry_count).is_ok_and(|made| made >= self.inner.retries_max) {
            return None;
        }
        let now = failed.ended_at.unwrap_or(failed.started_at);
        // Behind what it repeats in the order of ids, also when the clock has not moved.
        let id = self.inner.env.ids.at(now.max(Timestamp(failed.started_at.0 + 1)));
        let wakes_at = next_attempt(rules, failed.retry_count, now, id)?;
        let execution = execution::Model {
            id,
            status: Status::Queued,
            result_type: None,
            queued_at: Some(now),
            started_at: wakes_at,
            ended_at: None,
            error: None,
            step_count: 0,
            response: None,
            retry_for_id: Some(failed.retry_for_id.unwrap_or(failed.id)),
            retry_count: failed.retry_count + 1,
            ..failed.clone()
        };
        Some(Retry { execution, wakes_at, alerts: Vec::new() })
    }

    /// Writes the end. An execution that was accepted must have one: a database that refuses it is
    /// asked again until it takes it or the server stops.
    async fn write_end(&self, mut finish: Arc<Finish>) -> Result<(), WriteError> {
        loop {
            let error = match self.inner.writer.finish(finish.clone()).await {
                Err(error @ WriteError::Database(_)) if self.owner.is_some() => error,
                result => return result,
            };
            tracing::error!(%error, execution = %self.execution.id.0, "an end is not written yet");
            self.pause(error).await?;
            // Who counts executions by their ends does not look back for long.
            let mut later = Finish::clone(&finish);
            later.execution.ended_at = Some(self.now());
            finish = later.into();
        }
    }

    /// The run cannot go on here. What was accepted is given back, to go on behind its journal.
    async fn lost(&mut self, error: &WriteError) {
        tracing::error!(%error, execution = %self.execution.id.0, "a run could not be written");
        self.answer(Err(StartError::Storage));
        let (WriteError::Database(_), Some(owner)) = (error, self.owner) else { return };
        let db = &self.inner.env.db;
        // What it has to repeat meets other services: not as fast as it fails.
        let due_at = self.now().plus_seconds(LOST_PAUSE_SECONDS);
        while let Err(error) = jobs::postpone(db, self.execution.id, owner, due_at).await {
            let execution = self.execution.id.0;
            tracing::error!(%error, %execution, "a run is not given back yet");
            if self.pause(WriteError::Closed).await.is_err() {
                return;
            }
        }
    }

    /// Waits before another try, unless the server stops.
    async fn pause(&self, error: WriteError) -> Result<(), WriteError> {
        tokio::select! {
            () = tokio::time::sleep(RETRY_PAUSE) => Ok(()),
            () = self.inner.stopping.cancelled() => Err(error),
        }
    }
}
