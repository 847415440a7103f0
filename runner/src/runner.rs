//! The runner: accepts invocations, runs them, and takes over what others left.

use std::sync::Arc;
use std::time::Duration;

use components::{RunInfo, Services, State, States};
use entity::execution::{self, ResultType, Status};
use entity::{Timestamp, state_value};
use flow::Map;
use jobs::{Finish, Node, PayloadStore, StateChange, Writer};
use sea_orm::{ColumnTrait, QueryFilter};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::task::TaskTracker;

use crate::endpoint::{Endpoint, Endpoints};
use crate::executor::{Executor, Stop};
use crate::invocation::{Ended, Invocation, StartError, Started};
use crate::journal::Journal;
use crate::plan::Plan;
use crate::record::Record;
use crate::services::TokioClock;
use crate::{Deployment, stored, worker};

/// How long one execution may run.
const EXECUTION_TIME_MAX: Duration = Duration::from_mins(15);

/// What a runner needs from outside.
pub struct RunnerOptions {
    pub env: Arc<domain::Env>,
    pub store: PayloadStore,
    pub egress: egress::Client,
    pub scripts: Arc<dyn components::Scripts>,
    /// How many executions run at once on this node; the others wait in the database.
    pub concurrency_max: usize,
}

/// A handle to the runner; cheap to clone.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
}

/// What all runs share.
pub struct Inner {
    pub env: Arc<domain::Env>,
    pub store: PayloadStore,
    pub writer: Writer,
    pub node: Node,
    pub services: Arc<Services>,
    pub endpoints: Endpoints,
    pub slots: Arc<Semaphore>,
    /// Somebody queued work.
    pub work: Notify,
    pub stopping: tokio_util::sync::CancellationToken,
    pub tasks: TaskTracker,
}

impl Runner {
    /// Registers this node and starts its background work.
    pub async fn start(options: RunnerOptions) -> anyhow::Result<Self> {
        let env = options.env;
        let node = Node::register(&env.db, &*env.clock, &env.ids).await?;
        let (writer, _) = Writer::start(env.db.clone());
        let clock = Arc::new(TokioClock(env.clock.clone()));
        let services = Services { egress: options.egress, scripts: options.scripts, clock };
        let inner = Arc::new(Inner {
            endpoints: Endpoints::new(!env.db.is_sqlite()),
            env,
            store: options.store,
            writer,
            node,
            services: Arc::new(services),
            slots: Arc::new(Semaphore::new(options.concurrency_max)),
            work: Notify::new(),
            stopping: tokio_util::sync::CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        listen(&inner);
        worker::start(&inner);
        Ok(Self { inner })
    }

    /// Takes no new work, lets what runs come to its end for `patience`, and gives the rest up to
    /// whoever comes next.
    pub async fn stop(&self, patience: Duration) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        // What is still running after that resumes behind its journal.
        let _ = tokio::time::timeout(patience, self.inner.tasks.wait()).await;
        if let Err(error) = self.inner.node.leave(&self.inner.env.db).await {
            tracing::warn!(%error, "could not give up the node's lease; it will run out");
        }
    }

    pub fn env(&self) -> &Arc<domain::Env> {
        &self.inner.env
    }

    pub fn store(&self) -> &PayloadStore {
        &self.inner.store
    }

    /// What the trigger URL with this id leads to.
    pub async fn endpoint(&self, webhook_id: &str) -> anyhow::Result<Option<Endpoint>> {
        self.inner.endpoints.find(&self.inner.env, webhook_id).await
    }

    /// Starts an execution. It goes on whether or not anybody waits for the answers.
    pub async fn start_execution(&self, invocation: Invocation) -> Result<Started, StartError> {
        let inner = &self.inner;
        let execution = inner.execution(&invocation).await?;
        let execution_id = execution.id;
        let (accepted_sender, accepted) = oneshot::channel();
        let (ended_sender, ended) = oneshot::channel();
        match inner.slots.clone().try_acquire_owned() {
            Ok(slot) if !inner.stopping.is_cancelled() => {
                let mut executor =
                    inner.executor(&invocation.deployment, invocation.flow, execution);
                executor.accepted = Some(accepted_sender);
                let run = executor.run_to_end(invocation, slot, ended_sender);
                inner.tasks.spawn(run);
            }
            _ => {
                inner.queue(execution).await?;
                // The receiver is ours and still there.
                let _ = accepted_sender.send(Ok(crate::Accepted::default()));
                inner.work.notify_one();
            }
        }
        Ok(Started { execution_id, accepted, ended })
    }
}

/// Hears of changes that other parts of the server commit.
fn listen(inner: &Arc<Inner>) {
    let weak = Arc::downgrade(inner);
    // Set once per server: a second runner on the same environment keeps the first one's listener.
    let _ = inner.env.on_instance_change.set(Box::new(move |instance| {
        if let Some(inner) = weak.upgrade() {
            inner.endpoints.changed(instance);
        }
    }));
    let weak = Arc::downgrade(inner);
    let _ = inner.env.on_work.set(Box::new(move || {
        if let Some(inner) = weak.upgrade() {
            inner.work.notify_one();
        }
    }));
}

impl Inner {
    async fn execution(&self, invocation: &Invocation) -> Result<execution::Model, StartError> {
        let deployment = &invocation.deployment;
        let flow = &deployment.flows[invocation.flow];
        let now = self.env.clock.now();
        let payload = stored::put_payload(&self.store, &invocation.payload).await;
        let payload = payload.map_err(|error| {
            tracing::error!(%error, "could not store a payload");
            StartError::Storage
        })?;
        Ok(execution::Model {
            id: self.env.ids.at(now),
            organization_id: deployment.organization_id,
            customer_id: deployment.customer_id,
            instance_id: deployment.instance_id,
            integration_id: deployment.integration_id,
            flow_id: flow.id,
            flow_config_id: flow.config_id,
            deployment_id: deployment.id,
            status: Status::Pending,
            result_type: None,
            invoke_type: invocation.invoke_type,
            is_test: invocation.is_test,
            is_synchronous: invocation.is_synchronous,
            queued_at: None,
            started_at: now,
            ended_at: None,
            error: None,
            payload,
            response: None,
            replay_for_id: None,
            retry_for_id: None,
            retry_count: 0,
            invoked_by_id: None,
        })
    }

