//! `change-data-format`: between text and structured data.
//!
//! `values` converts single values and small formats, `documents` whole documents.

mod documents;
mod values;

use documents::Format::{Csv, Json, Xml, Yaml};
use documents::{convert, deserialize, deserialize_file};

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    let mut actions = value_actions();
    actions.extend(conversion_actions());
    actions.extend(document_actions());
    actions.extend(xml_actions());
    Component {
        actions,
        ..Component::new(
            "change-data-format",
            "Change Data Format",
            "Converts between text and structured data",
            "Helpers",
        )
    }
}

type Pure = fn(&Inputs) -> Result<Output, StepError>;

const DATA: Input = Input::new("data", "Data")
    .kind(InputKind::Data)
    .comments("Text, a file or data, usually from an earlier step.")
    .required();
const VALUE: Input =
    Input::new("value", "Value").kind(InputKind::Data).comments("The value to convert.");
const HAS_HEADER: Input = Input::new("hasHeader", "Has header")
    .kind(InputKind::Boolean)
    .comments("The first row of the table names its columns.")
    .default("true")
    .aliases(&["header", "headers", "includesHeader"]);
const NUMBERS_AS_STRINGS: Input = Input::new("numbersAsStrings", "Numbers as strings")
    .kind(InputKind::Boolean)
    .comments("Leaves what looks like a number as text.")
    .default("false");
const UNFLATTEN: Input = Input::new("unflatten", "Unflatten")
    .kind(InputKind::Boolean)
    .comments("Makes nested objects of columns whose names have the form outer__inner.")
    .default("false")
    .aliases(&["unFlatten", "unflattenInput"]);

fn action(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    perform: Pure,
    input: Input,
) -> Action {
    Action::new(key, label, description, Perform::Pure(perform)).inputs([input])
}

fn value_actions() -> Vec<Action> {
    vec![
        action(
            "deserializeFromJson",
            "Deserialize from JSON",
            "Reads JSON",
            values::from_json,
            DATA,
        ),
        action(
            "binaryToJson",
            "JavaScript Object to JSON",
            "Writes data as JSON",
            values::to_json,
            DATA,
        ),
        action(
            "prettyPrint",
            "Pretty Print JSON",
            "Writes JSON with line breaks",
            values::pretty,
            DATA,
        ),
        action(
            "deserializeJsonl",
            "Deserialize JSONL",
            "Reads one JSON value per line",
            values::lines,
            DATA,
        ),
        action(
            "serializeJsonl",
            "Serialize to JSONL",
            "Writes each item of a list as a line of JSON",
            values::to_lines,
            Input { aliases: &["listInput", "list", "items"], ..DATA },
        ),
        action(
            "deserializeFormData",
            "Deserialize Form Data",
            "Reads the fields of a URL-encoded form",
            values::from_form,
            DATA,
        ),
        action(
            "serializeFormData",
            "Serialize Form Data",
            "Writes fields as a URL-encoded form",
            values::to_form,
            DATA,
        ),
    ]
}

fn conversion_actions() -> Vec<Action> {
    vec![
        action(
            "convertToString",
            "Convert to String",
            "Makes text of a value",
            |inputs| Ok(values::to_text(inputs)),
            VALUE,
        ),
        action(
            "convertToNumber",
            "Convert to Number",
            "Makes a number of text",
            values::to_number,
            VALUE,
        ),
        action(
            "convertToInt",
            "Convert to Integer",
            "Makes a whole number of text, without what is behind the point",
            values::to_integer,
            VALUE,
        ),
        action(
            "convertToBoolean",
            "Convert to Boolean",
            "Makes true or false of text or a number",
            |inputs| Ok(values::to_boolean(inputs)),
            VALUE,
        ),
    ]
}

fn document_actions() -> Vec<Action> {
    let action = |key, label, description, perform| action(key, label, description, perform, DATA);
    let table = |key, label, description, perform| {
        action(key, label, description, perform).inputs([DATA, HAS_HEADER, UNFLATTEN])
    };
    vec![
        action(
            "deserializeFromBinary",
            "Deserialize from Binary",
            "Reads a file as its content type says",
            deserialize_file,
        ),
        table("deserializeFromCsv", "Deserialize from CSV", "Reads a table", |inputs| {
            deserialize(inputs, Csv)
        }),
        action("deserializeFromYaml", "Deserialize from YAML", "Reads YAML", |inputs| {
            deserialize(inputs, Yaml)
        }),
        action("binaryToCsv", "JavaScript Object to CSV", "Writes data as a table", |inputs| {
            convert(inputs, Json, Csv)
        }),
        action("binaryToYaml", "JavaScript Object to YAML", "Writes data as YAML", |inputs| {
            convert(inputs, Json, Yaml)
        }),
        table("csvToJson", "CSV to JSON", "Writes a table as JSON", |inputs| {
            convert(inputs, Csv, Json)
        }),
        table("csvToYaml", "CSV to YAML", "Writes a table as YAML", |inputs| {
            convert(inputs, Csv, Yaml)
        }),
        action("jsonToCsv", "JSON to CSV", "Writes JSON as a table", |inputs| {
            convert(inputs, Json, Csv)
        }),
        action("jsonToYaml", "JSON to YAML", "Writes JSON as YAML", |inputs| {
            convert(inputs, Json, Yaml)
        }),
        action("yamlToCsv", "YAML to CSV", "Writes YAML as a table", |inputs| {
            convert(inputs, Yaml, Csv)
        }),
        action("yamlToJson", "YAML to JSON", "Writes YAML as JSON", |inputs| {
            convert(inputs, Yaml, Json)
        }),
    ]
}

fn xml_actions() -> Vec<Action> {
    let from = |key, label, description, perform| {
        action(key, label, description, perform, DATA).inputs([DATA, NUMBERS_AS_STRINGS])
    };
    let to = |key, label, description, perform| action(key, label, description, perform, DATA);
    vec![
        from("deserializeFromXml", "Deserialize from XML", "Reads XML", |inputs| {
            deserialize(inputs, Xml)
        }),
        from("xmlToCsv", "XML to CSV", "Writes XML as a table", |inputs| convert(inputs, Xml, Csv)),
        from("xmlToJson", "XML to JSON", "Writes XML as JSON", |inputs| convert(inputs, Xml, Json)),
        from("xmlToYaml", "XML to YAML", "Writes XML as YAML", |inputs| convert(inputs, Xml, Yaml)),
        to("binaryToXml", "JavaScript Object to XML", "Writes data as XML", |inputs| {
            convert(inputs, Json, Xml)
        }),
        to("csvToXml", "CSV to XML", "Writes a table as XML", |inputs| convert(inputs, Csv, Xml))
            .inputs([DATA, HAS_HEADER, UNFLATTEN]),
        to("jsonToXml", "JSON to XML", "Writes JSON as XML", |inputs| convert(inputs, Json, Xml)),
        to("yamlToXml", "YAML to XML", "Writes YAML as XML", |inputs| convert(inputs, Yaml, Xml)),
    ]
}
