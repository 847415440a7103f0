//! Failed executions are repeated: by themselves, or on request.

use std::sync::Arc;

use entity::{Clock, Ids, ManualClock, SystemClock};
use serde_json::{Value, json};
use server::Options;

use crate::harness::{
    Answer, Instance, Received, TestApp, ThirdParty, User, definition, eventually, list, text,
};

struct Story {
    shop: ThirdParty,
    owner: User,
    instance: Instance,
    clock: Arc<ManualClock>,
    _app: TestApp,
}

impl Story {
    /// The third party fails, and time stands still.
    async fn begin() -> Self {
        Self::within(|_| {}).await
    }

    async fn within(set: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::starting_at(SystemClock.now()));
        let app = TestApp::start_with(|options| {
            set(options);
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
        })
        .await;
        let shop = ThirdParty::start().await;
        let owner = app.organization("acme").await;
        let config = [("Shop", &*shop.url(""))];
        let instance = owner.deployed(&definition("queues"), &config).await;
        let story = Self { shop, owner, instance, clock, _app: app };
        story.fail(true);
        story
    }

    fn fail(&self, fails: bool) {
        let status = if fails { 500 } else { 200 };
        self.shop.answer("/orders", Answer { status, ..Answer::default() });
    }

    async fn order(&self, flow: &str, id: &str) -> String {
        self.clock.advance_seconds(1);
        let call = self.owner.http().post(self.instance.url(flow)).header("X-Order", id);
        let answer = self.owner.call(call.json(&json!({ "id": id }))).await;
        let id = text(&answer.json(), "/executionId");
        self.owner.ended(&id).await;
        id
    }

    async fn execution(&self, id: &str) -> Value {
        let document = "query ($id: ID!) { executionResult(id: $id) {
            status resultType error endedAt retryCount maxRetryCount retryNextAt
            retryUniqueRequestId canceledByExecution { id } retryForExecution { id }
            retryAttempts(sortBy: [{ field: STARTED_AT, direction: ASC }]) { nodes {
                id status error resultType retryCount retryNextAt startedAt endedAt
                canceledByExecution { id } retryForExecution { id } } } } }";
        self.owner.query_with(document, &json!({ "id": id })).await["executionResult"].clone()
    }

    /// Minutes from now to the next attempt, which must be the last of those of `first`.
    async fn next_in_minutes(&self, first: &str, attempt: usize) -> i64 {
        let execution = self.execution(first).await;
        let attempts = list(&execution, "/retryAttempts/nodes");
        assert_eq!(attempts.len(), attempt, "{execution:#}");
        let failed = if attempt == 1 { &execution } else { &attempts[attempt - 2] };
        let next = &attempts[attempt - 1];
        assert_eq!(next["status"], "QUEUED");
        assert_eq!(failed["retryNextAt"], next["startedAt"], "the failed one says when");
        let at =
            chrono::DateTime::parse_from_rfc3339(&text(failed, "/retryNextAt")).expect("a time");
        (at.timestamp_micros() - self.clock.now().0) / 60_000_000
    }

    async fn attempt_ended(&self, first: &str, attempt: usize) {
        eventually(&format!("the end of attempt {attempt}"), async || {
            let execution = self.execution(first).await;
            let ended = execution["retryAttempts"]["nodes"][attempt - 1]["endedAt"].clone();
            (!ended.is_null()).then_some(())
        })
        .await;
    }
}

/// Proves R091, R092, R093, R094, R095, R096, R098.
#[tokio::test]
async fn a_failed_execution_is_repeated_until_it_goes_well() {
    let story = Story::begin().await;
    let first = story.order("Persistent", "o1").await;
    let execution = story.execution(&first).await;
    assert_eq!(execution["maxRetryCount"], 3);
    assert_eq!(execution["retryUniqueRequestId"], "o1");
    assert_eq!(story.next_in_minutes(&first, 1).await, 3);

    story.clock.advance_seconds(4 * 60);
    story.attempt_ended(&first, 1).await;
    assert_eq!(story.next_in_minutes(&first, 2).await, 6);
    let execution = story.execution(&first).await;
    assert_eq!(execution["retryNextAt"], Value::Null, "it has been repeated");

    story.fail(false);
    story.clock.advance_seconds(7 * 60);
    story.attempt_ended(&first, 2).await;
    let execution = story.execution(&first).await;
    let attempts = list(&execution, "/retryAttempts/nodes");
    let shown = |name: &str| attempts.iter().map(|one| one[name].clone()).collect::<Vec<_>>();
    assert_eq!(shown("status"), ["ERROR", "SUCCESS"]);
    assert_eq!(shown("retryCount"), [1, 2]);
    assert!(attempts.iter().all(|one| one["retryForExecution"]["id"] == *first));
    let received = story.shop.received("/orders");
    let bodies: Vec<_> = received.iter().map(Received::json).collect();
    assert_eq!(bodies, vec![json!({ "id": "o1" }); 3], "the same payload each time: {execution:#}");

    let marked = "{ executionResults(retryForExecution_Isnull: false) { totalCount } }";
    assert_eq!(story.owner.query(marked).await["executionResults"]["totalCount"], 2);
}

