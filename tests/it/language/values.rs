//! What references, templates, inputs and names of steps come to.

use serde_json::{Value, json};

use super::stage::{
    Stage, assert_none, definition, flow, literal, named, objects, reference, step,
};
use super::table::{self, Row, Table};

const DOCUMENT: &str = include_str!("values.md");

/// The body that the document shows.
fn body() -> Value {
    let (_, rest) = DOCUMENT.split_once("```json").expect("a block of JSON");
    let (block, _) = rest.split_once("```").expect("an end of the block");
    serde_json::from_str(block).expect("the block is JSON")
}

fn expression(row: &Row, column: &str) -> Value {
    match column {
        "reference" => reference(row.cell(column)),
        "template" => json!({ "type": "template", "value": row.cell(column) }),
        _ => row.json(column).expect("an expression"),
    }
}

fn key(number: usize) -> String {
    format!("case{number}")
}

/// A flow whose result is an object of all rows' values.
fn entries(table: &Table) -> Value {
    let column = &table.columns[0];
    let rows = table.rows.iter().enumerate();
    let told = rows.map(|(number, row)| named(&key(number), &expression(row, column)));
    flow(&table.heading, vec![objects("Told", &[told.collect()])])
}

/// The same, with a step for each row that makes an object of its pairs.
fn pairs(table: &Table) -> Value {
    let rows = table.rows.iter().enumerate();
    let mut steps: Vec<_> = rows
        .map(|(number, row)| {
            let inputs = json!({ "keyValueInput": expression(row, "pairs") });
            step(&key(number), "collection-tools", "createObject", &inputs)
        })
        .collect();
    let told = (0..table.rows.len()).map(key);
    let told = told.map(|key| named(&key, &reference(&format!("{key}.results"))));
    steps.push(objects("Told", &[told.collect()]));
    flow(&table.heading, steps)
}

/// Steps with the names of a table, and what references by their keys find.
fn keys(table: &Table) -> Value {
    let mut steps: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let items = json!({ "type": "complex", "value": [literal(row.cell("name"))] });
            step(row.cell("name"), "collection-tools", "create", &json!({ "items": items }))
        })
        .collect();
    let rows = table.rows.iter().enumerate();
    let told = rows.map(|(number, row)| {
        named(&key(number), &reference(&format!("{}.results.0", row.cell("key"))))
    });
    steps.push(objects("Told", &[told.collect()]));
    flow(&table.heading, steps)
}

/// Proves R063, R065, R068, R069, R133, R134, R135.
#[tokio::test]
async fn expressions_become_what_their_tables_say() {
    let tables = table::read(DOCUMENT);
    let flows: Vec<_> = tables
        .iter()
        .map(|table| match &*table.columns[0] {
            "pairs" => pairs(table),
            "name" => keys(table),
            _ => entries(table),
        })
        .collect();
    let stage = Stage::with(&definition(&flows)).await;
    let mut wrong = Vec::new();
    for table in &tables {
        let request = stage.post(&table.heading).header("X-Mixed-Case", "kept").json(&body());
        let (status, told) = stage.send(request).await;
        assert_eq!(status, 200, "{}: {told}", table.heading);
        for (number, row) in table.rows.iter().enumerate() {
            let expected = match &*table.columns[0] {
                "name" => Some(row.cell("name").into()),
                _ => row.json("becomes"),
            };
            let found = told[0].get(key(number));
            if found != expected.as_ref() {
                wrong.push(format!("{row:?} became {found:?}"));
            }
        }
    }
    assert_none(&wrong, tables.iter().map(|table| table.rows.len()).sum());
}
