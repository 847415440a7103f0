//! The program dies while changes go on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use entity::{Ids, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::CREATE;
use crate::harness::{TestProcess, ThirdParty, User, eventually, list, text};

/// How often the program dies, and how long it lives at most.
const LIVES: u32 = 12;
const LIFE_MAX: Duration = Duration::from_millis(900);

const MAKE: &str = "mutation ($name: String!) {
    createCustomer(input: { name: $name }) { customer { id } errors { messages } } }";
const RENAME: &str = "mutation ($id: ID!, $name: String!) {
    updateCustomer(input: { id: $id, name: $name }) { errors { messages } } }";
const DROP: &str = "mutation ($id: ID!) {
    deleteCustomer(input: { id: $id }) { errors { messages } } }";

/// What somebody set out to do with a customer, in this order, and was told is done.
#[derive(Default)]
struct Fate {
    name: String,
    /// Unknown while the answer to its creation is missing.
    id: Option<String>,
    new_name: Option<String>,
    is_dropped: bool,
}

/// Each change that was committed is told of, and nothing else is. When the program dies is left to
/// chance; the seed in the message of a failure repeats it.
#[tokio::test]
async fn no_event_is_lost_and_none_made_up_when_the_program_dies() {
    let (mut server, hook) = (TestProcess::start().await, ThirdParty::start().await);
    let given = std::env::var_os("SEED").map(|seed| seed.to_str().unwrap().parse().unwrap());
    let seed = given.unwrap_or_else(|| Ids::random(Arc::new(SystemClock)).bits());
    let owner = server.init().await;
    let types = ["customer.created", "customer.updated", "customer.deleted"];
    let variables = json!({ "url": hook.url("/hook"), "types": types });
    owner.query_with(CREATE, &variables).await;
    let mut fates = Vec::new();
    for life in 0..LIVES {
        let until = Instant::now() + LIFE_MAX.mul_f64(chance(seed, life));
        let work = tokio::spawn(work(owner.clone(), life, until));
        tokio::time::sleep_until(until).await;
        server.kill().await;
        fates.extend(work.await.unwrap());
        server.restart().await;
    }
    let expected = events(&fates, &everybody(&owner).await);
    assert!(expected.len() > LIVES as usize * 5, "only {}", expected.len());
    let told = async || {
        let told: BTreeSet<_> = hook.received("/hook").iter().map(|it| event(&it.json())).collect();
        (told.len() >= expected.len()).then_some(told)
    };
    let told = eventually("everything was told of", told).await;
    assert_eq!(told, expected, "SEED={seed}");
}

/// From 0 to 1.
fn chance(seed: u128, life: u32) -> f64 {
    f64::from(Sha256::digest(format!("{seed} {life}"))[0]) / 255.0
}

/// Makes, renames and drops customers until the server is gone.
async fn work(owner: User, life: u32, until: Instant) -> Vec<Fate> {
    let mut fates = Vec::new();
    while Instant::now() < until {
        let number = fates.len();
        let name = format!("Customer {life}.{number}");
        fates.push(Fate { name: name.clone(), ..Fate::default() });
        let fate = fates.last_mut().unwrap();
        let Some(made) = ask(&owner, MAKE, &json!({ "name": name })).await else { break };
        let id = text(&made, "/createCustomer/customer/id");
        fate.id = Some(id.clone());
        if number % 3 > 0 {
            let name = format!("{name} renamed");
            fate.new_name = Some(name.clone());
            let variables = json!({ "id": id, "name": name });
            let Some(_) = ask(&owner, RENAME, &variables).await else { break };
        }
        if number % 3 > 1 {
            fate.is_dropped = true;
            let Some(_) = ask(&owner, DROP, &json!({ "id": id })).await else { break };
        }
    }
    fates
}

/// What the server answered, if it lived long enough.
async fn ask(owner: &User, document: &str, variables: &Value) -> Option<Value> {
    let request = owner.api().json(&json!({ "query": document, "variables": variables }));
    let body = request.send().await.ok()?.json::<Value>().await.ok()?;
    let data = &body["data"];
    let errors = data.as_object().and_then(|data| data.values().next()?.get("errors"));
    assert_eq!(errors, Some(&json!([])), "{body}");
    Some(data.clone())
}

/// What has happened, as far as what is there now proves it.
fn events(fates: &[Fate], there: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    for fate in fates {
        let names = [Some(&fate.name), fate.new_name.as_ref()];
        let found = there.iter().find(|(_, name)| names.contains(&Some(name)));
        let Some(id) = fate.id.as_ref().or(found.map(|(id, _)| id)) else { continue };
        events.insert(format!("customer.created {id} {}", fate.name));
        let is_dropped = fate.is_dropped && found.is_none();
        assert!(is_dropped || found.is_some(), "{} is gone", fate.name);
        let mut last_name = &fate.name;
        if let Some(name) = &fate.new_name
            && (fate.is_dropped || found.is_some_and(|(_, found)| found == name))
        {
            events.insert(format!("customer.updated {id} {name}"));
            last_name = name;
        }
        if is_dropped {
            events.insert(format!("customer.deleted {id} {last_name}"));
        }
    }
    events
}

/// An event as its receiver reads it.
fn event(body: &Value) -> String {
    let part = |path| text(body, path);
    format!("{} {} {}", part("/event_type"), part("/customer/id"), part("/customer/name"))
}

/// The names of all customers by their ids.
async fn everybody(owner: &User) -> BTreeMap<String, String> {
    let mut there = BTreeMap::new();
    let mut after = json!(null);
    loop {
        let document = "query ($after: String) { customers(after: $after, isSystem: false) {
            nodes { id name } pageInfo { hasNextPage endCursor } } }";
        let data = owner.query_with(document, &json!({ "after": after })).await;
        let nodes = list(&data, "/customers/nodes");
        there.extend(nodes.iter().map(|node| (text(node, "/id"), text(node, "/name"))));
        if data["customers"]["pageInfo"]["hasNextPage"] == false {
            return there;
        }
        after = data["customers"]["pageInfo"]["endCursor"].clone();
    }
}
