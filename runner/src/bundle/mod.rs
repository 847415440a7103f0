//! Code of published components.
//!
//! [`Host`] keeps warm processes of Node, each for one version of one component, and hands them one
//! call at a time. What holds them is the operating system ([`apart`]): they see no network, so that
//! all connections go through [`network`] and the rules of egress; no other processes; no files but
//! their package and what Node needs; an empty environment; and there are limits on memory and time.
//! Whoever passes one of these is killed, and only its own call fails.

mod apart;
mod find;
mod hosted;
mod network;
mod process;
mod unpack;
mod wire;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use components::StepError;
use domain::component::Version;
use entity::ComponentId;
use jobs::PayloadStore;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use find::Node;
pub(crate) use hosted::{action, data_source, trigger};

use process::Worker;
use unpack::Packages;
use wire::{Answer, Order};

/// How long a process waits for its next call before it is ended.
const IDLE_TIME: Duration = Duration::from_mins(1);

/// Calls after which a process is replaced.
const CALLS_MAX: u32 = 1_000;

/// How to run code of components, and how much of it.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// The program and what it needs; or what is missing.
    pub node: Result<Node, String>,
    /// Packages are unpacked here; nothing else may be in it.
    pub folder: PathBuf,
    /// Processes at the same time; further calls wait.
    pub processes_max: usize,
    /// Heap of one process.
    pub heap_mebibytes: usize,
    /// Longest that one call runs.
    pub time_limit: Duration,
}

/// Runs code of components.
pub struct Host {
    options: HostOptions,
    egress: egress::Client,
    packages: Packages,
    places: Semaphore,
    idle: Mutex<HashMap<ComponentId, Vec<(Worker, Instant)>>>,
}

impl Host {
    pub fn new(options: HostOptions, store: PayloadStore, egress: egress::Client) -> Arc<Self> {
        let host = Arc::new(Self {
            packages: Packages::new(options.folder.clone(), store),
            places: Semaphore::new(options.processes_max),
            idle: Mutex::default(),
            egress,
            options,
        });
        tokio::spawn(end_idle(Arc::downgrade(&host)));
        host
    }

    /// Calls a function of a package; what it throws is part of the answer.
    async fn call(&self, version: &Version, order: Order) -> Result<Answer, StepError> {
        let frame = order.encode().map_err(|error| {
            StepError::new(format!("The component cannot be called with this: {error}"))
        })?;
        let place = self.places.acquire().await;
        let _place = place.map_err(|_| StepError::new("The server is stopping."))?;
        let mut worker = self.worker(version).await?;
        let limit = self.options.time_limit.min(order.time_limit);
        let error = match timeout(limit, worker.call(&frame)).await {
            Ok(Ok(mut answer)) => {
                answer.logs.extend(worker.refusals());
                self.keep(version.row.id, worker);
                return Ok(answer);
            }
            Ok(Err(error)) => error,
            Err(_) => {
                let seconds = limit.as_secs();
                StepError::new(format!(
                    "The component ran longer than {seconds} seconds and was stopped."
                ))
            }
        };
        // Dropping it kills the process.
        drop(worker);
        Err(error)
    }

    async fn worker(&self, version: &Version) -> Result<Worker, StepError> {
        let idle = lock(&self.idle).get_mut(&version.row.id).and_then(Vec::pop);
        if let Some((worker, _)) = idle
            && let Some(worker) = worker.alive()
        {
            return Ok(worker);
        }
        let node = self.options.node.as_ref().map_err(StepError::new)?;
        self.make_room();
        let unavailable = |error: anyhow::Error| {
            tracing::error!(error = ?error, component = %version.row.id.0, "a component cannot run");
            StepError::new("The component cannot run at the moment.")
        };
        let package = self.packages.folder(version).await.map_err(unavailable)?;
        let started = Worker::start(node, &self.options, &package, self.egress.clone());
        started.map_err(unavailable)
    }

    /// Ends what waits for calls of others, so that there are never more processes than allowed.
    fn make_room(&self) {
        let mut idle = lock(&self.idle);
        let in_use = self.options.processes_max - self.places.available_permits();
        let mut waiting: usize = idle.values().map(Vec::len).sum();
        while waiting + in_use > self.options.processes_max {
            let oldest = idle.iter().filter_map(|(id, all)| Some((all.first()?.1, *id))).min();
            let Some((_, id)) = oldest else { return };
            if let Some(workers) = idle.get_mut(&id) {
                workers.remove(0);
            }
            waiting -= 1;
        }
    }

    fn keep(&self, id: ComponentId, worker: Worker) {
        if worker.calls < CALLS_MAX {
            lock(&self.idle).entry(id).or_default().push((worker, Instant::now()));
        }
    }
}

/// Ends processes that nobody has needed for a while.
async fn end_idle(host: std::sync::Weak<Host>) {
    loop {
        tokio::time::sleep(IDLE_TIME / 4).await;
        let Some(host) = host.upgrade() else { return };
        let mut idle = lock(&host.idle);
        for workers in idle.values_mut() {
            workers.retain(|(_, since)| since.elapsed() < IDLE_TIME);
        }
        idle.retain(|_, workers| !workers.is_empty());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
