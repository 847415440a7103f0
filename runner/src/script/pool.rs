//! The parent's side: a bounded number of child processes, one call at a time in each.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use components::{LogLine, Native, Network, Script, ScriptOutput, Scripts, StepError};
use flow::Value;
use tokio::time::timeout;

use super::process::Worker;
use super::turns::Turns;
use super::wire::{self, Answer, Call, Failure, Line, Order, Outcome, SEVERITIES};

/// How long after its time limit a call may still answer by itself, with a better error and its
/// log lines.
pub(super) const GRACE: Duration = Duration::from_millis(250);

/// Longest that work of our own takes.
const NATIVE_TIME_LIMIT: Duration = Duration::from_mins(1);

/// How to start workers, and how many.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that calls [`super::worker::main`] when started with `args`.
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// Processes at the same time; further calls wait, and customers take turns.
    pub workers_max: usize,
    /// Processes kept ready for the next calls.
    pub warm: usize,
    /// How long further processes stay ready.
    pub idle_time: Duration,
    /// Calls after which a process is replaced.
    pub calls_per_worker: u32,
    /// Longest that one call runs.
    pub time_limit: Duration,
    /// Heap of the engine.
    pub heap_bytes: usize,
    /// Address space of a process, beyond what it has mapped when it starts.
    pub address_space_bytes: u64,
}

impl Options {
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().collect(),
            workers_max: 4,
            warm: 1,
            idle_time: Duration::from_mins(1),
            calls_per_worker: 1000,
            time_limit: Duration::from_mins(2),
            heap_bytes: 64 << 20,
            address_space_bytes: 512 << 20,
        }
    }
}

/// Runs scripts in child processes. A process that dies or is killed takes only its own call along.
pub struct Pool {
    options: Options,
    idle: Arc<Mutex<Idle>>,
    turns: Arc<Turns>,
}

/// Processes without a call, the one that was busy last at the end.
#[derive(Default)]
struct Idle {
    workers: Vec<(Worker, Instant)>,
    /// Somebody looks after them already.
    is_watched: bool,
}

impl Pool {
    pub fn new(options: Options) -> Self {
        let turns = Turns::new(options.workers_max);
        Self { options, idle: Arc::default(), turns }
    }

    /// Starts what is missing of the warm processes, so the next call finds one ready.
    pub async fn warm_up(&self) {
        while lock(&self.idle).workers.len() < self.options.warm {
            match Worker::start(&self.options).await {
                Ok(worker) => self.keep(worker),
                Err(error) => {
                    tracing::warn!(%error, "a script worker does not start");
                    return;
                }
            }
        }
    }

    async fn worker(&self) -> io::Result<Worker> {
        let idle = {
            let mut idle = lock(&self.idle);
            std::iter::from_fn(|| idle.workers.pop()).find_map(|(worker, _)| worker.alive())
        };
        match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.options).await,
        }
    }

    async fn release(&self, worker: Worker) {
        if worker.is_fit() && worker.calls < self.options.calls_per_worker {
            self.keep(worker);
        } else {
            drop(worker);
            self.warm_up().await;
        }
    }

    /// Processes that wait for a call.
    #[cfg(test)]
    pub fn ready(&self) -> usize {
        lock(&self.idle).workers.len()
    }

    /// Keeps a process for later calls, those beyond the warm ones for a while.
    fn keep(&self, worker: Worker) {
        let mut idle = lock(&self.idle);
        idle.workers.push((worker, Instant::now()));
        if idle.workers.len() > self.options.warm && !idle.is_watched {
            idle.is_watched = true;
            let Options { warm, idle_time, .. } = self.options;
            tokio::spawn(end_surplus(Arc::downgrade(&self.idle), warm, idle_time));
        }
    }
}

/// Ends processes that are not needed any more, until only the warm ones are left.
async fn end_surplus(idle: Weak<Mutex<Idle>>, warm: usize, idle_time: Duration) {
    loop {
        tokio::time::sleep(idle_time).await;
        let Some(idle) = idle.upgrade() else { return };
        let mut idle = lock(&idle);
        let surplus = idle.workers.len().saturating_sub(warm);
        let old = idle.workers.iter().take(surplus);
        let old = old.take_while(|(_, since)| since.elapsed() >= idle_time).count();
        idle.workers.drain(..old);
        idle.is_watched = idle.workers.len() > warm;
        if !idle.is_watched {
            return;
        }
    }
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call for any process.
struct Job<'a> {
    order: Order,
    network: Option<&'a Network>,
    customer: String,
    time_limit: Duration,
    /// What failed, in texts.
    subject: &'static str,
}

impl Pool {
    async fn perform(&self, job: Job<'_>) -> Result<Answer, StepError> {
        let Job { order, network, customer, time_limit, subject } = job;
        // Calls that wait do so without their message, which can be large.
        let place = self.turns.take(customer).await;
        let _place = place.ok_or_else(|| unavailable(&"shutting down"))?;
        let frame = wire::encode(&order)
            .map_err(|error| StepError::new(format!("{subject} cannot be called: {error}")))?;
        drop(order);
        let mut worker = self.worker().await.map_err(|error| unavailable(&error))?;
        let error = match timeout(time_limit + GRACE, worker.call(frame, network)).await {
            Ok(Ok(answer)) => {
                self.release(worker).await;
                return Ok(answer);
            }
            Ok(Err(error)) => worker.obituary(subject, &error).await,
            Err(_) => StepError::new(wire::overtime(subject, time_limit)),
        };
        drop(worker);
        self.warm_up().await;
        Err(error)
    }
}

#[async_trait]
impl Scripts for Pool {
    async fn run(&self, script: Script) -> Result<ScriptOutput, StepError> {
        let Script { code, arguments, with_context, network, customer, time_limit } = script;
        let longest = self.options.time_limit;
        let time_limit = time_limit.map_or(longest, |time_limit| time_limit.min(longest));
        let with_fetch = network.is_some();
        let call = Call { code, arguments, with_context, with_fetch, time_limit };
        let (order, network) = (Order::Call(call), network.as_ref());
        let job = Job { order, network, customer, time_limit, subject: wire::CODE };
        self.perform(job).await.map(output)
    }

    async fn native(&self, native: Native) -> Result<Value, StepError> {
        let Native { work, argument, customer } = native;
        let time_limit = NATIVE_TIME_LIMIT.min(self.options.time_limit);
        let order = Order::Native(work, argument);
        let job = Job { order, network: None, customer, time_limit, subject: wire::NATIVE };
        match self.perform(job).await?.outcome {
            Outcome::Nothing => Ok(Value::Null),
            Outcome::Returned(value) => Ok(value),
            Outcome::Failed(failure) => Err(failed(failure)),
        }
    }
}

fn failed(Failure { message, details }: Failure) -> StepError {
    StepError { message, details }
}

fn unavailable(error: &dyn std::fmt::Display) -> StepError {
    tracing::error!(%error, "code steps cannot run");
    StepError::new("Code steps cannot run at the moment")
}

fn output(Answer { outcome, logs, states }: Answer) -> ScriptOutput {
    let returned = match outcome {
        Outcome::Nothing => Ok(None),
        Outcome::Returned(value) => Ok(Some(value)),
        Outcome::Failed(failure) => Err(failed(failure)),
    };
    ScriptOutput { returned: Some(returned), logs: logs.into_iter().map(log).collect(), states }
}

fn log(Line { severity, message }: Line) -> LogLine {
    let severity = SEVERITIES.get(usize::from(severity)).copied();
    LogLine { severity: severity.unwrap_or(components::Severity::Info), message }
}
