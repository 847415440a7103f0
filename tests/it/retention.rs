//! History is kept as long as it has to be, and no longer.

mod disk;
mod limits;

use std::sync::Arc;
use std::time::Duration;

use entity::{Ids, ManualClock, Timestamp};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use server::Options;

use crate::harness::{Answer, Instance, TestApp, ThirdParty, User, definition, eventually, text};

const DAY: i64 = 24 * 60 * 60;

/// A payload that is an object of its own.
const LARGE: usize = 40_000;

/// A server whose clock stands still until a story moves it.
struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    shop: ThirdParty,
    owner: User,
    instance: Instance,
}

/// What is left of an execution.
#[derive(Debug, Eq, PartialEq)]
enum Kept {
    Everything,
    Record,
    Nothing,
}

impl Story {
    async fn begin(change: impl FnOnce(&mut Options)) -> Self {
        let time = chrono::DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap().to_utc();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from(time)));
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
            change(options);
        })
        .await;
        let shop = ThirdParty::start().await;
        let owner = app.organization("acme").await;
        let instance = owner.deployed(&definition("queues"), &[("Shop", &shop.url(""))]).await;
        Self { app, clock, shop, owner, instance }
    }

    /// Calls a flow with a body of about so many bytes; returns the execution's id.
    async fn call(&self, bytes: usize) -> String {
        let body = json!({ "id": "x".repeat(bytes) });
        let answer = self.owner.trigger(self.instance.url("At Once"), &body).await;
        text(&answer.json(), "/executionId")
    }

    /// As [`Story::call`], and waits for the end.
    async fn run(&self, bytes: usize) -> String {
        let execution = self.call(bytes).await;
        self.owner.ended(&execution).await;
        execution
    }

    /// Lets the clock go on, tokens included.
    async fn days_pass(&mut self, days: i64) {
        self.clock.advance_seconds(days * DAY);
        let found = domain::user::by_email(self.app.env(), &self.owner.email).await.unwrap();
        let token = domain::token::issue(self.app.env(), &found.unwrap()).unwrap();
        self.owner.token = Some(token);
    }

    async fn replay(&self, execution: &str) -> Result<String, Vec<String>> {
        let document = "mutation ($id: ID!) { replayExecution(input: { id: $id }) {
            instanceExecutionResult { id } errors { field messages } } }";
        let reply = self.owner.ask(document, &json!({ "id": execution })).await;
        let problems = reply.problems("replayExecution");
        if problems.is_empty() {
            let pointer = "/data/replayExecution/instanceExecutionResult/id";
            return Ok(text(&reply.body, pointer));
        }
        Err(problems)
    }

    /// Null where there is no such execution.
    async fn shown(&self, execution: &str) -> Value {
        let document = "query ($id: ID!) { executionResult(id: $id) { status requestPayloadUrl
            stepResults { totalCount } logs { totalCount } } }";
        let reply = self.owner.ask(document, &json!({ "id": execution })).await;
        reply.body["data"]["executionResult"].clone()
    }

    async fn kept(&self, execution: &str) -> Kept {
        let shown = self.shown(execution).await;
        if shown.is_null() {
            return Kept::Nothing;
        }
        assert_eq!(shown["status"], "SUCCESS");
        let request = self.owner.get(&text(&shown, "/requestPayloadUrl")).await;
        let counts = (&shown["stepResults"]["totalCount"], &shown["logs"]["totalCount"]);
        match request.status {
            200 if counts == (&json!(2), &json!(3)) => Kept::Everything,
            404 if counts == (&json!(0), &json!(0)) => {
                assert_eq!(request.json()["error"], "The result is no longer there.");
                Kept::Record
            }
            _ => panic!("in between: {shown:#}, {request:?}"),
        }
    }

    /// Waits until this is left of an execution.
    async fn becomes(&self, execution: &str, expected: Kept) {
        eventually(&format!("{expected:?} is left of {execution}"), async || {
            let shown = self.shown(execution).await;
            let counts = (&shown["stepResults"]["totalCount"], &shown["logs"]["totalCount"]);
            let found = match counts {
                _ if shown.is_null() => Kept::Nothing,
                (Value::Number(steps), Value::Number(lines))
                    if steps.as_i64() == Some(0) && lines.as_i64() == Some(0) =>
                {
                    Kept::Record
                }
                _ => Kept::Everything,
            };
            (found == expected).then_some(())
        })
        .await;
        assert_eq!(self.kept(execution).await, expected);
    }

    /// Waits until at least so many bytes are counted.
    async fn is_counted(&self, bytes: usize) {
        let db = &self.app.env().db;
        let sql = "SELECT CAST(SUM(bytes) AS BIGINT) FROM \"history_size\"";
        eventually("what was written is counted", async || {
            let statement = Statement::from_string(db.backend(), sql);
            let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
            let sum: Option<i64> = row.try_get_by_index(0).unwrap();
            (sum >= i64::try_from(bytes).ok()).then_some(())
        })
        .await;
    }

    /// How many executions have objects.
    fn places(&self) -> usize {
        let owners = std::fs::read_dir(self.app.payloads()).unwrap();
        owners.map(|owner| std::fs::read_dir(owner.unwrap().path()).unwrap().count()).sum()
    }

    async fn places_become(&self, expected: usize) {
        let what = format!("{expected} executions with objects");
        eventually(&what, async || (self.places() == expected).then_some(())).await;
    }
}

