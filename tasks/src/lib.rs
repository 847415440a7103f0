//! What happens without anybody asking: schedules, tokens that end, deleting what was removed,
//! purging history that is old enough, telling others of events, inviting people, sending log lines to them, and
//! counting what is used.
//!
//! Each kind of background work is a loop of its own that sleeps until the database has something
//! due, or until somebody says that this has changed. Every node runs all of them: what must
//! happen once is decided in the transaction that does it.

mod alerts;
mod authorizations;
mod deliveries;
mod invitations;
mod log_streams;
mod notices;
mod redeployments;
mod removals;
mod retention;
mod schedules;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use domain::retention::Settings;
use jobs::PayloadStore;
use notices::Sender;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use log_streams::LogStreams;
pub use notices::MessageSettings;

/// The background work of a server.
pub struct Tasks {
    stopping: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    /// The store is where executions keep what is too large for a row. Fails if messages cannot be
    /// sent as the settings say.
    pub fn start(
        env: Arc<Env>,
        store: PayloadStore,
        history: Settings,
        messages: MessageSettings,
    ) -> anyhow::Result<Self> {
        let sender = Arc::new(Sender::new(env.clone(), messages)?);
        let tasks = Self { stopping: CancellationToken::new(), tracker: TaskTracker::new() };
        let changed = Arc::new(Notify::new());
        let nudge = changed.clone();
        // Set once per server: nobody else listens.
        let _ = env.on_schedule_change.set(Box::new(move || nudge.notify_one()));
        let begun = Arc::new(Notify::new());
        let nudge = begun.clone();
        let _ = env.on_mark.set(Box::new(move || nudge.notify_one()));
        let happened = Arc::new(Notify::new());
        let written = Arc::new(Notify::new());
        // Removing an instance writes its messages at once: nobody would look at its events later.
        let nudges = [happened.clone(), written.clone()];
        let _ = env.on_alert.set(Box::new(move || nudges.iter().for_each(|it| it.notify_one())));
        let alerts = alerts::run(env.clone(), happened, written.clone(), tasks.stopping.clone());
        tasks.tracker.spawn(alerts);
        tasks.tracker.spawn(invitations::run(sender.clone(), tasks.stopping.clone()));
        tasks.tracker.spawn(notices::run(sender, written, tasks.stopping.clone()));
        tasks.tracker.spawn(schedules::watch(env.clone(), tasks.stopping.clone()));
        tasks.tracker.spawn(schedules::run(env.clone(), changed, tasks.stopping.clone()));
        tasks.tracker.spawn(authorizations::run(env.clone(), tasks.stopping.clone()));
        tasks.tracker.spawn(removals::run(env.clone(), begun, tasks.stopping.clone()));
        let arrived = Arc::new(Notify::new());
        let nudge = arrived.clone();
        let _ = env.on_delivery.set(Box::new(move || nudge.notify_one()));
        let asked = Arc::new(Notify::new());
        let nudge = asked.clone();
        let _ = env.on_redeployment.set(Box::new(move || nudge.notify_one()));
        tasks.tracker.spawn(redeployments::run(env.clone(), asked, tasks.stopping.clone()));
        tasks.tracker.spawn(usage::run(env.clone(), tasks.stopping.clone()));
        tasks.tracker.spawn(deliveries::run(env.clone(), arrived, tasks.stopping.clone()));
        tasks.tracker.spawn(retention::run(env, store, history, tasks.stopping.clone()));
        Ok(tasks)
    }

    /// Lets what is being done come to its end, but no longer than `patience`.
    pub async fn stop(self, patience: Duration) {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!("some background work did not finish in time");
        }
    }
}
