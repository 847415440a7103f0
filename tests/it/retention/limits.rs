//! An organization sets how long its own history is kept.

use serde_json::{Value, json};

use super::{Kept, LARGE, Story};
use crate::harness::{Reply, User, text};

const FIELD: &str = "updateHistoryLimits";

async fn set(user: &User, input: &str) -> Reply {
    let document = format!(
        "mutation {{ {FIELD}(input: {{ {input} }}) {{ errors {{ field messages }} organization {{
            historyContentsDays historyRecordsDays historyBytesMax }} }} }}"
    );
    user.ask(&document, &json!({})).await
}

fn limits(days: &Value, records: &Value, bytes: &Value) -> Value {
    json!({ "historyContentsDays": days, "historyRecordsDays": records, "historyBytesMax": bytes })
}

#[tokio::test]
async fn administrators_set_how_long_history_is_kept() {
    let mut story = Story::begin(|_| ()).await;
    let (app, owner) = (&story.app, &story.owner);
    let data = owner.query("{ customers(name: \"Initech\") { nodes { id } } }").await;
    let customer = text(&data, "/customers/nodes/0/id");
    let strangers = [
        app.anonymous(),
        app.colleague(owner, "Integrator").await,
        app.customer_user(owner, &customer, "Admin").await,
    ];
    for user in &strangers {
        let refused = set(user, "contentsDays: 1, recordsDays: 1").await;
        assert!(!refused.errors().is_empty(), "{} did it: {:#}", user.email, refused.body);
    }
    for (input, field) in [
        ("contentsDays: -1", "contentsDays"),
        ("recordsDays: 3651", "recordsDays"),
        ("contentsDays: 5, recordsDays: 4", "recordsDays"),
        ("bytesMax: -1", "bytesMax"),
    ] {
        let problems = set(owner, input).await.problems(FIELD);
        assert!(problems.len() == 1 && problems[0].starts_with(field), "{input}: {problems:?}");
    }
    let admin = app.colleague(owner, "Admin").await;
    let first = set(&admin, "contentsDays: 2, recordsDays: 4, bytesMax: 5000000000").await.data();
    let expected = limits(&json!(2), &json!(4), &json!(5_000_000_000_i64));
    assert_eq!(first[FIELD]["organization"], expected);
    let second = set(&admin, "bytesMax: 0").await.data();
    assert_eq!(second[FIELD]["organization"], limits(&json!(2), &json!(4), &Value::Null));

    let execution = story.run(LARGE).await;
    story.days_pass(3).await;
    story.becomes(&execution, Kept::Record).await;
    story.days_pass(2).await;
    story.becomes(&execution, Kept::Nothing).await;
    story.app.stop().await;
}
