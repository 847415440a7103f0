//! Purges history that has been kept long enough.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Env;
use domain::retention::{Purge, Settings};
use jobs::PayloadStore;
use tokio_util::sync::CancellationToken;

/// How often to look for what is due.
const LOOK_AGAIN_SECONDS: i64 = 600;

/// After each transaction others have as much time as it took, up to this.
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(10);

/// Purges until `stopping`.
pub async fn run(
    env: Arc<Env>,
    store: PayloadStore,
    settings: Settings,
    stopping: CancellationToken,
) {
    while !stopping.is_cancelled() {
        let next = env.now().plus_seconds(LOOK_AGAIN_SECONDS);
        let purged = purge(&env, &store, settings, &stopping).await;
        let wait = async {
            match purged {
                Ok(()) => env.clock.wait_until(next).await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not purge history");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = stopping.cancelled() => {}
        }
    }
}

async fn purge(
    env: &Env,
    store: &PayloadStore,
    settings: Settings,
    stopping: &CancellationToken,
) -> Result<(), domain::Error> {
    let mut purge = Purge::new(env, store, settings);
    while !stopping.is_cancelled() {
        let begun = Instant::now();
        if !purge.step().await? {
            break;
        }
        tokio::time::sleep(begun.elapsed().min(PAUSE_MAX)).await;
    }
    Ok(())
}
