//! Loops, branches, errors and early ends, as the caller of a flow sees them.

use serde_json::{Value, json};

use super::stage::{Stage, assert_none, definition, flow, named, objects, reference};
use super::table;
use crate::harness;

/// Proves R139, R140, R141, R142.
#[tokio::test]
async fn loops_answer_as_their_tables_say() {
    check("language-loops", include_str!("loops.md")).await;
}

/// Proves R081, R090, R143, R144, R155, R156.
#[tokio::test]
async fn choices_answer_as_their_tables_say() {
    check("language-choices", include_str!("choices.md")).await;
}

/// Calls the flows of a definition as every row of a document says.
async fn check(definition: &str, document: &str) {
    let stage = Stage::with(&harness::definition(definition)).await;
    let tables = table::read(document);
    let mut wrong = Vec::new();
    for row in tables.iter().flat_map(|table| &table.rows) {
        let body = row.json("body").expect("a body");
        let (status, answer) = stage.call(row.cell("flow"), &body).await;
        let is_right = match row.cell("answer") {
            "error" => answer["error"].as_str().is_some_and(|error| error.contains("failed: ")),
            _ => Some(&answer) == row.json("answer").as_ref(),
        };
        if !is_right || status.to_string() != row.cell("status") {
            wrong.push(format!("{row:?} was {status} {answer}"));
        }
    }
    assert_none(&wrong, tables.iter().map(|table| table.rows.len()).sum());
}

/// Proves R063, R065, R068, R072.
#[tokio::test]
async fn bodies_are_read_by_their_type() {
    let told = [("data", "data"), ("type", "contentType")]
        .map(|(name, part)| named(name, &reference(&format!("call.results.body.{part}"))));
    let echo = flow("Echo", vec![objects("Told", &[told.to_vec()])]);
    let stage = Stage::with(&definition(&[echo])).await;
    let [table] = &table::read(include_str!("bodies.md"))[..] else { panic!("one table") };
    let mut wrong = Vec::new();
    for row in &table.rows {
        let (kind, body) = (row.cell("type"), row.cell("body"));
        let request = stage.post("Echo").header("content-type", kind).body(body.to_owned());
        let answer = stage.send(request).await;
        let data = row.json("data").unwrap_or(Value::Null);
        if answer != (200, json!([{ "data": data, "type": kind }])) {
            wrong.push(format!("{row:?} was {answer:?}"));
        }
    }
    assert_none(&wrong, table.rows.len());
}
