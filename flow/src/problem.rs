//! What is wrong with a definition, where, and what was probably meant.

use std::cell::RefCell;
use std::fmt;

/// More problems than this are not reported: nobody reads them, and hostile input could make many.
const MAX_PROBLEMS: usize = 200;

/// Longer keys are cut in problem paths.
const MAX_KEY_CHARS: usize = 80;

/// The kind of a problem: an import tolerates some kinds that publishing does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The text is not YAML, or exceeds a limit of the reader.
    Syntax,
    /// A value has the wrong type, is missing, or is not a member of its enumeration.
    Shape,
    /// A name is empty, taken, or gives a step key that is taken.
    Name,
    /// A reference, template or condition cannot be understood.
    Expression,
    /// A reference leads to a step or config variable that is not there.
    Reference,
    /// There is no such component, or not yet: nothing more can be said about what uses it.
    UnpublishedComponent,
    /// The component has no such action, trigger, data source or connection.
    UnknownAction,
    UnknownInput,
    /// An input that the action needs is not set.
    MissingInput,
    /// A setting is out of range or contradicts another one.
    Setting,
}

/// A place in a text; line and column count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 0 where the place is not known.
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// Nothing for a place that is not known.
    pub fn known(self) -> Option<Self> {
        (self.line > 0).then_some(self)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    /// Where, for example `flows[0].steps[2].inputs.url`; empty for the whole document.
    pub path: String,
    /// Where in the source text, as far as that is known.
    pub position: Option<Position>,
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, path: path.into(), position: None, message: message.into(), suggestion: None }
    }

    #[must_use]
    pub fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    #[must_use]
    pub fn at(mut self, position: Option<Position>) -> Self {
        self.position = position;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.position, self.path.is_empty()) {
            (Some(position), true) => write!(formatter, "line {position}: ")?,
            (Some(position), false) => write!(formatter, "line {position}, {}: ", self.path)?,
            (None, true) => {}
            (None, false) => write!(formatter, "{}: ", self.path)?,
        }
        formatter.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, " (did you mean `{suggestion}`?)"),
            None => Ok(()),
        }
    }
}

/// Collects problems while a tree is walked.
#[derive(Debug, Default)]
pub(crate) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub fn add(&self, kind: Kind, path: impl Into<String>, message: impl Into<String>) {
        self.push(Problem::new(kind, path, message));
    }

    pub fn push(&self, problem: Problem) {
        let mut problems = self.0.borrow_mut();
        if problems.len() < MAX_PROBLEMS {
            problems.push(problem);
        }
    }

    /// Whether nothing more is collected, so that looking for more is a waste.
    pub fn is_full(&self) -> bool {
        self.0.borrow().len() >= MAX_PROBLEMS
    }

    pub fn into_vec(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// The path of a property.
pub(crate) fn property(path: &str, key: &str) -> String {
    let cut = key.char_indices().nth(MAX_KEY_CHARS).map_or(key.len(), |(index, _)| index);
    let separator = if path.is_empty() { "" } else { "." };
    format!("{path}{separator}{}", &key[..cut])
}

/// The path of a list item.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}