/// Proves R099: whoever watches failures hears of one when nothing is tried any more.
#[tokio::test]
async fn a_failure_counts_when_no_attempt_follows() {
    let story = Story::begin().await;
    let failing = async || {
        let document = "query ($id: ID!) { instance(id: $id) { inFailedState
                flowConfigs(inFailedState: true) { totalCount } }
            failed: instances(inFailedState: true) { totalCount }
            well: instances(inFailedState: false, isSystem: false) { totalCount } }";
        let data = story.owner.query_with(document, &json!({ "id": story.instance.id })).await;
        let is_failing = data["instance"]["inFailedState"].as_bool().unwrap();
        let count = i32::from(is_failing);
        assert_eq!(data["instance"]["flowConfigs"]["totalCount"], count, "{data:#}");
        assert_eq!(data["failed"]["totalCount"], count, "{data:#}");
        assert_eq!(data["well"]["totalCount"], 1 - count, "{data:#}");
        is_failing
    };
    assert!(!failing().await, "nothing ran yet");
    let first = story.order("By Header", "o1").await;
    assert!(!failing().await, "an attempt waits");
    story.clock.advance_seconds(6 * 60);
    story.attempt_ended(&first, 1).await;
    assert!(failing().await, "that was the last attempt");
    story.fail(false);
    story.order("By Header", "o2").await;
    assert!(!failing().await, "it works again");
}

#[tokio::test]
async fn attempts_have_an_end() {
    let story = Story::begin().await;
    let first = story.order("By Header", "o1").await;
    assert_eq!(story.next_in_minutes(&first, 1).await, 5);
    story.clock.advance_seconds(6 * 60);
    story.attempt_ended(&first, 1).await;
    let execution = story.execution(&first).await;
    assert_eq!(list(&execution, "/retryAttempts/nodes").len(), 1);
    assert_eq!(execution["retryAttempts"]["nodes"][0]["retryNextAt"], Value::Null);
}

/// Proves R185: an installation can offer less than flows ask for.
#[tokio::test]
async fn an_installation_that_repeats_nothing_says_so() {
    let story = Story::within(|options| options.retries_max = 0).await;
    let first = story.order("By Header", "o1").await;
    let execution = story.execution(&first).await;
    assert_eq!((&execution["status"], &execution["maxRetryCount"]), (&json!("ERROR"), &json!(0)));
    assert_eq!(execution["retryNextAt"], Value::Null);
    assert!(list(&execution, "/retryAttempts/nodes").is_empty());
}

/// Proves R100, R101, R102.
#[tokio::test]
async fn a_newer_call_with_the_same_id_cancels_waiting_attempts() {
    let story = Story::begin().await;
    for flow in ["Persistent", "By Header"] {
        let older = story.order(flow, "o1").await;
        let other = story.order(flow, "o2").await;
        let newer = story.order(flow, "o1").await;
        let older = story.execution(&older).await;
        assert_eq!(older["retryNextAt"], Value::Null, "{older:#}");
        assert_eq!(older["canceledByExecution"]["id"], *newer);
        let attempt = &older["retryAttempts"]["nodes"][0];
        assert_eq!(attempt["resultType"], "CANCELED_AS_DUPLICATE");
        assert_eq!(attempt["canceledByExecution"]["id"], *newer);
        for id in [other, newer] {
            assert_ne!(story.execution(&id).await["retryNextAt"], Value::Null);
        }
    }
}

/// A fix that is deployed while an attempt waits reaches it.
#[tokio::test]
async fn an_attempt_runs_what_is_deployed_then() {
    let story = Story::begin().await;
    let first = story.order("Persistent", "o1").await;
    let elsewhere = ThirdParty::start().await;
    let document = "mutation ($id: ID!, $shop: String!) {
        updateInstanceConfigVariables(input: { id: $id,
            configVariables: [{ key: \"Shop\", value: $shop }] }) { errors { field messages } } }";
    let variables = json!({ "id": story.instance.id, "shop": elsewhere.url("") });
    story.owner.query_with(document, &variables).await;
    story.owner.deploy(&story.instance).await;
    story.clock.advance_seconds(4 * 60);
    story.attempt_ended(&first, 1).await;
    assert_eq!(elsewhere.received("/orders").len(), 1);
}

/// Who waits for the answer hears of the failure; nobody repeats it behind their back.
#[tokio::test]
async fn synchronous_calls_are_not_repeated() {
    let story = Story::begin().await;
    let url = story.instance.url("Persistent");
    let call = story.owner.http().post(url).header("prismatic-synchronous", "true");
    let answer = story.owner.call(call.json(&json!({ "id": "o1" }))).await;
    assert_eq!(answer.status, 400);
    let id = answer.header("prismatic-executionid");
    let execution = story.execution(id).await;
    assert_eq!((&execution["maxRetryCount"], &execution["retryNextAt"]), (&json!(0), &Value::Null));
    assert!(list(&execution, "/retryAttempts/nodes").is_empty());
}

/// Proves R103.
#[tokio::test]
async fn failed_executions_are_replayed_by_a_filter() {
    let story = Story::begin().await;
    let mut failed = Vec::new();
    for id in ["o1", "o2", "o3"] {
        failed.push(story.order("By Header", id).await);
    }
    story.clock.advance_seconds(6 * 60);
    for first in &failed {
        story.attempt_ended(first, 1).await;
    }
    story.fail(false);
    let replay = async || {
        let document = "mutation ($instance: ID) {
            replayFailedExecutions(input: { instance: $instance }) {
                replayed { executionIds refused hasMore } errors { field messages } } }";
        let variables = json!({ "instance": story.instance.id });
        let data = story.owner.query_with(document, &variables).await;
        data["replayFailedExecutions"]["replayed"].clone()
    };
    let replayed = replay().await;
    assert_eq!((&replayed["hasMore"], &replayed["refused"]), (&json!(false), &json!([])));
    let ids = list(&replayed, "/executionIds");
    assert_eq!(ids.len(), 3);
    for id in ids {
        assert!(story.owner.ended(id.as_str().unwrap()).await["error"].is_null());
    }
    assert_eq!(replay().await["executionIds"], json!([]), "nothing is repeated twice");
}
