//! The parent's side: a bounded number of child processes, one call at a time in each.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use components::{LogLine, Script, ScriptOutput, Scripts, StepError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::wire::{self, Answer, Call, Limits, Line, Outcome, SEVERITIES};

/// How long after its time limit a call may still answer by itself, with a better error and its
/// log lines.
const GRACE: Duration = Duration::from_millis(250);

/// How to start workers, and how many.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that calls [`super::worker::main`] when started with `args`.
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// Processes at the same time; further calls wait in the order they came.
    pub workers_max: usize,
    /// Processes kept ready for the next calls.
    pub warm: usize,
    /// Calls after which a process is replaced.
    pub calls_per_worker: u32,
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
            calls_per_worker: 1000,
            heap_bytes: 64 << 20,
            address_space_bytes: 512 << 20,
        }
    }
}

/// Runs scripts in child processes. A process that dies or is killed takes only its own call along.
pub struct Pool {
    options: Options,
    idle: Mutex<Vec<Worker>>,
    /// Fair, so calls get their turn in order.
    permits: Semaphore,
}

/// A process; dropping it kills it.
struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    calls: u32,
}

impl Pool {
    pub fn new(options: Options) -> Self {
        let permits = Semaphore::new(options.workers_max);
        Self { options, idle: Mutex::default(), permits }
    }

    /// Starts what is missing of the warm processes, so the next call finds one ready.
    pub async fn warm_up(&self) {
        while self.idle().len() < self.options.warm {
            match Worker::start(&self.options).await {
                Ok(worker) => self.idle().push(worker),
                Err(error) => {
                    tracing::warn!(%error, "a script worker does not start");
                    return;
                }
            }
        }
    }

    async fn worker(&self) -> io::Result<Worker> {
        let idle = {
            let mut idle = self.idle();
            std::iter::from_fn(|| idle.pop()).find_map(Worker::alive)
        };
        match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.options).await,
        }
    }

    async fn release(&self, worker: Worker) {
        if worker.calls < self.options.calls_per_worker {
            self.idle().push(worker);
        } else {
            drop(worker);
            self.warm_up().await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Scripts for Pool {
    async fn run(&self, script: Script) -> Result<ScriptOutput, StepError> {
        let Script { code, arguments, with_context, time_limit } = script;
        // Calls that wait do so without their message, which can be large.
        let _permit = self.permits.acquire().await.map_err(|_| unavailable(&"shutting down"))?;
        let frame = wire::encode(&Call { code, arguments, with_context, time_limit })
            .map_err(|error| StepError::new(format!("The code cannot be called: {error}")))?;
        let mut worker = self.worker().await.map_err(|error| unavailable(&error))?;
        let error = match timeout(time_limit + GRACE, worker.call(&frame)).await {
            Ok(Ok(answer)) => {
                self.release(worker).await;
                return Ok(output(answer));
            }
            Ok(Err(error)) => worker.obituary(&error).await,
            Err(_) => StepError::new(wire::overtime(time_limit)),
        };
        drop(worker);
        self.warm_up().await;
        Err(error)
    }
}

impl Worker {
    async fn start(options: &Options) -> io::Result<Self> {
        let mut child = Command::new(&options.program)
            .args(&options.args)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a process without pipes"));
        };
        let Options { heap_bytes, address_space_bytes, .. } = *options;
        input.write_all(&wire::encode(&Limits { address_space_bytes, heap_bytes })?).await?;
        Ok(Self { child, input, output, calls: 0 })
    }

    /// The worker, unless something ended it while it was idle.
    fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    async fn call(&mut self, frame: &[u8]) -> io::Result<Answer> {
        self.calls += 1;
        self.input.write_all(frame).await?;
        let mut prefix = [0; 4];
        self.output.read_exact(&mut prefix).await?;
        let mut message = vec![0; wire::length(prefix)?];
        self.output.read_exact(&mut message).await?;
        wire::decode(&message)
    }

    /// What the author of the code should know about the end of the process.
    async fn obituary(&mut self, error: &io::Error) -> StepError {
        let status = timeout(GRACE, self.child.wait()).await;
        let status = status.ok().and_then(Result::ok).map(|status| status.to_string());
        tracing::warn!(%error, status, "a script worker was lost");
        StepError::new("The code needed too much memory, or crashed, and was stopped")
    }
}

fn unavailable(error: &dyn std::fmt::Display) -> StepError {
    tracing::error!(%error, "code steps cannot run");
    StepError::new("Code steps cannot run at the moment")
}

fn output(Answer { outcome, logs, states }: Answer) -> ScriptOutput {
    let returned = match outcome {
        Outcome::Nothing => Ok(None),
        Outcome::Returned(value) => Ok(Some(value)),
        Outcome::Failed(failure) => {
            Err(StepError { message: failure.message, details: failure.details })
        }
    };
    ScriptOutput { returned: Some(returned), logs: logs.into_iter().map(log).collect(), states }
}

fn log(Line { severity, message }: Line) -> LogLine {
    let severity = SEVERITIES.get(usize::from(severity)).copied();
    LogLine { severity: severity.unwrap_or(components::Severity::Info), message }
}