/// Proves R115.
#[tokio::test]
async fn contents_go_before_executions_and_the_oldest_go_first() {
    let mut story = Story::begin(|_| ()).await;
    let old = story.run(LARGE).await;
    story.days_pass(7).await;
    let young = story.run(10).await;
    story.days_pass(8).await;
    let new = story.run(LARGE).await;
    story.becomes(&old, Kept::Record).await;
    assert_eq!(story.kept(&young).await, Kept::Everything);
    story.places_become(1).await;
    let refused = story.replay(&old).await.unwrap_err();
    assert_eq!(refused, ["id: \"What started this execution is not kept any longer.\""]);

    story.days_pass(76).await;
    story.becomes(&old, Kept::Nothing).await;
    story.becomes(&young, Kept::Record).await;
    story.becomes(&new, Kept::Record).await;
    story.places_become(0).await;
    story.app.stop().await;
}

#[tokio::test]
async fn repetitions_keep_the_payload_they_share() {
    let mut story = Story::begin(|_| ()).await;
    let original = story.run(LARGE).await;
    story.days_pass(10).await;
    let replay = story.replay(&original).await.unwrap();
    story.owner.ended(&replay).await;
    story.days_pass(5).await;
    story.becomes(&original, Kept::Record).await;
    assert_eq!(story.kept(&replay).await, Kept::Everything);

    // The payload is handed on, also to what repeats a repetition.
    let second = story.replay(&replay).await.unwrap();
    story.owner.ended(&second).await;
    story.days_pass(10).await;
    story.becomes(&replay, Kept::Record).await;
    assert_eq!(story.kept(&second).await, Kept::Everything);
    story.days_pass(5).await;
    story.becomes(&second, Kept::Record).await;
    story.places_become(0).await;
    story.app.stop().await;
}

#[tokio::test]
async fn what_goes_on_is_kept_until_it_has_ended() {
    let mut story = Story::begin(|_| ()).await;
    let after = Duration::from_secs(4);
    story.shop.answer("/orders", Answer { after, ..Answer::default() });
    let slow = story.call(LARGE).await;
    story.shop.wait_for("/orders", 1).await;
    story.shop.answer("/orders", Answer::default());
    let quick = story.run(10).await;
    story.days_pass(100).await;
    story.becomes(&quick, Kept::Nothing).await;
    let running = story.shown(&slow).await;
    assert_eq!(running["status"], "PENDING");
    let request = story.owner.get(&text(&running, "/requestPayloadUrl")).await;
    assert_eq!(request.status, 200);

    story.owner.ended(&slow).await;
    assert_eq!(story.shown(&slow).await["status"], "SUCCESS");
    story.days_pass(1).await;
    story.becomes(&slow, Kept::Nothing).await;
    story.places_become(0).await;
    story.app.stop().await;
}

#[tokio::test]
async fn too_many_bytes_take_the_oldest_executions() {
    let mut story = Story::begin(|options| options.retention.bytes_max = 380_000).await;
    let mut runs = Vec::new();
    for days in 1..=3 {
        // Beside the row and in it: as payload, and twice in the result of the trigger.
        runs.push([story.run(LARGE).await, story.run(5_000).await]);
        story.is_counted(days * 3 * (LARGE + 5_000)).await;
        story.days_pass(1).await;
    }
    story.becomes(&runs[0][0], Kept::Nothing).await;
    story.becomes(&runs[0][1], Kept::Nothing).await;
    story.days_pass(1).await;
    story.places_become(2).await;
    for run in runs[1..].iter().flatten() {
        assert_eq!(story.kept(run).await, Kept::Everything);
    }
    story.app.stop().await;
}

/// What a call of the flow leaves: step results and log lines.
async fn left(story: &Story) -> (Value, Value) {
    let shown = story.shown(&story.run(LARGE).await).await;
    (shown["stepResults"]["totalCount"].clone(), shown["logs"]["totalCount"].clone())
}

async fn profile(story: &Story, input: &str) -> String {
    let document = format!(
        "mutation ($instance: ID!) {{ createInstanceProfile(input: {{ {input} }}) {{
            instanceProfile {{ id }} errors {{ field messages }} }}
            instance: updateInstance(input: {{ id: $instance }}) {{ errors {{ messages }} }} }}"
    );
    let variables = json!({ "instance": story.instance.id });
    let data = story.owner.query_with(&document, &variables).await;
    text(&data, "/createInstanceProfile/instanceProfile/id")
}

#[tokio::test]
async fn profiles_say_what_is_written_and_how_long_it_is_kept() {
    let mut story = Story::begin(|_| ()).await;
    assert_eq!(left(&story).await, (json!(2), json!(3)));
    let quiet = "name: \"Quiet\", isDefaultProfile: true, logsDisabled: true,
        stepResultsDisabled: true";
    let quiet = profile(&story, quiet).await;
    assert_eq!(left(&story).await, (json!(0), json!(0)));
    story.places_become(2).await;

    let own = "name: \"Own\", instance: $instance, contentsDays: 3";
    let own = profile(&story, own).await;
    let document = "query ($id: ID!) { instance(id: $id) { profile { id scope contentsDays } }
        instanceProfiles(isDefaultProfile: true) { nodes { id } } }";
    let data = story.owner.query_with(document, &json!({ "id": story.instance.id })).await;
    let expected = json!({ "id": own, "scope": "INSTANCE", "contentsDays": 3 });
    assert_eq!(data["instance"]["profile"], expected);
    assert_eq!(data["instanceProfiles"]["nodes"], json!([{ "id": quiet }]));
    assert_eq!(left(&story).await, (json!(2), json!(3)));
    story.days_pass(4).await;
    story.places_become(0).await;
    story.app.stop().await;
}
