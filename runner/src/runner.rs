//! The runner: accepts invocations, runs them, and takes over what others left.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use components::{RunInfo, Services, States};
use dashmap::DashMap;
use entity::ExecutionId;
use entity::execution::{self, ResultType, Status};
use flow::Map;
use jobs::{Entry, Node, Owner, PayloadStore, Place, Writer};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::task::TaskTracker;

use crate::alerts::Alerts;
use crate::bundle::{Host, HostOptions};
use crate::endpoint::{Endpoint, Endpoints};
use crate::executor::Executor;
use crate::files::ExecutionFiles;
use crate::invocation::{Invocation, StartError, Started};
use crate::journal::Journal;
use crate::once::Caller;
use crate::record::Record;
use crate::route::{Destination, Route, Unrouted};
use crate::seats::Seats;
use crate::services::{DrawnBits, TokioClock};
use crate::tokens::Tokens;
use crate::worker::{self, survive};
use crate::{Deployment, data_source, stored, sweep};

/// Files that are in memory at the same time, for all runs of a node together.
const BUFFERS_MEBIBYTES_MAX: usize = 512;

/// What a runner needs from outside.
pub struct RunnerOptions {
    pub env: Arc<domain::Env>,
    pub store: PayloadStore,
    pub egress: egress::Client,
    pub scripts: Arc<dyn components::Scripts>,
    /// How code of published components runs.
    pub components: HostOptions,
    /// How many executions run at once on this node; the others wait in the database.
    pub concurrency_max: usize,
    /// How many executions of one organization run at once; `None` sets no limit.
    pub organization_concurrency_max: Option<usize>,
    /// How often a failed execution is repeated at most, whatever its flow asks for.
    pub retries_max: u32,
    /// How long one execution may run.
    pub execution_time_limit: Duration,
    /// Bytes that state may hold on all levels together.
    pub state_bytes_max: usize,
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
    pub host: Arc<Host>,
    pub endpoints: Endpoints,
    /// How many executions run at once, and the places that are left.
    pub concurrency_max: usize,
    pub slots: Arc<Semaphore>,
    pub retries_max: u32,
    pub execution_time_limit: Duration,
    /// Mebibytes that files of all runs may take in memory.
    pub buffers: Arc<Semaphore>,
    /// Who waits for executions that this node is about to claim.
    pub callers: DashMap<ExecutionId, Caller>,
    pub seats: Arc<Seats>,
    /// Somebody queued work.
    pub work: Notify,
    /// Somebody changed a limit.
    pub limits: Notify,
    pub stopping: tokio_util::sync::CancellationToken,
    pub tasks: TaskTracker,
}

