//! Selectors that tell an element by itself and by what it lies in.

use super::super::parts::Attribute;

/// Names, classes, ids and attributes, alone or inside others.
#[derive(Debug)]
pub struct Selector {
    /// From the outermost element to the one that it is about.
    compounds: Vec<Compound>,
}

/// What a selector makes of an element: one bit for each compound.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    /// The element itself matches, and what has to be around it is.
    own: u32,
    /// The same of it or any element around it.
    any: u32,
}

#[derive(Debug, Default)]
struct Compound {
    name: Option<String>,
    ids: Vec<String>,
    classes: Vec<String>,
    attributes: Vec<(String, Option<String>)>,
    /// The compound before is about the element right around, not any around.
    is_child: bool,
    /// `*` was written, so that nothing else is needed.
    is_any: bool,
}

/// An element as it is compared.
pub struct Element<'a> {
    pub name: &'a str,
    pub attributes: &'a [Attribute<'a>],
}

/// Longer selectors are left alone.
const COMPOUNDS_MAX: usize = 32;

impl Selector {
    /// `None` for what cannot be told here: pseudo-classes, siblings, parts of values.
    pub fn read(text: &str) -> Option<Self> {
        let mut compounds = vec![Compound::default()];
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            let compound = compounds.last_mut()?;
            if first.is_whitespace() || first == '>' {
                let after = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '>');
                let between = &rest[..rest.len() - after.len()];
                if compound.is_empty() || after.is_empty() || between.matches('>').count() > 1 {
                    return None;
                }
                let is_child = between.contains('>');
                compounds.push(Compound { is_child, ..Compound::default() });
                rest = after;
                continue;
            }
            rest = compound.take(first, rest)?;
        }
        let is_sound =
            compounds.len() <= COMPOUNDS_MAX && !compounds.iter().any(Compound::is_empty);
        is_sound.then_some(Self { compounds })
    }

    /// Numbers of ids, of classes and attributes, and of names.
    pub fn specificity(&self) -> (usize, usize, usize) {
        self.compounds.iter().fold((0, 0, 0), |(ids, classes, names), it| {
            let other = it.classes.len() + it.attributes.len();
            (ids + it.ids.len(), classes + other, names + usize::from(it.name.is_some()))
        })
    }

    /// `around` is the mark of the element right around.
    pub fn mark(&self, element: &Element<'_>, around: Option<Mark>) -> Mark {
        let around = around.unwrap_or_default();
        let mut own = 0;
        for (number, compound) in self.compounds.iter().enumerate() {
            let outer = if compound.is_child { around.own } else { around.any };
            let is_placed = number == 0 || outer >> (number - 1) & 1 == 1;
            if is_placed && compound.matches(element) {
                own |= 1 << number;
            }
        }
        Mark { own, any: own | around.any }
    }

    pub fn is_about(&self, mark: Mark) -> bool {
        mark.own >> (self.compounds.len() - 1) & 1 == 1
    }
}

impl Compound {
    /// Takes the next condition from the front of a text and gives what follows.
    fn take<'t>(&mut self, first: char, text: &'t str) -> Option<&'t str> {
        match first {
            '*' => {
                self.is_any = true;
                Some(&text[1..])
            }
            '.' | '#' => {
                let (name, rest) = identifier(&text[1..])?;
                let names = if first == '.' { &mut self.classes } else { &mut self.ids };
                names.push(name.to_owned());
                Some(rest)
            }
            '[' => {
                let (inside, rest) = text[1..].split_once(']')?;
                let (name, value) = match inside.split_once('=') {
                    Some((name, value)) => (name.trim(), Some(unquoted(value.trim()))),
                    None => (inside.trim(), None),
                };
                let is_whole = identifier(name).is_some_and(|(_, rest)| rest.is_empty());
                self.attributes.push((name.to_owned(), value.map(str::to_owned)));
                is_whole.then_some(rest)
            }
            _ if self.is_empty() => {
                let (name, rest) = identifier(text)?;
                self.name = Some(name.to_owned());
                Some(rest)
            }
            _ => None,
        }
    }

    fn is_empty(&self) -> bool {
        let conditions = self.ids.len() + self.classes.len() + self.attributes.len();
        self.name.is_none() && !self.is_any && conditions == 0
    }

    fn matches(&self, element: &Element<'_>) -> bool {
        let value = |name: &str| {
            element.attributes.iter().find(|attribute| attribute.is(name)).map(|it| it.value)
        };
        let has_class = |class: &String| {
            value("class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
        };
        self.name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(element.name))
            && self.ids.iter().all(|id| value("id") == Some(id))
            && self.classes.iter().all(has_class)
            && self.attributes.iter().all(|(name, wanted)| {
                let found = value(name);
                wanted.as_ref().map_or(found.is_some(), |wanted| found == Some(wanted))
            })
    }
}

/// The name at the front, and what follows it.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_') || !it.is_ascii();
    let (name, rest) = text.split_at(text.find(|it| !is_part(it)).unwrap_or(text.len()));
    (!name.is_empty()).then_some((name, rest))
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}
