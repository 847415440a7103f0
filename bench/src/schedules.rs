//! Many schedules that are due in the same minute.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::{Value, json};

use crate::server::Server;
use crate::setup;
use crate::workload::{Load, Outcome};

/// How many flows one instance has.
const FLOWS: usize = 100;

/// How long deploying an instance may take, and everything before it.
const DEPLOY_TIME_MAX: Duration = Duration::from_millis(400);
const SETUP_TIME_MAX: Duration = Duration::from_secs(15);

/// How long the last schedule may take to start its flow.
const START_TIME_MAX: Duration = Duration::from_mins(10);

/// How often the answers are counted: counting costs the server something as well.
const COUNT_EVERY: Duration = Duration::from_millis(500);

/// What a reader of the API asks for meanwhile.
const READING: &str = "{ instances(first: 20) { nodes { id name enabled customer { name } } } }";

/// What the minute showed.
pub struct Minute {
    /// Runs until the last had ended, and how long the API took to answer meanwhile.
    pub outcome: Outcome,
    pub duplicates: usize,
    /// How long after the minute had begun the last run was queued.
    pub queued_after: TimeDelta,
}

/// Deploys flows that all start in one minute, and waits until they have.
pub async fn in_one_minute(server: &Server, count: usize) -> anyhow::Result<Minute> {
    let count = count.next_multiple_of(FLOWS);
    let instances = count / FLOWS;
    let due = minute_after(SETUP_TIME_MAX + DEPLOY_TIME_MAX * u32::try_from(instances)?);
    deploy(server, instances, due).await?;
    let left = (due - now()).to_std().context("deploying the schedules took too long")?;
    tokio::time::sleep(left).await;
    let began = Instant::now();
    let load = Load::query(server, READING);
    let mut latencies = Vec::with_capacity(count);
    let starting = tokio::time::timeout(START_TIME_MAX, async {
        while ended(server).await? < count {
            // One caller at a time, so that the reading itself is no load to speak of.
            latencies.extend(load.run(1, COUNT_EVERY).await?.latencies);
        }
        anyhow::Ok(())
    });
    starting.await.context("some schedules did not start")??;
    let elapsed = began.elapsed();
    latencies.sort_unstable();
    let flows = flows_started(server).await?;
    let distinct: HashSet<_> = flows.iter().collect();
    ensure!(distinct.len() == count, "{} of {count} schedules have started", distinct.len());
    let outcome = Outcome { count, elapsed, latencies };
    let queued_after = last_queued(server).await? - due;
    Ok(Minute { outcome, duplicates: flows.len() - distinct.len(), queued_after })
}

async fn deploy(server: &Server, instances: usize, due: DateTime<Utc>) -> anyhow::Result<()> {
    let version = setup::publish(server, &definition(due)).await?;
    let customer = setup::customer(server, "Globex").await?;
    for number in 0..instances {
        let name = format!("Scheduled {number}");
        let instance = setup::instance(server, &version, &customer, &name).await?;
        setup::start(server, &instance).await?;
    }
    Ok(())
}

/// The start of a minute that is at least so far away.
fn minute_after(wait: Duration) -> DateTime<Utc> {
    let time = now() + wait + Duration::from_mins(1);
    time.with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(time)
}

fn definition(due: DateTime<Utc>) -> String {
    let flows = (0..FLOWS).map(|number| {
        json!({ "name": format!("Flow {number}"), "steps": [
            {
                "name": "Clock", "isTrigger": true,
                "action": { "key": "schedule", "component": component("schedule-triggers") },
                "schedule": { "type": "value", "value": due.format("%M %H * * *").to_string() },
            },
            {
                "name": "Note It",
                "action": { "key": "writeLog", "component": component("log") },
                "inputs": { "message": { "type": "value", "value": "It is time." } },
            },
        ] })
    });
    let flows: Vec<_> = flows.collect();
    json!({ "definitionVersion": 7, "name": "Schedules", "flows": flows }).to_string()
}

fn component(key: &str) -> Value {
    json!({ "key": key, "isPublic": true, "version": "LATEST" })
}

/// How many runs of schedules have ended.
async fn ended(server: &Server) -> anyhow::Result<usize> {
    let document = "{ executionResults(invokeType_In: [\"SCHEDULED\"], status: SUCCESS, \
        first: 1) { \
        totalCount } }";
    let data = server.query(document, json!({})).await?;
    let count = data["executionResults"]["totalCount"].as_u64().context("a count")?;
    Ok(usize::try_from(count)?)
}

/// When the last run of a schedule was queued.
async fn last_queued(server: &Server) -> anyhow::Result<DateTime<Utc>> {
    let document = "{ executionResults(invokeType_In: [\"SCHEDULED\"], first: 1, \
        orderBy: { field: STARTED_AT, direction: DESC }) { nodes { startedAt } } }";
    let data = server.query(document, json!({})).await?;
    let time = setup::text(&data, "/executionResults/nodes/0/startedAt")?;
    Ok(DateTime::parse_from_rfc3339(time)?.to_utc())
}

/// The flow of every run of a schedule.
async fn flows_started(server: &Server) -> anyhow::Result<Vec<String>> {
    let document = "query ($after: String) { executionResults(after: $after, first: 100, \
        invokeType_In: [\"SCHEDULED\"]) { nodes { flowConfig { id } } \
        pageInfo { hasNextPage endCursor } } }";
    let (mut flows, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = server.query(document, json!({ "after": after })).await?;
        let page = &data["executionResults"];
        for node in page["nodes"].as_array().context("nodes")? {
            flows.push(setup::text(node, "/flowConfig/id")?.to_owned());
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(flows);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[expect(clippy::disallowed_methods, reason = "the schedules of the server follow this clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
