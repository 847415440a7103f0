//! Decimal numbers of any length, and numbers of limited precision.

use std::cmp::Ordering;
use std::str::FromStr;

/// A number without needless zeros: zero has no digits and no sign.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Decimal {
    is_negative: bool,
    /// Digits before the point.
    whole: String,
    /// Digits behind it.
    fraction: String,
}

impl Decimal {
    pub fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let are_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let is_negative = text.starts_with('-') && whole.len() + fraction.len() > 0;
        Some(Self { is_negative, whole, fraction })
    }

    /// Digits that carry meaning.
    pub fn digits(&self) -> usize {
        let all = self.whole.len() + self.fraction.len();
        let leading = self.fraction.len() - self.fraction.trim_start_matches('0').len();
        if self.whole.is_empty() { all - leading } else { all }.max(1)
    }

    /// Digits behind the point that carry meaning.
    pub fn fraction_digits(&self) -> usize {
        self.fraction.len()
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_size = |one: &Self, two: &Self| {
            let by_length = one.whole.len().cmp(&two.whole.len());
            let by_digits = one.whole.cmp(&two.whole).then(one.fraction.cmp(&two.fraction));
            by_length.then(by_digits)
        };
        match (self.is_negative, other.is_negative) {
            (false, false) => by_size(self, other),
            (true, true) => by_size(other, self),
            (is_negative, _) => {
                if is_negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number in the notation of schemas, whose special values have names of their own.
pub fn float<T: FromStr>(text: &str) -> Option<T> {
    let special = match text {
        "INF" => Some("inf"),
        "-INF" => Some("-inf"),
        "NaN" => Some("nan"),
        _ => None,
    };
    let is_plain =
        text.bytes().all(|part| matches!(part, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    special.or_else(|| is_plain.then_some(text))?.parse().ok()
}
