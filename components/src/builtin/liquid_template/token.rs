//! Templates cut into text, outputs and tags, and the inside of those into words.

use flow::Value;

use crate::StepError;

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    Text(&'a str),
    Output(&'a str),
    Tag { name: &'a str, arguments: &'a str },
}

pub fn pieces(template: &str) -> Result<Vec<Piece<'_>>, StepError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trims = false;
    while let Some(start) = opening(rest) {
        let inside = inside(&rest[start..])?;
        let mut text = if trims { rest[..start].trim_start() } else { &rest[..start] };
        if inside.trims_before {
            text = text.trim_end();
        }
        pieces.push(Piece::Text(text));
        rest = &rest[start + inside.length..];
        trims = inside.trims_after;
        if inside.is_output {
            pieces.push(Piece::Output(inside.content));
            continue;
        }
        let (name, arguments) =
            inside.content.split_once(char::is_whitespace).unwrap_or((inside.content, ""));
        match name {
            "raw" | "comment" => {
                let (verbatim, after) = verbatim(rest, name)?;
                if name == "raw" {
                    pieces.push(Piece::Text(verbatim));
                }
                (rest, trims) = (after, false);
            }
            _ if name.starts_with('#') => {}
            _ => pieces.push(Piece::Tag { name, arguments: arguments.trim() }),
        }
    }
    pieces.push(Piece::Text(if trims { rest.trim_start() } else { rest }));
    Ok(pieces)
}

fn opening(text: &str) -> Option<usize> {
    let found = text.match_indices('{').map(|(index, _)| index);
    found.into_iter().find(|index| text[index + 1..].starts_with(['{', '%']))
}

struct Inside<'a> {
    content: &'a str,
    length: usize,
    is_output: bool,
    trims_before: bool,
    trims_after: bool,
}

fn inside(text: &str) -> Result<Inside<'_>, StepError> {
    let is_output = text.starts_with("{{");
    let closing = if is_output { "}}" } else { "%}" };
    let end = text[2..].find(closing).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        StepError::new(format!("The template has no end for \"{shown}\"."))
    })?;
    let content = &text[2..2 + end];
    let (content, trims_before) = match content.strip_prefix('-') {
        Some(content) => (content, true),
        None => (content, false),
    };
    let (content, trims_after) = match content.strip_suffix('-') {
        Some(content) => (content, true),
        None => (content, false),
    };
    let length = end + 4;
    Ok(Inside { content: content.trim(), length, is_output, trims_before, trims_after })
}

/// What stands before the end tag, and what comes behind it.
fn verbatim<'a>(text: &'a str, name: &str) -> Result<(&'a str, &'a str), StepError> {
    for (start, _) in text.match_indices("{%") {
        let Ok(inside) = inside(&text[start..]) else { break };
        if inside.content.strip_prefix("end") == Some(name) {
            return Ok((&text[..start], &text[start + inside.length..]));
        }
    }
    Err(StepError::new(format!("The template has no \"end{name}\" for its \"{name}\".")))
}

/// A word of an output or a tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Literal(Value),
    Name(String),
    Symbol(&'static str),
}

/// Longer ones first, so that none hides behind its beginning.
const SYMBOLS: [&str; 17] =
    ["..", "==", "!=", "<>", "<=", ">=", "<", ">", "=", "|", ":", ",", ".", "[", "]", "(", ")"];

pub fn tokens(text: &str) -> Result<Vec<Token>, StepError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            let end = rest[1..].find(first).ok_or_else(|| unreadable(text))?;
            tokens.push(Token::Literal(Value::from(&rest[1..=end])));
            end + 2
        } else if let Some(length) = number_length(rest) {
            let number: f64 = rest[..length].parse().map_err(|_| unreadable(text))?;
            tokens.push(Token::Literal(Value::from(number)));
            length
        } else if first.is_alphabetic() || first == '_' {
            let is_other = |character: char| {
                !character.is_alphanumeric() && !matches!(character, '_' | '-' | '?')
            };
            let length = rest.find(is_other).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_owned()));
            length
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
            let symbol = symbol.ok_or_else(|| unreadable(text))?;
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// Length of the number that the text begins with. Two dots are a range, not a fraction.
fn number_length(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(&text[sign..]);
    if whole == 0 {
        return None;
    }
    let end = sign + whole;
    let fraction = text[end..].strip_prefix('.').map_or(0, digits);
    Some(if fraction > 0 { end + 1 + fraction } else { end })
}

pub fn unreadable(text: &str) -> StepError {
    let shown: String = text.chars().take(80).collect();
    StepError::new(format!("The template cannot be read at \"{shown}\"."))
}
