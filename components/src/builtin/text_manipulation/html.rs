//! The escapes of HTML.

use flow::Value;

use crate::{Inputs, Output};

/// Those that encoding needs come first.
const NAMED: [(&str, char); 20] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("#39", '\''),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("sect", '§'),
    ("deg", '°'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
];
const ENCODED: usize = 5;

pub fn encode(inputs: &Inputs) -> Output {
    Value::from(escaped(&inputs.text("text"))).into()
}

pub fn decode(inputs: &Inputs) -> Output {
    Value::from(unescaped(&inputs.text("text"))).into()
}

pub fn escaped(text: &str) -> String {
    let mut encoded = String::new();
    for character in text.chars() {
        match NAMED[..ENCODED].iter().find(|(_, known)| *known == character) {
            Some((name, _)) => encoded.extend(["&", name, ";"]),
            None => encoded.push(character),
        }
    }
    encoded
}

/// Escapes that are not known stay as they are.
pub fn unescaped(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let known = after.split_once(';').and_then(|(name, after)| Some((character(name)?, after)));
        let (character, after) = known.unwrap_or(('&', after));
        decoded.push(character);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

fn character(name: &str) -> Option<char> {
    let code = match name.strip_prefix('#') {
        None => return NAMED.iter().find(|(known, _)| *known == name).map(|(_, found)| *found),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => number.parse(),
        },
    };
    char::from_u32(code.ok()?)
}
