//! Styles of a document's `<style>` elements, written into the elements they are about: what mail
//! programs need. `sheet` reads style sheets, `selector` tells which elements a rule is about.
//!
//! Everything is read once from front to back: what an element's ancestors match is handed down, so
//! the work is elements times selectors, which has a limit.

mod selector;
mod sheet;

use flow::Value;
use selector::{Element, Mark, Selector};
use sheet::{Declaration, Sheet, declarations};

use super::parts::{Attribute, Part, attributes, parts};
use super::{VOID, is_one_of};
use crate::builtin::text_manipulation::unescaped;
use crate::{Inputs, Output, StepError};

/// How often an element may be compared with a selector.
const COMPARISONS_MAX: usize = 10_000_000;
/// How deep elements may lie inside each other.
const DEPTH_MAX: usize = 256;

/// Elements that are not shown, or are the sheet itself.
const UNSTYLED: [&str; 8] = ["base", "head", "html", "link", "meta", "script", "style", "title"];

pub(super) fn convert(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("html").map(crate::file)?;
    Ok(Value::from(inlined(&String::from_utf8_lossy(&bytes))?).into())
}

fn inlined(html: &str) -> Result<String, StepError> {
    let parts = parts(html);
    let mut sheet = Sheet::default();
    let leftovers: Vec<Option<String>> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| is_sheet(&parts, place).then(|| sheet.read(text(*part))))
        .collect();
    let elements = parts.iter().filter(|part| matches!(part, Part::Open { .. })).count();
    if elements.saturating_mul(sheet.selectors()) > COMPARISONS_MAX {
        return Err(StepError::new("The document has too many elements and style rules."));
    }
    let mut walk = Walk { sheet: &sheet, open: Vec::new(), html: String::new() };
    for (place, part) in parts.iter().enumerate() {
        // The sheet, or the tag before or after it, of which nothing is left.
        let is_used_up =
            |place: usize| leftovers.get(place).is_some_and(|left| left.as_deref() == Some(""));
        let after = matches!(part, Part::Close { .. }) && place > 0 && is_used_up(place - 1);
        let before = matches!(part, Part::Open { .. }) && is_used_up(place + 1);
        if after || before {
            continue;
        }
        match &leftovers[place] {
            Some(left) => walk.html.push_str(left),
            None => walk.part(*part)?,
        }
    }
    Ok(walk.html)
}

fn text(part: Part<'_>) -> &str {
    if let Part::Text(text) = part { text } else { "" }
}

