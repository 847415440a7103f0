//! One run from its first step to the write of its end, with the state it may change.

use std::sync::Arc;
use std::time::Duration;

use components::{State, States};
use entity::execution::{self, ResultType, Status};
use entity::state_value;
use flow::{Map, Value};
use jobs::{Finish, Place, Retry, StateChange, WriteError};
use sea_orm::{ColumnTrait, QueryFilter};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::executor::{Executor, Stop};
use crate::invocation::{Ended, Invocation, StartError};
use crate::plan::Plan;
use crate::rules::next_attempt;
use crate::seats::Seat;
use crate::{Deployment, StoredResult, stored};

/// How long to leave a database alone that refuses to write.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before a run that could not be written goes on.
const LOST_PAUSE_SECONDS: i64 = 2;

/// Turns on debug mode for one execution.
const DEBUG_HEADER: &str = "prismatic-debug";

/// How long one execution may run.
const EXECUTION_TIME_MAX: Duration = Duration::from_mins(15);

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
        let outcome = match &deployment.flows[flow].plan {
            Err(problem) => Err(Stop::Failed(problem.clone())),
            Ok(plan) => self.run_plan(deployment, plan, payload).await,
        };
        match outcome {
            Ok(state) => self.end(None, state).await,
            // A failed run changes no state.
            Err(Stop::Failed(message)) => self.end(Some(message), Vec::new()).await,
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
    ) -> Result<Vec<StateChange>, Stop> {
        if self.entry.request_id.is_some() {
            // Older calls with this id must hear of it however this run goes.
            self.make_durable().await?;
        }
        self.load_state(deployment, plan.uses_state).await?;
        tokio::time::timeout(EXECUTION_TIME_MAX, self.walk(plan, payload)).await.unwrap_or_else(
            |_| Err(Stop::Failed("The execution ran longer than 15 minutes.".to_owned())),
        )?;
        self.state_changes(deployment).await
    }

    async fn end(&mut self, error: Option<String>, state: Vec<StateChange>) -> Option<Ended> {
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
            ..self.execution.clone()
        };
        let retry = self.retry(&execution);
        let (steps, logs) = self.record.take();
        let finish = Finish { execution, owner: self.owner, steps, logs, state, retry };
        if let Err(error) = self.write_end(finish.into()).await {
            self.lost(&error).await;
            return None;
        }
        if self.rules.queues() {
            // There is room for the next of its lane.
            self.inner.work.notify_one();
        }
        self.answer(Ok(()));
        let response = self.response.take();
        Some(Ended { error, response, last_step: self.last_step })
    }

    /// The attempt that follows a failure, as long as the flow allows one.
    fn retry(&self, failed: &execution::Model) -> Option<Retry> {
        let rules = self.rules.retry.as_ref();
        let rules = rules.filter(|_| failed.status == Status::Error && !failed.is_synchronous)?;
        let now = failed.ended_at.unwrap_or(failed.started_at);
        let id = self.inner.env.ids.at(now);
        let wakes_at = next_attempt(rules, failed.retry_count, now, id)?;
        let execution = execution::Model {
            id,
            status: Status::Queued,
            result_type: None,
            queued_at: Some(now),
            started_at: wakes_at,
            ended_at: None,
            error: None,
            response: None,
            retry_for_id: Some(failed.retry_for_id.unwrap_or(failed.id)),
            retry_count: failed.retry_count + 1,
            ..failed.clone()
        };
        Some(Retry { execution, wakes_at })
    }

    /// Writes the end. An execution that was accepted must have one: a database that refuses it is
    /// asked again until it takes it or the server stops.
    async fn write_end(&self, finish: Arc<Finish>) -> Result<(), WriteError> {
        loop {
            let error = match self.inner.writer.finish(finish.clone()).await {
                Err(error @ WriteError::Database(_)) if self.owner.is_some() => error,
                result => return result,
            };
            tracing::error!(%error, execution = %self.execution.id.0, "an end is not written yet");
            self.pause(error).await?;
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
            tracing::error!(%error, execution = %self.execution.id.0, "a run is not given back yet");
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

    async fn load_state(&mut self, deployment: &Deployment, is_used: bool) -> Result<(), Stop> {
        if !is_used {
            return Ok(());
        }
        let owners = self.state_owners(deployment);
        let rows = domain::Viewer::System(deployment.organization_id)
            .rows::<state_value::Entity>()
            .filter(state_value::Column::OwnerId.is_in(owners))
            .all(self.inner.env.db.read())
            .await
            .map_err(|error| unreadable(error.into()))?;
        let mut levels = [Map::new(), Map::new(), Map::new()];
        for row in rows {
            let value = stored::get(&self.inner.store, &row.value).await.map_err(unreadable)?;
            let level = owners.iter().position(|owner| *owner == row.owner_id);
            if let (Some(level), Some((value, _))) = (level, value) {
                levels[level].insert(row.key.into(), value);
            }
        }
        let [flow, cross_flow, integration] = levels.map(State::loaded);
        let execution = State::default();
        self.run.states = States { execution, flow, cross_flow, integration };
        self.restore_state().map_err(unreadable)
    }

    /// Who owns the state of each level: flow, instance, integration.
    fn state_owners(&self, deployment: &Deployment) -> [uuid::Uuid; 3] {
        let execution = &self.execution;
        [execution.flow_config_id.0, execution.instance_id.0, deployment.sequence_id.0]
    }

    async fn state_changes(&self, deployment: &Deployment) -> Result<Vec<StateChange>, Stop> {
        let now = self.now();
        let states = &self.run.states;
        let levels = [&states.flow, &states.cross_flow, &states.integration];
        let owners = self.state_owners(deployment);
        let mut changes = Vec::new();
        for (state, owner_id) in levels.into_iter().zip(owners) {
            for (key, value) in state.changes() {
                let Some(value) = value else {
                    changes.push(StateChange::Remove { owner_id, key: key.to_string() });
                    continue;
                };
                let shared = owner_id == deployment.sequence_id.0;
                let owner = if shared { owner_id } else { deployment.instance_id.0 };
                let packed = stored::pack(&StoredResult::of(value));
                let value = self.store(Place::of_owner(owner), Some(packed)).await?;
                changes.push(StateChange::Set(state_value::Model {
                    owner_id,
                    key: key.to_string(),
                    organization_id: deployment.organization_id,
                    customer_id: (!shared).then_some(deployment.customer_id),
                    value,
                    updated_at: now,
                }));
            }
        }
        Ok(changes)
    }
}

fn unreadable(error: anyhow::Error) -> Stop {
    Stop::Lost(WriteError::Database(Arc::new(error)))
}
