//! Sends what is to be delivered.
//!
//! One loop does everything but the sending itself, which runs in tasks of its own: it makes
//! deliveries of new events, writes what came of those that have come back, and sends what is due
//! within the [`Places`] there are. The slower the database, the more each of its turns does.

mod places;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::delivery::{self, Due, Engine, Except, Outcome, Waiting};
use domain::{Env, Error};
use entity::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use places::{Place, Places};

/// Deliveries looked at by one statement.
const PAGE: u64 = 256;

/// How soon to look again for what nobody told this node of.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How soon to look again when all places are taken: some of them come free with time.
const FULL_PAUSE: Duration = Duration::from_millis(100);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// How often to look for what is old enough to be forgotten, in seconds.
const PURGE_SECONDS: i64 = 60 * 60;

/// Sends until `stopping`; `arrived` says that there is something new. What is being sent then
/// comes to its end.
pub async fn run(env: Arc<Env>, arrived: Arc<Notify>, stopping: CancellationToken) {
    let mut sender = Sender::new(env.clone());
    while !stopping.is_cancelled() {
        let pause = match sender.turn().await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(?error, "could not deliver");
                Pause::For(FAILURE_PAUSE)
            }
        };
        tokio::select! {
            () = sender.come_back() => {}
            () = pause.over(&env) => {}
            () = arrived.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
    while !sender.sending.is_empty() {
        sender.come_back().await;
    }
    if let Err(error) = sender.write().await {
        tracing::error!(?error, "could not write what came of the last deliveries");
    }
}

/// How long nothing happens by itself.
enum Pause {
    /// Until a time, or until it is time to look again.
    Until(Option<Timestamp>),
    For(Duration),
}

impl Pause {
    async fn over(self, env: &Env) {
        let time = match self {
            Self::For(pause) => return tokio::time::sleep(pause).await,
            Self::Until(time) => time,
        };
        let due = async {
            match time {
                Some(time) => env.clock.wait_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// What is on its way, and what came back.
struct Sender {
    env: Arc<Env>,
    engine: Engine,
    /// Whether what an earlier process had claimed is free again.
    is_begun: bool,
    sending: JoinSet<Outcome>,
    places: Places,
    finished: Vec<Outcome>,
    purge_at: Timestamp,
}

impl Sender {
    fn new(env: Arc<Env>) -> Self {
        let (engine, purge_at) = (Engine::new(&env), env.now());
        let (sending, places) = (JoinSet::new(), Places::default());
        Self { env, engine, is_begun: false, sending, places, finished: Vec::new(), purge_at }
    }

    async fn turn(&mut self) -> Result<Pause, Error> {
        if !self.is_begun && self.env.db.is_sqlite() {
            delivery::release(&self.env).await?;
        }
        self.is_begun = true;
        self.write().await?;
        let is_new = delivery::fan_out(&self.env).await? > 0;
        self.send().await?;
        if self.purge_at <= self.env.now() {
            let is_more = delivery::purge(&self.env).await?;
            let soon = if is_more { 0 } else { PURGE_SECONDS };
            self.purge_at = self.env.now().plus_seconds(soon);
        }
        let next = delivery::next_due(&self.env).await?;
        Ok(match next {
            _ if is_new => Pause::For(Duration::ZERO),
            // There was no place for it.
            Some(time) if time <= self.env.now() => Pause::For(FULL_PAUSE),
            next => Pause::Until(next),
        })
    }

    /// Waits for one to come back, and takes all that have.
    async fn come_back(&mut self) {
        let Some(first) = self.sending.join_next().await else {
            return std::future::pending().await;
        };
        let mut next = Some(first);
        while let Some(result) = next {
            match result {
                Ok(outcome) => {
                    self.places.leave(outcome.row.id);
                    self.finished.push(outcome);
                }
                // Its claim runs out, and it is sent again.
                Err(error) => tracing::error!(%error, "a delivery broke off"),
            }
            next = self.sending.try_join_next();
        }
    }

    /// Writes what came back; keeps it if that fails.
    async fn write(&mut self) -> Result<(), Error> {
        delivery::report(&self.env, self.engine, &self.finished).await?;
        self.finished.clear();
        Ok(())
    }

    /// Sends what is due while there are places.
    async fn send(&mut self) -> Result<(), Error> {
        let mut except = self.places.full();
        while !self.places.is_full(Instant::now()) {
            let (waiting, may_be_more) = delivery::due(&self.env, &except, PAGE).await?;
            let chosen = self.choose(waiting, &mut except);
            let ids: Vec<_> = chosen.iter().map(|waiting| waiting.row.id).collect();
            let claimed = self.claim(chosen).await;
            let kept = claimed.iter().flatten().map(|due| due.row.id).collect::<HashSet<_>>();
            for id in ids.into_iter().filter(|id| !kept.contains(id)) {
                self.places.leave(id);
            }
            for due in claimed? {
                self.start(due);
            }
            if !may_be_more {
                break;
            }
        }
        Ok(())
    }

    /// What there is a place for.
    fn choose(&mut self, waiting: Vec<Waiting>, except: &mut Except) -> Vec<Waiting> {
        let (now, places) = (Instant::now(), &mut self.places);
        let takes = |it: &Waiting| places.take(it.row.id, Place::of(it), now, except);
        waiting.into_iter().filter(takes).collect()
    }

    async fn claim(&self, chosen: Vec<Waiting>) -> Result<Vec<Due>, Error> {
        let due = delivery::prepare(&self.env, chosen).await?;
        delivery::claim(&self.env, self.engine, due).await
    }

    fn start(&mut self, due: Due) {
        let env = self.env.clone();
        self.sending.spawn(async move {
            let started_at = env.now();
            let answer = due.request.send(&env).await;
            Outcome { row: due.row, started_at, answer }
        });
    }
}
