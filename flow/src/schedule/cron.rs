//! Cron expressions of five fields, with the loose forms that people write.

use chrono::{Datelike, NaiveDate};

/// How much of a wrong expression is shown.
const SHOWN_CHARS_MAX: usize = 80;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The most days that each month has.
const DAYS_OF_MONTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The readings of clock and calendar that an expression names. Sets are bits, from the lowest on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Day and weekday are both narrowed: then a date needs only one of them.
    is_either_day: bool,
    /// Its hours or minutes go on and on.
    pub is_interval: bool,
}

/// What may stand in a field.
struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    /// Sunday has a second number.
    also: Option<u32>,
    /// Names of the values from `first` on.
    names: &'static [&'static str],
}

/// What stands in a field.
#[derive(Clone, Copy)]
struct Choice {
    values: u64,
    /// It begins with `*`.
    is_open: bool,
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", first: 0, last: 59, also: None, names: &[] },
    Field { name: "hour", first: 0, last: 23, also: None, names: &[] },
    Field { name: "day", first: 1, last: 31, also: None, names: &[] },
    Field { name: "month", first: 1, last: 12, also: None, names: &MONTHS },
    Field { name: "weekday", first: 0, last: 6, also: Some(7), names: &WEEKDAYS },
];

impl Cron {
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        let fields: Vec<_> = text.split_whitespace().take(FIELDS.len() + 1).collect();
        let Ok(fields) = <[&str; 5]>::try_from(fields) else {
            return Err(format!(
                "`{shown}` is no schedule: it needs five fields (minute, hour, day, month, weekday)"
            ));
        };
        let mut choices = [Choice { values: 0, is_open: false }; 5];
        for ((choice, field), text) in choices.iter_mut().zip(&FIELDS).zip(fields) {
            *choice = field.read(text).map_err(|why| format!("`{shown}` is no schedule: {why}"))?;
        }
        let [minutes, hours, days, months, weekdays] = choices;
        let cron = Self {
            minutes: minutes.values,
            hours: hours.values,
            days: days.values,
            months: months.values,
            weekdays: weekdays.values,
            is_either_day: !days.is_open && !weekdays.is_open,
            is_interval: minutes.is_open || hours.is_open,
        };
        if cron.is_impossible() {
            return Err(format!("`{shown}` never comes: none of its months has such a day"));
        }
        Ok(cron)
    }

    /// The first date that is named, from one date on and before another.
    pub fn date_from(&self, date: NaiveDate, end: NaiveDate) -> Option<NaiveDate> {
        let mut date = date;
        while date < end {
            if !has(self.months, date.month()) {
                let next = date.with_day(1)?.checked_add_months(chrono::Months::new(1))?;
                date = next;
            } else if self.names_date(date) {
                return Some(date);
            } else {
                date = date.succ_opt()?;
            }
        }
        None
    }

    pub fn names_date(&self, date: NaiveDate) -> bool {
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().num_days_from_sunday());
        let is_day = if self.is_either_day { day || weekday } else { day && weekday };
        is_day && has(self.months, date.month())
    }

    /// The first minute of a day that is named, counted from midnight, from this one on.
    pub fn minute_from(&self, minute: u32) -> Option<u32> {
        let (hour, minute) = (minute / 60, minute % 60);
        if has(self.hours, hour)
            && let Some(minute) = next(self.minutes, minute)
        {
            return Some(hour * 60 + minute);
        }
        let hour = next(self.hours, hour + 1)?;
        Some(hour * 60 + next(self.minutes, 0)?)
    }

    fn is_impossible(&self) -> bool {
        let mut months = (1..).zip(DAYS_OF_MONTHS).filter(|(month, _)| has(self.months, *month));
        let has_day = months.any(|(_, last)| next(self.days, 1).is_some_and(|day| day <= last));
        !has_day && !self.is_either_day
    }
}

impl Field {
    fn read(&self, text: &str) -> Result<Choice, String> {
        let mut values = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(step)?)),
                None => (part, None),
            };
            let (first, last) = self.range(range, step.is_some())?;
            for value in (first..=last).step_by(step.unwrap_or(1)) {
                values |= 1 << if self.also == Some(value) { self.first } else { value };
            }
        }
        Ok(Choice { values, is_open: is_any(text.split(['/', ',']).next().unwrap_or_default()) })
    }

    /// The ends of `*`, `3`, `3-5` or, where a step follows, of `3` to the last.
    fn range(&self, text: &str, has_step: bool) -> Result<(u32, u32), String> {
        if is_any(text) {
            return Ok((self.first, self.last));
        }
        let Some((first, last)) = text.split_once('-') else {
            let first = self.value(text)?;
            return Ok((first, if has_step { self.last.max(first) } else { first }));
        };
        let (first, last) = (self.value(first)?, self.value(last)?);
        if first > last {
            return Err(format!("the {} `{text}` goes backwards", self.name));
        }
        Ok((first, last))
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let value = match named.and_then(|place| u32::try_from(place).ok()) {
            Some(place) => Some(self.first + place),
            None => number(text),
        };
        let (first, last) = (self.first, self.also.unwrap_or(self.last));
        value
            .filter(|value| (first..=last).contains(value))
            .ok_or_else(|| format!("the {} `{text}` is not from {first} to {last}", self.name))
    }

    fn step(&self, text: &str) -> Result<usize, String> {
        let most = self.last - self.first + 1;
        let step = number(text).filter(|step| (1..=most).contains(step));
        let step = step.and_then(|step| usize::try_from(step).ok());
        step.ok_or_else(|| format!("the {} step `{text}` is not from 1 to {most}", self.name))
    }
}

/// Some write `?` for a day that does not matter.
fn is_any(text: &str) -> bool {
    matches!(text, "*" | "?")
}

/// Digits only: the library would take a sign as well.
fn number(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn has(set: u64, value: u32) -> bool {
    set >> value & 1 == 1
}

/// The first member that is not less than `value`.
fn next(set: u64, value: u32) -> Option<u32> {
    let rest = set.checked_shr(value).filter(|rest| *rest != 0)?;
    Some(value + rest.trailing_zeros())
}
