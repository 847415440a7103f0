//! `csv`: tables as text, and the reading and writing of it for other components.

use std::sync::Arc;

use flow::{Map, Value};

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    let delimiter = Input::new("delimiter", "Delimiter")
        .comments("The character between two cells.")
        .default(",");
    let parse_inputs = [
        Input::new("csv", "CSV")
            .kind(InputKind::Data)
            .comments("The table, as text or as a file.")
            .required(),
        delimiter.clone(),
        Input::new("ignoreHeaders", "Ignore headers")
            .kind(InputKind::Boolean)
            .comments("Leaves out the first row.")
            .default("false")
            .aliases(&["ignoreHeader", "skipHeaders"]),
    ];
    let rows_inputs = [
        Input::new("rows", "Rows")
            .kind(InputKind::Data)
            .comments("A list of rows, each a list of cells; or a list of objects.")
            .required()
            .aliases(&["inputArray", "data", "input"]),
        delimiter.clone(),
    ];
    let generate_inputs = generate_inputs(delimiter);
    Component {
        actions: vec![
            Action::new("parse", "Parse CSV", "Reads a table as rows", Perform::Pure(parse))
                .inputs(parse_inputs),
            Action::new(
                "generateFromObject",
                "Generate CSV from Objects",
                "Writes a list of objects as a table",
                Perform::Pure(generate),
            )
            .inputs(generate_inputs),
            Action::new(
                "generate",
                "Generate CSV (deprecated)",
                "Writes rows as a table; objects have an action of their own",
                Perform::Pure(generate_rows),
            )
            .inputs(rows_inputs),
        ],
        ..Component::new("csv", "CSV", "Reads and writes tables as text", "Helpers")
    }
}

fn generate_inputs(delimiter: Input) -> [Input; 3] {
    [
        Input::new("inputArray", "Objects")
            .kind(InputKind::Data)
            .comments("A list of objects; each becomes a row.")
            .required(),
        delimiter,
        Input::new("includeHeader", "Include header")
            .kind(InputKind::Boolean)
            .comments("Writes the names of the columns as first row.")
            .default("true"),
    ]
}

fn parse(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("csv").map(crate::file)?;
    let mut rows = read(&String::from_utf8_lossy(&bytes), delimiter(inputs)?)?;
    if inputs.flag("ignoreHeaders") && !rows.is_empty() {
        rows.remove(0);
    }
    Ok(Value::from(rows).into())
}

fn generate(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("inputArray")?;
    let mut rows = rows_of(&inputs.list("inputArray")?)?;
    let keeps_header = inputs.get("includeHeader").is_none() || inputs.flag("includeHeader");
    if !keeps_header && !rows.is_empty() {
        rows.remove(0);
    }
    Ok(Value::from(write(&rows, delimiter(inputs)?)).into())
}

fn generate_rows(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("rows")?;
    let rows = rows_of(&inputs.list("rows")?)?;
    Ok(Value::from(write(&rows, delimiter(inputs)?)).into())
}

fn delimiter(inputs: &Inputs) -> Result<char, StepError> {
    let text = inputs.text("delimiter");
    let mut characters = text.chars();
    match (characters.next(), characters.as_str()) {
        (None, _) => Ok(','),
        (Some('\\'), "t") => Ok('\t'),
        (Some(delimiter), "") if !matches!(delimiter, '"' | '\r' | '\n') => Ok(delimiter),
        _ => Err(StepError::new("Input \"delimiter\" must be one character.")),
    }
}

/// The rows of a table. Quotes hold delimiters, line breaks and doubled quotes; blank lines and a
/// byte order mark are left out.
pub(super) fn read(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, StepError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                end_row(&mut rows, &mut row);
            }
            '\r' if !is_quoted && matches!(characters.peek(), Some('\n') | None) => {}
            _ if character == delimiter && !is_quoted => row.push(std::mem::take(&mut cell)),
            _ => cell.push(character),
        }
    }
    if is_quoted {
        return Err(StepError::new(format!("Row {} of the table never ends.", rows.len() + 1)));
    }
    row.push(cell);
    end_row(&mut rows, &mut row);
    Ok(rows)
}

