//! Filters of text.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flow::Value;

use super::filters::{Call, count, integer};
use super::render::{Scope, to_text};
use crate::StepError;
use crate::builtin::{datetime, text_manipulation};

pub fn apply(call: &Call<'_>, scope: &Scope<'_>) -> Result<Option<Value>, StepError> {
    let text = to_text(&call.input);
    if let Some(simple) = simple(call.name, &text) {
        return Ok(Some(simple.into()));
    }
    let changed: Value = match call.name {
        "append" => (text + &call.text(0)).into(),
        "date" => date(call, &text, scope)?,
        "base64_decode" => {
            let bytes = BASE64_STANDARD.decode(text.trim());
            let bytes = bytes.map_err(|_| StepError::new("The text to decode is not Base64."))?;
            String::from_utf8_lossy(&bytes).into_owned().into()
        }
        "prepend" => (call.text(0) + &text).into(),
        "remove" => text.replace(&call.text(0), "").into(),
        "remove_first" => text.replacen(&call.text(0), "", 1).into(),
        "remove_last" => replace_last(&text, &call.text(0), "").into(),
        "replace" => replaced(&text, &call.text(0), &call.text(1), scope)?.into(),
        "replace_first" => text.replacen(&call.text(0), &call.text(1), 1).into(),
        "replace_last" => replace_last(&text, &call.text(0), &call.text(1)).into(),
        "slice" => sliced(call, &text),
        "split" => pieces(&text, &call.text(0), scope)?,
        "truncate" => truncated(call, &text).into(),
        "truncatewords" => truncated_words(call, &text).into(),
        _ => return Ok(None),
    };
    Ok(Some(changed))
}

/// Filters without arguments. The results are a few times longer at most.
fn simple(name: &str, text: &str) -> Option<String> {
    Some(match name {
        "base64_encode" => BASE64_STANDARD.encode(text),
        "capitalize" => {
            let mut characters = text.chars();
            let first = characters.next().map(char::to_uppercase).into_iter().flatten();
            first.chain(characters.flat_map(char::to_lowercase)).collect()
        }
        "downcase" => text.to_lowercase(),
        "escape" => text_manipulation::escaped(text),
        "escape_once" => text_manipulation::escaped(&text_manipulation::unescaped(text)),
        "lstrip" => text.trim_start().to_owned(),
        "newline_to_br" => text.replace("\r\n", "\n").replace('\n', "<br />\n"),
        "rstrip" => text.trim_end().to_owned(),
        "strip" => text.trim().to_owned(),
        "strip_html" => crate::builtin::html_utils::strip_tags(text),
        "strip_newlines" => text.replace(['\r', '\n'], ""),
        "upcase" => text.to_uppercase(),
        "url_decode" => form_urlencoded::parse(format!("={}", text.replace('&', "%26")).as_bytes())
            .next()
            .map(|(_, decoded)| decoded.into_owned())
            .unwrap_or_default(),
        "url_encode" => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        _ => return None,
    })
}

/// The size is known before the text is made.
fn replaced(text: &str, old: &str, new: &str, scope: &Scope<'_>) -> Result<String, StepError> {
    scope.budget.charge(text.matches(old).count().saturating_mul(new.len()))?;
    Ok(text.replace(old, new))
}

fn replace_last(text: &str, old: &str, new: &str) -> String {
    match text.rsplit_once(old) {
        Some((before, after)) if !old.is_empty() => [before, new, after].concat(),
        _ => text.to_owned(),
    }
}

fn pieces(text: &str, separator: &str, scope: &Scope<'_>) -> Result<Value, StepError> {
    if separator.is_empty() {
        scope.budget.charge_items(text.chars().count())?;
        return Ok(text.chars().map(String::from).collect::<Vec<_>>().into());
    }
    scope.budget.charge_items(text.matches(separator).count())?;
    let mut pieces: Vec<&str> = text.split(separator).collect();
    // Empty pieces at the end do not count.
    while pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    Ok(pieces.into())
}

fn sliced(call: &Call<'_>, text: &str) -> Value {
    let length = if call.arguments.len() > 1 { count(&call.argument(1)) } else { 1 };
    let start = |size: usize| {
        let start = integer(&call.argument(0));
        let from_end = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
        if start < 0 { size.saturating_sub(from_end) } else { from_end }
    };
    if let Value::List(items) = &call.input {
        let part = items.iter().skip(start(items.len())).take(length);
        return part.cloned().collect::<Vec<_>>().into();
    }
    let start = start(text.chars().count());
    text.chars().skip(start).take(length).collect::<String>().into()
}

/// The mark at the end counts as part of the length.
fn truncated(call: &Call<'_>, text: &str) -> String {
    let length = if call.arguments.is_empty() { 50 } else { count(&call.argument(0)) };
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mark = mark(call);
    let kept = length.saturating_sub(mark.chars().count());
    text.chars().take(kept).collect::<String>() + &mark
}

fn truncated_words(call: &Call<'_>, text: &str) -> String {
    let length = if call.arguments.is_empty() { 15 } else { count(&call.argument(0)).max(1) };
    let mut words = text.split_whitespace();
    let kept: Vec<&str> = words.by_ref().take(length).collect();
    if words.next().is_none() { text.to_owned() } else { kept.join(" ") + &mark(call) }
}

fn mark(call: &Call<'_>) -> String {
    if call.arguments.len() > 1 { call.text(1) } else { "...".to_owned() }
}

/// A date as the letters of `strftime` say; text that is no date stays as it is.
fn date(call: &Call<'_>, text: &str, scope: &Scope<'_>) -> Result<Value, StepError> {
    let moment = match text.trim() {
        "now" | "today" => Some(scope.now),
        text => datetime::read(text),
    };
    let Some(moment) = moment else { return Ok(call.input.clone()) };
    let mut written = String::new();
    let format = call.text(0);
    write!(written, "{}", moment.format(&format)).map_err(|_| {
        StepError::new(format!(
            "The template has the date format \"{format}\", which is not valid."
        ))
    })?;
    Ok(written.into())
}
