//! Reference paths: where in the results of earlier steps a value is found.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::Value;
use crate::scope::{Scope, StepView};

/// The part of a step that a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    Results,
    Error,
    CurrentItem,
    Index,
    IsFirst,
    IsLast,
    /// The property name, where a loop goes over an object.
    Key,
}

impl Root {
    const ALL: [(&'static str, Self); 7] = [
        ("results", Self::Results),
        ("error", Self::Error),
        ("currentItem", Self::CurrentItem),
        ("index", Self::Index),
        ("isFirst", Self::IsFirst),
        ("isLast", Self::IsLast),
        ("key", Self::Key),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, root)| *root)
    }

    /// Whether only the body of a loop can read this.
    pub const fn is_iteration(self) -> bool {
        !matches!(self, Self::Results | Self::Error)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    key: Arc<str>,
    /// The position meant, should this meet a list.
    index: Option<usize>,
}

/// A parsed reference path; looking it up allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    text: Arc<str>,
    step: Arc<str>,
    root: Root,
    segments: Arc<[Segment]>,
    ignores_header_case: bool,
}

/// Why a text is not a reference path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("a reference must start with the key of a step, followed by `.results`")]
    NoStep,
    #[error("`{0}` is not the key of a step: keys have only letters and digits")]
    NotAKey(String),
    #[error("after the step key comes `results`, `currentItem`, `index` or `error`, not `{0}`")]
    UnknownRoot(String),
    #[error("there is an empty part between two dots or at the end")]
    EmptySegment,
    #[error("a bracket is not closed")]
    OpenBracket,
}

impl Path {
    /// A path relative to results, such as `body.data.id`.
    pub fn within_results(step: &str, text: &str) -> Result<Self, PathError> {
        let segments = segments(text)?;
        Ok(Self::new(text, step, Root::Results, segments))
    }

    fn new(text: &str, step: &str, root: Root, segments: impl Into<Arc<[Segment]>>) -> Self {
        let segments = segments.into();
        Self { text: text.into(), step: step.into(), root, segments, ignores_header_case: false }
    }

    /// The key of the step this reads.
    pub fn step(&self) -> &str {
        &self.step
    }

    pub fn root(&self) -> Root {
        self.root
    }

    /// Makes lookups under `results.headers` fall back to any spelling of the header's name.
    ///
    /// Senders and protocol versions spell headers differently, so this is switched on for
    /// references to a trigger.
    pub(crate) fn ignore_header_case(&mut self) {
        let first = self.segments.first();
        let reads_headers = first.is_some_and(|segment| &*segment.key == "headers");
        self.ignores_header_case = self.root == Root::Results && reads_headers;
    }

    /// The value this leads to, or nothing where a link is missing.
    pub fn evaluate<'a>(&self, scope: &'a dyn Scope) -> Option<Cow<'a, Value>> {
        let view = scope.step(&self.step)?;
        match self.root {
            Root::Results => self.find(view.results?).map(Cow::Borrowed),
            Root::Error => self.find(view.error?).map(Cow::Borrowed),
            Root::CurrentItem => self.find(&view.iteration?.item).map(Cow::Borrowed),
            Root::Index | Root::IsFirst | Root::IsLast | Root::Key => self.position(view),
        }
    }

    fn position<'a>(&self, view: StepView<'a>) -> Option<Cow<'a, Value>> {
        let iteration = view.iteration.filter(|_| self.segments.is_empty())?;
        let value = match self.root {
            Root::Index => iteration.index.into(),
            Root::IsFirst => (iteration.index == 0).into(),
            Root::IsLast => iteration.is_last.into(),
            _ => Value::String(iteration.key.clone()?),
        };
        Some(Cow::Owned(value))
    }

    /// Follows the segments of this path from the given value, whatever step it came from.
    pub fn find<'a>(&self, start: &'a Value) -> Option<&'a Value> {
        let mut value = start;
        for (depth, segment) in self.segments.iter().enumerate() {
            value = match value {
                Value::Object(map) => map.get(&*segment.key).or_else(|| {
                    let is_header = self.ignores_header_case && depth == 1;
                    let mut entries = map.iter().filter(|_| is_header);
                    entries.find(|(key, _)| key.eq_ignore_ascii_case(&segment.key)).map(|(_, v)| v)
                })?,
                Value::List(items) => items.get(segment.index?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let text = text.trim();
        let (step, rest) = text.split_once('.').unwrap_or((text, ""));
        if step.is_empty() {
            return Err(PathError::NoStep);
        }
        if !step.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(PathError::NotAKey(step.to_owned()));
        }
        if rest.is_empty() {
            return Err(PathError::NoStep);
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let root = Root::parse(name).ok_or_else(|| PathError::UnknownRoot(name.to_owned()))?;
        let rest = match rest.strip_prefix('.') {
            Some("") => return Err(PathError::EmptySegment),
            Some(rest) => rest,
            None => rest,
        };
        Ok(Self::new(text, step, root, segments(rest)?))
    }
}

/// Splits what follows the root into keys.
fn segments(mut rest: &str) -> Result<Vec<Segment>, PathError> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (key, after) = if let Some(inside) = rest.strip_prefix('[') {
            bracketed(inside)?
        } else {
            let (key, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
            (Cow::Borrowed(key), after)
        };
        if key.is_empty() {
            return Err(PathError::EmptySegment);
        }
        found.push(Segment { index: position(&key), key: key.into() });
        rest = match after.strip_prefix('.') {
            Some("") => return Err(PathError::EmptySegment),
            Some(next) => next,
            None => after,
        };
    }
    Ok(found)
}