/// Whether this is the text of a `<style>` element for every medium.
fn is_sheet(parts: &[Part<'_>], place: usize) -> bool {
    let Some(Part::Open { name, raw }) = place.checked_sub(1).and_then(|before| parts.get(before))
    else {
        return false;
    };
    let attributes = attributes(raw);
    let media = attributes.iter().find(|attribute| attribute.is("media"));
    let media = media.map_or("", |media| media.value.trim());
    name.eq_ignore_ascii_case("style")
        && matches!(parts[place], Part::Text(_))
        && is_one_of(&["", "all", "screen"], media)
}

struct Walk<'s, 'h> {
    sheet: &'s Sheet,
    /// The elements around, with what each selector makes of them.
    open: Vec<(&'h str, Vec<Mark>)>,
    html: String,
}

impl<'h> Walk<'_, 'h> {
    fn part(&mut self, part: Part<'h>) -> Result<(), StepError> {
        match part {
            Part::Open { name, raw } => self.element(name, raw),
            Part::Close { name, raw } => {
                let mut open = self.open.iter();
                if let Some(place) = open.rposition(|(open, _)| open.eq_ignore_ascii_case(name)) {
                    self.open.truncate(place);
                }
                self.html.push_str(raw);
                Ok(())
            }
            Part::Text(raw) | Part::Aside(raw) => {
                self.html.push_str(raw);
                Ok(())
            }
        }
    }

    fn element(&mut self, name: &'h str, raw: &'h str) -> Result<(), StepError> {
        let attributes = attributes(raw);
        let element = Element { name, attributes: &attributes };
        let around = self.open.last().map(|(_, marks)| &**marks);
        let mut found: Vec<(&Selector, &[Declaration])> = Vec::new();
        let mut marks = Vec::with_capacity(self.sheet.selectors());
        for (number, (selector, declarations)) in self.sheet.rules().enumerate() {
            let mark = selector.mark(&element, around.map(|marks| marks[number]));
            if selector.is_about(mark) {
                found.push((selector, declarations));
            }
            marks.push(mark);
        }
        if found.is_empty() || is_one_of(&UNSTYLED, name) {
            self.html.push_str(raw);
        } else {
            self.styled(raw, &attributes, found);
        }
        if is_one_of(&VOID, name) || raw.ends_with("/>") {
            return Ok(());
        }
        if self.open.len() >= DEPTH_MAX {
            let limit = format!("The elements of the document lie more than {DEPTH_MAX} deep.");
            return Err(StepError::new(limit));
        }
        self.open.push((name, marks));
        Ok(())
    }

    /// Writes the tag with its own style after that of the rules; what is important comes last.
    fn styled(
        &mut self,
        raw: &str,
        attributes: &[Attribute<'_>],
        mut found: Vec<(&Selector, &[Declaration])>,
    ) {
        // The sort is stable: of equal rules the later one wins.
        found.sort_by_key(|(selector, _)| selector.specificity());
        let own = attributes.iter().find(|attribute| attribute.is("style"));
        let given = declarations(&own.map(|own| unescaped(own.value)).unwrap_or_default());
        let all = found.iter().flat_map(|(_, declarations)| *declarations).chain(&given);
        let (important, usual): (Vec<_>, Vec<_>) = all.partition(|it| it.is_important);
        let mut winners: Vec<&Declaration> = Vec::new();
        for declaration in usual.into_iter().chain(important) {
            winners.retain(|earlier| earlier.property != declaration.property);
            winners.push(declaration);
        }
        let style = winners.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let style = style.replace('&', "&amp;").replace('"', "&quot;");
        let style = format!("style=\"{style}\"");
        if let Some(own) = own {
            self.html.extend([&raw[..own.place.start], &style, &raw[own.place.end..]]);
        } else {
            let end = raw.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            self.html.extend([&raw[..end], " ", &style, &raw[end..]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::check;

    #[tokio::test]
    async fn styles_move_into_their_elements() {
        let sheet =
            |css: &str, body: &str| json!({ "html": format!("<style>{css}</style>{body}") });
        let deep = format!("{}x", "<div>".repeat(300));
        check(
            "html-utils",
            [
                ("convertInlineCss", json!({ "html": "<p>a</p>" }), json!("<p>a</p>")),
                (
                    "convertInlineCss",
                    sheet("p, .b { color: red; /* x */ }", "<p>a</p><i class=\"a b\">c</i><br>"),
                    json!(
                        "<p style=\"color: red\">a</p>\
                        <i class=\"a b\" style=\"color: red\">c</i><br>"
                    ),
                ),
                // Specificity before order, the element's own before both, importance before all.
                (
                    "convertInlineCss",
                    sheet(
                        "#i { color: red } p { color: blue; margin: 0; padding: 1px !important }",
                        "<p id=i style='margin: 2px; padding: 3px'>a</p>",
                    ),
                    json!(
                        "<p id=i style=\"color: red; margin: 2px; padding: 1px !important\">a</p>"
                    ),
                ),
                (
                    "convertInlineCss",
                    sheet(
                        "td > a { top: 0 } table a { left: 0 }",
                        "<table><tr><td><a>x</a>\
                        <b><a>y</a></b></td></tr></table><a>z</a>",
                    ),
                    json!(
                        "<table><tr><td><a style=\"top: 0; left: 0\">x</a>\
                        <b><a style=\"left: 0\">y</a></b></td></tr></table><a>z</a>"
                    ),
                ),
                (
                    "convertInlineCss",
                    sheet(
                        "[dir=\"rtl\"] { a: url(\"x;y\") } [hidden] { b: c }",
                        "<p DIR=rtl>a</p><img hidden />",
                    ),
                    json!(
                        "<p DIR=rtl style=\"a: url(&quot;x;y&quot;)\">a</p>\
                        <img hidden style=\"b: c\" />"
                    ),
                ),
                // What depends on the reader's screen or doing stays a rule.
                (
                    "convertInlineCss",
                    sheet("a:hover, a { b: c } @media print { a { d: e } }", "<a>x</a>"),
                    json!(
                        "<style>a:hover { b: c }\n@media print { a { d: e } }</style>\
                        <a style=\"b: c\">x</a>"
                    ),
                ),
                (
                    "convertInlineCss",
                    json!({ "html": "<style media=print>p { a: b }</style><p>x</p>" }),
                    json!("<style media=print>p { a: b }</style><p>x</p>"),
                ),
                ("convertInlineCss", sheet("p { a: b", "<p>x"), json!("<p style=\"a: b\">x")),
                (
                    "convertInlineCss",
                    json!({ "html": deep }),
                    json!({ "error": "The elements of the document lie more than 256 deep." }),
                ),
            ],
        )
        .await;
    }
}
