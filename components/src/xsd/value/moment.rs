//! Dates, times and durations.
//!
//! Two of them need not have an order: a time without a zone may lie before or after one with a
//! zone, and a month may be shorter or longer than 30 days.

use std::cmp::Ordering;

/// Digits of a year or of a part of a duration.
const DIGITS_MAX: usize = 9;
const DAY_SECONDS: i64 = 86_400;
/// The farthest that a zone is from the middle.
const ZONE_MINUTES_MAX: i64 = 14 * 60;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MomentKind {
    DateTime,
    Date,
    Time,
    YearMonth,
    Year,
    MonthDay,
    Day,
    Month,
}

impl MomentKind {
    /// Which parts stand in the text: `Y`, `M`, `D` and `T`, between their separators.
    fn form(self) -> &'static str {
        match self {
            Self::DateTime => "Y-M-DTt",
            Self::Date => "Y-M-D",
            Self::Time => "t",
            Self::YearMonth => "Y-M",
            Self::Year => "Y",
            Self::MonthDay => "--M-D",
            Self::Day => "---D",
            Self::Month => "--M",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::DateTime => "a date with a time",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::YearMonth => "a year with a month",
            Self::Year => "a year",
            Self::MonthDay => "a month with a day",
            Self::Day => "a day of a month",
            Self::Month => "a month",
        }
    }
}

/// A point on a line of seconds, in the middle zone if it has one.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Moment {
    kind: MomentKind,
    seconds: i64,
    /// Digits behind the second, without zeros at the end.
    fraction: String,
    has_zone: bool,
}

impl Moment {
    pub fn read(kind: MomentKind, text: &str) -> Option<Self> {
        let mut rest = text;
        // A leap year that begins a century of them, so that every day of a month exists.
        let (mut year, mut month, mut day, mut time) = (2000, 1, 1, 0);
        let mut fraction = String::new();
        for part in kind.form().chars() {
            match part {
                'Y' => year = read_year(&mut rest)?,
                'M' => month = two_digits(&mut rest, 1, 12)?,
                'D' => day = two_digits(&mut rest, 1, 31)?,
                't' => (time, fraction) = read_time(&mut rest)?,
                separator => rest = rest.strip_prefix(separator)?,
            }
        }
        if day > days_of_month(year, month) {
            return None;
        }
        let zone = read_zone(rest).ok()?;
        let seconds = days_before(year, month, day) * DAY_SECONDS + time;
        let mut seconds = seconds - zone.unwrap_or_default() * 60;
        if kind == MomentKind::Time {
            seconds = seconds.rem_euclid(DAY_SECONDS);
        }
        Some(Self { kind, seconds, fraction, has_zone: zone.is_some() })
    }

    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let shifted = |it: &Self, minutes: i64| (it.seconds + minutes * 60, it.fraction.clone());
        let (one, two) = (shifted(self, 0), shifted(other, 0));
        if self.has_zone == other.has_zone {
            return Some(one.cmp(&two));
        }
        if !self.has_zone {
            return other.compare(self).map(Ordering::reverse);
        }
        if one < shifted(other, -ZONE_MINUTES_MAX) {
            return Some(Ordering::Less);
        }
        (one > shifted(other, ZONE_MINUTES_MAX)).then_some(Ordering::Greater)
    }
}

/// Four digits or more; there is no year 0.
fn read_year(rest: &mut &str) -> Option<i64> {
    let (sign, unsigned) = match rest.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, *rest),
    };
    let length = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = unsigned.split_at(length);
    let is_padded = length > 4 && digits.starts_with('0');
    if !(4..=DIGITS_MAX).contains(&length) || is_padded {
        return None;
    }
    *rest = behind;
    let year: i64 = digits.parse().ok()?;
    // The year before 1 is -1.
    (year != 0).then_some(if sign < 0 { 1 - year } else { year })
}

fn two_digits(rest: &mut &str, least: i64, most: i64) -> Option<i64> {
    let (digits, behind) = rest.split_at_checked(2)?;
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
    *rest = behind;
    digits.parse().ok().filter(|number| are_digits && (least..=most).contains(number))
}

/// Seconds of a day and digits behind them. The end of a day is the start of the next.
fn read_time(rest: &mut &str) -> Option<(i64, String)> {
    let hour = two_digits(rest, 0, 24)?;
    *rest = rest.strip_prefix(':')?;
    let minute = two_digits(rest, 0, 59)?;
    *rest = rest.strip_prefix(':')?;
    let second = two_digits(rest, 0, 59)?;
    let mut fraction = String::new();
    if let Some(behind) = rest.strip_prefix('.') {
        let length = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = behind.split_at(length);
        Some(digits).filter(|_| length > 0)?.trim_end_matches('0').clone_into(&mut fraction);
        *rest = behind;
    }
    let is_late = hour == 24 && (minute + second > 0 || !fraction.is_empty());
    (!is_late).then_some((hour * 3600 + minute * 60 + second, fraction))
}

/// What follows a date or a time is not a zone.
struct NoZone;

