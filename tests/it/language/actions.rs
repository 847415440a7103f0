//! What single actions make of their inputs.

use serde_json::{Value, json};

use super::stage::{Stage, assert_none, definition, flow, named, objects, reference, step};
use super::table::{self, Table};

const DOCUMENT: &str = include_str!("actions.md");

fn key(number: usize) -> String {
    format!("case{number}")
}

/// A flow with a step for each row, and what came of them. The body is the list of the rows'
/// inputs.
fn calls(table: &Table) -> Value {
    let (component, action) = table.heading.split_once('.').unwrap_or((&*table.heading, ""));
    let called = table.rows.iter().enumerate().map(|(number, row)| {
        let inputs = row.json("inputs").expect("every row has inputs");
        let inputs = inputs.as_object().expect("inputs are an object").keys();
        let given = |input: &String| {
            (input.clone(), reference(&format!("call.results.body.data.{number}.{input}")))
        };
        let action = if action.is_empty() { row.cell("action") } else { action };
        let mut step = step(&key(number), component, action, &inputs.map(given).collect());
        step["errorConfig"] = json!({ "errorHandlerType": "ignore" });
        step
    });
    let told = (0..table.rows.len()).map(|number| {
        let entry = |part: &str| named(part, &reference(&format!("{}.{part}", key(number))));
        vec![entry("results"), entry("error")]
    });
    let told = objects("Told", &told.collect::<Vec<_>>());
    flow(&table.heading, called.chain([told]).collect())
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == "2026-03-01T12:00:00.000Z".len() && text.starts_with("20") && text.ends_with('Z')
}

/// Proves R122, R159, R160.
#[tokio::test]
async fn actions_give_what_their_tables_say() {
    let tables = table::read(DOCUMENT);
    let flows: Vec<_> = tables.iter().map(calls).collect();
    let stage = Stage::with(&definition(&flows)).await;
    let mut wrong = Vec::new();
    for table in &tables {
        let inputs = table.rows.iter().map(|row| row.json("inputs").unwrap());
        let (status, told) = stage.call(&table.heading, &inputs.collect()).await;
        assert_eq!(status, 200, "{}: {told}", table.heading);
        for (row, told) in table.rows.iter().zip(told.as_array().unwrap()) {
            let as_told = match row.cell("becomes") {
                "error" => !told["error"].is_null(),
                "time" => is_time(&told["results"]) || is_time(&told["results"]["value"]),
                _ => told["error"].is_null() && told.get("results") == row.json("becomes").as_ref(),
            };
            if !as_told {
                wrong.push(format!("{}: {row:?} became {told}", table.heading));
            }
        }
    }
    assert_none(&wrong, tables.iter().map(|table| table.rows.len()).sum());
}
