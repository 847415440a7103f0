//! Flows that start by the clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use entity::{DbUrl, Ids, ManualClock, Timestamp, schedule};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Instance, TestApp, ThirdParty, User, definition, eventually, list, text,
};

/// A server whose clock stands still until a story moves it.
struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    database_url: Option<DbUrl>,
    owner: User,
}

impl Story {
    /// Begins at this time, such as `2026-11-20T07:58:00Z`.
    async fn begins(time: &str) -> Self {
        let time = chrono::DateTime::parse_from_rfc3339(time).unwrap().to_utc();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from(time)));
        let mut database_url = None;
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
            database_url.clone_from(&options.database_url);
        })
        .await;
        let owner = app.organization("acme").await;
        Self { app, clock, database_url, owner }
    }

    /// Another server on the same database, where others may use it.
    async fn another_node(&self) -> Option<TestApp> {
        let url = self.database_url.clone()?;
        let node = TestApp::start_with(|options| {
            options.clock = self.clock.clone();
            options.ids = Ids::random(self.clock.clone());
            options.database_url = Some(url);
        });
        Some(node.await)
    }

    fn minutes_pass(&self, minutes: i64) {
        self.clock.advance_seconds(minutes * 60);
    }

    /// How often each flow of an instance has run by the clock, once its flow `beat` has run so
    /// often. What is due at one time is queued together, so that nothing is still to come then.
    async fn runs(&self, instance: &Instance, beat: (&str, usize)) -> BTreeMap<String, usize> {
        let document = "query ($instance: ID!) { executionResults(instance: $instance) {
            nodes { invokeType flow { name } } } }";
        let variables = json!({ "instance": instance.id });
        eventually(&format!("{} runs of {}", beat.1, beat.0), async || {
            let data = self.owner.query_with(document, &variables).await;
            let mut runs = BTreeMap::new();
            for node in list(&data, "/executionResults/nodes") {
                assert_eq!(node["invokeType"], "SCHEDULED");
                *runs.entry(text(node, "/flow/name")).or_default() += 1;
            }
            (runs.get(beat.0) >= Some(&beat.1)).then_some(runs)
        })
        .await
    }

    /// What the last run of a flow wrote to its log.
    async fn lines(&self, instance: &Instance, flow: &str) -> Vec<String> {
        let document = "query ($config: ID!) { executionResults(flowConfig: $config, first: 1,
            orderBy: { field: STARTED_AT, direction: DESC }) { nodes { id } } }";
        let variables = json!({ "config": instance.flow_config(flow) });
        let data = self.owner.query_with(document, &variables).await;
        let id = text(&data, "/executionResults/nodes/0/id");
        let end = self.owner.ended(&id).await;
        list(&end, "/logs/nodes").iter().map(|line| text(line, "/message")).collect()
    }

    /// The problems of a mutation, as text.
    async fn change(&self, mutation: &str, input: &Value) -> Vec<String> {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!(
            "mutation ($input: {kind}!) {{
                {mutation}(input: $input) {{ errors {{ field messages }} }} }}"
        );
        self.owner.ask(&document, &json!({ "input": input })).await.problems(mutation)
    }

    async fn configure(&self, instance: &Instance, value: &str, zone: &str) -> Vec<String> {
        let variable =
            json!({ "key": "When", "value": value, "scheduleType": "custom", "timeZone": zone });
        let input = json!({ "id": instance.id, "configVariables": [variable] });
        self.change("updateInstanceConfigVariables", &input).await
    }

    async fn enable(&self, instance: &Instance, enabled: bool) {
        let input = json!({ "id": instance.id, "enabled": enabled });
        assert!(self.change("updateInstance", &input).await.is_empty());
    }
}

fn counts(runs: &[(&str, usize)]) -> BTreeMap<String, usize> {
    runs.iter().map(|(flow, count)| ((*flow).to_owned(), *count)).collect()
}

