//! How often one URL may be called on this node.

use std::time::Duration;

use dashmap::DashMap;
use tokio::time::Instant;

/// Endpoints remembered before those at rest are forgotten.
const ENDPOINTS_MAX: usize = 10_000;

/// A bucket per endpoint that a call takes a drop from and time fills again.
#[derive(Debug)]
pub struct Limiter {
    /// The time that fills one drop; none means no limit.
    interval: Option<Duration>,
    /// The time that fills a bucket.
    window: Duration,
    /// When the bucket of an endpoint is full again.
    full_at: DashMap<String, Instant>,
}

impl Limiter {
    pub fn new(per_second: u32, burst: u32) -> Self {
        let interval = (per_second > 0).then(|| Duration::from_secs(1) / per_second);
        let window = interval.unwrap_or_default() * burst.max(1);
        Self { interval, window, full_at: DashMap::new() }
    }

    /// Takes a call in, or says how long to wait before the next one.
    pub fn take(&self, endpoint: &str, now: Instant) -> Result<(), Duration> {
        let Some(interval) = self.interval else { return Ok(()) };
        if self.full_at.len() > ENDPOINTS_MAX {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        let mut full_at = self.full_at.entry(endpoint.to_owned()).or_insert(now);
        let next = (*full_at).max(now) + interval;
        let over = (next - now).saturating_sub(self.window);
        if over.is_zero() {
            *full_at = next;
            return Ok(());
        }
        Err(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(10, 3);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", at(0)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(0)), Err(Duration::from_millis(100)));
        assert_eq!(limiter.take("b", at(0)), Ok(()));
        assert_eq!(limiter.take("a", at(40)), Err(Duration::from_millis(60)));
        assert_eq!(limiter.take("a", at(100)), Ok(()));
        assert!(limiter.take("a", at(100)).is_err());
        assert!((0..1_000).all(|_| Limiter::new(0, 1).take("a", start).is_ok()));
    }
}
