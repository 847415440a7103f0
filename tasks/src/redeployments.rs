//! Deploys instances again when what they use has changed.

use std::sync::Arc;
use std::time::Duration;

use domain::{Env, redeployment};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How soon it is noticed that another node left something behind.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Deploys until `stopping`; `asked` says that there is something new.
pub async fn run(env: Arc<Env>, asked: Arc<Notify>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        let pause = match redeployment::round(&env).await {
            Ok(true) => continue,
            Ok(false) => LOOK_AGAIN,
            Err(error) => {
                tracing::error!(error = ?error, "could not look for what to deploy again");
                FAILURE_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = asked.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
}
