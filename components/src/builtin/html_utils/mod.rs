//! `html-utils`: HTML to text, and HTML made readable.

mod inline_css;
mod parts;

use egress::Request;
use flow::Value;
use futures::future::BoxFuture;
use http::Method;
use parts::{Part, attributes, parts};

use super::http::send;
use super::text_manipulation::unescaped;
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, Safety, StepError};

pub fn component() -> Component {
    let html = Input::new("html", "HTML")
        .kind(InputKind::Data)
        .comments("The document or a part of one, as text or as a file.")
        .required()
        .aliases(&["htmlInput", "data", "text", "input"]);
    let action = |key, label, description, perform: fn(&Inputs) -> Result<Output, StepError>| {
        Action::new(key, label, description, Perform::Pure(perform)).inputs([html.clone()])
    };
    let fetch = Action::new(
        "getHtmlFromUrl",
        "Get HTML from URL",
        "Reads a page of the web",
        Perform::Waiting(fetch),
    )
    .inputs([Input::new("url", "URL")
        .comments("The address, with http:// or https://.")
        .required()])
    .safety(Safety::Repeatable);
    Component {
        actions: vec![
            action(
                "convertInlineCss",
                "Convert Inline CSS",
                "Writes the styles of a document into its elements, as mail programs need it",
                inline_css::convert,
            ),
            action("formatHtml", "Format HTML", "Puts each block on a line of its own", |inputs| {
                changed(inputs, formatted)
            }),
            fetch,
            action("htmlToPlaintext", "HTML to Plain Text", "Gives text as it reads", |inputs| {
                changed(inputs, plain)
            }),
            action("stripHtmlTags", "Strip HTML Tags", "Leaves out all tags", |inputs| {
                changed(inputs, strip_tags)
            }),
        ],
        ..Component::new("html-utils", "HTML Utils", "Works on HTML", "Helpers")
    }
}

fn changed(inputs: &Inputs, change: fn(&str) -> String) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("html").map(crate::file)?;
    Ok(Value::from(change(&String::from_utf8_lossy(&bytes))).into())
}

fn fetch<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let url = inputs.require_text("url")?;
        let answer = send(run, Request::new(Method::GET, url.trim())).await?;
        Ok(Value::from(String::from_utf8_lossy(&answer.body).into_owned()).into())
    })
}

/// The text between the tags as it stands, without scripts and styles.
pub(super) fn strip_tags(html: &str) -> String {
    shown(&parts(html))
        .filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
        .collect()
}

/// Without what is never shown.
fn shown<'p, 'a>(parts: &'p [Part<'a>]) -> impl Iterator<Item = Part<'a>> + use<'p, 'a> {
    let mut hidden = false;
    parts.iter().copied().filter(move |part| {
        let is_hidden =
            |name: &str| ["script", "style"].iter().any(|n| name.eq_ignore_ascii_case(n));
        match part {
            Part::Open { name, raw } if is_hidden(name) => hidden = !raw.ends_with("/>"),
            Part::Close { name, .. } if is_hidden(name) => hidden = false,
            _ => {}
        }
        !hidden
    })
}

/// Elements that stand in the running text.
const INLINE: [&str; 26] = [
    "a", "abbr", "b", "bdi", "bdo", "button", "cite", "code", "em", "font", "i", "img", "input",
    "kbd", "label", "mark", "q", "s", "select", "small", "span", "strong", "sub", "sup", "u",
    "var",
];
/// Elements without an end.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements with an empty line around them.
const SPACED: [&str; 11] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"];

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Text as a reader would see it: blocks on lines of their own, list items with a star, the
/// addresses of links behind them.
fn plain(html: &str) -> String {
    let mut text = Plain::default();
    let mut links: Vec<String> = Vec::new();
    for part in shown(&parts(html)) {
        match part {
            Part::Text(words) => text.words(&unescaped(words)),
            Part::Open { name, raw } if name.eq_ignore_ascii_case("a") => {
                links.push(attribute(raw, "href").unwrap_or_default());
            }
            Part::Close { name, .. } if name.eq_ignore_ascii_case("a") => {
                let link = links.pop().filter(|link| link.contains("://"));
                if let Some(link) = link.filter(|link| !text.text.ends_with(&**link)) {
                    text.words(&format!(" ({link})"));
                }
            }
            Part::Open { name, .. } if is_one_of(&["td", "th"], name) => text.words(" "),
            Part::Open { name, .. } | Part::Close { name, .. } if is_one_of(&SPACED, name) => {
                text.lines(2);
            }
            Part::Open { name, .. } if name.eq_ignore_ascii_case("br") => text.line_break(),
            Part::Open { name, .. } | Part::Close { name, .. } if !is_one_of(&INLINE, name) => {
                let is_close = matches!(part, Part::Close { .. });
                text.lines(1);
                if name.eq_ignore_ascii_case("li") && !is_close {
                    text.words("* ");
                }
            }
            Part::Open { .. } | Part::Close { .. } | Part::Aside(_) => {}
        }
    }
    text.text.trim().to_owned()
}

