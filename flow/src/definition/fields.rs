//! Reads typed values out of an object and notes what does not fit.

use serde_json::{Map, Value as Json};

use super::choice::Choice;
use crate::expression::Expression;
use crate::problem::{Kind, Problem, Problems, item, property};
use crate::suggest::nearest;

/// The properties of one object of the document.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Json>,
    path: String,
    problems: &'a Problems,
}

impl<'a> Fields<'a> {
    pub fn new(json: &'a Json, path: &str, problems: &'a Problems) -> Option<Self> {
        if let Json::Object(map) = json {
            return Some(Self { map, path: path.to_owned(), problems });
        }
        problems.add(Kind::Shape, path, format!("this must be a mapping, not {}", kind_of(json)));
        None
    }

    /// The property, where it is there and not null.
    pub fn get(&self, key: &str) -> Option<&'a Json> {
        self.map.get(key).filter(|json| !json.is_null())
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn problems(&self) -> &'a Problems {
        self.problems
    }

    pub fn wrong(&self, key: &str, message: impl Into<String>) {
        self.problems.add(Kind::Shape, property(&self.path, key), message);
    }

    /// Scalars of any type count as text, as people forget the quotes.
    pub fn optional_text(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Json::String(text) => Some(text.clone()),
            json @ (Json::Bool(_) | Json::Number(_)) => Some(json.to_string()),
            json => {
                self.wrong(key, format!("this must be text, not {}", kind_of(json)));
                None
            }
        }
    }

    /// The text, unless it is missing or empty.
    pub fn filled_text(&self, key: &str) -> Option<String> {
        self.optional_text(key).filter(|text| !text.is_empty())
    }

    pub fn text(&self, key: &str) -> String {
        self.optional_text(key).unwrap_or_default()
    }

    pub fn required_text(&self, key: &str) -> String {
        if self.get(key).is_none() {
            self.missing(key);
        }
        self.text(key)
    }

    pub fn flag(&self, key: &str) -> bool {
        match self.get(key) {
            None => false,
            Some(Json::Bool(value)) => *value,
            Some(Json::String(text)) if text == "true" => true,
            Some(Json::String(text)) if text == "false" || text.is_empty() => false,
            Some(json) => {
                self.wrong(key, format!("this must be true or false, not {}", kind_of(json)));
                false
            }
        }
    }

    pub fn number(&self, key: &str) -> Option<u32> {
        let json = self.get(key).filter(|json| **json != "")?;
        let number = match json {
            Json::String(text) => text.trim().parse().ok(),
            json => json.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        if number.is_none() {
            self.wrong(key, "this must be a whole number, 0 or more");
        }
        number
    }

    pub fn choice<C: Choice>(&self, key: &str) -> Option<C> {
        let text = self.filled_text(key)?;
        let choice = C::named(&text);
        if choice.is_none() {
            let names = || C::NAMES.iter().map(|(name, _)| *name);
            let known = names().collect::<Vec<_>>().join(", ");
            let message = format!("`{text}` is not one of {known}");
            let problem = Problem::new(Kind::Shape, property(&self.path, key), message);
            self.problems.push(problem.suggest(nearest(&text, names())));
        }
        choice
    }

    pub fn required_choice<C: Choice>(&self, key: &str) -> Option<C> {
        if self.get(key).is_none() {
            self.missing(key);
        }
        self.choice(key)
    }

    pub fn object(&self, key: &str) -> Option<Fields<'a>> {
        Fields::new(self.get(key)?, &property(&self.path, key), self.problems)
    }

    pub fn required_object(&self, key: &str) -> Option<Fields<'a>> {
        if self.get(key).is_none() {
            self.missing(key);
        }
        self.object(key)
    }

    /// The entries of an object with their paths.
    pub fn entries(&self, key: &str) -> Vec<(&'a String, &'a Json, String)> {
        let Some(inner) = self.object(key) else {
            return Vec::new();
        };
        let entries = inner.map.iter();
        entries.map(|(name, json)| (name, json, property(&inner.path, name))).collect()
    }

    /// The mappings of a list.
    pub fn list<T>(&self, key: &str, read: impl Fn(&Fields<'a>) -> T) -> Vec<T> {
        self.optional_list(key, read).unwrap_or_default()
    }

    pub fn required_list<T>(&self, key: &str, read: impl Fn(&Fields<'a>) -> T) -> Vec<T> {
        if self.get(key).is_none() {
            self.missing(key);
        }
        self.list(key, read)
    }

    pub fn optional_list<T>(&self, key: &str, read: impl Fn(&Fields<'a>) -> T) -> Option<Vec<T>> {
        let items = self.items(key)?.iter().enumerate();
        let path = property(&self.path, key);
        let fields =
            items.filter_map(|(index, json)| Fields::new(json, &item(&path, index), self.problems));
        Some(fields.map(|fields| read(&fields)).collect())
    }

    pub fn texts(&self, key: &str) -> Vec<String> {
        let items = self.items(key).unwrap_or_default();
        let text = |(index, json): (usize, &Json)| match json {
            Json::String(text) => Some(text.clone()),
            Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
            json => {
                let path = item(&property(&self.path, key), index);
                let message = format!("this must be text, not {}", kind_of(json));
                self.problems.add(Kind::Shape, path, message);
                None
            }
        };
        items.iter().enumerate().filter_map(text).collect()
    }

    pub fn expression(&self, key: &str) -> Option<Expression> {
        let path = property(&self.path, key);
        Some(Expression::read(self.get(key)?, &path, self.problems))
    }

    fn items(&self, key: &str) -> Option<&'a [Json]> {
        match self.get(key)? {
            Json::Array(items) => Some(items),
            json => {
                self.wrong(key, format!("this must be a list, not {}", kind_of(json)));
                None
            }
        }
    }

    fn missing(&self, key: &str) {
        self.problems.add(Kind::Shape, &self.path, format!("`{key}` is missing"));
    }
}

fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}
