//! The one place that writes executions: gathers what arrives while the last commit runs.
//!
//! An idle system commits at once; a busy one pays for fewer commits the busier it gets. A command
//! is answered when its commit is durable, and never before. Nobody who waits for an answer can
//! cancel a write by going away.

use std::sync::Arc;
use std::time::Duration;

use entity::{
    Db, ExecutionId, NodeId, StepResultId, Timestamp, alert_event, execution, log, state_value,
    step_result,
};
use tokio::sync::{mpsc, oneshot};

use crate::batch::{Batch, Memory, Verdict};
use crate::enqueue::Entry;

/// How many commands one commit takes.
const COMMANDS_PER_COMMIT_MAX: usize = 256;

/// How many commands may wait before senders have to.
const QUEUE_COMMANDS_MAX: usize = 4_096;

/// How long nothing comes before it is written how much was written.
const COUNT_PAUSE: Duration = Duration::from_secs(1);

/// Proof of being the one who runs an execution.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Owner {
    pub node: NodeId,
    pub fence: i32,
}

/// An execution is durable from here on.
#[derive(Clone, Debug)]
pub struct Accept {
    pub execution: execution::Model,
    /// The node that runs it now; `None` leaves it waiting for any.
    pub node: Option<NodeId>,
    pub entry: Entry,
}

/// What taking a call in led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Accepted {
    /// It will run.
    Stored,
    /// It will not: this execution of the same dedupe id waits or runs.
    DuplicateOf(ExecutionId),
}

/// Results on the way: a crash resumes behind them.
#[derive(Clone, Debug)]
pub struct Journal {
    pub execution_id: ExecutionId,
    pub owner: Owner,
    pub steps: Vec<step_result::Model>,
    pub logs: Vec<log::Model>,
    /// Path of a step that touches the world and begins after this write.
    pub begun_step: Option<String>,
    pub journal: Option<Vec<u8>>,
    /// What alert monitors watch for; what they know already is left out.
    pub alerts: Vec<alert_event::Model>,
    /// Bytes of files that were stored beside the rows since the last write.
    pub file_bytes: u64,
}

/// The end of an execution, written once.
#[derive(Clone, Debug)]
pub struct Finish {
    pub execution: execution::Model,
    /// `None` for an execution that was never accepted: this is its first and only write.
    pub owner: Option<Owner>,
    pub steps: Vec<step_result::Model>,
    pub logs: Vec<log::Model>,
    pub state: StateChanges,
    /// What follows a failure.
    pub retry: Option<Retry>,
    /// What alert monitors watch for; what they know already is left out.
    pub alerts: Vec<alert_event::Model>,
    /// Bytes of files that were stored beside the rows since the last write.
    pub file_bytes: u64,
    pub forgotten: Option<Forgotten>,
}

/// Results of steps that were written in case of a crash, and are not kept. Those of steps that
/// failed stay.
#[derive(Clone, Copy, Debug)]
pub struct Forgotten {
    /// The one that stays, because somebody waits for it.
    pub answer: Option<StepResultId>,
}

/// The next attempt of a failed execution.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Names the first attempt, and the request id by which a newer call cancels it.
    pub execution: execution::Model,
    pub wakes_at: Timestamp,
    /// What alert monitors hear if it is not needless.
    pub alerts: Vec<alert_event::Model>,
}

/// What a run leaves to later ones. Of two runs that change a key, the later one wins.
#[derive(Clone, Debug, Default)]
pub struct StateChanges {
    pub changes: Vec<StateChange>,
    /// Written, with the keys behind its message, if another run changed keys meanwhile.
    pub overwritten: Option<log::Model>,
}

/// One key of state, set or removed.
#[derive(Clone, Debug)]
pub struct StateChange {
    pub owner_id: uuid::Uuid,
    pub key: String,
    /// When the value that the run saw was written.
    pub seen: Option<Timestamp>,
    /// `None` removes the key.
    pub value: Option<state_value::Model>,
}

/// Why a write did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody else runs the execution now, or it has ended.
    #[error("the execution has a new owner")]
    Fenced,
    #[error("the database refused the write: {0}")]
    Database(Arc<anyhow::Error>),
    #[error("the server is shutting down")]
    Closed,
}

/// Hears of log lines when they are durable. It is called between two commits: it must not wait.
pub type LineListener = Box<dyn Fn(&mut dyn Iterator<Item = &log::Model>) + Send + Sync>;

