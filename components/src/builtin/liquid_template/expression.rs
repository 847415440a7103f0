//! What stands in outputs and tags: paths, literals, filters and conditions.

use flow::Value;

use super::token::{Token, tokens, unreadable};
use crate::StepError;

#[derive(Debug)]
pub enum Expression {
    Literal(Value),
    /// A name and the steps from it into objects and lists.
    Path(String, Vec<Expression>),
    Range(Box<Expression>, Box<Expression>),
    /// Equal to nothing, and to empty texts, lists and objects.
    Empty,
}

#[derive(Debug)]
pub struct Filter {
    pub name: String,
    pub arguments: Vec<Expression>,
    pub named: Vec<(String, Expression)>,
}

/// An expression and the filters it goes through.
#[derive(Debug)]
pub struct Filtered {
    pub start: Expression,
    pub filters: Vec<Filter>,
}

#[derive(Debug)]
pub enum Condition {
    Is(Expression),
    Compare(Expression, &'static str, Expression),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

/// Reads the words of one output or tag.
pub struct Words<'a> {
    text: &'a str,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

/// Brackets in brackets, and conditions in a row.
const DEPTH_MAX: usize = 50;

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Result<Self, StepError> {
        Ok(Self { text, tokens: tokens(text)?.into_iter().peekable(), depth: 0 })
    }

    pub fn end(mut self) -> Result<(), StepError> {
        if self.tokens.next().is_none() { Ok(()) } else { Err(self.wrong()) }
    }

    pub fn is_at_end(&mut self) -> bool {
        self.tokens.peek().is_none()
    }

    pub fn wrong(&self) -> StepError {
        unreadable(self.text)
    }

    pub fn take(&mut self, symbol: &'static str) -> bool {
        self.tokens.next_if_eq(&Token::Symbol(symbol)).is_some()
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Name(name) if name == word)).is_some()
    }

    pub fn expect(&mut self, symbol: &'static str) -> Result<(), StepError> {
        if self.take(symbol) { Ok(()) } else { Err(self.wrong()) }
    }

    pub fn name(&mut self) -> Result<String, StepError> {
        match self.tokens.next() {
            Some(Token::Name(name)) => Ok(name),
            _ => Err(self.wrong()),
        }
    }

    pub fn filtered(&mut self) -> Result<Filtered, StepError> {
        let start = self.expression()?;
        let mut filters = Vec::new();
        while self.take("|") {
            let mut filter =
                Filter { name: self.name()?, arguments: Vec::new(), named: Vec::new() };
            if self.take(":") {
                loop {
                    let argument = self.expression()?;
                    match argument {
                        Expression::Path(name, steps) if steps.is_empty() && self.take(":") => {
                            filter.named.push((name, self.expression()?));
                        }
                        argument => filter.arguments.push(argument),
                    }
                    if !self.take(",") {
                        break;
                    }
                }
            }
            filters.push(filter);
        }
        Ok(Filtered { start, filters })
    }

    /// Without precedence, from the right, as the language has it.
    pub fn condition(&mut self) -> Result<Condition, StepError> {
        self.deeper()?;
        let left = self.comparison()?;
        let condition = if self.take_word("and") {
            Condition::And(Box::new(left), Box::new(self.condition()?))
        } else if self.take_word("or") {
            Condition::Or(Box::new(left), Box::new(self.condition()?))
        } else {
            left
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, StepError> {
        let left = self.expression()?;
        for operator in ["==", "!=", "<>", "<=", ">=", "<", ">"] {
            if self.take(operator) {
                return Ok(Condition::Compare(left, operator, self.expression()?));
            }
        }
        if self.take_word("contains") {
            return Ok(Condition::Compare(left, "contains", self.expression()?));
        }
        Ok(Condition::Is(left))
    }

    pub fn expression(&mut self) -> Result<Expression, StepError> {
        self.deeper()?;
        let expression = match self.tokens.next() {
            Some(Token::Literal(value)) => Expression::Literal(value),
            Some(Token::Symbol("(")) => {
                let start = self.expression()?;
                self.expect("..")?;
                let end = self.expression()?;
                self.expect(")")?;
                Expression::Range(Box::new(start), Box::new(end))
            }
            Some(Token::Name(name)) => self.path(name)?,
            _ => return Err(self.wrong()),
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn path(&mut self, name: String) -> Result<Expression, StepError> {
        let mut steps = Vec::new();
        loop {
            if self.take(".") {
                steps.push(Expression::Literal(self.name()?.into()));
            } else if self.take("[") {
                steps.push(self.expression()?);
                self.expect("]")?;
            } else if !steps.is_empty() {
                return Ok(Expression::Path(name, steps));
            } else {
                break;
            }
        }
        Ok(match &*name {
            "true" => Expression::Literal(true.into()),
            "false" => Expression::Literal(false.into()),
            "nil" | "null" => Expression::Literal(Value::Null),
            "empty" | "blank" => Expression::Empty,
            _ => Expression::Path(name, steps),
        })
    }

    fn deeper(&mut self) -> Result<(), StepError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(self.wrong()) } else { Ok(()) }
    }
}
