//! One child process, and what is said while it has a call.

use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use components::{Network, StepError};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::network;
use super::pool::{GRACE, Options};
use super::wire::{self, Answer, FETCHES_AT_ONCE_MAX, Fetch, Fetched, Limits, Order, Report};

/// A process; dropping it kills it.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    pub calls: u32,
    /// Requests that it waits for.
    owed: usize,
}

impl Worker {
    pub async fn start(options: &Options) -> io::Result<Self> {
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
        Ok(Self { child, input, output, calls: 0, owed: 0 })
    }

    /// The worker, unless something ended it while it was idle.
    pub fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Whether it can have another call: one that still waits for answers would take them, or a
    /// part of them, for that call.
    pub fn is_fit(&self) -> bool {
        self.owed == 0
    }

    /// Hands over a call and sends what it asks for until it has its answer. Dropping this drops
    /// all of that.
    pub async fn call(&mut self, frame: Vec<u8>, network: Option<&Network>) -> io::Result<Answer> {
        self.calls += 1;
        self.input.write_all(&frame).await?;
        drop(frame);
        let Some(network) = network else {
            return match read(&mut self.output).await? {
                Report::Answer(answer) => Ok(answer),
                Report::Fetch(_) => Err(out_of_turn()),
            };
        };
        let (requests, asked) = channel(FETCHES_AT_ONCE_MAX);
        let (parts, answered) = channel(FETCHES_AT_ONCE_MAX);
        let owed = Owed::default();
        // All at the same time: whoever waits with reading until it has written may wait for ever.
        let outcome = tokio::select! {
            answer = listen(&mut self.output, &requests, &owed) => answer,
            Err(error) = tell(&mut self.input, answered, &owed) => Err(error),
            () = send(network, asked, &parts) => Err(out_of_turn()),
        };
        self.owed = owed.get();
        outcome
    }

    /// What the author of the code should know about the end of the process.
    pub async fn obituary(&mut self, subject: &str, error: &io::Error) -> StepError {
        let status = timeout(GRACE, self.child.wait()).await;
        let status = status.ok().and_then(Result::ok).map(|status| status.to_string());
        tracing::warn!(%error, status, "a script worker was lost");
        StepError::new(format!("{subject} needed too much memory, or crashed, and was stopped"))
    }
}

/// Requests that the worker has made and not heard the end of.
#[derive(Default)]
struct Owed(AtomicUsize);

impl Owed {
    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more, unless there are too many: the worker knows the limit.
    fn begin(&self) -> io::Result<()> {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        if before < FETCHES_AT_ONCE_MAX { Ok(()) } else { Err(out_of_turn()) }
    }

    fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn listen(
    output: &mut ChildStdout,
    requests: &Sender<Fetch>,
    owed: &Owed,
) -> io::Result<Answer> {
    loop {
        match read(output).await? {
            Report::Answer(answer) => return Ok(answer),
            Report::Fetch(fetch) => {
                owed.begin()?;
                requests.send(fetch).await.map_err(|_| out_of_turn())?;
            }
        }
    }
}

async fn tell(
    input: &mut ChildStdin,
    mut answered: Receiver<Fetched>,
    owed: &Owed,
) -> io::Result<()> {
    while let Some(fetched) = answered.recv().await {
        let is_last = fetched.part.is_last();
        input.write_all(&wire::encode(&Order::Fetched(fetched))?).await?;
        if is_last {
            owed.end();
        }
    }
    Ok(())
}

async fn send(network: &Network, mut asked: Receiver<Fetch>, parts: &Sender<Fetched>) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(fetch) = asked.recv() => {
                under_way.push(network::fetch(network, fetch, parts.clone()));
            }
            Some(()) = under_way.next() => {}
            else => return,
        }
    }
}

async fn read(output: &mut ChildStdout) -> io::Result<Report> {
    let mut prefix = [0; 4];
    output.read_exact(&mut prefix).await?;
    let mut message = vec![0; wire::length(prefix)?];
    output.read_exact(&mut message).await?;
    wire::decode(&message)
}

fn out_of_turn() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the worker broke the rules")
}