/// Minutes before the middle zone; nothing without a zone.
fn read_zone(rest: &str) -> Result<Option<i64>, NoZone> {
    let sign = match rest.chars().next() {
        None => return Ok(None),
        Some('Z') if rest.len() == 1 => return Ok(Some(0)),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return Err(NoZone),
    };
    let mut rest = &rest[1..];
    let hours = two_digits(&mut rest, 0, 14).ok_or(NoZone)?;
    rest = rest.strip_prefix(':').ok_or(NoZone)?;
    let minutes = hours * 60 + two_digits(&mut rest, 0, 59).ok_or(NoZone)?;
    let is_whole = rest.is_empty() && minutes <= ZONE_MINUTES_MAX;
    is_whole.then_some(Some(sign * minutes)).ok_or(NoZone)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since the first of January of the year 0.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let last = year - 1;
    let of_years =
        year * 365 + last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400) + 1;
    of_years + (1..month).map(|month| days_of_month(year, month)).sum::<i64>() + day - 1
}

/// A number of months and a number of seconds, both with the same sign.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Duration {
    is_negative: bool,
    months: i64,
    seconds: i64,
    fraction: String,
}

impl Duration {
    pub fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-');
        let is_negative = unsigned.is_some();
        let rest = unsigned.unwrap_or(text).strip_prefix('P')?;
        let (date, time) = match rest.split_once('T') {
            Some((date, time)) if !time.is_empty() => (date, time),
            None if !rest.is_empty() => (rest, ""),
            _ => return None,
        };
        let (mut months, mut seconds, mut fraction) = (0, 0, String::new());
        let units = [('Y', 12), ('M', 1)];
        let rest = units.into_iter().try_fold(date, |rest, (unit, size)| {
            part(rest, unit, &mut None).map(|(number, rest)| {
                months += number * size;
                rest
            })
        })?;
        let days = part(rest, 'D', &mut None)?;
        seconds += days.0 * DAY_SECONDS;
        let units = [('H', 3600), ('M', 60)];
        let rest = units.into_iter().try_fold(time, |rest, (unit, size)| {
            part(rest, unit, &mut None).map(|(number, rest)| {
                seconds += number * size;
                rest
            })
        })?;
        let last = part(rest, 'S', &mut Some(&mut fraction))?;
        seconds += last.0;
        let is_whole = days.1.is_empty() && last.1.is_empty();
        let is_zero = months == 0 && seconds == 0 && fraction.is_empty();
        let is_negative = is_negative && !is_zero;
        is_whole.then_some(Self { is_negative, months, seconds, fraction })
    }

    /// Two durations have an order if they have the same one from four chosen dates, between
    /// which lie the shortest and the longest months.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let starts = [(1696, 9), (1697, 2), (1903, 3), (1903, 7)];
        let mut orders = starts.iter().map(|(year, month)| {
            let (one, two) = (self.ending(*year, *month), other.ending(*year, *month));
            let by_seconds = one.cmp(&two);
            by_seconds.then_with(|| self.signed_fraction().cmp(&other.signed_fraction()))
        });
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    }

    /// Whole seconds, rounded towards the past so that the rest counts forward.
    fn ending(&self, year: i64, month: i64) -> i64 {
        let sign = if self.is_negative { -1 } else { 1 };
        let months = year * 12 + month - 1 + sign * self.months;
        let days = days_before(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        let rounding = i64::from(self.is_negative && !self.fraction.is_empty());
        days * DAY_SECONDS + sign * self.seconds - rounding
    }

    /// Digits behind the second, counted forward: each of a negative one becomes what is missing.
    fn signed_fraction(&self) -> String {
        if !self.is_negative || self.fraction.is_empty() {
            return self.fraction.clone();
        }
        let last = self.fraction.len() - 1;
        let missing = |(place, digit): (usize, u8)| {
            let missing = if place == last { b'9' + 1 } else { b'9' } - digit;
            char::from(b'0' + missing)
        };
        self.fraction.bytes().enumerate().map(missing).collect()
    }
}

/// A number in front of its unit, and what follows; nothing counts as 0. Digits behind a point go
/// where there is a place for them.
fn part<'a>(
    rest: &'a str,
    unit: char,
    fraction: &mut Option<&mut String>,
) -> Option<(i64, &'a str)> {
    let end = rest.find(|part: char| !part.is_ascii_digit() && part != '.').unwrap_or(rest.len());
    let Some(behind) = rest[end..].strip_prefix(unit) else { return Some((0, rest)) };
    let (whole, digits) = match rest[..end].split_once('.') {
        Some((whole, digits)) if !digits.is_empty() => (whole, digits),
        None => (&rest[..end], ""),
        _ => return None,
    };
    if digits.contains('.') || whole.len() > DIGITS_MAX {
        return None;
    }
    match fraction {
        Some(fraction) => digits.trim_end_matches('0').clone_into(fraction),
        None if !digits.is_empty() => return None,
        None => {}
    }
    Some((whole.parse().ok()?, behind))
}
