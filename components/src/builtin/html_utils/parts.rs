//! HTML cut into tags and text, leniently: whatever is no tag is text.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<'a> {
    Text(&'a str),
    /// With `raw`, the tag as it was written.
    Open {
        name: &'a str,
        raw: &'a str,
    },
    Close {
        name: &'a str,
        raw: &'a str,
    },
    /// A comment or a document type.
    Aside(&'a str),
}

/// Elements whose content is not HTML.
const VERBATIM: [&str; 3] = ["script", "style", "textarea"];

pub fn parts(html: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = html;
    let mut text_end = 0;
    while let Some(found) = rest[text_end..].find('<') {
        let start = text_end + found;
        let Some((part, length)) = markup(&rest[start..]) else {
            text_end = start + 1;
            continue;
        };
        push_text(&mut parts, &rest[..start]);
        parts.push(part);
        rest = &rest[start + length..];
        text_end = 0;
        if let Part::Open { name, raw } = part
            && VERBATIM.iter().any(|verbatim| name.eq_ignore_ascii_case(verbatim))
            && !raw.ends_with("/>")
        {
            let end = verbatim_end(rest, name);
            push_text(&mut parts, &rest[..end]);
            rest = &rest[end..];
        }
    }
    push_text(&mut parts, rest);
    parts
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// The markup that the text begins with, and its length.
fn markup(text: &str) -> Option<(Part<'_>, usize)> {
    if text.starts_with("<!--") {
        let length = text.find("-->").map_or(text.len(), |end| end + 3);
        return Some((Part::Aside(&text[..length]), length));
    }
    if text.starts_with("<!") || text.starts_with("<?") {
        let length = text.find('>').map_or(text.len(), |end| end + 1);
        return Some((Part::Aside(&text[..length]), length));
    }
    let inside = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
    if !inside.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let is_end = |character: char| character.is_whitespace() || matches!(character, '/' | '>');
    let name = &inside[..inside.find(is_end).unwrap_or(inside.len())];
    let length = tag_length(text);
    let raw = &text[..length];
    let is_close = text.starts_with("</");
    Some((if is_close { Part::Close { name, raw } } else { Part::Open { name, raw } }, length))
}

/// A `>` in quotes does not end a tag.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return index + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn verbatim_end(text: &str, name: &str) -> usize {
    let ends = text.match_indices("</").map(|(index, _)| index);
    let mut ends = ends.filter(|index| {
        let after = text.get(index + 2..index + 2 + name.len());
        after.is_some_and(|after| after.eq_ignore_ascii_case(name))
    });
    ends.next().unwrap_or(text.len())
}

/// An attribute of a tag as it was written.
#[derive(Debug)]
pub struct Attribute<'a> {
    pub name: &'a str,
    /// Without quotes, still escaped; empty when there is none.
    pub value: &'a str,
    /// Where the whole stands in the tag.
    pub place: Range<usize>,
}

impl Attribute<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The attributes of an opening tag.
pub fn attributes(raw: &str) -> Vec<Attribute<'_>> {
    let is_gap = |it: char| it.is_whitespace() || it == '/';
    let is_end = |it: char| is_gap(it) || matches!(it, '=' | '>');
    let mut attributes = Vec::new();
    let mut rest = &raw[raw.find(is_end).unwrap_or(raw.len())..];
    loop {
        rest = rest.trim_start_matches(is_gap);
        let start = raw.len() - rest.len();
        let (name, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        if name.is_empty() {
            // The end of the tag; a stray `=` is skipped.
            match rest.strip_prefix('=') {
                Some(after) => rest = after,
                None => return attributes,
            }
            continue;
        }
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        let (value, after) = value.map_or(("", after), attribute_value);
        attributes.push(Attribute { name, value, place: start..raw.len() - after.len() });
        rest = after;
    }
}

/// The value that the text begins with, in quotes or up to the next space, and what follows.
fn attribute_value(text: &str) -> (&str, &str) {
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        return text[1..].split_once(quote).unwrap_or((&text[1..], ""));
    }
    let is_end = |it: char| it.is_whitespace() || it == '>';
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}
