//! Sends the lines of log streams, each stream by itself.

mod sender;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use entity::LogStreamId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How soon streams are noticed that another node has changed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is sent to log streams. It ends after everything that writes lines.
pub struct LogStreams {
    stopping: CancellationToken,
    tracker: TaskTracker,
}

impl LogStreams {
    /// Lines are taken from the moment it returns.
    pub async fn start(env: Arc<Env>) -> anyhow::Result<Self> {
        env.log_streams.refresh(&env).await?;
        let streams = Self { stopping: CancellationToken::new(), tracker: TaskTracker::new() };
        let (tracker, stopping) = (streams.tracker.clone(), streams.stopping.clone());
        streams.tracker.spawn(watch(env, tracker, stopping));
        Ok(streams)
    }

    /// Tries to send what waits, but no longer than `patience`.
    pub async fn stop(self, patience: Duration) {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!("some lines of log streams were not sent in time");
        }
    }
}

/// Gives every stream a sender.
async fn watch(env: Arc<Env>, tracker: TaskTracker, stopping: CancellationToken) {
    let mut served: HashSet<LogStreamId> = HashSet::new();
    while !stopping.is_cancelled() {
        let streams = env.log_streams.streams();
        served.retain(|id| streams.iter().any(|stream| stream.id == *id));
        for stream in streams {
            if served.insert(stream.id) {
                tracker.spawn(sender::run(env.clone(), stream, stopping.clone()));
            }
        }
        let look_again = async {
            if env.db.is_sqlite() {
                // Nobody else changes streams.
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            if let Err(error) = env.log_streams.refresh(&env).await {
                tracing::error!(error = ?error, "could not read log streams");
            }
        };
        tokio::select! {
            () = look_again => {}
            () = env.log_streams.changed() => {}
            () = stopping.cancelled() => {}
        }
    }
}
