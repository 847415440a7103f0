//! Renews tokens before they end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::{Env, oauth};
use entity::{AuthorizationId, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Requests that are under way at the same time: providers that do not answer must not keep the
/// others waiting.
const AT_ONCE_MAX: usize = 256;

/// How soon a token that another node stored is noticed, in seconds.
const LOOK_AGAIN_SECONDS: i64 = 1;

/// How long to wait after a failure of the database.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Renews what is due until `stopping`.
pub async fn run(env: Arc<Env>, stopping: CancellationToken) {
    let mut running = Running::default();
    while !stopping.is_cancelled() {
        let next = running.start_due(&env).await;
        let wait = async {
            match next {
                Ok(Some(time)) => env.clock.wait_until(time).await,
                Ok(None) => std::future::pending().await,
                Err(error) => {
                    tracing::error!(error = ?error, "could not look for tokens to renew");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = env.authorizations.nudged() => {}
            () = running.ended() => {}
            () = stopping.cancelled() => {}
        }
    }
    // Who has asked must write the answer, too.
    while running.tasks.join_next().await.is_some() {}
}

#[derive(Default)]
struct Running {
    tasks: JoinSet<AuthorizationId>,
    ids: HashSet<AuthorizationId>,
}

impl Running {
    /// Starts what is due and not under way; returns when to look again.
    async fn start_due(&mut self, env: &Arc<Env>) -> anyhow::Result<Option<Timestamp>> {
        // Whatever comes due from now on is found by the next look.
        let now = env.now();
        let due = oauth::due(env, AT_ONCE_MAX as u64).await?;
        for row in due {
            if self.ids.len() >= AT_ONCE_MAX {
                // Whichever ends first makes room.
                return Ok(None);
            }
            if !self.ids.insert(row.id) {
                continue;
            }
            let env = env.clone();
            self.tasks.spawn(async move {
                let id = row.id;
                if let Err(error) = oauth::renew(&env, row).await {
                    tracing::error!(error = ?error, authorization = %id.0, "no token was renewed");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
                id
            });
        }
        let next = oauth::next_due(env).await?;
        // What is due now is under way, here or on another node.
        let next = next.map(|next| next.max(now.plus_seconds(LOOK_AGAIN_SECONDS)));
        if env.db.is_sqlite() {
            return Ok(next);
        }
        // Nobody tells this node of tokens that others store.
        let soon = now.plus_seconds(LOOK_AGAIN_SECONDS);
        Ok(Some(next.map_or(soon, |next| next.min(soon))))
    }

    /// Waits until one of them has ended.
    async fn ended(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok(id)) => {
                self.ids.remove(&id);
            }
            // It cannot say which one it was; all that are still there are found again.
            Some(Err(_)) => self.ids.clear(),
            None => std::future::pending().await,
        }
    }
}
