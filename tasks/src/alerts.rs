//! Brings what happens to the monitors that watch for it, and looks for what has not happened.

use std::sync::Arc;
use std::time::Duration;

use domain::{Env, Error, alert};
use entity::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How soon what another node left behind, or changed, is noticed.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The same where there is no other node.
const LOOK_AGAIN_ALONE: Duration = Duration::from_mins(1);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Works until `stopping`; `arrived` says that something has happened, `written` is told when
/// there are messages to send.
pub async fn run(
    env: Arc<Env>,
    arrived: Arc<Notify>,
    written: Arc<Notify>,
    stopping: CancellationToken,
) {
    while !stopping.is_cancelled() {
        let next = look(&env, &written).await;
        let wait = async {
            match next {
                Ok(next) => wait(&env, next).await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not bring alerts to their monitors");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = arrived.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// Does everything there is to do; returns when there is more.
async fn look(env: &Env, written: &Notify) -> Result<Option<Timestamp>, Error> {
    if !env.db.is_sqlite() {
        env.watches.follow(env).await?;
    }
    loop {
        let was_overdue = alert::look_for_overdue(env).await?;
        let was_settled = alert::settle(env).await?;
        let was_told = alert::remind(env).await?;
        if was_settled || was_told {
            written.notify_one();
            env.deliveries_arrived();
        }
        if !(was_overdue || was_settled || was_told) {
            return alert::next_wake(env).await;
        }
    }
}

async fn wait(env: &Env, next: Option<Timestamp>) {
    let due = async {
        match next {
            Some(time) => env.clock.wait_until(time).await,
            None => std::future::pending().await,
        }
    };
    let pause = if env.db.is_sqlite() { LOOK_AGAIN_ALONE } else { LOOK_AGAIN };
    tokio::select! {
        () = due => {}
        () = tokio::time::sleep(pause) => {}
    }
}
