//! What a node remembers of authorizations, and what it knows of their providers.
//!
//! Nothing here is needed to be right: what counts is in the rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::{AuthorizationId, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio_util::task::TaskTracker;

use super::fresh::Fresh;

/// Opened tokens that are kept; more than that are opened again.
const OPENED_MAX: usize = 10_000;

/// Failures in a row after which a provider is left alone.
const OUTAGE_FAILURES: u32 = 5;

/// For how long, the first time; twice as long each further time.
const OUTAGE_SECONDS: i64 = 30;
const OUTAGE_SECONDS_MAX: i64 = 10 * 60;

#[derive(Default)]
pub struct Memory {
    opened: Mutex<HashMap<AuthorizationId, Arc<Fresh>>>,
    renewing: Mutex<HashMap<AuthorizationId, Arc<AsyncMutex<()>>>>,
    providers: Mutex<HashMap<String, Provider>>,
    changed: Notify,
    tracker: TaskTracker,
}

/// How requests to one host went.
#[derive(Clone, Copy, Debug, Default)]
struct Provider {
    failures: u32,
    /// One request may find out from then on.
    closed_until: Option<Timestamp>,
}

impl Memory {
    /// Something may be due earlier than was known.
    pub fn nudge(&self) {
        self.changed.notify_one();
    }

    /// Waits for a nudge; one that came before counts.
    pub async fn nudged(&self) {
        self.changed.notified().await;
    }

    /// Waits for answers of providers that were asked already: a token that was handed out but not
    /// written is lost.
    pub async fn settle(&self, patience: Duration) {
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!("some providers did not answer in time");
        }
    }

    pub(super) fn tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    pub(super) fn opened(&self, id: AuthorizationId, version: i32) -> Option<Arc<Fresh>> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.get(&id).filter(|fresh| fresh.version == version).cloned()
    }

    pub(super) fn remember(&self, id: AuthorizationId, fresh: Arc<Fresh>) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= OPENED_MAX {
            opened.clear();
        }
        opened.insert(id, fresh);
    }

    /// Whoever holds this lock renews; the others wait for what comes of it.
    pub(super) fn renewing(&self, id: AuthorizationId) -> Arc<AsyncMutex<()>> {
        let mut renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        renewing.retain(|_, lock| Arc::strong_count(lock) > 1);
        renewing.entry(id).or_default().clone()
    }

    /// Until when this host is left alone; `None` lets the caller ask it. While it is not known to
    /// work again, only one caller in a while is let through.
    pub(super) fn closed_until(&self, host: &str, now: Timestamp) -> Option<Timestamp> {
        let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        let provider = providers.get_mut(host)?;
        let until = provider.closed_until?;
        if now < until {
            return Some(until);
        }
        provider.closed_until = Some(now.plus_seconds(OUTAGE_SECONDS));
        None
    }

    /// A host answered, whatever it said.
    pub(super) fn works(&self, host: &str) {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }

    /// A host did not answer, or with an error of its own.
    pub(super) fn fails(&self, host: &str, now: Timestamp) {
        let mut providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        let provider = providers.entry(host.to_owned()).or_default();
        provider.failures = provider.failures.saturating_add(1);
        let Some(beyond) = provider.failures.checked_sub(OUTAGE_FAILURES) else { return };
        let pause = (OUTAGE_SECONDS << beyond.min(8)).min(OUTAGE_SECONDS_MAX);
        provider.closed_until = Some(now.plus_seconds(pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_down_is_asked_by_one_at_a_time() {
        let (memory, start) = (Memory::default(), Timestamp(0));
        for failure in 1..=OUTAGE_FAILURES {
            assert_eq!(memory.closed_until("down.test", start), None, "{failure}");
            memory.fails("down.test", start);
        }
        let until = start.plus_seconds(OUTAGE_SECONDS);
        assert_eq!(memory.closed_until("down.test", start), Some(until));
        assert_eq!(memory.closed_until("other.test", start), None);
        // One finds out; the next one has to wait for what it finds.
        assert_eq!(memory.closed_until("down.test", until), None);
        assert!(memory.closed_until("down.test", until).is_some());
        memory.fails("down.test", until);
        let longer = until.plus_seconds(2 * OUTAGE_SECONDS);
        assert_eq!(memory.closed_until("down.test", until), Some(longer));
        assert_eq!(memory.closed_until("down.test", longer), None);
        memory.works("down.test");
        assert_eq!(memory.closed_until("down.test", longer), None);
    }
}
