//! Templates to trees.

use super::expression::{Condition, Expression, Filtered, Words};
use super::token::{Piece, pieces, unreadable};
use crate::StepError;

#[derive(Debug)]
pub enum Node {
    Text(String),
    Output(Filtered),
    Assign(String, Filtered),
    Capture(String, Vec<Node>),
    If(Vec<(Condition, Vec<Node>)>, Vec<Node>),
    Case(Expression, Vec<(Vec<Expression>, Vec<Node>)>, Vec<Node>),
    For(For),
    Break,
    Continue,
    /// Writes a counter and steps it; a falling one is stepped first.
    Count(String, i64),
    /// Writes one of the values, the next one each time. Equal texts share their place.
    Cycle(String, Vec<Expression>),
}

#[derive(Debug)]
pub struct For {
    pub variable: String,
    pub items: Expression,
    pub is_reversed: bool,
    pub limit: Option<Expression>,
    pub offset: Option<Expression>,
    pub body: Vec<Node>,
    pub otherwise: Vec<Node>,
}

/// Tags in tags.
const DEPTH_MAX: usize = 50;

pub fn parse(template: &str) -> Result<Vec<Node>, StepError> {
    let mut parser = Parser { pieces: pieces(template)?.into_iter(), depth: 0 };
    let (nodes, end) = parser.block(&[])?;
    match end {
        None => Ok(nodes),
        Some((name, _)) => Err(unreadable(name)),
    }
}

struct Parser<'a> {
    pieces: std::vec::IntoIter<Piece<'a>>,
    depth: usize,
}

/// The tag that ended a block, with its arguments.
type End<'a> = Option<(&'a str, &'a str)>;

impl<'a> Parser<'a> {
    /// Everything up to one of these tags, or to the end of the template.
    fn block(&mut self, ends: &[&str]) -> Result<(Vec<Node>, End<'a>), StepError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(StepError::new("The template is nested too deeply."));
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            match piece {
                Piece::Text("") | Piece::Output("") => {}
                Piece::Text(text) => nodes.push(Node::Text(text.to_owned())),
                Piece::Output(text) => {
                    let mut words = Words::of(text)?;
                    nodes.push(Node::Output(words.filtered()?));
                    words.end()?;
                }
                Piece::Tag { name, arguments } if ends.contains(&name) => {
                    self.depth -= 1;
                    return Ok((nodes, Some((name, arguments))));
                }
                Piece::Tag { name, arguments } => nodes.push(self.tag(name, arguments)?),
            }
        }
        self.depth -= 1;
        match ends.last() {
            None => Ok((nodes, None)),
            Some(end) => Err(StepError::new(format!("The template has no \"{end}\"."))),
        }
    }

    /// The rest of a block that has one end only.
    fn body(&mut self, end: &str) -> Result<Vec<Node>, StepError> {
        Ok(self.block(&[end])?.0)
    }

    fn tag(&mut self, name: &str, arguments: &'a str) -> Result<Node, StepError> {
        let mut words = Words::of(arguments)?;
        let node = match name {
            "assign" => {
                let name = words.name()?;
                words.expect("=")?;
                Node::Assign(name, words.filtered()?)
            }
            "break" => Node::Break,
            "capture" => Node::Capture(words.name()?, self.body("endcapture")?),
            "case" => self.case(words.expression()?)?,
            "continue" => Node::Continue,
            "cycle" => cycle(arguments, &mut words)?,
            "decrement" => Node::Count(words.name()?, -1),
            "echo" => Node::Output(words.filtered()?),
            "for" => self.repeat(&mut words)?,
            "if" => self.choice(words.condition()?, "endif")?,
            "increment" => Node::Count(words.name()?, 1),
            "unless" => {
                let condition = Condition::Not(Box::new(words.condition()?));
                self.choice(condition, "endunless")?
            }
            _ => return Err(StepError::new(format!("There is no tag \"{name}\" here."))),
        };
        words.end()?;
        Ok(node)
    }

    fn choice(&mut self, first: Condition, end: &str) -> Result<Node, StepError> {
        let mut branches = Vec::new();
        let mut condition = first;
        loop {
            let (nodes, ended) = self.block(&["elsif", "else", end])?;
            branches.push((condition, nodes));
            match ended {
                Some(("elsif", arguments)) => {
                    let mut words = Words::of(arguments)?;
                    condition = words.condition()?;
                    words.end()?;
                }
                Some(("else", _)) => return Ok(Node::If(branches, self.body(end)?)),
                _ => return Ok(Node::If(branches, Vec::new())),
            }
        }
    }

    fn case(&mut self, subject: Expression) -> Result<Node, StepError> {
        let ends = ["when", "else", "endcase"];
        let mut branches = Vec::new();
        // What stands before the first branch belongs to none.
        let mut ended = self.block(&ends)?.1;
        loop {
            match ended {
                Some(("when", arguments)) => {
                    let mut words = Words::of(arguments)?;
                    let mut values = vec![words.expression()?];
                    while words.take(",") || words.take_word("or") {
                        values.push(words.expression()?);
                    }
                    words.end()?;
                    let (nodes, next) = self.block(&ends)?;
                    branches.push((values, nodes));
                    ended = next;
                }
                Some(("else", _)) => {
                    return Ok(Node::Case(subject, branches, self.body("endcase")?));
                }
                _ => return Ok(Node::Case(subject, branches, Vec::new())),
            }
        }
    }

    fn repeat(&mut self, words: &mut Words<'_>) -> Result<Node, StepError> {
        let variable = words.name()?;
        if !words.take_word("in") {
            return Err(words.wrong());
        }
        let items = words.expression()?;
        let (mut is_reversed, mut limit, mut offset) = (false, None, None);
        while !words.is_at_end() {
            match &*words.name()? {
                "reversed" => is_reversed = true,
                "limit" => {
                    words.expect(":")?;
                    limit = Some(words.expression()?);
                }
                "offset" => {
                    words.expect(":")?;
                    offset = Some(words.expression()?);
                }
                _ => return Err(words.wrong()),
            }
        }
        let (body, end) = self.block(&["else", "endfor"])?;
        let has_else = matches!(end, Some(("else", _)));
        let otherwise = if has_else { self.body("endfor")? } else { Vec::new() };
        Ok(Node::For(For { variable, items, is_reversed, limit, offset, body, otherwise }))
    }
}

fn cycle(arguments: &str, words: &mut Words<'_>) -> Result<Node, StepError> {
    let mut values = vec![words.expression()?];
    while words.take(",") {
        values.push(words.expression()?);
    }
    Ok(Node::Cycle(arguments.to_owned(), values))
}
