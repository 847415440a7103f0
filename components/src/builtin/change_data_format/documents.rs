//! Whole documents from one format to another: JSON, YAML, XML and CSV.

use std::sync::Arc;

use flow::{Map, Value};

use super::values::{Source, source};
use crate::builtin::{csv, xml};
use crate::{Inputs, Output, StepError};

#[derive(Clone, Copy)]
pub enum Format {
    Csv,
    Json,
    Xml,
    Yaml,
}

/// Text to data.
pub fn deserialize(inputs: &Inputs, from: Format) -> Result<Output, StepError> {
    Ok(read(inputs, from)?.into())
}

/// A file to data, by its content type; one of no known type is JSON or text.
pub fn deserialize_file(inputs: &Inputs) -> Result<Output, StepError> {
    let kind = inputs.require("data")?.get("contentType").map(Value::to_text).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    let format = match &*kind.replace('/', "+") {
        "application+x-www-form-urlencoded" => return super::values::from_form(inputs),
        "application+jsonl" | "application+x-ndjson" => return super::values::lines(inputs),
        kind if kind.ends_with("+json") => Format::Json,
        kind if kind.ends_with("+xml") => Format::Xml,
        kind if kind.ends_with("+yaml") || kind.ends_with("+x-yaml") => Format::Yaml,
        "text+csv" => Format::Csv,
        _ => match source(inputs)? {
            Source::Data(data) => return Ok(data.into()),
            Source::Text(text) => return Ok(Value::parse_or_text(&text).into()),
        },
    };
    deserialize(inputs, format)
}

/// Data, or text that is read first, to text.
pub fn convert(inputs: &Inputs, from: Format, to: Format) -> Result<Output, StepError> {
    let data = read(inputs, from)?;
    let text = match to {
        Format::Json => data.to_json(),
        Format::Yaml => serde_saphyr::to_string(&data).map_err(|error| {
            StepError::new(format!("The data cannot be written as YAML: {error}."))
        })?,
        Format::Xml => xml::write(&data)?,
        Format::Csv => csv::write(&csv::rows_of(&table_in(&data))?, ','),
    };
    Ok(Value::from(text).into())
}

fn read(inputs: &Inputs, from: Format) -> Result<Value, StepError> {
    let text = match source(inputs)? {
        Source::Data(data) => return Ok(data),
        Source::Text(text) => text,
    };
    match from {
        Format::Csv => table(&text, inputs),
        Format::Json => super::values::parse(&text),
        Format::Xml => xml::read(&text, inputs.flag("numbersAsStrings")),
        Format::Yaml => serde_saphyr::from_str_with_options(&text, yaml_options())
            .map_err(|error| StepError::new(format!("The data is not valid YAML: {error}"))),
    }
}

/// The rows of a table: a list, also one that is all that stands inside of objects, as the records
/// of an XML document do. Anything else is a row by itself.
fn table_in(data: &Value) -> Arc<Vec<Value>> {
    let mut inner = data;
    while let Some((_, only)) = inner.as_object().filter(|map| map.len() == 1).and_then(Map::first)
    {
        inner = only;
    }
    match inner {
        Value::List(items) => items.clone(),
        _ => Arc::new(vec![data.clone()]),
    }
}

/// Only `true` and `false` are truth values; "yes" and "no" are words, country codes and answers.
fn yaml_options() -> serde_saphyr::Options {
    serde_saphyr::options! { strict_booleans: true, with_snippet: false }
}

/// Objects named by the header row, or plain rows where there is none.
fn table(text: &str, inputs: &Inputs) -> Result<Value, StepError> {
    let mut rows = csv::read(text, ',')?.into_iter();
    let has_header = inputs.get("hasHeader").is_none() || inputs.flag("hasHeader");
    if !has_header {
        return Ok(rows.collect::<Vec<_>>().into());
    }
    let header = rows.next().unwrap_or_default();
    let is_nested = inputs.flag("unflatten");
    let object = |row: Vec<String>| -> Value {
        let mut object = Map::new();
        let mut cells = row.into_iter();
        for name in &header {
            let cell = Value::from(cells.next().unwrap_or_default());
            if is_nested {
                nest(&mut object, name, cell);
            } else {
                object.insert(name.as_str().into(), cell);
            }
        }
        object.into()
    };
    Ok(rows.map(object).collect::<Vec<_>>().into())
}

/// What stands between the names of nested properties in a column's name.
const NESTING: &str = "__";

