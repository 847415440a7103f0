//! What is counted of instances, day by day.

use std::sync::Arc;

use entity::{Ids, ManualClock, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, User, definition, eventually, list, text};

/// A server whose clock stands still until a story moves it.
struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    owner: User,
    instance: Instance,
}

impl Story {
    /// Begins at this time with a deployed instance.
    async fn begins(time: &str) -> Self {
        let time = chrono::DateTime::parse_from_rfc3339(time).unwrap().to_utc();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from(time)));
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
        })
        .await;
        let owner = app.organization("acme").await;
        let instance = owner.deployed(&definition("speaker"), &[]).await;
        Self { app, clock, owner, instance }
    }

    fn minutes_pass(&self, minutes: i64) {
        self.clock.advance_seconds(minutes * 60);
    }

    /// Runs a flow that speaks at this level; at one that there is not, it fails.
    async fn say(&self, level: &str) -> String {
        let call = json!({ "text": "Hello", "level": level });
        let answer = self.owner.trigger(self.instance.url("Say"), &call).await;
        let execution = answer.header("prismatic-executionid").to_owned();
        self.owner.ended(&execution).await;
        execution
    }

    /// Date, successes, failures, steps and enabled seconds of each day.
    async fn days(&self, of: &str) -> Vec<Value> {
        let document = format!(
            "{{ {of}(orderBy: {{ field: SNAPSHOT_DATE, direction: ASC }}) {{ nodes {{
                snapshotDate successfulExecutionCount failedExecutionCount stepCount
                enabledSeconds }} }} }}"
        );
        let data = self.owner.query(&document).await;
        let day = |node: &Value| {
            json!([
                node["snapshotDate"],
                node["successfulExecutionCount"],
                node["failedExecutionCount"],
                node["stepCount"],
                node["enabledSeconds"]
            ])
        };
        list(&data, &format!("/{of}/nodes")).iter().map(day).collect()
    }

    async fn expect(&self, of: &str, expected: Value) {
        let expected = expected.as_array().unwrap().clone();
        let mut last = Vec::new();
        let found = tokio::time::timeout(std::time::Duration::from_secs(30), async {
            loop {
                last = self.days(of).await;
                if last == expected {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        });
        let in_time = found.await.is_ok();
        assert!(in_time, "{of}: {last:?} is not {expected:?}");
    }
}

const INSTANCE: &str = "instanceDailyUsageMetrics";
const ORGANIZATION: &str = "orgDailyUsageMetrics";

async fn enable(owner: &User, instance: &Instance, enabled: bool) {
    let document = "mutation ($id: ID!, $enabled: Boolean!) {
        updateInstance(input: { id: $id, enabled: $enabled }) { errors { messages } } }";
    owner.query_with(document, &json!({ "id": instance.id, "enabled": enabled })).await;
}

/// Proves R016.
#[tokio::test]
async fn days_end_at_midnight_and_pauses_cost_nothing() {
    let story = Story::begins("2026-11-20T22:00:00Z").await;
    // Never deployed, it costs nothing.
    let customer = story.owner.create_customer("Hooli").await;
    let version = story.owner.publish(&story.owner.import(&definition("queues")).await).await;
    story.owner.create_instance(&version, &customer, &[]).await;
    story.say("info").await;
    let failed = story.say("loud").await;
    story.minutes_pass(10);
    enable(&story.owner, &story.instance, false).await;
    story.minutes_pass(60);
    enable(&story.owner, &story.instance, true).await;
    let document = "mutation ($id: ID!) { replayExecution(input: { id: $id }) {
        instanceExecutionResult { id } errors { messages } } }";
    let data = story.owner.query_with(document, &json!({ "id": failed })).await;
    let replay = &data["replayExecution"]["instanceExecutionResult"]["id"];
    story.owner.ended(replay.as_str().unwrap()).await;
    let first = json!(["2026-11-20", 1, 2, 6, 600]);
    story.minutes_pass(3);
    story.expect(INSTANCE, json!([first])).await;
    story.expect(ORGANIZATION, json!([first])).await;

    story.minutes_pass(60);
    story.say("info").await;
    story.minutes_pass(70);
    // Enabled again at 23:10, and looked at 01:23.
    let days = json!([["2026-11-20", 1, 2, 6, 600 + 3_000], ["2026-11-21", 1, 0, 2, 4_980]]);
    story.expect(INSTANCE, days.clone()).await;
    story.expect(ORGANIZATION, days).await;
    let filtered = story
        .owner
        .query(
            "{ instanceDailyUsageMetrics(snapshotDate: \"2026-11-21\") {
            totalCount nodes { spendMbSecs instance { name } } } }",
        )
        .await;
    let filtered = &filtered["instanceDailyUsageMetrics"];
    assert_eq!(filtered["totalCount"], 1);
    assert_eq!(filtered["nodes"][0]["instance"]["name"], "Story");
}

