//! The document with the places it came from.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::problem::Position;

/// A node of the document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub at: Position,
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

/// The places of a document's values, in the shape of the document.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    at: Position,
    inside: Inside,
}

#[derive(Clone, Debug)]
enum Inside {
    Nothing,
    Items(Vec<Places>),
    Properties(IndexMap<String, Places>),
}

impl Node {
    pub fn text(at: Position, text: impl Into<String>) -> Self {
        Self { at, content: Content::Scalar(Json::String(text.into())) }
    }

    pub fn scalar(at: Position, value: impl Into<Json>) -> Self {
        Self { at, content: Content::Scalar(value.into()) }
    }

    pub fn map<const N: usize>(at: Position, entries: [(&str, Node); N]) -> Self {
        let entries = entries.into_iter().map(|(key, node)| (key.to_owned(), node));
        Self { at, content: Content::Map(entries.collect()) }
    }

    pub fn list(at: Position, items: Vec<Node>) -> Self {
        Self { at, content: Content::List(items) }
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

    /// The bare document, and where its values came from.
    pub fn split(self) -> (Json, Places) {
        let at = self.at;
        let (json, inside) = match self.content {
            Content::Scalar(value) => (value, Inside::Nothing),
            Content::List(items) => {
                let (items, places) = items.into_iter().map(Self::split).unzip();
                (Json::Array(items), Inside::Items(places))
            }
            Content::Map(entries) => {
                let mut map = serde_json::Map::with_capacity(entries.len());
                let mut places = IndexMap::with_capacity(entries.len());
                for (key, node) in entries {
                    let (json, inner) = node.split();
                    map.insert(key.clone(), json);
                    places.insert(key, inner);
                }
                (Json::Object(map), Inside::Properties(places))
            }
        };
        (json, Places { at, inside })
    }
}

impl From<Json> for Node {
    /// A document whose places are not known.
    fn from(json: Json) -> Self {
        let content = match json {
            Json::Array(items) => Content::List(items.into_iter().map(Self::from).collect()),
            Json::Object(map) => {
                Content::Map(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
            scalar => Content::Scalar(scalar),
        };
        Self { at: Position::default(), content }
    }
}

impl Places {
    /// Where the deepest known node on a problem's path is.
    pub fn of(&self, path: &str) -> Option<Position> {
        let inner = match &self.inside {
            Inside::Nothing => None,
            Inside::Items(items) => item_of(items, path),
            // Keys may hold the characters that separate them, so each that fits is tried.
            Inside::Properties(properties) => properties
                .iter()
                .filter_map(|(key, places)| places.of(rest_after(path.strip_prefix(&**key)?)?))
                .max(),
        };
        inner.or(self.at.known())
    }
}

fn item_of(items: &[Places], path: &str) -> Option<Position> {
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