/// Sets a nested property; where a column without nesting took the place, the name stays whole.
fn nest(object: &mut Map, name: &str, cell: Value) {
    if let Some((outer, inner)) = name.split_once(NESTING) {
        let empty = || Map::new().into();
        if let Value::Object(inside) = object.entry(outer.into()).or_insert_with(empty) {
            return nest(Arc::make_mut(inside), inner, cell);
        }
    }
    object.insert(name.into(), cell);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::testing::{Stage, check};

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn documents() {
        let table = "id,at__city,at__zip\n1,Bern,3000\n2,Basel\n";
        let flat = json!([{ "id": "1", "at__city": "Bern", "at__zip": "3000" },
            { "id": "2", "at__city": "Basel", "at__zip": "" }]);
        let nested = json!([{ "id": "1", "at": { "city": "Bern", "zip": "3000" } },
            { "id": "2", "at": { "city": "Basel", "zip": "" } }]);
        let data = |data: Json| json!({ "data": data });
        let yaml = "a: 1\nb:\n  - x\n  - y\n";
        let tree = json!({ "a": 1, "b": ["x", "y"] });
        check(
            "change-data-format",
            [
                ("deserializeFromCsv", data(json!(table)), flat.clone()),
                ("deserializeFromCsv", json!({ "data": table, "unflatten": "true" }), nested),
                (
                    "deserializeFromCsv",
                    json!({ "data": "1,2\n3,4", "hasHeader": "false" }),
                    json!([["1", "2"], ["3", "4"]]),
                ),
                ("csvToJson", data(json!("a\n1")), json!("[{\"a\":\"1\"}]")),
                ("jsonToCsv", data(json!("[{\"a\":1},{\"a\":2}]")), json!("a\n1\n2")),
                ("binaryToCsv", data(json!([{ "a": "x,y" }])), json!("a\n\"x,y\"")),
                ("deserializeFromYaml", data(json!(yaml)), tree.clone()),
                ("yamlToJson", data(json!(yaml)), json!(tree.to_string())),
                ("yamlToCsv", data(json!("- a: 1\n- a: 2\n")), json!("a\n1\n2")),
                ("yamlToXml", data(json!(yaml)), json!("<root><a>1</a><b>x</b><b>y</b></root>")),
                (
                    "csvToXml",
                    data(json!("a b\n1")),
                    json!("<root><item><a_b>1</a_b></item></root>"),
                ),
            ],
        )
        .await;
        let file =
            |text: &str, kind: &str| json!({ "data": { "data": text, "contentType": kind } });
        check(
            "change-data-format",
            [
                ("deserializeFromBinary", file(yaml, "application/yaml"), tree.clone()),
                ("deserializeFromBinary", file("a\n1", "text/csv; x=y"), json!([{ "a": "1" }])),
                ("deserializeFromBinary", file("<a/>", "image/svg+xml"), json!({ "a": "" })),
                ("deserializeFromBinary", file("a=1", FORM), json!({ "a": "1" })),
                ("deserializeFromBinary", file("[1]", ""), json!([1])),
                ("deserializeFromBinary", data(json!("hi")), json!("hi")),
            ],
        )
        .await;
        let mut stage = Stage::new();
        let written = stage.data("change-data-format", "jsonToYaml", data(tree.clone())).await;
        let read = data(written.unwrap().unwrap());
        let read = stage.data("change-data-format", "deserializeFromYaml", read).await;
        assert_eq!(read, Ok(Some(tree)));
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &(1..9_u8)
                .fold((String::new(), 'a'), |(text, last), step| {
                    let next = char::from(b'a' + step);
                    let many = format!("*{last},").repeat(9);
                    (format!("{text}{next}: &{next} [{many}]\n"), next)
                })
                .0;
        let refused =
            stage.data("change-data-format", "deserializeFromYaml", data(json!(bomb))).await;
        assert!(refused.is_err(), "{refused:?}");
    }

    #[tokio::test]
    async fn xml() {
        let order = r#"<?xml version="1.0"?><!DOCTYPE o [<!ENTITY e "&amp;&amp;">]>
            <o:order id="7" note="a&#10;&lt;b"><!-- c --><item><name>Tea &amp; m&#252;</name>
            <price>2.50</price><code>007</code></item><item>x<![CDATA[<y>]]></item>
            <empty/><total unit="kg">3</total></o:order>"#;
        let tree = |price: Json, total: Json| {
            json!({ "o:order": { "@_id": "7", "@_note": "a\n<b", "item": [
                { "name": "Tea & m\u{fc}", "price": price, "code": "007" }, "x<y>"],
                "empty": "", "total": { "@_unit": "kg", "#text": total } } })
        };
        let written = "<a b=\"&quot;&lt;\">1 &lt; 2<c/><c>x</c><_1_>y</_1_></a>";
        let object =
            json!({ "a": { "@_b": "\"<", "#text": "1 < 2", "c": [null, "x"], "1 ": "y" } });
        let rows = "<all><row><a>1</a></row><row><a>2</a></row></all>";
        let data = |data: Json| json!({ "data": data });
        check(
            "change-data-format",
            [
                ("deserializeFromXml", data(json!(order)), tree(json!(2.5), json!(3))),
                (
                    "deserializeFromXml",
                    json!({ "data": order, "numbersAsStrings": "true" }),
                    tree(json!("2.50"), json!("3")),
                ),
                ("binaryToXml", data(object.clone()), json!(written)),
                ("jsonToXml", data(json!(object.to_string())), json!(written)),
                ("jsonToXml", data(json!([1])), json!("<root><item>1</item></root>")),
                ("xmlToJson", data(json!("<a>1</a>")), json!("{\"a\":1}")),
                ("xmlToYaml", data(json!("<a>x</a>")), json!("a: x\n")),
                ("xmlToCsv", data(json!(rows)), json!("a\n1\n2")),
            ],
        )
        .await;
        let deep = "<a>".repeat(200) + &"</a>".repeat(200);
        for wrong in ["<a>", "<a></b>", "<a/><a/>", "x", "", "<a>&e;</a>", "<a b=c/>", &*deep] {
            let inputs = json!({ "data": wrong });
            let error = Stage::new().data("change-data-format", "deserializeFromXml", inputs).await;
            assert!(error.is_err(), "{wrong}: {error:?}");
        }
    }
}
