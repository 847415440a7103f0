//! Documents against schemas of XML Schema 1.0.
//!
//! `read` makes a `schema` of its text, `check` holds a document against it. `content` says which
//! elements may follow one another, `simple`, `value` and `pattern` which texts a type takes.
//! Everything is bounded, in depth, in size and in steps. What is not supported is refused by name:
//! a schema is never taken for less than it says. Only that a restriction allows no more than what
//! it restricts is not checked; documents are held against the restriction itself.

mod blocks;
mod builtin;
mod check;
mod content;
mod pattern;
mod read;
mod schema;
mod simple;
mod source;
#[cfg(test)]
mod tests;
mod value;

pub use source::Problem;
use source::{DOCUMENT_BYTES_MAX, parse};

/// Problems of one document.
pub const PROBLEMS_MAX: usize = 100;

/// Why a document could not be held against a schema at all.
#[derive(Debug, PartialEq)]
pub enum Unchecked {
    /// The schema is wrong, or not supported.
    Schema(Problem),
    /// The document is not XML, or too large.
    Document(Problem),
}

/// What is wrong with a document, in its order; nothing if it fits the schema.
pub fn validate(document: &str, schema: &str) -> Result<Vec<Problem>, Unchecked> {
    let schema = read::read(schema).map_err(Unchecked::Schema)?;
    let document = parse(document, DOCUMENT_BYTES_MAX).map_err(Unchecked::Document)?;
    check::check(&schema, &document).map_err(Unchecked::Document)
}
