//! Reads and writes YAML, of which JSON is a part.

use std::{fmt, thread};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value as Json};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Options, Spanned, UserMessageFormatter};

use super::tree::{Content, Mapping, Node};
use crate::problem::{Kind, Position, Problem};

/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The deepest nesting that is read; what is stored must stay below the 128 levels of JSON.
const MAX_DEPTH: usize = 100;

/// The reader descends by recursion, and each level of the document costs it tens of kilobytes in
/// a build that is not optimised: more than the stacks of worker threads hold.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > MAX_BYTES {
        let message = format!("a definition has at most {MAX_BYTES} bytes");
        return Err(Problem::new(Kind::Syntax, "", message));
    }
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES);
        let reading = reader.spawn_scoped(scope, || read(text)).ok();
        reading.and_then(|reading| reading.join().ok()).unwrap_or_else(|| {
            Err(Problem::new(Kind::Syntax, "", "the document could not be read"))
        })
    })
}

fn read(text: &str) -> Result<Node, Problem> {
    let parsed = serde_saphyr::from_str_with_options::<Located>(text, options());
    parsed.map(|located| located.0).or_else(|error| {
        // JSON may write a letter as two escapes, which YAML does not know.
        let json = text.trim_start().starts_with('{').then(|| serde_json::from_str::<Json>(text));
        match json {
            Some(Ok(json)) => Ok(json.into()),
            _ => Err(problem(&error)),
        }
    })
}

/// Writes a document so that readers of every YAML version understand it alike.
pub(super) fn write(document: &Json) -> String {
    serde_saphyr::to_string(document).expect("a tree of JSON values can always be written")
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_documents: 1 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    let at = error.location().and_then(|location| position(&location).known());
    let message = error.without_snippet().render_with_formatter(&UserMessageFormatter);
    // The place stands in the problem already.
    let message = message.split(" at line ").next().unwrap_or_default();
    Problem::new(Kind::Syntax, "", message).at(at)
}

fn position(location: &Location) -> Position {
    let number = |number| u32::try_from(number).unwrap_or_default();
    Position { line: number(location.line()), column: number(location.column()) }
}

struct Located(Node);

impl<'de> Deserialize<'de> for Located {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Bare>::deserialize(deserializer)?;
        let at = position(&spanned.referenced);
        Ok(Self(Node { at, content: spanned.value.0 }))
    }
}

struct Bare(Content);

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor).map(Self)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Scalar(Json::Null))
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Scalar(Json::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Bare::deserialize(deserializer).map(|bare| bare.0)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    // Numbers beyond 64 bits lose digits, as they do in JavaScript.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    fn visit_i128<E>(self, value: i128) -> Result<Content, E> {
        Ok(Content::Scalar(Number::from_f64(value as f64).into()))
    }

    #[expect(clippy::cast_precision_loss, reason = "as for signed numbers")]
    fn visit_u128<E>(self, value: u128) -> Result<Content, E> {
        Ok(Content::Scalar(Number::from_f64(value as f64).into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Content, E> {
        Ok(Content::Scalar(Number::from_f64(value).into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(Located(node)) = seq.next_element()? {
            items.push(node);
        }
        Ok(Content::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Content, A::Error> {
        let mut map = Mapping::new();
        while let Some((key, Located(mut node))) = entries.next_entry::<Spanned<String>, _>()? {
            // The key is where people look; the value may begin below it.
            node.at = position(&key.referenced).known().unwrap_or(node.at);
            map.insert(key.value, node);
        }
        Ok(Content::Map(map))
    }
}
