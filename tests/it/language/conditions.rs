//! Every operator against every kind of operand.

use serde_json::{Value, json};

use super::stage::{
    Stage, assert_none, definition, flow, literal, named, objects, reference, step,
};
use super::table;

/// A condition and what it must answer: `yes`, `no` or `error`.
struct Case {
    shown: String,
    condition: Value,
    expected: String,
}

/// A step that takes the branch `yes` where the condition holds, and goes on where it fails.
fn question(number: usize, condition: &Value) -> Value {
    let conditions = json!([{ "name": "yes", "type": "complex", "value": condition }]);
    let inputs = json!({ "conditions": { "type": "complex", "value": conditions } });
    let mut step = step(&format!("Case {number}"), "branch", "branchOnExpression", &inputs);
    step["branches"] = json!([{ "name": "yes", "steps": [] }, { "name": "Else", "steps": [] }]);
    step["errorConfig"] = json!({ "errorHandlerType": "ignore" });
    step
}

/// A flow that asks every question and tells the branches taken, and which steps failed.
fn questions(name: &str, cases: &[Case]) -> Value {
    let mut steps: Vec<_> =
        cases.iter().enumerate().map(|(number, case)| question(number, &case.condition)).collect();
    let told = |root: &str| {
        let entry = |number| {
            named(&number_key(number), &reference(&format!("{}.{root}", number_key(number))))
        };
        (0..cases.len()).map(entry).collect::<Vec<_>>()
    };
    steps.push(objects("Told", &[told("results"), told("error")]));
    flow(name, steps)
}

fn number_key(number: usize) -> String {
    format!("case{number}")
}

fn wrong(cases: &[Case], told: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let key = number_key(number);
        let answer = match (told[0][&key].as_str(), told[1].get(&key)) {
            (Some("yes"), None) => "yes",
            (Some("Else"), None) => "no",
            (None, Some(_)) => "error",
            other => panic!("{}: {other:?}", case.shown),
        };
        if answer != case.expected {
            wrong.push(format!("{} is {answer}, not {}", case.shown, case.expected));
        }
    }
    wrong
}

/// The operand in row `number` by reference into the body, where it is unless it is missing.
fn referenced(number: usize, column: &str) -> Value {
    reference(&format!("call.results.body.data.{number}.{column}"))
}

/// Every cell of a table, asked by reference; and by literals where an operand is text.
fn cases(table: &table::Table) -> Vec<Case> {
    let operators =
        table.columns.iter().filter(|name| !["left", "right", "note"].contains(&&***name));
    let is_unary = !table.columns.contains(&"right".to_owned());
    let mut cases = Vec::new();
    for operator in operators {
        for (number, row) in table.rows.iter().enumerate() {
            let sides: &[&str] = if is_unary { &["left"] } else { &["left", "right"] };
            let shown = sides.iter().map(|side| row.cell(side)).collect::<Vec<_>>().join(", ");
            let mut case = |kind: &str, operands: Vec<Value>| {
                let mut condition = vec![json!(operator)];
                condition.extend(operands);
                let shown = format!("{operator}({shown}) by {kind}");
                let expected = row.cell(operator).to_owned();
                cases.push(Case { shown, condition: condition.into(), expected });
            };
            case("reference", sides.iter().map(|side| referenced(number, side)).collect());
            let text = |side: &&str| row.json(side).and_then(|json| json.as_str().map(literal));
            if sides.iter().any(|side| text(side).is_some()) {
                let operand = |side| text(side).unwrap_or_else(|| referenced(number, side));
                case("literal", sides.iter().map(operand).collect());
            }
        }
    }
    cases
}

fn body(table: &table::Table) -> Value {
    let rows = table.rows.iter().map(|row| {
        let sides = ["left", "right"]
            .into_iter()
            .filter(|side| table.columns.contains(&(*side).to_owned()));
        let pairs = sides.filter_map(|side| Some((side.to_owned(), row.json(side)?)));
        Value::Object(pairs.collect())
    });
    rows.collect()
}

/// Proves R133, R134, R143, R144, R145, R146, R147, R148, R149, R150, R151, R152.
#[tokio::test]
async fn operators_answer_as_their_tables_say() {
    let tables = table::read(include_str!("conditions.md"));
    let groups: Vec<_> = tables.iter().map(cases).collect();
    let flows: Vec<_> =
        tables.iter().zip(&groups).map(|(table, cases)| questions(&table.heading, cases)).collect();
    let stage = Stage::with(&definition(&flows)).await;
    let mut failures = Vec::new();
    for (table, cases) in tables.iter().zip(&groups) {
        let (status, told) = stage.call(&table.heading, &body(table)).await;
        assert_eq!(status, 200, "{}: {told}", table.heading);
        failures.extend(wrong(cases, &told));
    }
    assert_none(&failures, groups.iter().map(Vec::len).sum());
}

/// A group as in the tables, with its words replaced by tests.
fn group(written: &Value) -> Value {
    match written.as_str() {
        Some("yes") => json!(["isTrue", literal("yes"), literal("")]),
        Some("no") => json!(["isTrue", literal("no"), literal("")]),
        Some("broken") => json!(["in", literal("2"), literal("123")]),
        Some(other) => other.into(),
        None => written.as_array().expect("a word or a list").iter().map(group).collect(),
    }
}

/// Proves R153, R154.
#[tokio::test]
async fn groups_nest_and_stop_early() {
    let [table] = &table::read(include_str!("groups.md"))[..] else { panic!("one table") };
    let mut cases: Vec<_> = table
        .rows
        .iter()
        .map(|row| Case {
            shown: row.cell("condition").to_owned(),
            condition: group(&row.json("condition").expect("a condition")),
            expected: row.cell("answer").to_owned(),
        })
        .collect();
    let limit = json!({ "type": "configVar", "value": "Limit" });
    let double =
        json!({ "type": "template", "value": "{{#Limit}}{{$call.results.body.data.total}}" });
    for (operator, left, right, expected) in [
        ("equal", limit.clone(), literal("10"), "yes"),
        ("lessThan", limit.clone(), reference("call.results.body.data.total"), "yes"),
        ("greaterThan", literal("9"), limit, "no"),
        ("equal", double, literal("1012"), "yes"),
        ("exists", json!({ "type": "configVar", "value": "" }), literal(""), "no"),
    ] {
        let shown = format!("{operator}({left}, {right})");
        let condition = json!([operator, left, right]);
        cases.push(Case { shown, condition, expected: expected.to_owned() });
    }
    let stage = Stage::with(&definition(&[questions("Groups", &cases)])).await;
    let (status, told) = stage.call("Groups", &json!({ "total": 12 })).await;
    assert_eq!(status, 200, "{told}");
    assert_none(&wrong(&cases, &told), cases.len());
}
