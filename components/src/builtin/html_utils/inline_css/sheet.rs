//! Style sheets cut into rules.

use std::fmt;

use super::selector::Selector;

/// The rules of all sheets of a document that can be inlined.
#[derive(Debug, Default)]
pub struct Sheet {
    rules: Vec<(Vec<Selector>, Vec<Declaration>)>,
}

/// A property and its value.
#[derive(Debug)]
pub struct Declaration {
    pub property: String,
    pub value: String,
    pub is_important: bool,
}

impl Sheet {
    /// Takes the rules of a sheet, and gives what has to stay one.
    pub fn read(&mut self, css: &str) -> String {
        let css = without_comments(css);
        let mut kept = Vec::new();
        let mut rest = css.trim();
        while !rest.is_empty() {
            let end = rest.find(['{', ';']).unwrap_or(rest.len());
            if !rest[end..].starts_with('{') {
                // A statement such as `@import`, or what is no rule at all.
                let (statement, after) = rest.split_at((end + 1).min(rest.len()));
                kept.extend(statement.starts_with('@').then(|| statement.to_owned()));
                rest = after.trim_start();
                continue;
            }
            let (prelude, block) = rest.split_at(end);
            let (inside, after) = block_of(block);
            if prelude.starts_with('@') {
                kept.push(rest[..rest.len() - after.len()].trim_end().to_owned());
            } else {
                kept.extend(self.rule(prelude, inside));
            }
            rest = after.trim_start();
        }
        kept.join("\n")
    }

    /// Takes a rule, and gives it back for those selectors that cannot be inlined.
    fn rule(&mut self, prelude: &str, inside: &str) -> Option<String> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for text in split(prelude, ',') {
            match Selector::read(text) {
                Some(selector) => known.push(selector),
                None => unknown.push(text.trim()),
            }
        }
        if !known.is_empty() {
            self.rules.push((known, declarations(inside)));
        }
        (!unknown.is_empty()).then(|| format!("{} {{ {} }}", unknown.join(", "), inside.trim()))
    }

    /// How many selectors there are.
    pub fn selectors(&self) -> usize {
        self.rules.iter().map(|(selectors, _)| selectors.len()).sum()
    }

    /// Each selector with its declarations, in the order of the document.
    pub fn rules(&self) -> impl Iterator<Item = (&Selector, &[Declaration])> {
        self.rules.iter().flat_map(|(selectors, declarations)| {
            selectors.iter().map(move |selector| (selector, &**declarations))
        })
    }
}

impl fmt::Display for Declaration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let important = if self.is_important { " !important" } else { "" };
        write!(formatter, "{}: {}{important}", self.property, self.value)
    }
}

/// The declarations of a block or of an element's own style.
pub fn declarations(text: &str) -> Vec<Declaration> {
    let read = |text: &str| {
        let (property, value) = text.split_once(':')?;
        let (property, value) = (property.trim(), value.trim());
        let marked = value.rsplit_once('!');
        let marked = marked.filter(|(_, mark)| mark.trim().eq_ignore_ascii_case("important"));
        let is_important = marked.is_some();
        let value = marked.map_or(value, |(value, _)| value.trim_end()).to_owned();
        let is_own = property.starts_with("--");
        let property = if is_own { property.to_owned() } else { property.to_ascii_lowercase() };
        let is_whole = !property.is_empty() && !value.is_empty();
        is_whole.then_some(Declaration { property, value, is_important })
    };
    split(text, ';').into_iter().filter_map(read).collect()
}

fn without_comments(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text + rest
}

/// What is inside the braces that the text begins with, and what comes after them. Braces that are
/// never closed end with the text.
fn block_of(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return (&text[1..place], &text[place + 1..]),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    (&text[1..], "")
}

/// Cuts at a separator that stands in no brackets or quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut depth, mut quote) = (0_usize, None);
    for (place, character) in text.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) if character == separator && depth == 0 => {
                pieces.push(&text[start..place]);
                start = place + character.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}
