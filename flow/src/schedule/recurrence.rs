//! From the readings of a clock in a time zone to instants.

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::cron::Cron;

/// More missed instants than this are not counted.
pub const MISSED_COUNT_MAX: usize = 100;

/// Within this time every possible date comes, even a leap day on some weekday.
const YEARS_MAX: u32 = 48;

/// Further than this from UTC is no clock in the world.
const OFFSET_HOURS_MAX: i64 = 15;

/// An expression, read in a time zone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recurrence {
    cron: Cron,
    zone: Tz,
}

/// What has come between two instants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Missed {
    pub last: DateTime<Utc>,
    /// How many came before the last one, up to [`MISSED_COUNT_MAX`].
    pub earlier: usize,
    /// What comes next.
    pub next: Option<DateTime<Utc>>,
}

impl Recurrence {
    /// An error says what is wrong with the expression.
    pub(super) fn new(cron: &str, zone: Tz) -> Result<Self, String> {
        Ok(Self { cron: Cron::parse(cron)?, zone })
    }

    /// The first instant after this one; `None` where the calendar ends.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // What a day that was left out still owes comes on the day after it.
        let mut date = after.with_timezone(&self.zone).date_naive().pred_opt()?;
        let end = date.checked_add_months(Months::new(YEARS_MAX * 12))?;
        loop {
            date = self.cron.date_from(date, end)?;
            let tomorrow = date.succ_opt()?;
            if let Some(found) = self.first_on(date, after) {
                // Where clocks go back over midnight, a day begins before the last one is over.
                let is_named = self.cron.names_date(tomorrow);
                let other = is_named.then(|| self.first_on(tomorrow, after)).flatten();
                return Some(other.map_or(found, |other| other.min(found)));
            }
            date = tomorrow;
        }
    }

    /// What has come from `first`, which is one of its instants, until `now`.
    pub fn missed(&self, first: DateTime<Utc>, now: DateTime<Utc>) -> Missed {
        let mut missed = Missed { last: first, earlier: 0, next: self.next_after(first) };
        while let Some(next) = missed.next.filter(|next| *next <= now) {
            if missed.earlier == MISSED_COUNT_MAX {
                return self.skip(missed, now);
            }
            missed =
                Missed { last: next, earlier: missed.earlier + 1, next: self.next_after(next) };
        }
        missed
    }

    /// Goes to the last instant until `now` without counting all that lie before it.
    fn skip(&self, missed: Missed, now: DateTime<Utc>) -> Missed {
        let mut missed = missed;
        let starts = [1, 24, 24 * 40, 24 * 366].map(|hours| now - TimeDelta::hours(hours));
        let near = starts
            .iter()
            .filter(|start| **start > missed.last)
            .find_map(|start| self.next_after(*start).filter(|found| *found <= now));
        missed.last = near.unwrap_or(missed.last);
        missed.next = self.next_after(missed.last);
        while let Some(next) = missed.next.filter(|next| *next <= now) {
            missed.last = next;
            missed.next = self.next_after(next);
        }
        missed
    }

    /// The first instant after another one that belongs to a date.
    fn first_on(&self, date: NaiveDate, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let window = TimeDelta::hours(OFFSET_HOURS_MAX);
        let offsets =
            [self.offset(midnight - window), self.offset(midnight + window + TimeDelta::days(1))];
        let [smallest, largest] = [offsets[0].min(offsets[1]), offsets[0].max(offsets[1])];
        // No earlier reading of this day can be after that instant.
        let passed = (after.naive_utc() + smallest - midnight).num_minutes();
        let mut minute = u32::try_from(passed.max(0)).ok().filter(|minute| *minute < 24 * 60)?;
        let mut best = None;
        while let Some(found) = self.cron.minute_from(minute) {
            let reading = midnight + TimeDelta::minutes(found.into());
            if best.is_some_and(|best| reading - largest > best) {
                break;
            }
            let instants = if smallest == largest {
                [Some(reading - smallest), None]
            } else {
                self.instants(reading)
            };
            let later = instants.into_iter().flatten().filter(|it| *it > after.naive_utc());
            best = best.into_iter().chain(later).min();
            minute = found + 1;
        }
        best.map(|best| best.and_utc())
    }

    /// The instants that a reading means, near a change of the clocks.
    fn instants(&self, reading: NaiveDateTime) -> [Option<NaiveDateTime>; 2] {
        let found = self.zone.from_local_datetime(&reading);
        if let (Some(first), Some(last)) = (found.earliest(), found.latest()) {
            let is_twice = self.cron.is_interval && first != last;
            return [Some(first.naive_utc()), is_twice.then(|| last.naive_utc())];
        }
        let old = self.offset(reading - TimeDelta::hours(OFFSET_HOURS_MAX));
        if self.cron.is_interval {
            return [Some(reading - old), None];
        }
        // The change lies between what the new clock and what the old clock make of the reading.
        let mut before = reading - TimeDelta::hours(OFFSET_HOURS_MAX);
        let mut behind = reading - old;
        while behind - before > TimeDelta::minutes(1) {
            let middle = before + TimeDelta::minutes((behind - before).num_minutes() / 2);
            if self.offset(middle) == old {
                before = middle;
            } else {
                behind = middle;
            }
        }
        [Some(behind), None]
    }

    /// How far the clocks of the zone are ahead of UTC at an instant.
    fn offset(&self, instant: NaiveDateTime) -> TimeDelta {
        let offset = self.zone.offset_from_utc_datetime(&instant).fix();
        TimeDelta::seconds(offset.local_minus_utc().into())
    }
}
