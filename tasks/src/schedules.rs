//! Starts flows by the clock.

use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use entity::Timestamp;
use jobs::schedule::{behind, correct, fire, next_slot, page};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many schedules are fired in one commit: other writers wait for no longer than it takes.
const FIRE_MAX: usize = 250;

/// How soon a schedule that another node made is noticed, in seconds.
const LOOK_AGAIN_SECONDS: i64 = 1;

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// How often is looked for schedules that are behind, in seconds.
const WATCH_SECONDS: i64 = 60;

/// A schedule that starts nothing for so long after its time is behind, in seconds.
const BEHIND_SECONDS: i64 = 120;

/// How often all schedules are compared with what they should be, in seconds.
const COMPARE_SECONDS: i64 = 60 * 60;

/// How many schedules are compared at a time.
const PAGE: usize = 1_000;

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
        env.log_streams.offer(now, &mut fired.lines.iter());
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

/// Sees to it, until `stopping`, that schedules come when they should.
pub async fn watch(env: Arc<Env>, stopping: CancellationToken) {
    let mut compared_at = None;
    loop {
        if let Err(error) = look_after(&env, &mut compared_at).await {
            tracing::error!(error = ?error, "could not look after the schedules");
        }
        tokio::select! {
            () = env.clock.wait_until(env.now().plus_seconds(WATCH_SECONDS)) => {}
            () = stopping.cancelled() => return,
        }
    }
}

async fn look_after(env: &Env, compared_at: &mut Option<Timestamp>) -> anyhow::Result<()> {
    let now = env.now();
    if compared_at.is_none_or(|last| last.plus_seconds(COMPARE_SECONDS) <= now) {
        compare(env).await?;
        *compared_at = Some(now);
    }
    if let Some((schedules, oldest)) = behind(&env.db, now.plus_seconds(-BEHIND_SECONDS)).await? {
        let seconds = (now.0 - oldest.0) / 1_000_000;
        tracing::error!(schedules, seconds, "schedules are behind, the oldest by these seconds");
    }
    Ok(())
}

/// Compares when schedules start something next with what their expressions mean today.
async fn compare(env: &Env) -> anyhow::Result<()> {
    let mut after = None;
    let mut corrected = 0_usize;
    loop {
        let found = page(&env.db, after, PAGE).await?;
        let Some((last, _)) = found.last() else { break };
        after = Some(last.flow_config_id);
        for (row, enabled) in &found {
            if let Some(expected) = domain::schedule::correction(env, row, *enabled)
                && correct(&env.db, row, &expected).await?
            {
                corrected += 1;
            }
        }
    }
    if corrected > 0 {
        tracing::warn!(corrected, "schedules did not come when they should and were corrected");
        env.schedules_changed();
    }
    Ok(())
}
