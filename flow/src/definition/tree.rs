//! The document with the lines it came from.

use indexmap::IndexMap;
use serde_json::Value as Json;

/// A node of the document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub line: u32,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Null, a boolean, a number or text.
    Scalar(Json),
    List(Vec<Node>),
    Map(Mapping),
}

pub(crate) type Mapping = IndexMap<String, Node>;

/// The lines of a document, in the shape of the document.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    line: u32,
    inside: Inside,
}

#[derive(Clone, Debug)]
enum Inside {
    Nothing,
    Items(Vec<Lines>),
    Properties(IndexMap<String, Lines>),
}

impl Node {
    pub fn text(line: u32, text: impl Into<String>) -> Self {
        Self { line, content: Content::Scalar(Json::String(text.into())) }
    }

    pub fn scalar(line: u32, value: impl Into<Json>) -> Self {
        Self { line, content: Content::Scalar(value.into()) }
    }

    pub fn map<const N: usize>(line: u32, entries: [(&str, Node); N]) -> Self {
        let entries = entries.into_iter().map(|(key, node)| (key.to_owned(), node));
        Self { line, content: Content::Map(entries.collect()) }
    }

    pub fn list(line: u32, items: Vec<Node>) -> Self {
        Self { line, content: Content::List(items) }
    }

    pub fn as_map(&self) -> Option<&Mapping> {
        match &self.content {
            Content::Map(map) => Some(map),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut Mapping> {
        match &mut self.content {
            Content::Map(map) => Some(map),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items_mut(&mut self) -> &mut [Node] {
        match &mut self.content {
            Content::List(items) => items,
            Content::Scalar(_) | Content::Map(_) => &mut [],
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(value) => value.as_str(),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The bare document, and its lines.
    pub fn split(self) -> (Json, Lines) {
        let line = self.line;
        let (json, inside) = match self.content {
            Content::Scalar(value) => (value, Inside::Nothing),
            Content::List(items) => {
                let (items, lines) = items.into_iter().map(Self::split).unzip();
                (Json::Array(items), Inside::Items(lines))
            }
            Content::Map(entries) => {
                let mut map = serde_json::Map::with_capacity(entries.len());
                let mut lines = IndexMap::with_capacity(entries.len());
                for (key, node) in entries {
                    let (json, inner) = node.split();
                    map.insert(key.clone(), json);
                    lines.insert(key, inner);
                }
                (Json::Object(map), Inside::Properties(lines))
            }
        };
        (json, Lines { line, inside })
    }
}

impl From<Json> for Node {
    /// A document whose lines are not known.
    fn from(json: Json) -> Self {
        let content = match json {
            Json::Array(items) => Content::List(items.into_iter().map(Self::from).collect()),
            Json::Object(map) => {
                Content::Map(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
            scalar => Content::Scalar(scalar),
        };
        Self { line: 0, content }
    }
}

impl Lines {
    /// The line of the deepest known node on a problem's path.
    pub fn of(&self, path: &str) -> Option<u32> {
        let inner = match &self.inside {
            Inside::Nothing => None,
            Inside::Items(items) => item_of(items, path),
            // Keys may hold the characters that separate them, so each that fits is tried.
            Inside::Properties(properties) => properties
                .iter()
                .filter_map(|(key, lines)| lines.of(rest_after(path.strip_prefix(&**key)?)?))
                .max(),
        };
        inner.or((self.line > 0).then_some(self.line))
    }
}

fn item_of(items: &[Lines], path: &str) -> Option<u32> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    items.get(index.parse::<usize>().ok()?)?.of(rest_after(rest)?)
}

/// What follows a key, if the key ends there.
fn rest_after(rest: &str) -> Option<&str> {
    match rest.bytes().next() {
        None | Some(b'[') => Some(rest),
        Some(b'.') => Some(&rest[1..]),
        Some(_) => None,
    }
}