/// Proves R027, R059, R060, R061.
#[tokio::test]
async fn every_kind_of_schedule_runs_at_its_times_for_every_customer() {
    // A Friday; in Berlin it is 02:20 in winter.
    let story = Story::begins("2026-11-20T01:20:00Z").await;
    let version = story.owner.publish(&story.owner.import(&definition("schedules")).await).await;
    let mut instances = Vec::new();
    for name in ["Initech", "Globex"] {
        let customer = story.owner.create_customer(name).await;
        let instance = story.owner.create_instance(&version, &customer, &[]).await;
        story.owner.deploy(&instance).await;
        instances.push(instance);
    }
    for instance in &instances {
        assert_eq!(story.runs(instance, ("Once", 1)).await, counts(&[("Once", 1)]));
    }
    let mut expected = BTreeMap::from([("Once", 1)]);
    // Minutes until something new, and what runs then beside `Minute`.
    let times: [(i64, &[&str]); 6] = [
        (1, &[]),
        (9, &["Ten", "Day"]),
        (30, &["Ten", "Hour"]),
        // Eight in the morning.
        (360, &["Ten", "Hour", "Office"]),
        (5, &["Office"]),
        // Sunday at ten.
        (2 * 24 * 60 + 115, &["Ten", "Hour", "Week"]),
    ];
    for (index, (minutes, flows)) in times.into_iter().enumerate() {
        story.minutes_pass(minutes);
        for flow in flows.iter().chain(&["Minute"]) {
            *expected.entry(*flow).or_default() += 1;
        }
        for instance in &instances {
            let found = story.runs(instance, ("Minute", index + 1)).await;
            let expected: Vec<_> = expected.iter().map(|(flow, count)| (*flow, *count)).collect();
            assert_eq!(found, counts(&expected), "after {index}");
        }
    }
    let lines = story.lines(&instances[0], "Week").await;
    assert!(lines.contains(&"Scheduled: ".to_owned()), "{lines:?}");
    story.app.stop().await;
}

/// Proves R046, R062.
#[tokio::test]
async fn customers_say_when_in_their_own_time_zone() {
    let story = Story::begins("2026-03-28T12:00:00Z").await;
    let version = story.owner.publish(&story.owner.import(&definition("own-schedule")).await).await;
    let mut instances = Vec::new();
    for (name, zone) in [("Initech", "Europe/Berlin"), ("Globex", "America/New_York")] {
        let customer = story.owner.create_customer(name).await;
        let instance = story.owner.create_instance(&version, &customer, &[]).await;
        assert!(story.configure(&instance, "30 2 * * *", zone).await.is_empty());
        story.owner.deploy(&instance).await;
        instances.push(instance);
    }
    for (value, zone, message) in [
        ("30 2 * *", "UTC", "it needs five fields"),
        ("0 0 31 4 *", "UTC", "none of its months has such a day"),
        ("0 0 * * *", "Europe/Atlantis", "there is no time zone `Europe/Atlantis`"),
    ] {
        let errors = story.configure(&instances[0], value, zone).await.concat();
        assert!(errors.contains("When: ") && errors.contains(message), "{errors}");
    }
    // In Berlin, 02:30 is left out that night: the flow runs when the clock shows 03:00.
    let times = [("2026-03-29T00:59:00Z", 0, 0), ("2026-03-29T01:00:00Z", 1, 0)];
    let times = times.into_iter().chain([("2026-03-29T06:30:00Z", 1, 1)]);
    for (beats, (time, berlin, new_york)) in (1..).zip(times) {
        let time = chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp();
        story.clock.advance_seconds(time - story.app.env().now().0 / 1_000_000);
        for (instance, count) in instances.iter().zip([berlin, new_york]) {
            let runs = story.runs(instance, ("Beat", beats)).await;
            assert_eq!(runs.get("Theirs").copied().unwrap_or_default(), count, "{beats}");
        }
    }
    // A new configuration counts from its deployment on.
    assert!(story.configure(&instances[0], "*/2 * * * *", "").await.is_empty());
    story.minutes_pass(2);
    assert_eq!(story.runs(&instances[0], ("Beat", 4)).await["Theirs"], 1);
    story.owner.deploy(&instances[0]).await;
    story.minutes_pass(2);
    assert_eq!(story.runs(&instances[0], ("Beat", 5)).await["Theirs"], 2);
    story.app.stop().await;
}