impl Runner {
    /// Registers this node and starts its background work.
    pub async fn start(options: RunnerOptions) -> anyhow::Result<Self> {
        let env = options.env;
        let node = Node::register(&env.db, &*env.clock, &env.ids).await?;
        let (writer, _) = Writer::start(env.db.clone(), listener(&env));
        let clock = Arc::new(TokioClock(env.clock.clone()));
        let host = Host::new(options.components, options.store.clone(), options.egress.clone());
        let services = Services {
            egress: options.egress,
            scripts: options.scripts,
            clock,
            randomness: Arc::new(DrawnBits(env.ids.clone())),
            state_bytes_max: options.state_bytes_max,
        };
        let inner = Arc::new(Inner {
            endpoints: Endpoints::new(!env.db.is_sqlite(), host.clone()),
            host,
            env,
            store: options.store,
            writer,
            node,
            services: Arc::new(services),
            concurrency_max: options.concurrency_max,
            slots: Arc::new(Semaphore::new(options.concurrency_max)),
            retries_max: options.retries_max,
            execution_time_limit: options.execution_time_limit,
            buffers: Arc::new(Semaphore::new(BUFFERS_MEBIBYTES_MAX)),
            callers: DashMap::new(),
            seats: Seats::new(options.organization_concurrency_max),
            work: Notify::new(),
            limits: Notify::new(),
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

    /// What a request at a shared URL is for, with its body parsed; `preprocessed` is the run of
    /// the preprocess flow, which must have ended.
    pub async fn destination(
        &self,
        route: &Route,
        payload: &Map,
        preprocessed: Option<ExecutionId>,
    ) -> Result<Destination, Unrouted> {
        let Inner { env, store, endpoints, .. } = &*self.inner;
        endpoints.destination(env, store, route, payload, preprocessed).await
    }

    /// Starts an execution. It goes on whether or not anybody waits for the answers.
    pub async fn start_execution(&self, invocation: Invocation) -> Result<Started, StartError> {
        let inner = &self.inner;
        let deployment = invocation.deployment.clone();
        let flow = &deployment.flows[invocation.flow];
        let entry = flow.rules.entry(&invocation.payload, invocation.body.as_ref());
        if flow.rules.queues() && invocation.idempotency_key.is_none() {
            return inner.start_queued(invocation, entry).await;
        }
        let seat = inner.seats.admit(deployment.tenant()).map_err(StartError::Full)?;
        if let Some(key) = invocation.idempotency_key.clone() {
            drop(seat);
            let execution = inner.execution(&invocation, &entry).await?;
            return inner.start_once(key, execution, entry).await;
        }
        let Some(slot) = inner.slot(&invocation).await else {
            drop(seat);
            return inner.start_queued(invocation, entry).await;
        };
        let execution = inner.execution(&invocation, &entry).await?;
        let kept = inner.endpoints.kept(&inner.env, &deployment).await.map_err(|error| {
            tracing::error!(error = ?error, "could not read what is kept");
            StartError::Storage
        })?;
        let execution_id = execution.id;
        let (accepted_sender, accepted) = oneshot::channel();
        let (ended_sender, ended) = oneshot::channel();
        let mut executor = inner.executor(&deployment, invocation.flow, execution);
        executor.accepted = Some(accepted_sender);
        executor.entry = entry;
        executor.record.kept = kept;
        let run = executor.run_to_end(invocation, (slot, seat), ended_sender);
        let owner = Owner { node: inner.node.id, fence: 0 };
        inner.tasks.spawn(survive(inner.clone(), execution_id, owner, run));
        Ok(Started { execution_id, accepted, ended })
    }
}

/// Takes lines to log streams when they are durable.
fn listener(env: &Arc<domain::Env>) -> jobs::LineListener {
    let env = Arc::downgrade(env);
    Box::new(move |lines| {
        if let Some(env) = env.upgrade() {
            env.log_streams.offer(env.now(), lines);
        }
    })
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
    let _ = inner.env.on_removal.set(Box::new(move |owners| {
        if let Some(inner) = weak.upgrade() {
            inner.tasks.spawn(sweep::remove(inner.store.clone(), owners.to_vec()));
        }
    }));
    let weak = Arc::downgrade(inner);
    let _ = inner.env.on_limit_change.set(Box::new(move || {
        if let Some(inner) = weak.upgrade() {
            inner.limits.notify_one();
        }
    }));
    let _ = inner.env.data_sources.set(data_source::performer(Arc::downgrade(inner)));
    let weak = Arc::downgrade(inner);
    let _ = inner.env.on_work.set(Box::new(move || {
        if let Some(inner) = weak.upgrade() {
            inner.work.notify_one();
        }
    }));
}

impl Inner {
    /// A place to run in. Who waits for the result waits for a place as well; anything else is
    /// queued in the database when there is none.
    async fn slot(&self, invocation: &Invocation) -> Option<OwnedSemaphorePermit> {
        if self.stopping.is_cancelled() {
            return None;
        }
        let slots = self.slots.clone();
        if invocation.is_synchronous {
            return slots.acquire_owned().await.ok();
        }
        slots.try_acquire_owned().ok()
    }

    pub async fn execution(
        &self,
        invocation: &Invocation,
        entry: &Entry,
    ) -> Result<execution::Model, StartError> {
        let deployment = &invocation.deployment;
        let flow = &deployment.flows[invocation.flow];
        let invoker = invocation.invoked_by.as_ref();
        let now = self.env.clock.now();
        let id = self.env.ids.at(now);
        let place = Place::of_execution(deployment.instance_id, id);
        let payload = stored::put_payload(&self.store, place, &invocation.payload).await;
        let payload = payload.map_err(|error| {
            tracing::error!(%error, "could not store a payload");
            StartError::Storage
        })?;
        let retry = flow.rules.retry.as_ref().filter(|_| !invocation.is_synchronous);
        let max_retries = retry.map(|retry| retry.max_attempts.min(self.retries_max));
        let max_retries = max_retries.and_then(|count| i32::try_from(count).ok());
        Ok(execution::Model {
            id,
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
            max_retry_count: max_retries.unwrap_or(0),
            retry_next_at: None,
            request_id: entry.request_id.clone(),
            canceled_by_id: None,
            invoked_by_id: invoker.map(|invoker| invoker.execution_id),
            lineage_depth: invoker.map_or(0, |invoker| invoker.depth.saturating_add(1)),
            invoked_by_frame: invoker.and_then(|invoker| invoker.frame.clone()),
            step_count: 0,
        })
    }

    /// An executor at the start of a run.
    pub fn executor(
        self: &Arc<Self>,
        deployment: &Deployment,
        flow: usize,
        execution: execution::Model,
    ) -> Executor {
        let deployed = &deployment.flows[flow];
        let info = RunInfo {
            execution_id: domain::global_id(execution.id),
            customer: deployment.customer.clone(),
            instance: deployment.instance.clone(),
            integration: deployment.integration.clone(),
            flow: components::Named {
                id: domain::global_id(deployed.id),
                name: deployed.name.clone(),
                external_id: deployed.stable_key.clone(),
            },
            user: components::Named::default(),
            started_at: execution.started_at.to_iso(),
            invoke_url: String::new(),
            webhook_urls: deployment.webhook_urls.clone(),
            flow_urls: deployment.flow_urls.clone(),
            lineage_depth: u32::try_from(execution.lineage_depth).unwrap_or_default(),
            webhook_api_keys: deployment.webhook_api_keys.clone(),
            debug: deployment.debug,
        };
        let files = ExecutionFiles::of(&self.store, &execution);
        let file_bytes = files.written();
        let run = components::Run {
            info: Arc::new(info),
            services: self.services.clone(),
            states: States::default(),
            config_vars: deployment.config_vars.clone(),
            logs: Vec::new(),
            idempotency_key: String::new(),
            files,
            holds_blobs: false,
            attempt: 0,
            step_results: Map::new(),
        };
        Executor {
            inner: self.clone(),
            written_at: execution.started_at,
            execution,
            owner: None,
            run,
            file_bytes,
            record: Record::new(self.env.ids.clone()),
            journal: Journal::default(),
            restored: None,
            seen_state: HashMap::new(),
            must_write: false,
            accepted: None,
            trigger_response: None,
            response: None,
            last_step: None,
            result_type: ResultType::Completed,
            entry: Entry::default(),
            rules: deployed.rules.clone(),
            tokens: Tokens::of(deployment),
            alerts: Alerts::default(),
            may_be_simulated: deployment.is_test,
        }
    }
}
