//! Starts flows by the clock.

use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use entity::Timestamp;
use jobs::schedule::{fire, next_slot};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many schedules are fired in one commit: other writers wait for no longer than it takes.
const FIRE_MAX: usize = 250;

/// How soon a schedule that another node made is noticed, in seconds.
const LOOK_AGAIN_SECONDS: i64 = 1;

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Fires what is due until `stopping`; `changed` says that something may be due earlier.
pub async fn run(env: Arc<Env>, changed: Arc<Notify>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        let next = fire_due(&env, &stopping).await;
        let wait = async {
            match next {
                Ok(Some(time)) => env.clock.wait_until(time).await,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not fire schedules");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = changed.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// Fires everything that is due; returns when to look again.
async fn fire_due(env: &Env, stopping: &CancellationToken) -> anyhow::Result<Option<Timestamp>> {
    loop {
        let now = env.now();
        let decide = |due: &_| Ok(domain::schedule::decide(env, due)?);
        let fired = fire(&env.db, now, FIRE_MAX, decide).await?;
        if fired.started > 0 {
            env.work_arrived();
        }
        if fired.skipped > 0 {
            let (slots, started) = (fired.skipped, fired.started);
            tracing::warn!(slots, started, "slots of schedules were missed and are skipped");
        }
        if fired.due == 0 || stopping.is_cancelled() {
            break;
        }
    }
    let next = next_slot(&env.db).await?;
    if env.db.is_sqlite() {
        return Ok(next);
    }
    // Nobody tells this node of schedules that others make.
    let soon = env.now().plus_seconds(LOOK_AGAIN_SECONDS);
    Ok(Some(next.map_or(soon, |next| next.min(soon))))
}
