//! When a flow starts by itself: what a schedule says, and the instants that it means.
//!
//! Two kinds of expressions differ when the clocks change. One that names its hours and minutes
//! means a *reading* of the clock: a reading that is left out counts once, at the first instant
//! after the gap, and one that comes twice counts the first time. One with `*` or `*/N` for its
//! hours or minutes means an *interval*, which goes on by the time that passes: a reading that
//! comes twice counts twice, and one that is left out is where the old clock would have shown it.

mod cron;
mod recurrence;
#[cfg(test)]
mod tests;

use chrono_tz::Tz;

use crate::definition::ScheduleType;

pub use recurrence::{MISSED_COUNT_MAX, Missed, Recurrence};

/// What a schedule asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Timing {
    Never,
    /// Once for each deployment.
    Once,
    Recurring(Recurrence),
}

impl Timing {
    /// Reads a schedule; an error says what is wrong with it. The kinds that an editor offers
    /// beside `none` and `once` all come with a cron expression. No time zone is UTC.
    pub fn read(kind: Option<ScheduleType>, cron: &str, time_zone: &str) -> Result<Self, String> {
        let zone = zone(time_zone)?;
        match kind {
            Some(ScheduleType::None) => Ok(Self::Never),
            Some(ScheduleType::Once) => Ok(Self::Once),
            _ => Recurrence::new(cron, zone).map(Self::Recurring),
        }
    }
}

fn zone(name: &str) -> Result<Tz, String> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(Tz::UTC);
    }
    name.parse().map_err(|_| {
        let shown: String = name.chars().take(40).collect();
        format!("there is no time zone `{shown}`; zones have names such as Europe/Vienna")
    })
}
