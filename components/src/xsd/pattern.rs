//! Patterns of schemas as regular expressions that take linear time.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

use super::blocks::BLOCKS;

/// Bytes of a compiled pattern.
const COMPILED_BYTES_MAX: usize = 524_288;
/// Bytes that remember what a pattern has met.
const MEMORY_BYTES_MAX: usize = 262_144;
/// Groups and classes inside one another.
const DEPTH_MAX: u32 = 50;

/// Characters that begin names, and those that go on with them, as classes without brackets.
const NAME_START: &str = concat!(
    r":_A-Za-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}",
    r"\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}",
);
const NAME_MORE: &str = r"\-.0-9\u{B7}\u{300}-\u{36F}\u{203F}-\u{2040}";

/// One expression for patterns of which any may match, each the whole text.
pub fn compile(patterns: &[&str]) -> Result<Regex, String> {
    let mut whole = String::from(r"\A(?:");
    for (number, pattern) in patterns.iter().enumerate() {
        let refused = |reason| format!("The pattern \"{pattern}\" cannot be used: {reason}.");
        whole.push_str(if number > 0 { "|" } else { "" });
        let mut translation = Translation { rest: pattern.chars().peekable(), depth: 0 };
        whole.push_str(&translation.branches(None).map_err(refused)?);
    }
    whole.push_str(r")\z");
    let built = RegexBuilder::new(&whole)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(MEMORY_BYTES_MAX)
        .nest_limit(4 * DEPTH_MAX)
        .build();
    built.map_err(|error| {
        let reason = match error {
            regex::Error::CompiledTooBig(_) => "it is too large",
            _ => "it names characters that are not there, or a range ends before it begins",
        };
        format!("The pattern \"{}\" cannot be used: {reason}.", patterns.join("|"))
    })
}

/// What is left of a pattern.
struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    depth: u32,
}

impl Translation<'_> {
    /// Everything up to the end of a group, or of the pattern.
    fn branches(&mut self, end: Option<char>) -> Result<String, &'static str> {
        let mut out = String::new();
        self.deeper()?;
        loop {
            let atom = match self.rest.next() {
                found if found == end => break,
                None => return Err("a group never ends"),
                Some('|') => {
                    out.push('|');
                    continue;
                }
                Some('(') => format!("(?:{})", self.branches(Some(')'))?),
                Some('[') => self.class()?,
                Some('.') => r"[^\n\r]".to_owned(),
                Some('\\') => self.escape()?.into_set(),
                Some('?' | '*' | '+' | '{' | '}') => {
                    return Err("nothing stands before a quantity");
                }
                Some(')' | ']') => return Err("a bracket closes that was not opened"),
                Some(plain) => literal(plain),
            };
            out.push_str(&atom);
            self.quantity(&mut out)?;
        }
        self.depth -= 1;
        Ok(out)
    }

    fn deeper(&mut self) -> Result<(), &'static str> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err("it is nested too deeply") } else { Ok(()) }
    }

    fn quantity(&mut self, out: &mut String) -> Result<(), &'static str> {
        match self.rest.peek() {
            Some(mark @ ('?' | '*' | '+')) => {
                out.push(*mark);
                self.rest.next();
            }
            Some('{') => {
                self.rest.next();
                let mut inside = String::new();
                loop {
                    match self.rest.next() {
                        Some('}') => break,
                        Some(part @ ('0'..='9' | ',')) => inside.push(part),
                        _ => return Err("a quantity is not made of one or two numbers"),
                    }
                }
                let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
                if least.is_empty() || most.contains(',') {
                    return Err("a quantity is not made of one or two numbers");
                }
                out.push_str(&format!("{{{inside}}}"));
            }
            _ => {}
        }
        Ok(())
    }

    /// A class, its opening bracket already read.
    fn class(&mut self) -> Result<String, &'static str> {
        self.deeper()?;
        let is_negative = self.rest.next_if_eq(&'^').is_some();
        let mut members = String::new();
        let mut without = None;
        loop {
            let member = match self.rest.next() {
                None => return Err("a class never ends"),
                Some(']') if members.is_empty() => return Err("a class is empty"),
                Some(']') => break,
                Some('-') if self.rest.next_if_eq(&'[').is_some() => {
                    without = Some(self.class()?);
                    match self.rest.next() {
                        Some(']') => break,
                        _ => return Err("something stands behind what a class leaves out"),
                    }
                }
                Some('[') => return Err("a class stands in a class"),
                Some('\\') => self.escape()?,
                Some(plain) => Escape::One(plain),
            };
            members.push_str(&self.member(member)?);
        }
        self.depth -= 1;
        let class = format!("[{}{members}]", if is_negative { "^" } else { "" });
        Ok(without.map_or_else(|| class.clone(), |without| format!("[{class}--{without}]")))
    }

    /// A character or a range, or characters that an escape names.
    fn member(&mut self, first: Escape) -> Result<String, &'static str> {
        let Escape::One(first) = first else { return Ok(first.into_set()) };
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && !matches!(ahead.peek(), Some('[' | ']'));
        if !is_range {
            return Ok(literal(first));
        }
        self.rest.next();
        let last = match self.rest.next() {
            Some('\\') => self.escape()?,
            Some(plain) => Escape::One(plain),
            None => return Err("a class never ends"),
        };
        match last {
            Escape::One(last) if first <= last => {
                Ok(format!("{}-{}", literal(first), literal(last)))
            }
            _ => Err("a range ends before it begins"),
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<Escape, &'static str> {
        let unknown = "it holds an escape that is not known";
        Ok(match self.rest.next().ok_or("it ends with a backslash")? {
            'n' => Escape::One('\n'),
            'r' => Escape::One('\r'),
            't' => Escape::One('\t'),
            mark if r"\|.-^?*+{}()[]".contains(mark) => Escape::One(mark),
            'd' => Escape::Set(r"\p{Nd}".to_owned()),
            'D' => Escape::Set(r"\P{Nd}".to_owned()),
            's' => Escape::Set(r"[\t\n\r ]".to_owned()),
            'S' => Escape::Set(r"[^\t\n\r ]".to_owned()),
            'w' => Escape::Set(r"[^\p{P}\p{Z}\p{C}]".to_owned()),
            'W' => Escape::Set(r"[\p{P}\p{Z}\p{C}]".to_owned()),
            'i' => Escape::Set(format!("[{NAME_START}]")),
            'I' => Escape::Set(format!("[^{NAME_START}]")),
            'c' => Escape::Set(format!("[{NAME_START}{NAME_MORE}]")),
            'C' => Escape::Set(format!("[^{NAME_START}{NAME_MORE}]")),
            side @ ('p' | 'P') => Escape::Set(self.property(side == 'P').ok_or(unknown)?),
            _ => return Err(unknown),
        })
    }

    /// A category or a block in braces.
    fn property(&mut self, is_negative: bool) -> Option<String> {
        self.rest.next_if_eq(&'{')?;
        let name: String = self.rest.by_ref().take_while(|part| *part != '}').collect();
        if let Some(block) = name.strip_prefix("Is") {
            let (_, first, last) = BLOCKS.iter().find(|(name, ..)| *name == block)?;
            let sign = if is_negative { "^" } else { "" };
            return Some(format!(r"[{sign}\u{{{first:X}}}-\u{{{last:X}}}]"));
        }
        let is_category = (1..=2).contains(&name.len())
            && name.starts_with(|part| "LMNPZSC".contains(part))
            && name[1..].chars().all(|part| part.is_ascii_lowercase());
        is_category.then(|| format!(r"\{}{{{name}}}", if is_negative { 'P' } else { 'p' }))
    }
}

