//! What the libraries underneath get wrong when they are used without care.

use std::time::Duration;

use entity::execution;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::harness::{TestApp, definition, eventually, text};

/// Callers that go away leave no transaction open, and no write half done.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_callers_go_away() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("answers"), &[]).await;
    let document = "mutation ($name: String!) { createCustomer(input: { name: $name }) {
        customer { id } errors { field messages } } }";
    for round in 0..10 {
        let callers = (0..100).map(|number| {
            let (owner, url) = (owner.clone(), instance.url("Echo").to_owned());
            tokio::spawn(async move {
                let name = format!("Customer {round}-{number}");
                if number % 2 == 0 {
                    owner.ask(document, &json!({ "name": name })).await.status
                } else {
                    owner.trigger(&url, &json!({})).await.status
                }
            })
        });
        let callers: Vec<_> = callers.collect();
        tokio::time::sleep(Duration::from_millis(3 * round)).await;
        callers.iter().for_each(tokio::task::JoinHandle::abort);
    }
    owner.create_customer("The last one").await;
    let env = app.env();
    if !env.db.is_sqlite() {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                   AND datname = current_database()";
        eventually("all transactions end", async || {
            let query = Statement::from_string(env.db.backend(), sql);
            let row = env.db.read().query_one_raw(query).await.unwrap().unwrap();
            (row.try_get_by_index::<i64>(0).unwrap() == 0).then_some(())
        })
        .await;
    }
    let unfinished = "{ executionResults(endedAt_Isnull: true) { totalCount } }";
    eventually("every run ends", async || {
        (owner.query(unfinished).await["executionResults"]["totalCount"] == 0).then_some(())
    })
    .await;
}

/// Times are microseconds on every database: a row reads back as it was written.
#[tokio::test]
async fn times_read_back_exactly() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("answers"), &[]).await;
    let answer = owner.trigger(instance.url("Echo"), &json!({})).await;
    let id = text(&answer.json(), "/executionId");
    owner.ended(&id).await;
    let document = "query ($id: ID!) { executionResult(id: $id) { startedAt } }";
    let data = owner.query_with(document, &json!({ "id": id })).await;
    let shown = text(&data, "/executionResult/startedAt");
    let exact = "query ($at: DateTime) { executionResults(startedAt_Gte: $at, startedAt_Lte: $at) {
        nodes { id } } }";
    let data = owner.query_with(exact, &json!({ "at": shown })).await;
    assert_eq!(data["executionResults"]["nodes"], json!([{ "id": id }]));
    let organization =
        domain::token::authenticate(app.env(), &owner.token.clone().unwrap(), None).await;
    let rows = organization.unwrap().rows::<execution::Entity>();
    let stored = rows.one(app.env().db.read()).await.unwrap().unwrap();
    assert_eq!(stored.started_at.to_iso(), shown);
}

/// Proves R121. Definitions keep the order of what their authors wrote, on every database.
#[tokio::test]
async fn definitions_keep_their_order_and_what_nobody_knows() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let strange = format!("zebra: 1\napple: {{z: 1, a: 2}}\n{}", definition("answers"));
    let id = owner.import(&strange).await;
    let document = "query ($id: ID!) { integration(id: $id) { definition(version: 7) } }";
    let data = owner.query_with(document, &json!({ "id": id })).await;
    let exported = text(&data, "/integration/definition");
    let place = |part: &str| exported.find(part).unwrap_or_else(|| panic!("{part}: {exported}"));
    assert!(place("zebra:") < place("apple:") && place("z: 1") < place("a: 2"), "{exported}");
    let again = owner.import(&exported).await;
    let data = owner.query_with(document, &json!({ "id": again })).await;
    assert_eq!(text(&data, "/integration/definition"), exported);
}
