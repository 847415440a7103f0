//! What texts stand for in the types of schemas: `01.0` and `1` are one number.

mod moment;
mod number;

use std::cmp::Ordering;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

pub use moment::{Duration, Moment, MomentKind};
pub use number::Decimal;

/// The kinds of values from which every simple type is derived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Primitive {
    /// Every text, without facets.
    Any,
    Text,
    Uri,
    Boolean,
    Decimal,
    Float,
    Double,
    Duration,
    Moment(MomentKind),
    Hex,
    Base64,
    /// A name with a prefix that stands for a namespace.
    Name,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Value {
    Text(String),
    Boolean(bool),
    Decimal(Decimal),
    Float(Float),
    Duration(Duration),
    Moment(Moment),
    Bytes(Vec<u8>),
    /// Namespace and name.
    Name(String, String),
    List(Vec<Value>),
}

/// A number of limited precision; all that are no numbers are equal, and both zeros are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Float(u64);

impl Float {
    fn new(number: f64) -> Self {
        let canonical = if number.is_nan() { f64::NAN } else { number + 0.0 };
        Self(canonical.to_bits())
    }
}

impl Value {
    /// The order of two values; nothing if they have none.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(one), Self::Decimal(two)) => Some(one.cmp(two)),
            (Self::Float(one), Self::Float(two)) => {
                f64::from_bits(one.0).partial_cmp(&f64::from_bits(two.0))
            }
            (Self::Duration(one), Self::Duration(two)) => one.compare(two),
            (Self::Moment(one), Self::Moment(two)) => one.compare(two),
            _ => None,
        }
    }

    /// Characters, bytes or items; nothing where length means nothing.
    pub fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            Self::Bytes(bytes) => Some(bytes.len()),
            Self::List(items) => Some(items.len()),
            _ => None,
        }
    }
}

/// Namespaces of the prefixes where a text stands.
pub type Scope<'a> = &'a dyn Fn(Option<&str>) -> Option<String>;

impl Primitive {
    /// The value of a text whose white space is already as the type wants it.
    pub fn read(self, text: &str, scope: Scope) -> Result<Value, String> {
        self.value(text, scope)
            .ok_or_else(|| format!("\"{}\" is not {}", shown(text), self.description()))
    }

    fn value(self, text: &str, scope: Scope) -> Option<Value> {
        Some(match self {
            Self::Any | Self::Text | Self::Uri => Value::Text(text.to_owned()),
            Self::Boolean => Value::Boolean(match text {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            }),
            Self::Decimal => Value::Decimal(Decimal::read(text)?),
            Self::Float => Value::Float(Float::new(f64::from(number::float::<f32>(text)?))),
            Self::Double => Value::Float(Float::new(number::float::<f64>(text)?)),
            Self::Duration => Value::Duration(Duration::read(text)?),
            Self::Moment(kind) => Value::Moment(Moment::read(kind, text)?),
            Self::Hex => Value::Bytes(hex(text)?),
            Self::Base64 => Value::Bytes(BASE64_STANDARD.decode(text.replace(' ', "")).ok()?),
            Self::Name => {
                let (prefix, name) = match text.split_once(':') {
                    Some((prefix, name)) => (Some(prefix), name),
                    None => (None, text),
                };
                let is_named = is_colonless(name) && prefix.is_none_or(is_colonless);
                let space = scope(prefix).or_else(|| prefix.is_none().then(String::new));
                Value::Name(space.filter(|_| is_named)?, name.to_owned())
            }
        })
    }

    fn description(self) -> &'static str {
        match self {
            Self::Any | Self::Text | Self::Uri => "text",
            Self::Boolean => "true or false",
            Self::Decimal => "a decimal number",
            Self::Float | Self::Double => "a number",
            Self::Duration => "a duration",
            Self::Moment(kind) => kind.description(),
            Self::Hex => "hexadecimal data",
            Self::Base64 => "Base64 data",
            Self::Name => "a name whose prefix stands for a namespace",
        }
    }
}

/// Text as messages show it.
pub fn shown(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

/// Whether a text is a name without a colon.
pub fn is_colonless(text: &str) -> bool {
    text.starts_with(|first| first != ':' && is_name_start(first))
        && text.chars().all(|part| part != ':' && is_name_part(part))
}

pub fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

pub fn is_name_part(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}')
}
