//! When to ask for the next token, and when to stop asking. Pure.

use entity::Timestamp;

use super::settings::Grant;

/// A run gets a token that is good for at least this long.
pub const FRESH_SECONDS: i64 = 60;

/// Tokens that live shorter are renewed when they are used.
const BACKGROUND_SECONDS_MIN: i64 = 120;

/// How long before the end a long-lived token is renewed: enough for several tries.
const EARLY_SECONDS: i64 = 15 * 60;

/// A refresh token without a known end is used this often, so that it does not die of disuse.
const UNKNOWN_END_SECONDS: i64 = 24 * 60 * 60;

/// How long a client's token without a known end is trusted.
const CLIENT_UNKNOWN_END_SECONDS: i64 = 55 * 60;

/// The longest life that is believed.
const LIFETIME_SECONDS_MAX: i64 = 10 * 365 * 24 * 60 * 60;

/// The share of the way by which a refresh may come early.
const JITTER_SHARE: f64 = 0.05;

const RETRY_MINUTES: [i64; 6] = [1, 2, 5, 10, 30, 60];

/// From the first failure on.
const GIVE_UP_SECONDS: i64 = 4 * 24 * 60 * 60;

/// No provider keeps us waiting for longer.
pub(super) const RETRY_AFTER_SECONDS_MAX: i64 = 24 * 60 * 60;

/// What the provider said about a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub grant: Grant,
    pub has_refresh_token: bool,
    pub expires_in: Option<i64>,
}

impl Life {
    /// The end of the token.
    pub(super) fn expires_at(self, issued: Timestamp) -> Option<Timestamp> {
        self.lifetime().map(|seconds| issued.plus_seconds(seconds))
    }

    /// When the next token should be asked for, without anybody needing it; `chance` is from 0 to
    /// 1 and spreads tokens that were issued together.
    pub(super) fn refresh_at(self, issued: Timestamp, chance: f64) -> Option<Timestamp> {
        if self.grant == Grant::AuthorizationCode && !self.has_refresh_token {
            return None;
        }
        let seconds = match (self.lifetime(), self.grant) {
            (Some(seconds), _) if seconds < BACKGROUND_SECONDS_MIN => return None,
            (Some(seconds), _) => (seconds / 2).max(seconds - EARLY_SECONDS),
            (None, Grant::AuthorizationCode) => UNKNOWN_END_SECONDS,
            (None, Grant::ClientCredentials) => CLIENT_UNKNOWN_END_SECONDS,
        };
        Some(earlier(issued, seconds, chance))
    }

    fn lifetime(self) -> Option<i64> {
        self.expires_in.map(|seconds| seconds.clamp(0, LIFETIME_SECONDS_MAX))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a share of some years in microseconds; what is lost is less than the jitter"
)]
fn earlier(issued: Timestamp, seconds: i64, chance: f64) -> Timestamp {
    let jitter = seconds as f64 * 1e6 * JITTER_SHARE * chance.clamp(0.0, 1.0);
    Timestamp(issued.plus_seconds(seconds).0 - jitter as i64)
}

/// When to try again after the `failures`th failure in a row; `None` to give up.
pub(super) fn retry_at(
    now: Timestamp,
    first_failed_at: Timestamp,
    failures: i32,
    retry_after_seconds: Option<i64>,
) -> Option<Timestamp> {
    if now >= first_failed_at.plus_seconds(GIVE_UP_SECONDS) {
        return None;
    }
    let step = usize::try_from(failures - 1).unwrap_or(0).min(RETRY_MINUTES.len() - 1);
    let asked = retry_after_seconds.unwrap_or(0).min(RETRY_AFTER_SECONDS_MAX);
    Some(now.plus_seconds(asked.max(RETRY_MINUTES[step] * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: Timestamp = Timestamp(1_790_000_000_000_000);

    fn after(time: Option<Timestamp>) -> Option<i64> {
        time.map(|time| (time.0 - ISSUED.0) / 1_000_000)
    }

    #[test]
    fn tokens_are_renewed_in_time_but_not_needlessly() {
        use Grant::{AuthorizationCode as Code, ClientCredentials as Client};
        for (grant, has_refresh_token, expires_in, expected) in [
            (Code, true, Some(3_600), Some(2_700)),
            (Code, true, Some(1_200), Some(600)),
            (Code, true, Some(120), Some(60)),
            (Code, true, Some(119), None),
            (Code, true, None, Some(86_400)),
            (Code, false, Some(3_600), None),
            (Client, false, Some(3_600), Some(2_700)),
            (Client, false, None, Some(3_300)),
            (Code, true, Some(-5), None),
        ] {
            let life = Life { grant, has_refresh_token, expires_in };
            assert_eq!(after(life.refresh_at(ISSUED, 0.0)), expected, "{life:?}");
        }
        let life = Life { grant: Code, has_refresh_token: true, expires_in: Some(3_600) };
        assert_eq!(after(life.refresh_at(ISSUED, 1.0)), Some(2_565));
        let forever = Life { expires_in: Some(i64::MAX), ..life };
        assert_eq!(after(forever.expires_at(ISSUED)), Some(LIFETIME_SECONDS_MAX));
    }

    #[test]
    fn failures_are_retried_for_four_days() {
        let first = ISSUED;
        let minutes = |failures, retry_after| {
            after(retry_at(ISSUED, first, failures, retry_after)).map(|seconds| seconds / 60)
        };
        let ladder: Vec<_> = (1..=8).map(|failures| minutes(failures, None).unwrap()).collect();
        assert_eq!(ladder, [1, 2, 5, 10, 30, 60, 60, 60]);
        assert_eq!(minutes(1, Some(600)), Some(10));
        assert_eq!(minutes(1, Some(1)), Some(1));
        assert_eq!(minutes(1, Some(i64::MAX)), Some(24 * 60));
        let last = first.plus_seconds(GIVE_UP_SECONDS - 1);
        assert!(retry_at(last, first, 90, None).is_some());
        assert_eq!(retry_at(last.plus_seconds(1), first, 91, None), None);
    }
}
