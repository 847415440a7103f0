//! The server is killed in the middle of its work, and loses nothing of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, TestProcess, ThirdParty, User, definition, eventually, list, text};

/// How often the server dies.
const KILLS: usize = 10;

/// What arrives until it does.
const CALLS_PER_SECOND: u32 = 500;

/// How long it lives each time; no two lives are equally long.
const LIFE: Duration = Duration::from_millis(700);

/// Senders at the same time.
const SENDERS: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_execution_ends_once_whatever_dies() {
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = owner.deployed(&definition("in-flight"), &[]).await;
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for life in 1..=KILLS {
        let until = Instant::now() + LIFE + Duration::from_millis(37 * life as u64);
        let senders = (0..SENDERS).map(|sender| {
            let (url, owner) = (instance.url("Take").to_owned(), owner.clone());
            tokio::spawn(send(owner, url, sender, until, acknowledged.clone()))
        });
        let senders: Vec<_> = senders.collect();
        tokio::time::sleep_until(until.into()).await;
        server.kill().await;
        for sender in senders {
            sender.await.unwrap();
        }
        server.restart().await;
    }
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    // However slow the machine is, each life has some work that its end cuts.
    let expected = 20 * KILLS;
    assert!(acknowledged.len() > expected, "only {} calls came through", acknowledged.len());
    let mut ends = HashMap::new();
    for ids in acknowledged.chunks(100) {
        for (id, end) in ended(&owner, ids).await {
            assert_eq!(ends.insert(id.clone(), end), None, "{id} is there twice");
        }
    }
    assert_eq!(ends.len(), acknowledged.len());
    let failed: Vec<_> = ends.values().filter(|end| **end != "SUCCESS").collect();
    assert_eq!(failed, Vec::<&String>::new(), "nothing here touches the world");
    let unfinished = "{ executionResults(endedAt_Isnull: true) { totalCount } }";
    eventually("everything else ended as well", async || {
        (owner.query(unfinished).await["executionResults"]["totalCount"] == 0).then_some(())
    })
    .await;
}

/// Sends calls at its share of the rate until the server is gone, and keeps what was acknowledged.
async fn send(
    owner: User,
    url: String,
    sender: u32,
    until: Instant,
    acknowledged: Arc<Mutex<Vec<String>>>,
) {
    let pause = Duration::from_secs(1) * SENDERS / CALLS_PER_SECOND;
    let mut clock = tokio::time::interval(pause);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in 0.. {
        clock.tick().await;
        if Instant::now() > until {
            return;
        }
        let body = json!({ "number": format!("{sender}-{number}") });
        let Ok(answer) = owner.http().post(&url).json(&body).send().await else { return };
        if let (200, Ok(body)) = (answer.status().as_u16(), answer.json::<Value>().await) {
            acknowledged.lock().unwrap().push(text(&body, "/executionId"));
        }
    }
}

/// Id and status of these executions, once all of them have ended.
async fn ended(owner: &User, ids: &[String]) -> Vec<(String, String)> {
    let document = "query ($ids: [ID]) {
        executionResults(id_In: $ids) { nodes { id status endedAt } } }";
    eventually("the executions end", async || {
        let data = owner.query_with(document, &json!({ "ids": ids })).await;
        let nodes = list(&data, "/executionResults/nodes");
        let ended = nodes.iter().filter(|node| !node["endedAt"].is_null());
        let ended: Vec<_> = ended.map(|node| (text(node, "/id"), text(node, "/status"))).collect();
        (ended.len() == ids.len()).then_some(ended)
    })
    .await
}

/// A step that reached the world before the crash is not repeated after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_run_goes_on_behind_its_journal() {
    let ledger = ThirdParty::start().await;
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let url = ledger.url("/entries");
    let instance = owner.deployed(&definition("in-flight"), &[("Ledger URL", &url)]).await;
    let answer = owner.trigger(instance.url("Tell"), &json!({})).await;
    let execution = text(&answer.json(), "/executionId");
    ledger.wait_for("/entries", 1).await;
    // The journal of the first step is written right after its answer; the wait gives it time.
    eventually("the first step is journalled", async || {
        let document = "query ($id: ID!) { stepResults(executionResult: $id) { totalCount } }";
        let data = owner.query_with(document, &json!({ "id": execution })).await;
        (data["stepResults"]["totalCount"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    server.kill().await;
    server.restart().await;
    let end = owner.ended(&execution).await;
    assert!(end["error"].is_null(), "{end:#}");
    let entries = ledger.received("/entries");
    let bodies: Vec<_> = entries.iter().map(|entry| &entry.body[..]).collect();
    assert_eq!(bodies, [&b"first"[..], b"second"]);
    let document = "query ($id: ID!) { stepResults(executionResult: $id) { nodes { stepName } } }";
    let steps = owner.query_with(document, &json!({ "id": execution })).await;
    let names: Vec<_> =
        list(&steps, "/stepResults/nodes").iter().map(|step| text(step, "/stepName")).collect();
    assert_eq!(names, ["call", "first", "wait", "second"]);
}

/// A step that was cut in the middle may have taken effect: it is not run again, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_cut_ends_in_an_unknown_outcome() {
    let ledger = ThirdParty::start().await;
    let never = Answer { after: Duration::from_mins(10), ..Answer::default() };
    ledger.answer("/entries", never);
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let url = ledger.url("/entries");
    let instance = owner.deployed(&definition("in-flight"), &[("Ledger URL", &url)]).await;
    let answer = owner.trigger(instance.url("Tell"), &json!({})).await;
    let execution = text(&answer.json(), "/executionId");
    ledger.wait_for("/entries", 1).await;
    server.kill().await;
    server.restart().await;
    let end = owner.ended(&execution).await;
    assert!(text(&end, "/error").starts_with("Outcome unknown"), "{end:#}");
    assert_eq!(ledger.received("/entries").len(), 1);
}
