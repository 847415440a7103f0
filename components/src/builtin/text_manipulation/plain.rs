//! Text without regular expressions.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use flow::Value;

use crate::{Inputs, Output, StepError};

pub fn split(inputs: &Inputs) -> Output {
    let (text, separator) = (inputs.text("text"), inputs.text("separator"));
    let pieces: Vec<String> = if separator.is_empty() {
        text.chars().map(String::from).collect()
    } else {
        text.split(&*separator).map(str::to_owned).collect()
    };
    Value::from(pieces).into()
}

pub fn split_lines(inputs: &Inputs) -> Output {
    let keeps_blank = inputs.get("filterBlank").is_some() && !inputs.flag("filterBlank");
    let text = inputs.text("text");
    let lines = text.lines().filter(|line| keeps_blank || !line.trim().is_empty());
    Value::from(lines.map(str::to_owned).collect::<Vec<_>>()).into()
}

pub fn join(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(Value::from(pieces(inputs)?.join(&inputs.text("separator"))).into())
}

/// Most line breaks between two pieces.
const NEWLINES_MAX: u64 = 100;

pub fn join_lines(inputs: &Inputs) -> Result<Output, StepError> {
    let newline = match &*inputs.text("newlineType") {
        "\r\n" | "\\r\\n" | "CRLF" => "\r\n",
        _ => "\n",
    };
    let number = inputs.count("numberOfNewlines", 1)?.min(NEWLINES_MAX);
    let number = usize::try_from(number).unwrap_or_default();
    Ok(Value::from(pieces(inputs)?.join(&newline.repeat(number))).into())
}

fn pieces(inputs: &Inputs) -> Result<Vec<String>, StepError> {
    Ok(inputs.list("strings")?.iter().map(Value::to_text).collect())
}

pub fn replace_all(inputs: &Inputs) -> Result<Output, StepError> {
    let mut text = inputs.text("text");
    for (find, replace) in inputs.pairs("replacements")? {
        if !find.is_empty() {
            text = text.replace(&*find, &replace.to_text());
        }
    }
    Ok(Value::from(text).into())
}

pub fn upper(inputs: &Inputs) -> Output {
    Value::from(inputs.text("text").to_uppercase()).into()
}

pub fn lower(inputs: &Inputs) -> Output {
    Value::from(inputs.text("text").to_lowercase()).into()
}

pub fn trim(inputs: &Inputs) -> Output {
    Value::from(inputs.text("text").trim()).into()
}

pub fn length(inputs: &Inputs) -> Output {
    Value::from(inputs.text("text").chars().count()).into()
}

pub fn slice(inputs: &Inputs) -> Result<Output, StepError> {
    let characters: Vec<char> = inputs.text("text").chars().collect();
    let start = position(inputs, "start", characters.len())?.unwrap_or(0);
    let stop = position(inputs, "stop", characters.len())?.unwrap_or(characters.len());
    let part = characters.get(start..stop).unwrap_or_default();
    Ok(Value::from(part.iter().collect::<String>()).into())
}

/// A position within the text; negative ones count from its end.
fn position(inputs: &Inputs, key: &str, length: usize) -> Result<Option<usize>, StepError> {
    let Some(number) = inputs.number(key)? else { return Ok(None) };
    let distance = format!("{:.0}", number.abs().floor()).parse().unwrap_or(usize::MAX);
    let from_start = if number < 0.0 { length.saturating_sub(distance) } else { distance };
    Ok(Some(from_start.min(length)))
}

pub fn to_base64(inputs: &Inputs) -> Output {
    let (bytes, _) = inputs.file("text").unwrap_or_default();
    Value::from(BASE64_STANDARD.encode(bytes)).into()
}

/// Padding may be missing, and line breaks do not matter.
pub fn from_base64(inputs: &Inputs) -> Result<Output, StepError> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let (mut bytes, _) =
        inputs.file("text").map(|(b, kind)| (b.to_vec(), kind)).unwrap_or_default();
    bytes.retain(|byte| !byte.is_ascii_whitespace());
    let decoded = GeneralPurpose::new(&STANDARD, CONFIG)
        .decode(bytes)
        .map_err(|error| StepError::new(format!("The text is not Base64: {error}.")))?;
    Ok(match String::from_utf8(decoded) {
        Ok(text) => Value::from(text),
        Err(error) => Value::Bytes(error.into_bytes().into()),
    }
    .into())
}