pub(crate) enum Command {
    Accept(Box<Accept>),
    Journal(Box<Journal>),
    Finish(Arc<Finish>),
}

pub(crate) type Reply = oneshot::Sender<Result<Accepted, WriteError>>;

/// Sends commands to the writing task.
#[derive(Clone, Debug)]
pub struct Writer {
    commands: mpsc::Sender<(Command, Reply)>,
}

impl Writer {
    /// Starts the writing task. It ends when the last handle is dropped, after the last commit.
    pub fn start(db: Db, listener: LineListener) -> (Self, tokio::task::JoinHandle<()>) {
        let (commands, waiting) = mpsc::channel(QUEUE_COMMANDS_MAX);
        (Self { commands }, tokio::spawn(write(db, listener, waiting)))
    }

    pub async fn accept(&self, accept: Accept) -> Result<Accepted, WriteError> {
        self.send(Command::Accept(Box::new(accept))).await
    }

    pub async fn journal(&self, journal: Journal) -> Result<(), WriteError> {
        self.send(Command::Journal(Box::new(journal))).await.map(drop)
    }

    /// Shared, so that a caller can try again without a copy.
    pub async fn finish(&self, finish: Arc<Finish>) -> Result<(), WriteError> {
        self.send(Command::Finish(finish)).await.map(drop)
    }

    async fn send(&self, command: Command) -> Result<Accepted, WriteError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send((command, reply)).await.map_err(|_| WriteError::Closed)?;
        answer.await.map_err(|_| WriteError::Closed)?
    }
}

async fn write(db: Db, listener: LineListener, mut waiting: mpsc::Receiver<(Command, Reply)>) {
    let mut memory = Memory::default();
    let mut gathered = Vec::with_capacity(COMMANDS_PER_COMMIT_MAX);
    loop {
        let received = waiting.recv_many(&mut gathered, COMMANDS_PER_COMMIT_MAX);
        let received = if memory.has_counted() {
            tokio::time::timeout(COUNT_PAUSE, received).await
        } else {
            Ok(received.await)
        };
        let Ok(received) = received else {
            count(&db, &mut memory).await;
            continue;
        };
        if received == 0 {
            return count(&db, &mut memory).await;
        }
        let (commands, replies): (Vec<_>, Vec<_>) = gathered.drain(..).unzip();
        let batch = Batch::new(commands);
        match batch.commit(&db, &mut memory).await {
            Ok(verdict) => {
                answer(replies, &verdict);
                listener(&mut batch.lines(&verdict));
            }
            Err(error) if batch.len() == 1 => refuse(replies, error),
            Err(error) => {
                let commands = batch.len();
                tracing::warn!(error = ?error, commands, "batch failed; retrying one by one");
                one_by_one(&db, batch, replies, &mut memory, &listener).await;
            }
        }
    }
}

/// Writes how much was written, when there is nothing else to do.
async fn count(db: &Db, memory: &mut Memory) {
    if let Err(error) = memory.write_sizes(db).await {
        tracing::warn!(error = ?error, "the size of history is not known exactly");
    }
}

/// A command that fails must not fail its neighbours.
async fn one_by_one(
    db: &Db,
    batch: Batch,
    replies: Vec<Reply>,
    memory: &mut Memory,
    listener: &LineListener,
) {
    for (command, reply) in batch.into_commands().into_iter().zip(replies) {
        let batch = Batch::new(vec![command]);
        match batch.commit(db, memory).await {
            Ok(verdict) => {
                answer(vec![reply], &verdict);
                listener(&mut batch.lines(&verdict));
            }
            Err(error) => refuse(vec![reply], error),
        }
    }
}

fn answer(replies: Vec<Reply>, verdict: &Verdict) {
    for (place, reply) in replies.into_iter().enumerate() {
        let result = match verdict.duplicate_of(place) {
            _ if verdict.is_fenced(place) => Err(WriteError::Fenced),
            Some(holder) => Ok(Accepted::DuplicateOf(holder)),
            None => Ok(Accepted::Stored),
        };
        // Who asked may be gone; the write stands all the same.
        let _ = reply.send(result);
    }
}

fn refuse(replies: Vec<Reply>, error: anyhow::Error) {
    let error = WriteError::Database(Arc::new(error));
    for reply in replies {
        let _ = reply.send(Err(error.clone()));
    }
}
