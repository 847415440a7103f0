//! Counts what instances use.

use std::sync::Arc;
use std::time::Duration;

use domain::Env;
use entity::Timestamp;
use jobs::usage;
use tokio_util::sync::CancellationToken;

/// How often executions are counted, in seconds.
const COUNT_SECONDS: i64 = 60;

/// How often it is counted what everybody has, and for how long instances were enabled.
const TOTALS_SECONDS: i64 = 60 * 60;

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Counts until `stopping`.
pub async fn run(env: Arc<Env>, stopping: CancellationToken) {
    let mut totals_at = Timestamp::default();
    while !stopping.is_cancelled() {
        // Taken first: what ends meanwhile is for the next round.
        let now = env.now();
        let counted = async {
            count(&env, now, &mut totals_at).await.inspect_err(|error| {
                tracing::error!(error = ?error, "could not count what instances use");
            })
        };
        if counted.await.is_err() {
            tokio::time::sleep(FAILURE_PAUSE).await;
            continue;
        }
        let next = now.plus_seconds(COUNT_SECONDS);
        tokio::select! {
            () = env.clock.wait_until(next) => {}
            () = stopping.cancelled() => {}
        }
    }
}

async fn count(env: &Env, now: Timestamp, totals_at: &mut Timestamp) -> anyhow::Result<()> {
    while usage::count(&env.db, &env.ids, now).await? {}
    if *totals_at <= now {
        while usage::fold_enabled(&env.db, &env.ids, now).await? {}
        usage::count_totals(&env.db, &env.ids, now).await?;
        *totals_at = now.plus_seconds(TOTALS_SECONDS);
    }
    Ok(())
}