enum Escape {
    One(char),
    Set(String),
}

impl Escape {
    fn into_set(self) -> String {
        match self {
            Self::One(character) => literal(character),
            Self::Set(set) => set,
        }
    }
}

/// A character that means itself, inside classes and outside them.
fn literal(character: char) -> String {
    if character.is_alphanumeric() {
        return character.to_string();
    }
    format!(r"\u{{{:X}}}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, fitting, others) in [
            (r"[A-Z]{2}\d+", vec!["AB1", "AB٣"], vec!["AB", "xAB1", "AB1x", "AB1\n"]),
            ("[a-z-[aeiou]]+", vec!["bcd"], vec!["abc", "-"]),
            ("[^a-c-[x]]", vec!["d"], vec!["a", "x"]),
            (r"\i\c*", vec!["a1", "a:b-c.d"], vec!["1a"]),
            (r"[\i-[:]][\c-[:]]*", vec!["a-b"], vec!["a:b", "1"]),
            (r"\p{Lu}\p{IsBasicLatin}*", vec!["Ab"], vec!["ab", "Aä"]),
            ("^a$", vec!["^a$"], vec!["a"]),
            ("a|b{2}|(c|d)?", vec!["a", "bb", "", "c"], vec!["b", "cd"]),
            (r"[\-+]?[0-9&&~~]+", vec!["-1", "+&~"], vec!["1-"]),
            ("[a-]", vec!["a", "-"], vec!["b"]),
            (".", vec!["ä", "\u{85}"], vec!["\n", "ab"]),
        ] {
            let compiled = compile(&[pattern]).unwrap();
            for text in fitting {
                assert!(compiled.is_match(text), "{pattern}: {text:?}");
            }
            for text in others {
                assert!(!compiled.is_match(text), "{pattern}: {text:?}");
            }
        }
        assert!(compile(&["a", "b"]).unwrap().is_match("b"));
    }

    #[test]
    fn wrong_patterns_are_refused() {
        let deep = "(".repeat(60) + &")".repeat(60);
        for pattern in [
            "[a", "a**", "*", "(a", "a)", "[]", "[b-a]", r"\q", r"\p{Xx}", "a{,2}", "a{2,1}", &deep,
        ] {
            assert!(compile(&[pattern]).is_err(), "{pattern}");
        }
        assert!(compile(&[r"\c{1000}{1000}"]).is_err());
    }
}