/// The key in brackets, quoted or not, and what follows the bracket.
fn bracketed(inside: &str) -> Result<(Cow<'_, str>, &str), PathError> {
    let Some(quote) = inside.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else {
        let (key, after) = inside.split_once(']').ok_or(PathError::OpenBracket)?;
        return Ok((Cow::Borrowed(key), after));
    };
    let mut key = String::new();
    let mut letters = inside[1..].char_indices();
    while let Some((index, letter)) = letters.next() {
        if letter == '\\' {
            key.extend(letters.next().map(|(_, escaped)| escaped));
        } else if letter == quote {
            let after = inside[index + 2..].strip_prefix(']').ok_or(PathError::OpenBracket)?;
            return Ok((Cow::Owned(key), after));
        } else {
            key.push(letter);
        }
    }
    Err(PathError::OpenBracket)
}

fn position(key: &str) -> Option<usize> {
    let is_digits = key.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| key.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Iteration;
    use crate::testing::Fixture;

    fn scope() -> Fixture {
        let results = r#"{"body":{"data":[{"Id":7}],".tag":"x","Create It":1,"0":"zero"},
            "headers":{"X-Hook":"push","content-type":"text/plain"},"none":null}"#;
        Fixture::default().results("call", results).error("ignored", r#"{"message":"no"}"#).looping(
            "each",
            Iteration {
                item: Value::from_json(r#"{"id":1}"#).unwrap(),
                key: Some("first".into()),
                index: 0,
                is_last: false,
            },
        )
    }

    /// Proves R134, R140, R141.
    #[test]
    fn paths_lead_to_values_or_to_nothing() {
        for (path, expected) in [
            ("call.results.body.data.0.Id", Some("7")),
            ("call.results.body.data[0].Id", Some("7")),
            ("call.results.body.data[0]", Some(r#"{"Id":7}"#)),
            (r#"call.results.body.[".tag"]"#, Some(r#""x""#)),
            (r#"call.results.body[".tag"]"#, Some(r#""x""#)),
            ("call.results.body['.tag']", Some(r#""x""#)),
            ("call.results.body.Create It", Some("1")),
            ("call.results.body.0", Some(r#""zero""#)),
            ("call.results.headers.X-Hook", Some(r#""push""#)),
            ("call.results.headers.x-hook", None),
            ("call.results.none", Some("null")),
            ("call.results.none.deeper", None),
            ("call.results.body.data.9", None),
            ("call.results.body.data.Id", None),
            ("call.currentItem", None),
            ("absent.results.body", None),
            ("ignored.error.message", Some(r#""no""#)),
            ("ignored.results", None),
            ("each.currentItem.id", Some("1")),
            ("each.currentItem", Some(r#"{"id":1}"#)),
            ("each.index", Some("0")),
            ("each.isFirst", Some("true")),
            ("each.isLast", Some("false")),
            ("each.key", Some(r#""first""#)),
            ("each.index.more", None),
        ] {
            let found = path.parse::<Path>().unwrap().evaluate(&scope()).map(|v| v.to_json());
            assert_eq!(found.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn headers_of_a_trigger_are_found_in_any_spelling() {
        for (path, found) in [
            ("call.results.headers.x-hook", true),
            ("call.results.headers.Content-Type", true),
            ("call.results.headers.absent", false),
            ("call.results.body.DATA", false),
        ] {
            let mut path: Path = path.parse().unwrap();
            path.ignore_header_case();
            assert_eq!(path.evaluate(&scope()).is_some(), found, "{path}");
        }
    }

    #[test]
    fn text_that_is_no_path_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", PathError::NoStep),
            (".results", PathError::NoStep),
            ("call", PathError::NoStep),
            ("call.", PathError::NoStep),
            ("a b.results", PathError::NotAKey("a b".into())),
            ("call.result.body", PathError::UnknownRoot("result".into())),
            ("call.results.", PathError::EmptySegment),
            ("call.results.a..b", PathError::EmptySegment),
            ("call.results.a.", PathError::EmptySegment),
            ("call.results.a[]", PathError::EmptySegment),
            ("call.results.a[0", PathError::OpenBracket),
            (r#"call.results["a]"#, PathError::OpenBracket),
            (r#"call.results["a"x]"#, PathError::OpenBracket),
        ] {
            assert_eq!(text.parse::<Path>(), Err(reason), "{text}");
        }
    }
}
