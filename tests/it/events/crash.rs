//! The program dies while changes go on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::CREATE;
use crate::harness::{TestProcess, ThirdParty, User, eventually, list, text};

const LIVES: u32 = 5;
const LIFE: Duration = Duration::from_millis(700);

/// Each change that was committed is told of, and nothing else is.
#[tokio::test]
async fn no_event_is_lost_and_none_made_up_when_the_program_dies() {
    let (mut server, hook) = (TestProcess::start().await, ThirdParty::start().await);
    let owner = server.init().await;
    let variables = json!({ "url": hook.url("/hook"), "types": ["customer.created"] });
    owner.query_with(CREATE, &variables).await;
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for life in 0..LIVES {
        let until = Instant::now() + LIFE + Duration::from_millis(53) * life;
        let work = tokio::spawn(work(owner.clone(), life, until, acknowledged.clone()));
        tokio::time::sleep_until(until.into()).await;
        server.kill().await;
        work.await.unwrap();
        server.restart().await;
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > LIVES as usize * 5, "only {}", acknowledged.len());
    let there = everybody(&owner).await;
    assert!(acknowledged.iter().all(|id| there.contains(id)));
    eventually("everybody was told of", async || {
        let told = hook.received("/hook");
        let told: HashSet<_> = told.iter().map(|it| text(&it.json(), "/customer/id")).collect();
        (told == there).then_some(())
    })
    .await;
}

/// Adds customers until the server is gone, and keeps what was acknowledged.
async fn work(owner: User, life: u32, until: Instant, acknowledged: Arc<Mutex<Vec<String>>>) {
    for number in 0.. {
        if Instant::now() > until {
            return;
        }
        let body = json!({ "query": "mutation ($name: String!) {
            createCustomer(input: { name: $name }) { customer { id } } }",
            "variables": { "name": format!("Customer {life}.{number}") } });
        let request = owner.api().json(&body);
        let Ok(answer) = request.send().await else { return };
        let Ok(body) = answer.json::<serde_json::Value>().await else { return };
        let Some(id) = body.pointer("/data/createCustomer/customer/id") else { return };
        acknowledged.lock().unwrap().push(id.as_str().unwrap().to_owned());
    }
}

/// The ids of all customers.
async fn everybody(owner: &User) -> HashSet<String> {
    let mut there = HashSet::new();
    let mut after = json!(null);
    loop {
        let document = "query ($after: String) { customers(after: $after, isSystem: false) {
            nodes { id } pageInfo { hasNextPage endCursor } } }";
        let data = owner.query_with(document, &json!({ "after": after })).await;
        there.extend(list(&data, "/customers/nodes").iter().map(|node| text(node, "/id")));
        if data["customers"]["pageInfo"]["hasNextPage"] == false {
            return there;
        }
        after = data["customers"]["pageInfo"]["endCursor"].clone();
    }
}