fn end_row(rows: &mut Vec<Vec<String>>, row: &mut Vec<String>) {
    let row = std::mem::take(row);
    if row.len() > 1 || row.iter().any(|cell| !cell.is_empty()) {
        rows.push(row);
    }
}

/// Text of a table, with quotes where cells need them.
pub(super) fn write(rows: &[Vec<String>], delimiter: char) -> String {
    let cell = |cell: &String| {
        if cell.contains([delimiter, '"', '\r', '\n']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let line = |row: &Vec<String>| {
        row.iter().map(cell).collect::<Vec<_>>().join(delimiter.encode_utf8(&mut [0; 4]))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A header row with the properties of all objects in order of appearance, then a row per object.
/// A list of lists is a table already.
pub(super) fn rows_of(items: &[Value]) -> Result<Vec<Vec<String>>, StepError> {
    let texts = |row: &[Value]| row.iter().map(Value::to_text).collect();
    if !items.is_empty() && items.iter().all(|item| item.as_list().is_some()) {
        return Ok(items.iter().filter_map(Value::as_list).map(texts).collect());
    }
    let objects: Option<Vec<&Map>> = items.iter().map(Value::as_object).collect();
    let objects = objects.ok_or_else(|| StepError::new("A table needs a list of objects."))?;
    let mut columns: Map = Map::new();
    columns.extend(
        objects.iter().flat_map(|object| object.keys().cloned()).map(|key| (key, Value::Null)),
    );
    let row = |object: &Map| -> Vec<String> {
        columns.keys().map(|key| object.get(key).map(Value::to_text).unwrap_or_default()).collect()
    };
    let header: Vec<String> = columns.keys().map(|key: &Arc<str>| key.to_string()).collect();
    let header = Some(header).filter(|header| !header.is_empty());
    Ok(header.into_iter().chain(objects.into_iter().map(row)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::check;

    #[tokio::test]
    async fn tables() {
        let quoted = "a,\"b \"\"x\"\", c\"\r\n1,\"two\nlines\"\r\n\r\n3,\r\n";
        let rows = json!([["a", "b \"x\", c"], ["1", "two\nlines"], ["3", ""]]);
        let objects = json!([{ "a": 1, "b": "x,y" }, { "b": { "c": 2 }, "d": null }]);
        check(
            "csv",
            [
                ("parse", json!({ "csv": quoted }), rows),
                (
                    "parse",
                    json!({ "csv": "a;b\n1;2", "delimiter": ";", "ignoreHeaders": "true" }),
                    json!([["1", "2"]]),
                ),
                ("parse", json!({ "csv": "a\tb", "delimiter": "\\t" }), json!([["a", "b"]])),
                (
                    "parse",
                    json!({ "csv": "a\n\"b" }),
                    json!({ "error": "Row 2 of the table never ends." }),
                ),
                (
                    "parse",
                    json!({ "csv": "a", "delimiter": ",," }),
                    json!({ "error": "Input \"delimiter\" must be one character." }),
                ),
                (
                    "generateFromObject",
                    json!({ "inputArray": objects }),
                    json!("a,b,d\n1,\"x,y\",\n,\"{\"\"c\"\":2}\","),
                ),
                (
                    "generateFromObject",
                    json!({ "inputArray": [{ "a": 1 }], "includeHeader": "false" }),
                    json!("1"),
                ),
                (
                    "generate",
                    json!({ "rows": [["a", 1], ["b;", null]], "delimiter": ";" }),
                    json!("a;1\n\"b;\";"),
                ),
                (
                    "generateFromObject",
                    json!({ "inputArray": [1] }),
                    json!({ "error": "A table needs a list of objects." }),
                ),
            ],
        )
        .await;
    }
}