/// Proves R015, R066.
#[tokio::test]
async fn paused_and_deleted_instances_miss_their_times_for_good() {
    let story = Story::begins("2026-11-20T10:05:00Z").await;
    let instance = story.owner.deployed(&definition("schedules"), &[]).await;
    let other = {
        let data = story.owner.query("{ integrations { nodes { id } } }").await;
        let customer = story.owner.create_customer("Globex").await;
        let draft = text(&data, "/integrations/nodes/0/id");
        story.owner.create_instance(&draft, &customer, &[]).await
    };
    story.owner.deploy(&other).await;
    story.runs(&instance, ("Once", 1)).await;
    story.enable(&instance, false).await;
    story.minutes_pass(12);
    let missed = [("Minute", 1), ("Office", 1), ("Once", 1), ("Ten", 1)];
    assert_eq!(story.runs(&other, ("Minute", 1)).await, counts(&missed));
    story.enable(&instance, true).await;
    story.minutes_pass(1);
    let since = [("Minute", 1), ("Once", 1)];
    assert_eq!(story.runs(&instance, ("Minute", 1)).await, counts(&since));

    // On demand, and once more for a new deployment.
    let document = "mutation ($id: ID!) { testInstanceFlowConfig(input: { id: $id }) {
        testInstanceFlowConfigResult { execution { id } } errors { field messages } } }";
    let variables = json!({ "id": instance.flow_config("Week") });
    let data = story.owner.query_with(document, &variables).await;
    let execution =
        text(&data, "/testInstanceFlowConfig/testInstanceFlowConfigResult/execution/id");
    assert!(story.owner.ended(&execution).await["error"].is_null());
    story.owner.deploy(&other).await;
    story.runs(&other, ("Once", 2)).await;

    let document = "mutation ($id: ID!) { deleteInstance(input: { id: $id }) {
        instance { id } errors { field messages } } }";
    story.owner.query_with(document, &json!({ "id": instance.id })).await;
    story.minutes_pass(1);
    assert!(story.runs(&other, ("Minute", 3)).await["Minute"] == 3);
    let data = story.owner.query("{ executionResults { nodes { instance { id } } } }").await;
    let left = list(&data, "/executionResults/nodes");
    assert!(left.iter().all(|node| node["instance"]["id"] == other.id.as_str()), "{data}");
    story.app.stop().await;
}

#[tokio::test]
async fn after_an_outage_only_the_last_slot_runs_unless_it_is_long_over() {
    let story = Story::begins("2026-11-20T00:55:00Z").await;
    let instance = story.owner.deployed(&definition("schedules"), &[]).await;
    story.runs(&instance, ("Once", 1)).await;
    // At 03:44:30, two of `Ten` would have come since 03:20 alone; `Day` was due at 01:30.
    story.clock.advance_seconds(169 * 60 + 30);
    let expected = [("Minute", 1), ("Once", 1), ("Ten", 1)];
    assert_eq!(story.runs(&instance, ("Minute", 1)).await, counts(&expected));
    let lines = story.lines(&instance, "Ten").await;
    let late = "Scheduled for 2026-11-20 03:40 UTC, started 270 s later; \
                16 earlier ones were skipped";
    assert!(lines.contains(&late.to_owned()), "{lines:?}");
    story.clock.advance_seconds(30);
    let expected = [("Minute", 2), ("Once", 1), ("Ten", 1)];
    assert_eq!(story.runs(&instance, ("Minute", 2)).await, counts(&expected));
    story.app.stop().await;
}

/// The clock is set forward as after an outage; set back, no slot comes a second time.
#[tokio::test]
async fn a_clock_that_is_set_brings_no_slot_twice_and_stops_nothing() {
    let story = Story::begins("2026-11-20T08:00:30Z").await;
    let instance = story.owner.deployed(&definition("schedules"), &[]).await;
    story.minutes_pass(1);
    story.runs(&instance, ("Minute", 1)).await;
    story.minutes_pass(60);
    let ahead = [("Minute", 2), ("Office", 1), ("Once", 1), ("Ten", 1)];
    assert_eq!(story.runs(&instance, ("Minute", 2)).await, counts(&ahead));
    story.minutes_pass(-60);
    // What is deployed now runs by the time that it is now.
    let data = story.owner.query("{ integrations { nodes { id } } }").await;
    let customer = story.owner.create_customer("Globex").await;
    let draft = text(&data, "/integrations/nodes/0/id");
    let other = story.owner.create_instance(&draft, &customer, &[]).await;
    story.owner.deploy(&other).await;
    for minute in 1..=3 {
        story.minutes_pass(1);
        story.runs(&other, ("Minute", minute)).await;
        assert_eq!(story.runs(&instance, ("Minute", 2)).await, counts(&ahead));
    }
    story.minutes_pass(58);
    let runs = story.runs(&instance, ("Minute", 3)).await;
    assert_eq!((runs["Minute"], runs["Ten"]), (3, 1));
    story.app.stop().await;
}

