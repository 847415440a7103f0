//! Directories as FTP servers tell them: facts, or what a command line would show.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use flow::Value;

/// Something in a directory.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Entry {
    pub name: String,
    /// `d`, `l` or `-`, like the first letter of a long listing.
    pub kind: char,
    pub size: u64,
    /// Milliseconds since 1970, where the server tells it.
    pub modified: Option<i64>,
}

impl Entry {
    pub fn value(&self, path: &str) -> Value {
        Value::object([
            ("type", Value::from(self.kind.to_string())),
            ("name", self.name.as_str().into()),
            ("path", path.into()),
            ("size", i64::try_from(self.size).unwrap_or(i64::MAX).into()),
            ("modifyTime", self.modified.map_or(Value::Null, Value::from)),
        ])
    }
}

/// `fact=value;fact=value; name`, as `MLSD` and `MLST` tell. The directory itself and the one above
/// it are left out.
pub fn of_facts(line: &str) -> Option<Entry> {
    let (facts, name) = line.trim_start().split_once(' ')?;
    let mut entry = Entry { name: name.to_owned(), kind: '-', ..Entry::default() };
    for (fact, value) in facts.split(';').filter_map(|fact| fact.split_once('=')) {
        match &*fact.to_ascii_lowercase() {
            "type" => match &*value.to_ascii_lowercase() {
                "cdir" | "pdir" => return None,
                "dir" => entry.kind = 'd',
                other if other.starts_with("os.unix=slink") => entry.kind = 'l',
                _ => {}
            },
            "size" => entry.size = value.parse().unwrap_or_default(),
            "modify" => entry.modified = instant(value),
            _ => {}
        }
    }
    Some(entry)
}

/// `YYYYMMDDhhmmss`, perhaps with a fraction, in UTC.
pub fn instant(text: &str) -> Option<i64> {
    let whole = text.trim().get(..14)?;
    let parsed = NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?;
    Some(parsed.and_utc().timestamp_millis())
}

/// A line of `LIST`, in the manner of Unix or of DOS.
pub fn of_line(line: &str, now: DateTime<Utc>) -> Option<Entry> {
    let entry = of_unix(line, now).or_else(|| of_dos(line))?;
    (!matches!(&*entry.name, "." | "..")).then_some(entry)
}

/// `-rw-r--r-- 1 owner group 123 Jan 31 12:00 name`.
fn of_unix(line: &str, now: DateTime<Utc>) -> Option<Entry> {
    let kind = line.chars().next().filter(|kind| matches!(kind, '-' | 'd' | 'l'))?;
    let (words, name) = words(line, 8)?;
    let modified = unix_time(words[5], words[6], words[7], now);
    let name = match name.split_once(" -> ") {
        Some((own, _)) if kind == 'l' => own,
        _ => name,
    };
    Some(Entry { name: name.to_owned(), kind, size: words[4].parse().ok()?, modified })
}

/// The first words of a line, and what follows them and one space.
fn words(line: &str, count: usize) -> Option<(Vec<&str>, &str)> {
    let mut rest = line;
    let mut words = Vec::new();
    for _ in 0..count {
        let trimmed = rest.trim_start();
        let (word, after) = trimmed.split_once(' ')?;
        words.push(word);
        rest = after;
    }
    (!rest.is_empty()).then_some((words, rest))
}

/// `Jan 31 12:00` is within the last year, `Jan 31 2024` at midnight.
fn unix_time(month: &str, day: &str, year_or_time: &str, now: DateTime<Utc>) -> Option<i64> {
    let of = |year: i32, time: &str| {
        let text = format!("{year} {month} {day} {time}");
        NaiveDateTime::parse_from_str(&text, "%Y %b %d %H:%M").ok().map(|time| time.and_utc())
    };
    let found = if year_or_time.contains(':') {
        // A day ahead is a clock in another time zone, not last year.
        let this_year = of(now.year(), year_or_time);
        let soon = now + chrono::Duration::days(1);
        this_year.filter(|time| *time <= soon).or_else(|| of(now.year() - 1, year_or_time))
    } else {
        of(year_or_time.parse().ok()?, "00:00")
    };
    found.map(|time| time.timestamp_millis())
}

/// `01-31-24 12:00PM <DIR> name`.
fn of_dos(line: &str) -> Option<Entry> {
    let (words, name) = words(line, 3)?;
    let date = ["%m-%d-%y", "%m-%d-%Y", "%Y-%m-%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(words[0], format).ok())?;
    let time = ["%I:%M%p", "%H:%M"]
        .iter()
        .find_map(|format| chrono::NaiveTime::parse_from_str(words[1], format).ok())?;
    let is_directory = words[2].eq_ignore_ascii_case("<DIR>");
    let size = if is_directory { 0 } else { words[2].parse().ok()? };
    let modified = Some(date.and_time(time).and_utc().timestamp_millis());
    let kind = if is_directory { 'd' } else { '-' };
    Some(Entry { name: name.trim_start().to_owned(), kind, size, modified })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manner_of_listing_is_read() {
        let now = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").unwrap().to_utc();
        let entry = |kind, name: &str, size, time: &str| {
            let modified = DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis();
            Some(Entry { name: name.to_owned(), kind, size, modified: Some(modified) })
        };
        for (line, expected) in [
            (
                "-rw-r--r--   1 ann  staff     123 Jan 31 09:05 a  b.csv",
                entry('-', "a  b.csv", 123, "2026-01-31T09:05:00Z"),
            ),
            (
                "drwxr-xr-x 2 ann staff 4096 Dec  9 23:59 in",
                entry('d', "in", 4096, "2025-12-09T23:59:00Z"),
            ),
            ("lrwxrwxrwx 1 0 0 3 Feb 29  2024 a -> b", entry('l', "a", 3, "2024-02-29T00:00:00Z")),
            ("01-31-24  03:05PM       <DIR>          in", {
                entry('d', "in", 0, "2024-01-31T15:05:00Z")
            }),
            ("01-31-2024  12:00AM  77 a b", entry('-', "a b", 77, "2024-01-31T00:00:00Z")),
            ("drwxr-xr-x 2 ann staff 4096 Dec  9 23:59 ..", None),
            ("total 12", None),
            ("", None),
        ] {
            assert_eq!(of_line(line, now), expected, "{line}");
        }
        let facts = "type=file;Size=12;modify=20240131090501.5; a b";
        assert_eq!(of_facts(facts), entry('-', "a b", 12, "2024-01-31T09:05:01Z"));
        assert_eq!(of_facts("type=cdir;modify=20240131090501; ."), None);
    }
}
