//! Expressions: numbers, `+ - * / % ^`, parentheses, functions and the constants `pi` and `e`.

use crate::StepError;

/// Parentheses, signs and powers nest no deeper.
const DEPTH_MAX: usize = 64;

/// The number an expression stands for.
pub fn evaluate(text: &str) -> Result<f64, StepError> {
    let mut reader = Reader { text, position: 0, depth: 0 };
    let result = reader.sum()?;
    match reader.peek() {
        None => Ok(result),
        Some(_) => Err(reader.unexpected()),
    }
}

/// Reads by descent: sums of products of signed powers of atoms.
struct Reader<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<f64, StepError> {
        let mut sum = self.product()?;
        loop {
            if self.take('+') {
                sum += self.product()?;
            } else if self.take('-') {
                sum -= self.product()?;
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Result<f64, StepError> {
        let mut product = self.signed()?;
        loop {
            if self.take('*') {
                product *= self.signed()?;
            } else if self.take('/') {
                product /= self.signed()?;
            } else if self.take('%') {
                product %= self.signed()?;
            } else {
                return Ok(product);
            }
        }
    }

    /// The sign binds less than a power: `-2 ^ 2` is -4.
    fn signed(&mut self) -> Result<f64, StepError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(StepError::new("The expression is nested too deeply."));
        }
        let result = if self.take('-') {
            -self.signed()?
        } else if self.take('+') {
            self.signed()?
        } else {
            let base = self.atom()?;
            if self.take('^') { base.powf(self.signed()?) } else { base }
        };
        self.depth -= 1;
        Ok(result)
    }

    fn atom(&mut self) -> Result<f64, StepError> {
        if self.take('(') {
            let inner = self.sum()?;
            return if self.take(')') { Ok(inner) } else { Err(self.unexpected()) };
        }
        match self.peek() {
            Some(first) if first.is_ascii_digit() || first == '.' => self.number(),
            Some(first) if first.is_alphabetic() => self.name(),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Result<f64, StepError> {
        let rest = &self.text[self.position..];
        let mut end = digits(rest, 0);
        if rest[end..].starts_with('.') {
            end = digits(rest, end + 1);
        }
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let sign = usize::from(exponent.starts_with(['+', '-']));
            let after = digits(rest, end + 1 + sign);
            if after > end + 1 + sign {
                end = after;
            }
        }
        let number = rest[..end].parse().map_err(|_| self.unexpected());
        self.position += end;
        number
    }

    fn name(&mut self) -> Result<f64, StepError> {
        let rest = &self.text[self.position..];
        let is_other = |character: char| !character.is_alphanumeric();
        let name = &rest[..rest.find(is_other).unwrap_or(rest.len())];
        self.position += name.len();
        if !self.take('(') {
            return constant(name);
        }
        let mut arguments = Vec::new();
        while !self.take(')') {
            if !arguments.is_empty() && !self.take(',') {
                return Err(self.unexpected());
            }
            arguments.push(self.sum()?);
        }
        call(name, &arguments)
    }

    /// The next character that is not a space; stays there.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.position..];
        self.position += rest.len() - rest.trim_start().len();
        self.text[self.position..].chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.position += wanted.len_utf8();
        }
        is_there
    }

    fn unexpected(&mut self) -> StepError {
        let place = self.text[..self.position].chars().count() + 1;
        match self.peek() {
            Some(found) => StepError::new(format!(
                "The expression cannot be read: there is a \"{found}\" at character {place}."
            )),
            None => StepError::new("The expression cannot be read: it ends too early."),
        }
    }
}

/// Where the digits that begin at `start` end.
fn digits(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.bytes().take_while(u8::is_ascii_digit).count()
}

fn constant(name: &str) -> Result<f64, StepError> {
    match &*name.to_lowercase() {
        "pi" => Ok(std::f64::consts::PI),
        "e" => Ok(std::f64::consts::E),
        _ => Err(StepError::new(format!("There is no number \"{name}\"."))),
    }
}

fn call(name: &str, arguments: &[f64]) -> Result<f64, StepError> {
    let lower = name.to_lowercase();
    let result = match (&*lower, arguments) {
        ("abs", [x]) => x.abs(),
        ("acos", [x]) => x.acos(),
        ("asin", [x]) => x.asin(),
        ("atan", [x]) => x.atan(),
        ("cbrt", [x]) => x.cbrt(),
        ("ceil", [x]) => x.ceil(),
        ("cos", [x]) => x.cos(),
        ("exp", [x]) => x.exp(),
        ("floor", [x]) => x.floor(),
        ("ln" | "log", [x]) => x.ln(),
        ("log", [x, base]) => x.log(*base),
        ("log10", [x]) => x.log10(),
        ("log2", [x]) => x.log2(),
        ("max", [first, rest @ ..]) => rest.iter().copied().fold(*first, f64::max),
        ("min", [first, rest @ ..]) => rest.iter().copied().fold(*first, f64::min),
        ("mod", [x, y]) => x % y,
        ("pow", [x, y]) => x.powf(*y),
        ("round", [x]) => super::round(*x),
        ("sign", [x]) if *x == 0.0 => 0.0,
        ("sign", [x]) => x.signum(),
        ("sin", [x]) => x.sin(),
        ("sqrt", [x]) => x.sqrt(),
        ("tan", [x]) => x.tan(),
        ("trunc", [x]) => x.trunc(),
        _ => {
            let number = arguments.len();
            return Err(StepError::new(format!(
                "There is no function \"{name}\" of {number} numbers."
            )));
        }
    };
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::evaluate;

    #[test]
    fn expressions() {
        for (text, expected) in [
            ("1 + 2 * 3", Ok(7.0)),
            ("(1+2)*3", Ok(9.0)),
            ("8 / 2 / 2 - 1", Ok(1.0)),
            ("-2 ^ 2", Ok(-4.0)),
            ("2 ^ -1", Ok(0.5)),
            ("2 ^ 3 ^ 2", Ok(512.0)),
            ("7 % 4", Ok(3.0)),
            (" .5e1 + 1E-1 ", Ok(5.1)),
            ("2 * PI / pi", Ok(2.0)),
            ("max(1, sqrt(16), abs(-9) - 6)", Ok(4.0)),
            ("log(8, 2) + log(e)", Ok(4.0)),
            ("round(2.5)", Ok(3.0)),
            ("", Err("it ends too early")),
            ("(1", Err("it ends too early")),
            ("1 2", Err("\"2\" at character 3")),
            ("2 + é", Err("no number \"é\"")),
            ("1 + * 2", Err("\"*\" at character 5")),
            ("sqrt(1, 2)", Err("no function \"sqrt\" of 2 numbers")),
            (&*"(".repeat(100_000), Err("nested too deeply")),
            (&*"2^".repeat(100_000), Err("nested too deeply")),
        ] {
            match (evaluate(text), expected) {
                (Ok(found), Ok(expected)) => assert!((found - expected).abs() < 1e-12, "{text}"),
                (Err(error), Err(expected)) => {
                    assert!(error.message.contains(expected), "{text}: {error}");
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