/// Text that grows word by word, with single spaces.
#[derive(Default)]
struct Plain {
    text: String,
}

impl Plain {
    fn words(&mut self, words: &str) {
        for (index, word) in words.split_whitespace().enumerate() {
            let is_apart = index > 0 || words.starts_with(char::is_whitespace);
            if is_apart && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
        if words.ends_with(char::is_whitespace) && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    fn lines(&mut self, number: usize) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        let present = self.text.len() - self.text.trim_end_matches('\n').len();
        if !self.text.is_empty() {
            self.text.push_str(&"\n".repeat(number.saturating_sub(present)));
        }
    }

    fn line_break(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }
}

fn attribute(raw: &str, name: &str) -> Option<String> {
    let found = attributes(raw).into_iter().find(|attribute| attribute.is(name));
    found.map(|attribute| unescaped(attribute.value))
}

/// Blocks on lines of their own, indented; running text stays as it is, since spaces in it show.
fn formatted(html: &str) -> String {
    const INDENT: &str = "  ";
    const DEPTH_MAX: usize = 40;
    let mut text = String::new();
    let mut line = String::new();
    let mut depth: usize = 0;
    let mut verbatim = 0_usize;
    let write = |text: &mut String, line: &mut String, depth: usize| {
        if !line.trim().is_empty() {
            text.extend([&INDENT.repeat(depth.min(DEPTH_MAX)), line.trim(), "\n"]);
        }
        line.clear();
    };
    for part in parts(html) {
        match part {
            Part::Open { name, raw } | Part::Close { name, raw }
                if verbatim > 0 || is_one_of(&["pre", "textarea"], name) =>
            {
                let is_same = is_one_of(&["pre", "textarea"], name);
                line.push_str(raw);
                match part {
                    Part::Open { .. } => verbatim += usize::from(is_same),
                    _ => verbatim = verbatim.saturating_sub(usize::from(is_same)),
                }
            }
            Part::Text(words) if verbatim > 0 => line.push_str(words),
            Part::Text(words) => line.push_str(&collapsed(words)),
            Part::Open { name, raw } | Part::Close { name, raw } if is_one_of(&INLINE, name) => {
                line.push_str(raw);
            }
            Part::Open { name, raw } => {
                write(&mut text, &mut line, depth);
                line.push_str(raw);
                write(&mut text, &mut line, depth);
                depth += usize::from(!is_one_of(&VOID, name) && !raw.ends_with("/>"));
            }
            Part::Close { raw, .. } => {
                write(&mut text, &mut line, depth);
                depth = depth.saturating_sub(1);
                line.push_str(raw);
                write(&mut text, &mut line, depth);
            }
            Part::Aside(raw) => {
                write(&mut text, &mut line, depth);
                line.push_str(raw);
                write(&mut text, &mut line, depth);
            }
        }
    }
    write(&mut text, &mut line, depth);
    text.trim_end().to_owned()
}

/// Each run of spaces as one.
fn collapsed(text: &str) -> String {
    let mut collapsed = Plain::default();
    if text.starts_with(char::is_whitespace) {
        collapsed.text.push(' ');
    }
    collapsed.words(text);
    collapsed.text
}

#[cfg(test)]
mod tests {
    use axum::response::Html;
    use serde_json::json;

    use crate::testing::{Stage, check, serve};

    #[tokio::test]
    async fn documents() {
        let page = "<!DOCTYPE html><html><head><style>p > a { }</style><script>if (a<b) {}</script>\
            </head><body><h1>Tea &amp; Co</h1><!-- <p>no</p> --><p>\
            One  <b>two</b>, <a data-href=\"/\" title=\"a>b\" \
            href=\"https://x.y/?a=1&amp;b=2\">three</a><br>4 < 5</p><ul><li>a</li><li>b</li></ul>\
            </body></html>";
        let html = |html: &str| json!({ "html": html });
        let pretty = "<ul>\n  <li>\n    a <b>b</b>\n  </li>\n  <hr>\n  <!-- c -->\n</ul>\n\
            <pre> x\n  y</pre>";
        check(
            "html-utils",
            [
                ("stripHtmlTags", html(page), json!("Tea &amp; CoOne  two, three4 < 5ab")),
                (
                    "htmlToPlaintext",
                    html(page),
                    json!("Tea & Co\n\nOne two, three (https://x.y/?a=1&b=2)\n4 < 5\n\n* a\n* b"),
                ),
                (
                    "formatHtml",
                    html("<ul><li>a\n <b>b</b></li><hr><!-- c --></ul><pre> x\n  y</pre>"),
                    json!(pretty),
                ),
                ("formatHtml", html(pretty), json!(pretty)),
                ("htmlToPlaintext", html("<a href='"), json!("")),
            ],
        )
        .await;
    }

    #[tokio::test]
    async fn pages_are_read_from_the_web() {
        let url = serve(axum::Router::new().fallback(|| async { Html("<p>hi</p>") })).await;
        let found = Stage::new().data("html-utils", "getHtmlFromUrl", json!({ "url": url })).await;
        assert_eq!(found, Ok(Some(json!("<p>hi</p>"))));
    }
}
