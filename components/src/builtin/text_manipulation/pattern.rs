//! Text with regular expressions. They run in linear time, so a hostile one cannot hang a run; the
//! price is that look-around and back references are refused.

use flow::Value;
use regex::{Captures, Regex, RegexBuilder};

use crate::{Inputs, Output, StepError};

/// All occurrences of text; what `/…/flags` finds, if the text has that form.
pub fn replace(inputs: &Inputs) -> Result<Output, StepError> {
    let (text, find) = (inputs.text("text"), inputs.require_text("find")?);
    let replace = inputs.text("replace");
    let replaced = match slashed(&find) {
        None => text.replace(&find, &replace),
        Some((pattern, flags)) => {
            let expression = compile(pattern, flags)?;
            let limit = usize::from(!flags.contains('g'));
            expression.replacen(&text, limit, template(&replace)).into_owned()
        }
    };
    Ok(Value::from(replaced).into())
}

/// With the flag `g` all matches, otherwise the first with its groups; nothing without a match.
pub fn find(inputs: &Inputs) -> Result<Output, StepError> {
    let text = inputs.text("text");
    let given = inputs.require_text("regex")?;
    let flags = inputs.get("flags").map_or_else(|| "g".to_owned(), Value::to_text);
    let (pattern, flags) = slashed(&given).unwrap_or((&given, &flags));
    let expression = compile(pattern, flags)?;
    if flags.contains('g') {
        let found: Vec<Value> = expression.find_iter(&text).map(|m| m.as_str().into()).collect();
        return Ok(Value::from(found).into());
    }
    let groups = |captures: Captures<'_>| -> Value {
        let texts = captures.iter().map(|group| group.map(|group| group.as_str()));
        texts.map(Value::from).collect::<Vec<_>>().into()
    };
    Ok(Output { data: expression.captures(&text).map(groups), ..Output::default() })
}

/// Pattern and flags of `/pattern/flags`.
fn slashed(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let is_flags = flags.chars().all(|flag| "gimsuy".contains(flag));
    (is_flags && !pattern.is_empty()).then_some((pattern, flags))
}

fn compile(pattern: &str, flags: &str) -> Result<Regex, StepError> {
    if let Some(unknown) = flags.chars().find(|flag| !"gimsuy".contains(*flag)) {
        return Err(StepError::new(format!("There is no flag \"{unknown}\".")));
    }
    RegexBuilder::new(pattern)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .build()
        .map_err(|error| StepError::new(format!("The regular expression cannot be used: {error}")))
}

/// The replacement in the notation of the engine: `$&`, `$1` and `$<name>` stand for groups.
fn template(replace: &str) -> String {
    let mut template = String::new();
    let mut rest = replace;
    while let Some((before, after)) = rest.split_once('$') {
        template.push_str(before);
        let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let name = after.strip_prefix('<').and_then(|after| after.split_once('>'));
        rest = if let Some(after) = after.strip_prefix('&') {
            template.push_str("${0}");
            after
        } else if after[..digits].bytes().any(|digit| digit != b'0') {
            template.extend(["${", after[..digits].trim_start_matches('0'), "}"]);
            &after[digits..]
        } else if let Some((name, after)) = name {
            template.extend(["${", name, "}"]);
            after
        } else {
            template.push_str("$$");
            after.strip_prefix('$').unwrap_or(after)
        };
    }
    template + rest
}
