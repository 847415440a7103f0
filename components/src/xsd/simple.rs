//! Simple types: which texts have which values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::rc::Rc;

use regex::Regex;

use super::schema::{Schema, TypeId};
use super::value::{Primitive, Scope, Value, is_colonless, is_name_part, is_name_start, shown};

pub struct SimpleType {
    /// The type that this one narrows.
    pub base: Option<TypeId>,
    pub variety: Variety,
    pub white: White,
    pub facets: Facets,
    pub role: Role,
}

#[derive(Clone)]
pub enum Variety {
    Atomic(Primitive),
    List(TypeId),
    Union(Vec<TypeId>),
}

/// What happens to white space before anything else is looked at; from least to most.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum White {
    Kept,
    Replaced,
    Collapsed,
}

/// What a value means for the whole document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    None,
    Id,
    IdRef,
}

/// What one step of narrowing asks for.
#[derive(Default)]
pub struct Facets {
    pub form: Option<Form>,
    pub pattern: Option<Rc<Regex>>,
    pub pattern_text: String,
    pub enumeration: Option<HashSet<Value>>,
    pub bounds: Vec<Bound>,
    pub length: Option<usize>,
    pub length_min: Option<usize>,
    pub length_max: Option<usize>,
    pub digits_max: Option<usize>,
    pub fraction_digits_max: Option<usize>,
}

pub struct Bound {
    /// Which facet it is, as it is written.
    pub facet: &'static str,
    pub text: String,
    pub value: Value,
}

/// Texts of some types that come with the language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Integer,
    Language,
    NameToken,
    Name,
    Colonless,
    /// Something that only a document type declares.
    Undeclared,
}

impl Form {
    fn check(self, text: &str) -> Result<(), String> {
        let are_all = |fits: fn(char) -> bool| !text.is_empty() && text.chars().all(fits);
        let (fits, description) = match self {
            Self::Integer => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                let are_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
                (are_digits && !digits.is_empty(), "a whole number")
            }
            Self::Language => {
                let mut parts = text.split('-');
                let is_first = |part: &str| part.bytes().all(|it| it.is_ascii_alphabetic());
                let has_size = |part: &str| (1..=8).contains(&part.len());
                let fits = parts.next().is_some_and(|it| is_first(it) && has_size(it))
                    && parts.all(|it| {
                        has_size(it) && it.bytes().all(|part| part.is_ascii_alphanumeric())
                    });
                (fits, "a language")
            }
            Self::NameToken => (are_all(is_name_part), "a name token"),
            Self::Name => (text.starts_with(is_name_start) && are_all(is_name_part), "a name"),
            Self::Colonless => (is_colonless(text), "a name without a colon"),
            Self::Undeclared => (false, "declared: that takes a document type"),
        };
        if fits { Ok(()) } else { Err(format!("\"{}\" is not {description}", shown(text))) }
    }
}

impl SimpleType {
    /// Of a union.
    pub fn members(&self) -> &[TypeId] {
        match &self.variety {
            Variety::Union(members) => members,
            Variety::Atomic(_) | Variety::List(_) => &[],
        }
    }
}

impl White {
    pub fn applied(self, text: &str) -> Cow<'_, str> {
        let is_white = |part: char| matches!(part, ' ' | '\t' | '\n' | '\r');
        match self {
            Self::Kept => Cow::Borrowed(text),
            Self::Replaced if !text.contains(['\t', '\n', '\r']) => Cow::Borrowed(text),
            Self::Replaced => Cow::Owned(text.replace(['\t', '\n', '\r'], " ")),
            Self::Collapsed => {
                let text = text.trim_matches(is_white);
                if !text.contains(is_white) {
                    return Cow::Borrowed(text);
                }
                let words: Vec<_> = text.split(is_white).filter(|word| !word.is_empty()).collect();
                Cow::Owned(words.join(" "))
            }
        }
    }
}

impl Schema {
    /// The value of a text, or why it has none.
    pub fn value(&self, id: TypeId, text: &str, scope: Scope) -> Result<Value, String> {
        self.steps.take(20 + text.len() / 16)?;
        let simple = self.simple(id).ok_or("the type is not one of texts")?;
        let text = simple.white.applied(text);
        let value = match &simple.variety {
            Variety::Atomic(primitive) => primitive.read(&text, scope)?,
            Variety::List(item) => {
                let items = text.split([' ', '\t', '\n', '\r']).filter(|item| !item.is_empty());
                Value::List(
                    items.map(|part| self.value(*item, part, scope)).collect::<Result<_, _>>()?,
                )
            }
            Variety::Union(members) => {
                let fitting = members.iter().find_map(|it| self.value(*it, &text, scope).ok());
                fitting.ok_or_else(|| {
                    format!("\"{}\" fits none of the types of a union", shown(&text))
                })?
            }
        };
        let mut step = Some(simple);
        while let Some(narrowed) = step {
            self.steps.take(1)?;
            if narrowed.facets.pattern.is_some() {
                self.steps
                    .take(text.len().saturating_mul(narrowed.facets.pattern_text.len()) / 8)?;
            }
            narrowed.facets.check(&text, &value)?;
            step = narrowed.base.and_then(|base| self.simple(base));
        }
        Ok(value)
    }
}

impl Facets {
    fn check(&self, text: &str, value: &Value) -> Result<(), String> {
        if let Some(form) = self.form {
            form.check(text)?;
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
            let pattern = shown(&self.pattern_text);
            return Err(format!("\"{}\" does not fit the pattern \"{pattern}\"", shown(text)));
        }
        if self.enumeration.as_ref().is_some_and(|allowed| !allowed.contains(value)) {
            return Err(format!("\"{}\" is not one of the allowed values", shown(text)));
        }
        for bound in &self.bounds {
            if !bound.holds(value) {
                let (facet, limit) = (bound.facet, shown(&bound.text));
                return Err(format!("\"{}\" is outside of {facet} {limit}", shown(text)));
            }
        }
        self.check_sizes(text, value)
    }

    fn check_sizes(&self, text: &str, value: &Value) -> Result<(), String> {
        let length = value.length();
        let digits = if let Value::Decimal(number) = value { Some(number) } else { None };
        let size = |is_wrong: Option<bool>, facet: &str, limit: Option<usize>| match limit {
            Some(limit) if is_wrong == Some(true) => {
                Err(format!("\"{}\" is outside of {facet} {limit}", shown(text)))
            }
            _ => Ok(()),
        };
        let compared =
            |limit: Option<usize>, wrong: &[Ordering]| Some(wrong.contains(&length?.cmp(&limit?)));
        let (less, greater) = (Ordering::Less, Ordering::Greater);
        size(compared(self.length, &[less, greater]), "length", self.length)?;
        size(compared(self.length_min, &[less]), "minLength", self.length_min)?;
        size(compared(self.length_max, &[greater]), "maxLength", self.length_max)?;
        let total = digits.zip(self.digits_max).map(|(number, most)| number.digits() > most);
        size(total, "totalDigits", self.digits_max)?;
        let most = self.fraction_digits_max;
        let fraction = digits.zip(most).map(|(number, most)| number.fraction_digits() > most);
        size(fraction, "fractionDigits", most)
    }
}

impl Bound {
    fn holds(&self, value: &Value) -> bool {
        let order = value.compare(&self.value);
        match self.facet {
            "minInclusive" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            "maxInclusive" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            "minExclusive" => order == Some(Ordering::Greater),
            _ => order == Some(Ordering::Less),
        }
    }
}