/// What is deleted before it was counted is counted all the same, and once.
#[tokio::test]
async fn what_is_gone_still_counts_for_the_organization() {
    let story = Story::begins("2026-11-20T10:00:00Z").await;
    story.say("info").await;
    story.minutes_pass(3);
    story.expect(ORGANIZATION, json!([["2026-11-20", 1, 0, 2, 0]])).await;
    story.say("info").await;
    story.say("loud").await;
    let document = "mutation ($id: ID!) { deleteInstance(input: { id: $id }) {
        errors { messages } } }";
    story.owner.query_with(document, &json!({ "id": story.instance.id })).await;
    // The clock does not reach the time at which they would be counted in turn.
    story.clock.advance_seconds(5);
    let all = json!([["2026-11-20", 2, 1, 6, 180]]);
    story.expect(ORGANIZATION, all.clone()).await;
    story.minutes_pass(10);
    story.expect(ORGANIZATION, all).await;
    story.expect(INSTANCE, json!([])).await;
}

#[tokio::test]
async fn everybody_is_counted_once_a_day() {
    let story = Story::begins("2026-11-20T22:30:00Z").await;
    story.owner.create_customer("Hooli").await;
    let document = "{ customers(name_Icontains: \"Initech\") { nodes { id } } }";
    let customer = text(&story.owner.query(document).await, "/customers/nodes/0/id");
    let member = story.app.customer_user(&story.owner, &customer, "Admin").await;
    let totals = "{ orgTotalUsageMetrics(orderBy: { field: SNAPSHOT_TIME, direction: ASC }) {
        nodes { customerCount userCount integrationCount deployedInstanceCount
            deployedUniqueIntegrationCount } } }";
    story.minutes_pass(61);
    let expected = json!({ "customerCount": 2, "userCount": 2, "integrationCount": 1,
        "deployedInstanceCount": 1, "deployedUniqueIntegrationCount": 1 });
    eventually("the hourly count", async || {
        let data = story.owner.query(totals).await;
        (data["orgTotalUsageMetrics"]["nodes"] == json!([expected])).then_some(())
    })
    .await;
    story.minutes_pass(61);
    eventually("the next day", async || {
        let data = story.owner.query(totals).await;
        (data["orgTotalUsageMetrics"]["nodes"] == json!([expected, expected])).then_some(())
    })
    .await;
    // A customer sees itself, and nothing of the organization.
    let document = "{ customerTotalUsageMetrics(snapshotTime_Gte: \"2026-11-21T00:00:00Z\") {
        nodes { userCount deployedInstanceCount customer { name } } }
        orgTotalUsageMetrics { totalCount } orgDailyUsageMetrics { totalCount } }";
    let data = member.query(document).await;
    let own = json!([{ "userCount": 1, "deployedInstanceCount": 1,
        "customer": { "name": "Initech" } }]);
    assert_eq!(data["customerTotalUsageMetrics"]["nodes"], own);
    assert_eq!(data["orgTotalUsageMetrics"]["totalCount"], 0);
    assert_eq!(data["orgDailyUsageMetrics"]["totalCount"], 0);
}