#[tokio::test]
async fn each_slot_comes_once_however_many_servers_there_are() {
    let story = Story::begins("2026-11-20T00:00:30Z").await;
    let mut nodes = Vec::new();
    let instance = story.owner.deployed(&definition("schedules"), &[]).await;
    for _ in 0..3 {
        nodes.extend(story.another_node().await);
    }
    for minute in 1..=9 {
        story.minutes_pass(1);
        let runs = story.runs(&instance, ("Minute", minute)).await;
        assert_eq!(runs, counts(&[("Minute", minute), ("Once", 1)]));
    }
    for node in nodes {
        node.stop().await;
    }
    story.app.stop().await;
}

/// Whatever took the next slot away, it is found out.
#[tokio::test]
async fn a_schedule_that_lost_its_next_slot_gets_it_back() {
    let story = Story::begins("2026-11-20T08:00:30Z").await;
    let instance = story.owner.deployed(&definition("schedules"), &[]).await;
    story.minutes_pass(1);
    story.runs(&instance, ("Minute", 1)).await;
    forget_slots(&story.app).await;
    story.minutes_pass(60);
    eventually("the next slots", async || slots_are_known(&story.app).await.then_some(())).await;
    story.minutes_pass(1);
    let runs = story.runs(&instance, ("Minute", 2)).await;
    assert_eq!(runs, counts(&[("Minute", 2), ("Once", 1)]));
    story.app.stop().await;
}

#[expect(clippy::disallowed_methods, reason = "breaks the rows, of whomever")]
async fn forget_slots(app: &TestApp) {
    let forget = schedule::Entity::update_many()
        .col_expr(schedule::Column::NextAt, Expr::value(None::<i64>));
    forget.exec(app.env().db.writer()).await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "looks at the rows, of whomever")]
async fn slots_are_known(app: &TestApp) -> bool {
    let rows = schedule::Entity::find().all(app.env().db.read()).await.unwrap();
    rows.iter().filter(|row| !row.cron.is_empty()).all(|row| row.next_at.is_some())
}

/// A slot that comes while the flow still runs is dropped, and on record.
#[tokio::test]
async fn a_singleton_never_runs_twice_at_once() {
    let story = Story::begins("2026-11-20T08:00:30Z").await;
    let shop = ThirdParty::start().await;
    let slow = Answer { after: Duration::from_millis(1_500), ..Answer::default() };
    shop.answer("/slow", slow);
    let config = [("Shop", &*shop.url(""))];
    let instance = story.owner.deployed(&definition("singleton"), &config).await;
    for minute in 1..=3 {
        story.minutes_pass(1);
        story.runs(&instance, ("Together", minute)).await;
    }
    let runs = story.runs(&instance, ("Alone", 3)).await;
    assert_eq!(runs, counts(&[("Alone", 3), ("Together", 3)]));
    let document = "query ($config: ID!) { executionResults(flowConfig: $config,
        sortBy: [{ field: STARTED_AT, direction: ASC }]) {
        nodes { id resultType canceledByExecution { id } } } }";
    let variables = json!({ "config": instance.flow_config("Alone") });
    let data = story.owner.query_with(document, &variables).await;
    let [first, second, third] = list(&data, "/executionResults/nodes") else { panic!("{data}") };
    for dropped in [second, third] {
        assert_eq!(dropped["resultType"], "CANCELED_AS_DUPLICATE");
        assert_eq!(dropped["canceledByExecution"]["id"], first["id"]);
    }
    story.owner.ended(&text(first, "/id")).await;
    story.minutes_pass(1);
    shop.wait_for("/slow", 6).await;
}
