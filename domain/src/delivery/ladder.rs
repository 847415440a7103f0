//! When to try again. Pure: time and randomness are arguments.

/// Seconds before each attempt, counted from the one before.
const LADDER_SECONDS: [i64; 8] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Attempts before a delivery is given up.
pub const ATTEMPTS_MAX: i32 = 8;

/// How much of a delay is left to chance, either way: what failed together comes back apart.
const JITTER_PERCENT: i64 = 20;

/// How long a receiver may ask us to wait, in seconds.
pub const RETRY_AFTER_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Failures in a row after which a target is left alone for a while.
pub const BREAKER_FAILURES: i32 = 5;

const BREAKER_SECONDS_MIN: i64 = 60;
const BREAKER_SECONDS_MAX: i64 = 60 * 60;

/// How long a target may fail without a break before it is switched off.
pub const FAILING_SECONDS_MAX: i64 = 5 * 24 * 60 * 60;

/// Microseconds until the next attempt after `step` of them; none after the last.
pub fn wait(step: i32, retry_after_seconds: Option<i64>, random: u128) -> Option<i64> {
    if step >= ATTEMPTS_MAX {
        return None;
    }
    let delay = LADDER_SECONDS.get(usize::try_from(step).ok()?)? * 1_000_000;
    let span = delay * 2 * JITTER_PERCENT / 100;
    let shift = i64::try_from(random % u128::from(span.unsigned_abs() + 1)).unwrap_or_default();
    let asked = retry_after_seconds.unwrap_or_default().clamp(0, RETRY_AFTER_SECONDS_MAX);
    Some((delay - span / 2 + shift).max(asked * 1_000_000))
}

/// For how many seconds nothing is sent to a target with so many failures in a row. After that one
/// delivery goes first, to see.
pub fn rest(failures: i32) -> Option<i64> {
    let beyond = u32::try_from(failures - BREAKER_FAILURES).ok()?;
    let doubled = BREAKER_SECONDS_MIN.saturating_mul(1 << beyond.min(10));
    Some(doubled.min(BREAKER_SECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_within_their_jitter() {
        for (step, seconds) in LADDER_SECONDS.iter().enumerate().skip(1) {
            let step = i32::try_from(step).unwrap();
            for random in [0, 1, u128::MAX / 3, u128::MAX] {
                let waited = wait(step, None, random).unwrap();
                let nominal = seconds * 1_000_000;
                assert!((waited - nominal).abs() <= nominal / 5, "{step} {random}: {waited}");
            }
            assert_eq!(wait(step, Some(i64::MAX), 7), Some(RETRY_AFTER_SECONDS_MAX * 1_000_000));
        }
        assert_eq!(wait(ATTEMPTS_MAX, Some(1), 0), None);
        assert_eq!(wait(1, Some(-5), 0), Some(4_000_000));
    }

    #[test]
    fn a_broken_target_rests_longer_each_time() {
        let rests: Vec<_> = [0, 4, 5, 6, 10, 11, i32::MAX].map(rest).into();
        let expected = [None, None, Some(60), Some(120), Some(1_920), Some(3_600), Some(3_600)];
        assert_eq!(rests, expected);
    }
}
