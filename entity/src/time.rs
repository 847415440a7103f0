//! Instants as the database keeps them, and the clock they come from.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How long a clock may stand wrong before those who wait for a time notice that it was set.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Microseconds since 1970-01-01T00:00:00Z.
///
/// An integer column on every backend: it sorts, and reads back exactly as written.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd,
    DeriveValueType,
    Serialize,
    Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// ISO 8601 in UTC with microseconds.
    pub fn to_iso(self) -> String {
        self.to_datetime().to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }
}

/// Where the time comes from.
#[async_trait]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Comes back when the clock shows this time.
    async fn wait_until(&self, time: Timestamp);
}

/// The time of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Utc::now().into()
    }

    async fn wait_until(&self, time: Timestamp) {
        while let Some(left) = u64::try_from(time.0 - self.now().0).ok().filter(|left| *left > 0) {
            tokio::time::sleep(Duration::from_micros(left).min(LOOK_AGAIN)).await;
        }
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(watch::Sender<i64>);

impl ManualClock {
    pub fn starting_at(time: Timestamp) -> Self {
        Self(watch::Sender::new(time.0))
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.send_modify(|micros| *micros += seconds * 1_000_000);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.borrow())
    }

    async fn wait_until(&self, time: Timestamp) {
        // It cannot fail: the sender is ours.
        let _ = self.0.subscribe().wait_for(|now| *now >= time.0).await;
    }
}
