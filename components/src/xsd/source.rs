//! Texts as trees, within bounds, and where in them something is wrong.

use std::cell::Cell;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
pub use roxmltree::{Document, Node};

use super::value::shown;

/// Bytes of a document.
pub const DOCUMENT_BYTES_MAX: usize = 16_777_216;
/// Bytes of a schema.
pub const SCHEMA_BYTES_MAX: usize = 4_194_304;
/// Elements inside one another.
pub const DEPTH_MAX: usize = 200;
/// Attributes of one element.
const ATTRIBUTES_MAX: usize = 500;
/// Names of namespaces, counted wherever they can be used anew.
const NAMESPACES_MAX: usize = 2_000_000;
/// What reading a schema and checking a document may take; about two seconds.
const STEPS_MAX: u64 = 50_000_000;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub message: String,
    /// From 1, as in editors.
    pub line: u32,
    /// Characters, from 1.
    pub column: u32,
    /// Names of the elements from the outermost one, with their number among those of their name.
    pub path: String,
}

impl Problem {
    pub fn at(node: Node, message: impl Into<String>) -> Self {
        let position = node.document().text_pos_at(node.range().start);
        let (line, column) = (position.row, position.col);
        Self { message: message.into(), line, column, path: path(node) }
    }
}

fn path(node: Node) -> String {
    let mut names: Vec<_> = node
        .ancestors()
        .filter(Node::is_element)
        .map(|element| {
            let name = element.tag_name();
            let before = element.prev_siblings().skip(1);
            let number = before.filter(|other| other.tag_name() == name).count() + 1;
            let is_only = number == 1
                && !element.next_siblings().skip(1).any(|other| other.tag_name() == name);
            let name = shown(name.name());
            if is_only { format!("/{name}") } else { format!("/{name}[{number}]") }
        })
        .collect();
    names.reverse();
    names.concat()
}

/// Counts what is done, so that nothing takes for ever.
pub struct Steps(Cell<u64>);

impl Default for Steps {
    fn default() -> Self {
        Self(Cell::new(STEPS_MAX))
    }
}

impl Steps {
    pub fn take(&self, steps: usize) -> Result<(), String> {
        let left = self.0.get().saturating_sub(steps as u64);
        self.0.set(left);
        if left == 0 { Err("checking takes too many steps".to_owned()) } else { Ok(()) }
    }

    pub fn are_used_up(&self) -> bool {
        self.0.get() == 0
    }
}

/// A tree; an error says where the text is not XML, or what is too large about it.
pub fn parse(text: &str, bytes_max: usize) -> Result<Document<'_>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > bytes_max {
        let message = format!("it has more than {bytes_max} bytes");
        return Err(Problem { message, line: 1, column: 1, path: String::new() });
    }
    bounded(text)?;
    Document::parse(text).map_err(|error| {
        let (line, column) = (error.pos().row, error.pos().col);
        let reason = error.to_string();
        let reason = reason.split(" at ").next().unwrap_or_default();
        Problem { message: format!("it is not XML: {reason}"), line, column, path: String::new() }
    })
}

/// What a tree must not be built of: some of it takes the square of its size.
fn bounded(text: &str) -> Result<(), Problem> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut in_scope, mut namespaces) = (vec![0], 0);
    loop {
        let found = match reader.read_event() {
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::Start(tag)) => {
                let scope = in_scope.last().copied().unwrap_or(0);
                let judged = judge(&tag, scope, &mut namespaces);
                in_scope.push(*judged.as_ref().unwrap_or(&0));
                if in_scope.len() > DEPTH_MAX {
                    Err(format!("it is nested deeper than {DEPTH_MAX}"))
                } else {
                    judged.map(|_| ())
                }
            }
            Ok(Event::Empty(tag)) => {
                judge(&tag, in_scope.last().copied().unwrap_or(0), &mut namespaces).map(|_| ())
            }
            Ok(Event::End(_)) => {
                in_scope.truncate(in_scope.len().saturating_sub(1).max(1));
                Ok(())
            }
            Ok(Event::DocType(_)) => Err("it has a document type, which is refused".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("it is not XML: {error}")),
        };
        if let Err(message) = found {
            let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let before = &text.as_bytes()[..at.min(text.len())];
            let line = before.split(|byte| *byte == b'\n').count();
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            return Err(Problem { message, line, column: 1, path: String::new() });
        }
    }
}

/// Names of namespaces that are known inside an element.
fn judge(tag: &BytesStart, outside: usize, namespaces: &mut usize) -> Result<usize, String> {
    let (mut own, mut all) = (0, 0);
    for attribute in tag.attributes().with_checks(false) {
        all += 1;
        let declares = attribute.is_ok_and(|it| it.key.as_namespace_binding().is_some());
        own += usize::from(declares);
        if all > ATTRIBUTES_MAX {
            return Err(format!("an element has more than {ATTRIBUTES_MAX} attributes"));
        }
    }
    if own > 0 {
        *namespaces += outside + own;
    }
    if *namespaces > NAMESPACES_MAX {
        return Err("it names too many namespaces".to_owned());
    }
    Ok(outside + own)
}