    /// All places are taken: the execution waits in the database.
    async fn queue(&self, mut execution: execution::Model) -> Result<(), StartError> {
        execution.status = Status::Queued;
        execution.queued_at = Some(execution.started_at);
        let accept = jobs::Accept { execution, node: None };
        self.writer.accept(accept).await.map_err(|error| {
            tracing::error!(%error, "could not queue an execution");
            StartError::Storage
        })
    }

    /// An executor at the start of a run.
    pub fn executor(
        self: &Arc<Self>,
        deployment: &Deployment,
        flow: usize,
        execution: execution::Model,
    ) -> Executor {
        let flow = &deployment.flows[flow];
        let info = RunInfo {
            execution_id: domain::global_id(execution.id),
            customer: deployment.customer.clone(),
            instance: deployment.instance.clone(),
            integration: deployment.integration.clone(),
            flow: components::Named {
                id: domain::global_id(flow.id),
                name: flow.name.clone(),
                external_id: String::new(),
            },
            user: components::Named::default(),
            started_at: execution.started_at.to_iso(),
            invoke_url: String::new(),
            webhook_urls: deployment.webhook_urls.clone(),
            webhook_api_keys: Map::new(),
            debug: deployment.debug,
        };
        let run = components::Run {
            info: Arc::new(info),
            services: self.services.clone(),
            states: States::default(),
            config_vars: deployment.config_vars.clone(),
            logs: Vec::new(),
            idempotency_key: String::new(),
            step_results: Map::new(),
        };
        Executor {
            inner: self.clone(),
            execution,
            owner: None,
            run,
            record: Record::new(self.env.ids.clone(), 0),
            journal: Journal::default(),
            restored: None,
            must_write: false,
            accepted: None,
            trigger_response: None,
            response: None,
            last_step: None,
        }
    }
}

impl Executor {
    /// Runs an invocation and writes its end.
    async fn run_to_end(
        mut self,
        invocation: Invocation,
        _slot: OwnedSemaphorePermit,
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
        let outcome = match &deployment.flows[flow].plan {
            Err(problem) => Err(Stop::Failed(problem.clone())),
            Ok(plan) => self.run_plan(deployment, plan, payload).await,
        };
        match outcome {
            Ok(()) => self.end(deployment, None).await,
            Err(Stop::Failed(message)) => self.end(deployment, Some(message)).await,
            Err(Stop::Lost(error)) => {
                self.lost(&error);
                None
            }
        }
    }

    async fn run_plan(
        &mut self,
        deployment: &Deployment,
        plan: &Plan,
        payload: Map,
    ) -> Result<(), Stop> {
        self.load_state(deployment, plan.uses_state).await?;
        tokio::time::timeout(EXECUTION_TIME_MAX, self.walk(plan, payload)).await.unwrap_or_else(
            |_| Err(Stop::Failed("The execution ran longer than 15 minutes.".to_owned())),
        )
    }

    async fn end(&mut self, deployment: &Deployment, error: Option<String>) -> Option<Ended> {
        let failed = error.is_some();
        self.platform_line(match &error {
            None => "Ending Instance Execution",
            Some(_) => "Ending Instance Execution with an error",
        });
        let now = self.now();
        let execution = execution::Model {
            status: if failed { Status::Error } else { Status::Success },
            result_type: Some(if failed { ResultType::Error } else { ResultType::Completed }),
            ended_at: Some(now),
            error: error.clone(),
            ..self.execution.clone()
        };
        let state = if failed { Vec::new() } else { self.state_changes(deployment, now).await };
        let (steps, logs) = self.record.take();
        let finish = Finish { execution, owner: self.owner, steps, logs, state };
        if let Err(error) = self.inner.writer.finish(finish).await {
            self.lost(&error);
            return None;
        }
        self.answer(Ok(()));
        let response = self.response.take();
        Some(Ended { error, response, last_step: self.last_step })
    }

    fn lost(&mut self, error: &jobs::WriteError) {
        tracing::error!(%error, execution = %self.execution.id.0, "a run could not be written");
        self.answer(Err(StartError::Storage));
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
            if let (Some(level), Some(value)) = (level, value) {
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

    async fn state_changes(&self, deployment: &Deployment, now: Timestamp) -> Vec<StateChange> {
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
                let Ok(value) = stored::put(&self.inner.store, Some(value)).await else { continue };
                let shared = owner_id == deployment.sequence_id.0;
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
        changes
    }
}

fn unreadable(error: anyhow::Error) -> Stop {
    Stop::Lost(jobs::WriteError::Database(Arc::new(error)))
}
