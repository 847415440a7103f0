//! Deletes what was removed, little by little.

use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use domain::removal::{Round, round};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often to look whether the last runs of removed instances have ended.
const RUNS_PAUSE: Duration = Duration::from_millis(500);

/// How soon a removal is noticed that another node began and left behind.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Deletes until `stopping`; `begun` says that there is a new removal.
pub async fn run(env: Arc<Env>, begun: Arc<Notify>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        let pause = match round(&env).await {
            Ok(Round::Busy) => continue,
            Ok(Round::Waiting) => RUNS_PAUSE,
            Ok(Round::Idle) => LOOK_AGAIN,
            Err(error) => {
                tracing::error!(error = ?error, "could not delete what was removed");
                FAILURE_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = begun.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
}
