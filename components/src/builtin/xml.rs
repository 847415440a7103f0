//! XML as data, for the components that meet it.
//!
//! An element is a property named after it, with its prefix. One that holds text alone is that
//! text, an empty one is empty text, anything else an object. There, attributes are properties
//! whose names begin with `@_`, text beside them is the property `#text`, and elements of one name
//! are a list. Comments, processing instructions and document types are left out; no entities
//! exist but the five of the language, so a document cannot grow while it is read.

use std::sync::Arc;

use flow::{Map, Value};
use quick_xml::XmlVersion;
use quick_xml::escape::{escape, partial_escape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::StepError;

/// What the names of attributes begin with.
const ATTRIBUTE: &str = "@_";
/// Text of an element that has attributes or elements, too.
const TEXT: &str = "#text";
/// Elements deeper than this are refused.
const DEPTH_MAX: usize = 100;
/// The element around data that has no single name of its own, and those around unnamed items.
const ROOT: &str = "root";
const ITEM: &str = "item";

/// The tree of a document, under the name of its outermost element.
pub fn read(text: &str, keeps_numbers_as_text: bool) -> Result<Value, StepError> {
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open = vec![Element::default()];
    loop {
        let position = reader.buffer_position();
        let event = reader.read_event();
        let event = event.map_err(|error| invalid(&error.to_string(), position))?;
        let innermost = open.last_mut().expect("the document itself is never closed");
        match event {
            Event::Start(start) => {
                let element = Element::of(&start).map_err(|error| invalid(&error, position))?;
                open.push(element);
            }
            Event::Empty(start) => {
                let element = Element::of(&start).map_err(|error| invalid(&error, position))?;
                innermost.add(element, keeps_numbers_as_text);
            }
            Event::End(_) => {
                let ended = open.pop().expect("the reader has seen the start of what ends");
                let around = open.last_mut().expect("the reader checks that ends have starts");
                around.add(ended, keeps_numbers_as_text);
            }
            Event::Text(text) => innermost.text.push_str(&text.xml10_content()),
            Event::CData(text) => innermost.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = resolve(&reference);
                innermost.text.push(character.map_err(|error| invalid(&error, position))?);
            }
            Event::Eof => return document(open, position),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if open.len() > DEPTH_MAX {
            let reason = format!("elements are nested deeper than {DEPTH_MAX}");
            return Err(invalid(&reason, position));
        }
    }
}

/// An element whose end has not come yet.
#[derive(Default)]
struct Element {
    name: Arc<str>,
    properties: Map,
    text: String,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut properties = Map::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| error.to_string())?;
            let name = format!("{ATTRIBUTE}{}", attribute.key.as_ref());
            properties.insert(name.into(), Value::from(&*value));
        }
        Ok(Self { name: start.name().as_ref().into(), properties, text: String::new() })
    }

    fn add(&mut self, inner: Self, keeps_numbers_as_text: bool) {
        let name = inner.name.clone();
        let value = inner.into_value(keeps_numbers_as_text);
        match self.properties.get_mut(&name) {
            None => {
                self.properties.insert(name, value);
            }
            // No element is a list by itself, so a list is the sign of repetition.
            Some(Value::List(values)) => Arc::make_mut(values).push(value),
            Some(first) => *first = vec![std::mem::take(first), value].into(),
        }
    }

    fn into_value(mut self, keeps_numbers_as_text: bool) -> Value {
        let text = self.text.trim();
        let number = if keeps_numbers_as_text { None } else { number(text) };
        let content = number.map_or_else(|| Value::from(text), Value::from);
        if self.properties.is_empty() {
            return content;
        }
        if !text.is_empty() {
            self.properties.insert(TEXT.into(), content);
        }
        self.properties.into()
    }
}

/// A number in plain notation that nothing is lost of. What begins with a zero is a code, and very
/// long ones are identifiers.
fn number(text: &str) -> Option<f64> {
    const DIGITS_MAX: usize = 15;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let is_plain = is_digits(whole) && is_digits(fraction);
    let is_code = whole.len() > 1 && whole.starts_with('0');
    let is_exact = whole.len() + fraction.len() <= DIGITS_MAX + 1;
    if is_plain && !is_code && is_exact { text.parse().ok() } else { None }
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, String> {
    let number = reference.resolve_char_ref().map_err(|error| error.to_string())?;
    let name = reference.xml10_content();
    let named = match &*name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    };
    number.or(named).ok_or_else(|| format!("there is no entity \"{name}\""))
}

fn document(mut open: Vec<Element>, position: u64) -> Result<Value, StepError> {
    let document = open.pop().unwrap_or_default();
    if let Some(element) = open.last().and(Some(&document.name)) {
        return Err(invalid(&format!("the element \"{element}\" never ends"), position));
    }
    let roots = document.properties.values();
    let is_single = roots.len() == 1 && !roots.into_iter().any(|root| root.as_list().is_some());
    if !is_single || !document.text.trim().is_empty() {
        return Err(invalid("there must be one outermost element and nothing beside it", position));
    }
    Ok(document.properties.into())
}

fn invalid(reason: &str, position: u64) -> StepError {
    StepError::new(format!("The data is not valid XML: {reason} (at byte {position})."))
}

/// A document of data. Data other than an object with one property is put into an element `root`,
/// the items of a list into elements `item`.
pub fn write(data: &Value) -> Result<String, StepError> {
    let mut text = String::new();
    match data.as_object().and_then(|object| object.first().filter(|_| object.len() == 1)) {
        Some((name, value)) if value.as_list().is_none() && is_element(name) => {
            element(&mut text, name, value, 0)?;
        }
        _ => element(&mut text, ROOT, data, 0)?,
    }
    Ok(text)
}

fn element(text: &mut String, name: &str, value: &Value, depth: usize) -> Result<(), StepError> {
    if depth > DEPTH_MAX {
        return Err(StepError::new(format!("The data is nested deeper than {DEPTH_MAX}.")));
    }
    let name = name_of(name);
    text.extend(["<", &name]);
    let mut content = String::new();
    match value {
        Value::Object(properties) => {
            for (name, value) in properties.iter() {
                if let Some(name) = name.strip_prefix(ATTRIBUTE) {
                    let value = value.to_text();
                    text.extend([" ", &*name_of(name), "=\"", &*escape(&*value), "\""]);
                } else if &**name == TEXT {
                    content.push_str(&partial_escape(&*value.to_text()));
                } else {
                    elements(&mut content, name, value, depth + 1)?;
                }
            }
        }
        Value::List(_) => elements(&mut content, ITEM, value, depth + 1)?,
        scalar => content.push_str(&partial_escape(&*scalar.to_text())),
    }
    if content.is_empty() {
        text.push_str("/>");
    } else {
        text.extend([">", &*content, "</", &*name, ">"]);
    }
    Ok(())
}

/// One element per item of a list, or the only one.
fn elements(text: &mut String, name: &str, value: &Value, depth: usize) -> Result<(), StepError> {
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    items.iter().try_for_each(|item| element(text, name, item, depth))
}

fn is_element(name: &str) -> bool {
    !name.starts_with(ATTRIBUTE) && name != TEXT
}

/// The name with an underscore for whatever a name in XML may not hold.
fn name_of(name: &str) -> String {
    let is_start = |character: char| character.is_alphabetic() || character == '_';
    let is_part = |character: char| {
        is_start(character) || character.is_numeric() || matches!(character, '-' | '.' | ':')
    };
    let allowed = |character| if is_part(character) { character } else { '_' };
    let first = if name.starts_with(is_start) { None } else { Some('_') };
    first.into_iter().chain(name.chars().map(allowed)).collect()
}
