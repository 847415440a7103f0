//! One stream: takes lines from its buffer, and sends them until they are taken or given up.
//!
//! Lines of an execution are sent one after the other; those of different executions may overtake
//! each other. When a request fails, no other is begun before the next try.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::Env;
use domain::log_stream::{BATCH_BYTES_MAX, Letter, Line, Names, Sent, Stream};
use entity::ExecutionId;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Lines that are taken from the buffer together.
const LINES_AT_ONCE_MAX: usize = 256;

/// As above, of a stream that sends many in one request.
const BATCH_LINES_MAX: usize = 5_000;

/// Requests that are under way at the same time.
const REQUESTS_AT_ONCE_MAX: usize = 8;

/// How long a line may wait for others that are sent with it, in seconds.
const BATCH_SECONDS_MAX: i64 = 5;

/// When to try again, in seconds after the failure: five times in ten minutes.
const PAUSES_SECONDS: [i64; 5] = [5, 25, 90, 180, 300];

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Sends until the stream is gone or, when the server stops, empty.
pub async fn run(env: Arc<Env>, stream: Arc<Stream>, stopping: CancellationToken) {
    let gone = stream.gone().clone();
    let send = async {
        let mut names = Names::default();
        while has_lines(&env, &stream, &stopping).await {
            let lines_max = if stream.is_batched() { BATCH_LINES_MAX } else { LINES_AT_ONCE_MAX };
            let lines = stream.take(env.now(), lines_max, BATCH_BYTES_MAX);
            deliver(&env, &stream, lines, &mut names, &stopping).await;
        }
    };
    // Nobody wants the lines of a stream that was deleted.
    let _ = gone.run_until_cancelled(send).await;
}

/// Waits until there is something to send; false if there will be no more.
async fn has_lines(env: &Env, stream: &Stream, stopping: &CancellationToken) -> bool {
    loop {
        let (lines, bytes) = stream.waiting();
        let first_at = stream.first_at().filter(|_| lines > 0);
        let is_enough = lines >= BATCH_LINES_MAX || bytes >= BATCH_BYTES_MAX;
        let due_at = match first_at {
            Some(first) if stream.is_batched() && !is_enough => {
                Some(first.plus_seconds(BATCH_SECONDS_MAX))
            }
            Some(first) => Some(first),
            None => None,
        };
        if due_at.is_some_and(|due| due <= env.now() || stopping.is_cancelled()) {
            return true;
        }
        if due_at.is_none() && stopping.is_cancelled() {
            return false;
        }
        let due = async {
            match due_at {
                Some(time) => env.clock.wait_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = stream.arrived() => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// Sends lines until all are taken, refused or given up.
async fn deliver(
    env: &Arc<Env>,
    stream: &Stream,
    mut lines: Vec<Arc<Line>>,
    names: &mut Names,
    stopping: &CancellationToken,
) {
    let mut pauses = PAUSES_SECONDS.into_iter();
    loop {
        lines = attempt(env, stream, lines, names).await;
        let pause = if stopping.is_cancelled() { None } else { pauses.next() };
        let (false, Some(pause)) = (lines.is_empty(), pause) else { break };
        let again_at = env.now().plus_seconds(pause);
        tokio::select! {
            () = env.clock.wait_until(again_at) => {}
            () = stopping.cancelled() => {}
        }
    }
    if !lines.is_empty() {
        let count = lines.len();
        tracing::warn!(log_stream = %stream.id.0, count, "a log stream does not take its lines");
        stream.lose(&lines);
    }
}

/// Sends each line once; returns those to try again, in their order.
async fn attempt(
    env: &Arc<Env>,
    stream: &Stream,
    lines: Vec<Arc<Line>>,
    names: &mut Names,
) -> Vec<Arc<Line>> {
    let letters = match stream.letters(env, names, &lines).await {
        Ok(letters) => letters,
        Err(error) => {
            tracing::error!(error = ?error, log_stream = %stream.id.0, "lines cannot be written");
            tokio::time::sleep(FAILURE_PAUSE).await;
            return lines;
        }
    };
    let failing = Arc::new(AtomicBool::new(false));
    let mut running = JoinSet::new();
    for letters in places(stream, letters) {
        running.spawn(send(env.clone(), letters, failing.clone()));
    }
    let mut left = Vec::new();
    while let Some(ended) = running.join_next().await {
        // A place that panicked has lost its lines, and nothing else.
        let Ok((kept, refused)) = ended else { continue };
        left.extend(kept);
        stream.lose(&refused);
    }
    // Ids sort by time; the line about lost ones comes before all others.
    left.sort_by_key(|line| line.row.id);
    left
}

/// Sends letters one after the other, until one fails here or elsewhere. Returns the lines that
/// were not sent, and those that were refused.
async fn send(
    env: Arc<Env>,
    letters: Vec<Letter>,
    failing: Arc<AtomicBool>,
) -> (Vec<Arc<Line>>, Vec<Arc<Line>>) {
    let (mut left, mut refused) = (Vec::new(), Vec::new());
    for letter in letters {
        if failing.load(Ordering::Relaxed) {
            left.extend(letter.lines);
            continue;
        }
        match letter.post(&env).await {
            Sent::Taken => {}
            Sent::Refused(reason) => {
                tracing::debug!(reason, "a log stream refused lines");
                refused.extend(letter.lines);
            }
            Sent::Failed(reason) => {
                tracing::debug!(reason, "lines of a log stream were not sent");
                failing.store(true, Ordering::Relaxed);
                left.extend(letter.lines);
            }
        }
    }
    (left, refused)
}

/// What is sent at the same time. An execution has one place, and so has a stream of batches.
fn places(stream: &Stream, letters: Vec<Letter>) -> Vec<Vec<Letter>> {
    if stream.is_batched() {
        return vec![letters];
    }
    let mut places: Vec<Vec<Letter>> = Vec::new();
    let mut place_of: HashMap<ExecutionId, usize> = HashMap::new();
    for letter in letters {
        let execution = letter.lines.first().and_then(|line| line.row.execution_id);
        let next = place_of.len() % REQUESTS_AT_ONCE_MAX;
        let place = execution.map_or(0, |id| *place_of.entry(id).or_insert(next));
        if place == places.len() {
            places.push(Vec::new());
        }
        places[place].push(letter);
    }
    places
}
