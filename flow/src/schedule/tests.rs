use std::collections::BTreeMap;

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{MISSED_COUNT_MAX, Recurrence, Timing};
use crate::definition::ScheduleType;

fn recurring(cron: &str, zone: &str) -> Recurrence {
    match Timing::read(Some(ScheduleType::Custom), cron, zone).unwrap() {
        Timing::Recurring(recurrence) => recurrence,
        other => panic!("{other:?}"),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// The instants that follow, as the clocks of the zone show them.
fn following(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let recurrence = recurring(cron, zone);
    let next = |last: &DateTime<Utc>| recurrence.next_after(*last);
    let found = std::iter::successors(next(&at(after)), next).take(count);
    let zone: Tz = if zone.is_empty() { Tz::UTC } else { zone.parse().unwrap() };
    found.map(|it| it.with_timezone(&zone).format("%m-%d %H:%M %z").to_string()).collect()
}

/// Proves R060.
#[test]
fn expressions_mean_what_people_expect() {
    let cases: [(&str, &str, &[&str]); 13] = [
        ("* * * * *", "2026-03-01T10:00:00Z", &["03-01 10:01", "03-01 10:02"]),
        ("*/5 8-16 * * 1-5", "2026-11-20T16:54:30Z", &["11-20 16:55", "11-23 08:00"]),
        ("00 00 */1 * *", "2026-02-27T00:00:00Z", &["02-28 00:00", "03-01 00:00"]),
        ("0 9 * * 7", "2026-11-20T00:00:00Z", &["11-22 09:00", "11-29 09:00"]),
        ("0 9 * * SUN,wed", "2026-11-20T00:00:00Z", &["11-22 09:00", "11-25 09:00"]),
        ("0 9 ? jan-MAR/2 Mon", "2026-11-20T00:00:00Z", &["01-04 09:00", "01-11 09:00"]),
        ("10/20 6 * * *", "2026-11-20T00:00:00Z", &["11-20 06:10", "11-20 06:30", "11-20 06:50"]),
        ("0 0 13 * 5", "2026-11-12T00:00:00Z", &["11-13 00:00", "11-20 00:00", "11-27 00:00"]),
        ("0 0 */2 * 1", "2026-11-01T00:00:00Z", &["11-09 00:00", "11-23 00:00", "12-07 00:00"]),
        ("0 0 29 2 *", "2026-11-20T00:00:00Z", &["02-29 00:00", "02-29 00:00"]),
        ("0 0 29 2 */6", "2096-03-01T00:00:00Z", &["02-29 00:00"]),
        ("  0  0  31  *  *  ", "2026-03-31T12:00:00Z", &["05-31 00:00", "07-31 00:00"]),
        ("59 23 31 12 5-7", "2026-12-24T23:59:00Z", &["12-25 23:59", "12-26 23:59"]),
    ];
    for (cron, after, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|time| format!("{time} +0000")).collect();
        let found: Vec<_> = following(cron, "", after, expected.len());
        assert_eq!(found, expected, "{cron}");
    }
}

#[test]
fn wrong_schedules_are_refused_with_a_reason() {
    let cases = [
        ("", "", "needs five fields"),
        ("* * * *", "", "needs five fields"),
        ("0 * * * * *", "", "needs five fields"),
        ("@daily", "", "needs five fields"),
        ("60 * * * *", "", "the minute `60` is not from 0 to 59"),
        ("+5 * * * *", "", "the minute `+5` is not from 0 to 59"),
        ("* 24 * * *", "", "the hour `24` is not from 0 to 23"),
        ("* * 0 * *", "", "the day `0` is not from 1 to 31"),
        ("* * L * *", "", "the day `L` is not from 1 to 31"),
        ("* * * Foo *", "", "the month `Foo` is not from 1 to 12"),
        ("* * * * 8", "", "the weekday `8` is not from 0 to 7"),
        ("* * * * fri-mon", "", "the weekday `fri-mon` goes backwards"),
        ("*/0 * * * *", "", "the minute step `0` is not from 1 to 60"),
        ("*/90 * * * *", "", "the minute step `90` is not from 1 to 60"),
        ("1,,2 * * * *", "", "the minute `` is not from 0 to 59"),
        ("0 0 30 2 *", "", "none of its months has such a day"),
        ("0 0 31 2,4,jun *", "", "none of its months has such a day"),
        ("* * * * *", "Mars/Olympus", "there is no time zone `Mars/Olympus`"),
    ];
    for (cron, zone, reason) in cases {
        let refused = Timing::read(None, cron, zone).unwrap_err();
        assert!(refused.contains(reason), "{cron}: {refused}");
    }
    assert_eq!(Timing::read(Some(ScheduleType::None), "", ""), Ok(Timing::Never));
    assert_eq!(Timing::read(Some(ScheduleType::Once), "", ""), Ok(Timing::Once));
}

#[test]
fn changes_of_the_clocks_neither_lose_nor_repeat_a_run() {
    let new_york = "America/New_York";
    let cases: [(&str, &str, &str, &[&str]); 9] = [
        // Named readings.
        (
            "30 2 * * *",
            new_york,
            "2026-03-07T12:00:00Z",
            &["03-08 03:00 -0400", "03-09 02:30 -0400"],
        ),
        (
            "30 1 * * *",
            new_york,
            "2026-10-31T12:00:00Z",
            &["11-01 01:30 -0400", "11-02 01:30 -0500"],
        ),
        ("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", &["04-24 01:00 +0300"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", &["10-04 02:30 +1100"]),
        (
            "0 9 * * *",
            "Pacific/Apia",
            "2011-12-29T20:00:00Z",
            &["12-31 00:00 +1400", "12-31 09:00 +1400"],
        ),
        // Intervals.
        (
            "*/30 * * * *",
            new_york,
            "2026-11-01T05:15:00Z",
            &["11-01 01:30 -0400", "11-01 01:00 -0500", "11-01 01:30 -0500", "11-01 02:00 -0500"],
        ),
        (
            "0 */2 * * *",
            "Europe/Berlin",
            "2026-03-28T22:30:00Z",
            &["03-29 00:00 +0100", "03-29 03:00 +0200", "03-29 04:00 +0200"],
        ),
        (
            "0 */2 * * *",
            "Europe/Berlin",
            "2026-10-24T21:30:00Z",
            &["10-25 00:00 +0200", "10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 04:00 +0100"],
        ),
        (
            "*/20 2 * * *",
            "Europe/Berlin",
            "2026-03-29T00:00:00Z",
            &["03-29 03:00 +0200", "03-29 03:20 +0200", "03-29 03:40 +0200", "03-30 02:00 +0200"],
        ),
    ];
    for (cron, zone, after, expected) in cases {
        assert_eq!(following(cron, zone, after, expected.len()), expected, "{cron} in {zone}");
    }
}

/// A change of the clocks: when, and how far ahead of UTC they were before and are afterwards.
type Change = (DateTime<Utc>, TimeDelta, TimeDelta);

fn offset(zone: Tz, instant: DateTime<Utc>) -> TimeDelta {
    let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
    TimeDelta::seconds(offset.local_minus_utc().into())
}

/// Every change of every zone from 2000 to 2037. Changes that are alike count once.
fn changes() -> BTreeMap<Change, Tz> {
    let (start, end) = (at("2000-01-01T00:00:00Z"), at("2038-01-01T00:00:00Z"));
    let mut changes = BTreeMap::new();
    for zone in TZ_VARIANTS {
        let (mut day, mut old) = (start, offset(zone, start));
        while day < end {
            let next = day + TimeDelta::days(1);
            let new = offset(zone, next);
            if new != old {
                let minutes = |count| day + TimeDelta::minutes(count);
                let minute = (0..=24 * 60).find(|count| offset(zone, minutes(*count)) != old);
                changes.entry((minutes(minute.unwrap()), old, new)).or_insert(zone);
            }
            (day, old) = (next, new);
        }
    }
    changes
}

/// The instants from one up to another.
fn between(recurrence: &Recurrence, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let before = from - TimeDelta::nanoseconds(1);
    let next = |last: &DateTime<Utc>| recurrence.next_after(*last);
    std::iter::successors(next(&before), next).take_while(|it| *it <= to).collect()
}

/// Over every change of every zone: a reading counts exactly once, and an interval goes on by the
/// time that passes.
#[test]
fn no_change_of_any_zone_loses_or_repeats_a_run() {
    let changes = changes();
    assert!(changes.len() > 2_000, "{}", changes.len());
    for ((instant, old, new), zone) in changes {
        let context = || format!("{zone} at {instant}");
        let day = TimeDelta::days(1);
        let is_gap = new > old;
        // The first reading that is left out, or that comes again.
        let reading = (instant + old.min(new)).naive_utc();
        let daily = format!("{} {} * * *", reading.minute(), reading.hour());
        let daily = recurring(&daily, zone.name());
        let first = if is_gap { instant } else { instant - (old - new) };
        let found = between(&daily, first - day * 5 / 2, first + day * 5 / 2);
        let near: Vec<_> = found.iter().filter(|it| (**it - first).abs() < day / 2).collect();
        assert_eq!(near, [&first], "{}", context());
        let skips_a_day = is_gap && new - old >= day;
        assert!(found.len() == 5 || skips_a_day, "{}: {found:?}", context());

        let quarters = recurring("*/15 * * * *", zone.name());
        let found = between(&quarters, instant - day / 24, instant + day / 24);
        let is_steady = found.windows(2).all(|pair| pair[1] - pair[0] == TimeDelta::minutes(15));
        assert!(is_steady && found.len() >= 8, "{}: {found:?}", context());

        let hourly = recurring("10 * * * *", zone.name());
        let found = between(&hourly, instant - day / 6, instant + day / 6);
        // Where clocks go back by half an hour, a minute of the hour may come that much later.
        let back = TimeDelta::minutes((old - new).num_minutes().max(0) % 60);
        let is_steady =
            found.windows(2).all(|pair| pair[1] - pair[0] <= TimeDelta::hours(1) + back);
        assert!(is_steady && found.len() >= 8, "{}: {found:?}", context());
    }
}

#[test]
fn of_what_was_missed_the_last_counts() {
    let cases = [
        ("*/10 * * * *", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", 0),
        ("*/10 * * * *", "2026-11-20T10:00:00Z", "2026-11-20T10:35:00Z", "2026-11-20T10:30:00Z", 3),
        ("0 2 * * *", "2026-11-20T02:00:00Z", "2026-11-22T01:00:00Z", "2026-11-21T02:00:00Z", 1),
        (
            "* * * * *",
            "2020-01-01T00:00:00Z",
            "2026-11-20T10:00:30Z",
            "2026-11-20T10:00:00Z",
            MISSED_COUNT_MAX,
        ),
        (
            "* * 1 1 *",
            "2020-01-01T00:00:00Z",
            "2026-11-20T10:00:30Z",
            "2026-01-01T23:59:00Z",
            MISSED_COUNT_MAX,
        ),
    ];
    for (cron, first, now, last, earlier) in cases {
        let recurrence = recurring(cron, "");
        let missed = recurrence.missed(at(first), at(now));
        assert_eq!((missed.last, missed.earlier), (at(last), earlier), "{cron}");
        assert_eq!(missed.next, recurrence.next_after(at(now)), "{cron}");
    }
}
