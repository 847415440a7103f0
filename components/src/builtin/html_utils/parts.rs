//! HTML cut into tags and text, leniently: whatever is no tag is text.

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
