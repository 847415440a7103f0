//! Alert monitors: what makes them go off, and who hears of it.

mod told;

use std::sync::Arc;
use std::time::Duration;

use entity::{Clock, Ids, ManualClock, SystemClock};
use serde_json::{Value, json};

use crate::harness::{
    Answer, Instance, MailServer, Prism, TestApp, ThirdParty, User, definition, eventually, list,
    text,
};

struct Story {
    app: TestApp,
    shop: ThirdParty,
    mail: MailServer,
    owner: User,
    instance: Instance,
    clock: Arc<ManualClock>,
}

impl Story {
    /// A deployed instance that nobody watches; time stands still.
    async fn begin() -> Self {
        let clock = Arc::new(ManualClock::starting_at(SystemClock.now()));
        let (shop, mail) = (ThirdParty::start().await, MailServer::start().await);
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
            options.messages.smtp_url = Some(mail.url().into());
            options.messages.mail_from = Some("Alerts <alerts@acme.test>".to_owned());
            options.messages.sms_gateway_url = Some(shop.url("/sms").into());
        })
        .await;
        let owner = app.organization("acme").await;
        let config = [("Shop", &*shop.url(""))];
        let instance = owner.deployed(&definition("alerts"), &config).await;
        Self { app, shop, mail, owner, instance, clock }
    }

    async fn trigger_id(&self, name: &str) -> String {
        let data = self.owner.query("{ alertTriggers { nodes { id name } } }").await;
        let found = list(&data, "/alertTriggers/nodes").iter().find(|it| it["name"] == name);
        text(found.unwrap_or_else(|| panic!("no trigger {name}")), "/id")
    }

    /// A monitor of the instance for one trigger; `more` is further input.
    async fn monitor(&self, trigger: &str, more: &Value) -> String {
        let mut input = json!({ "name": trigger, "instance": self.instance.id,
            "triggers": [self.trigger_id(trigger).await] });
        for (key, value) in more.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        self.change("createAlertMonitor", "alertMonitor", &input).await
    }

    async fn change(&self, mutation: &str, object: &str, input: &Value) -> String {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!(
            "mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {object} {{ id }}
                errors {{ field messages }} }} }}"
        );
        let data = self.owner.query_with(&document, &json!({ "input": input })).await;
        text(&data, &format!("/{mutation}/{object}/id"))
    }

    fn answer(&self, status: u16, after: Duration) {
        self.shop.answer("/orders", Answer { status, after, ..Answer::default() });
    }

    async fn call(&self, flow: &str) -> String {
        let answer = self.owner.trigger(self.instance.url(flow), &json!({ "id": 1 })).await;
        text(&answer.json(), "/executionId")
    }

    async fn run(&self, flow: &str) {
        let id = self.call(flow).await;
        self.owner.ended(&id).await;
    }

    /// What happened to a monitor, once there is so much of it.
    async fn events(&self, monitor: &str, count: usize) -> Vec<String> {
        let document = "query ($id: ID!) { alertMonitor(id: $id) { triggered
            events { nodes { details } } } }";
        let variables = json!({ "id": monitor });
        eventually(&format!("{count} events"), async || {
            let data = self.owner.query_with(document, &variables).await;
            let nodes = list(&data, "/alertMonitor/events/nodes");
            let is_settled = nodes.is_empty() || data["alertMonitor"]["triggered"] == true;
            (nodes.len() == count && is_settled)
                .then(|| nodes.iter().map(|node| text(node, "/details")).collect())
        })
        .await
    }
}

/// Proves R104, R107.
#[tokio::test(flavor = "multi_thread")]
async fn each_trigger_goes_off_when_it_should_and_no_other() {
    let story = Story::begin().await;
    let mut monitors = Vec::new();
    for trigger in [
        "Execution Started",
        "Execution Completed",
        "Execution Failed",
        "Execution Failed, Retry Pending",
        "Instance Disabled",
        "Instance Enabled",
    ] {
        monitors.push(story.monitor(trigger, &json!({})).await);
    }
    let severe = json!({ "logSeverityLevelCondition": 4 });
    monitors.push(story.monitor("Log Level Matched or Exceeded", &severe).await);
    let counts = async |expected: [usize; 7]| {
        for (monitor, count) in monitors.iter().zip(expected) {
            story.events(monitor, count).await;
        }
    };
    story.run("Send").await;
    counts([1, 1, 0, 0, 0, 0, 0]).await;
    story.answer(500, Duration::ZERO);
    story.run("Send").await;
    counts([2, 1, 1, 0, 0, 0, 1]).await;
    // A failure that is followed by another attempt is none yet.
    story.run("Send Again").await;
    counts([3, 1, 1, 1, 0, 0, 2]).await;
    story.clock.advance_seconds(6 * 60);
    counts([4, 1, 2, 1, 0, 0, 3]).await;
    for enabled in [false, true] {
        let input = json!({ "id": story.instance.id, "enabled": enabled });
        story.change("updateInstance", "instance", &input).await;
    }
    counts([4, 1, 2, 1, 1, 1, 3]).await;
    story.app.stop().await;
}

/// Proves R105, R106.
#[tokio::test(flavor = "multi_thread")]
async fn late_and_missing_executions_are_noticed_by_the_clock() {
    let story = Story::begin().await;
    let long = json!({ "durationSecondsCondition": 60 });
    let long = story.monitor("Execution Duration Matched or Exceeded", &long).await;
    let overdue = json!({ "executionOverdueMinutesCondition": 30 });
    let overdue = story.monitor("Execution Overdue", &overdue).await;
    story.answer(200, Duration::from_secs(3));
    let execution = story.call("Send").await;
    story.shop.wait_for("/orders", 1).await;
    story.clock.advance_seconds(59);
    story.events(&long, 0).await;
    story.clock.advance_seconds(1);
    story.events(&long, 1).await;
    // It has not ended yet.
    let document = "query ($id: ID!) { executionResult(id: $id) { endedAt } }";
    let data = story.owner.query_with(document, &json!({ "id": execution })).await;
    assert!(data["executionResult"]["endedAt"].is_null(), "{data}");
    story.owner.ended(&execution).await;
    story.events(&long, 1).await;

    story.clock.advance_seconds(29 * 60);
    story.events(&overdue, 1).await;
    // Nothing more is missing until something has run again.
    story.clock.advance_seconds(3 * 60 * 60);
    story.answer(200, Duration::ZERO);
    story.run("Send").await;
    story.events(&overdue, 1).await;
    let input = json!({ "id": story.instance.id, "enabled": false });
    story.change("updateInstance", "instance", &input).await;
    story.clock.advance_seconds(3 * 60 * 60);
    story.events(&overdue, 1).await;
    story.app.stop().await;
}

/// Proves R109.
#[tokio::test(flavor = "multi_thread")]
async fn people_and_webhooks_are_told_at_most_every_quarter_of_an_hour() {
    let story = Story::begin().await;
    let data = story.owner.query("{ authenticatedUser { id } }").await;
    let user = text(&data, "/authenticatedUser/id");
    let input = json!({ "id": user, "phone": "+4912345" });
    story.change("updateUser", "user", &input).await;
    let template = r#"{"what": "$NAME", "step": "$STEP", "why": "$DETAILS", "count": "$COUNT"}"#;
    let input = json!({ "name": "Pager", "url": story.shop.url("/pager"),
        "headers": "{\"X-Key\": \"k\"}", "payloadTemplate": template });
    let webhook = story.change("createAlertWebhook", "alertWebhook", &input).await;
    let input = json!({ "name": "On call", "users": [user], "webhooks": [webhook] });
    let group = story.change("createAlertGroup", "alertGroup", &input).await;
    let more = json!({ "name": "It \"fails\"", "groups": [group] });
    let monitor = story.monitor("Execution Failed", &more).await;

    story.answer(500, Duration::ZERO);
    story.run("Send").await;
    let told = story.shop.wait_for("/pager", 1).await;
    assert_eq!(told[0].header("x-key"), "k");
    let body = told[0].json();
    assert_eq!((&body["what"], &body["count"]), (&json!("It \"fails\""), &json!("1")));
    assert_eq!(body["step"], "Hand Over");
    let mail = story.mail.wait_for(1).await.remove(0);
    assert!(mail.contains("To: owner@acme.test") && mail.contains("Instance: Story"), "{mail}");
    assert_eq!(story.shop.wait_for("/sms", 1).await[0].json()["to"], "+4912345");

    for _ in 0..2 {
        story.clock.advance_seconds(60);
        story.run("Send").await;
    }
    story.events(&monitor, 3).await;
    story.clock.advance_seconds(12 * 60);
    assert_eq!(story.shop.received("/pager").len(), 1);
    story.clock.advance_seconds(60);
    let told = story.shop.wait_for("/pager", 2).await;
    assert_eq!(told[1].json()["count"], "2");

    story.change("clearAlertMonitor", "alertMonitor", &json!({ "id": monitor })).await;
    story.run("Send").await;
    assert_eq!(story.shop.wait_for("/pager", 3).await[2].json()["count"], "1");
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_go_with_their_triggers_and_monitors_with_their_instance() {
    let story = Story::begin().await;
    let document = "mutation ($input: CreateAlertMonitorInput!) {
        createAlertMonitor(input: $input) { errors { field messages } } }";
    let (long, failed) = ("Execution Duration Matched or Exceeded", "Execution Failed");
    let warning = "Customer Concurrency Threshold Warning";
    for (trigger, more, field) in [
        (long, json!({}), "durationSecondsCondition"),
        (long, json!({ "durationSecondsCondition": 0 }), "durationSecondsCondition"),
        (failed, json!({ "durationSecondsCondition": 9 }), "durationSecondsCondition"),
        (failed, json!({ "instance": null }), "instance"),
        (warning, json!({}), "triggers"),
    ] {
        let mut input = json!({ "name": "M", "instance": story.instance.id,
            "triggers": [story.trigger_id(trigger).await] });
        for (key, value) in more.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        let reply = story.owner.ask(document, &json!({ "input": input })).await;
        let problems = reply.problems("createAlertMonitor");
        assert!(problems.len() == 1 && problems[0].starts_with(field), "{problems:?}");
    }
    let data = story.owner.query("{ authenticatedUser { id } }").await;
    let users = json!({ "users": [text(&data, "/authenticatedUser/id")] });
    story.monitor("Instance Removed", &users).await;
    story.change("deleteInstance", "instance", &json!({ "id": story.instance.id })).await;
    let data = story.owner.query("{ alertMonitors { totalCount } }").await;
    assert_eq!(data["alertMonitors"]["totalCount"], 0);
    let mail = story.mail.wait_for(1).await.remove(0);
    assert!(mail.contains("The instance was removed."), "{mail}");
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_client_manages_alerts() {
    let story = Story::begin().await;
    let prism = Prism::new(&story.app.url(), &story.owner);
    let create = ["alerts:webhooks:create", "-n", "Pager", "-u", "https://pager.test"];
    let webhook = prism.ok(&[&create[..], &["-p", "{\"a\": \"$NAME\"}"]].concat()).await;
    let list_of = format!("[\"{webhook}\"]");
    let group = prism.ok(&["alerts:groups:create", "-n", "On call", "-w", &list_of]).await;
    let trigger = story.trigger_id("Execution Failed").await;
    let (triggers, groups) = (format!("[\"{trigger}\"]"), format!("[\"{group}\"]"));
    let create = ["alerts:monitors:create", "-n", "Failures", "-i", &story.instance.id];
    let monitor = prism.ok(&[&create[..], &["-t", &triggers, "-g", &groups]].concat()).await;
    story.answer(500, Duration::ZERO);
    story.run("Send").await;
    story.events(&monitor, 1).await;
    let monitors = prism.rows(&["alerts:monitors:list", "-x"]).await;
    assert_eq!(monitors[0]["name"], "Failures", "{monitors:?}");
    assert_eq!(prism.rows(&["alerts:events:list", &monitor]).await.len(), 1);
    assert_eq!(prism.rows(&["alerts:triggers:list"]).await.len(), 12);
    assert_eq!(prism.rows(&["alerts:webhooks:list"]).await[0]["name"], "Pager");
    prism.ok(&["alerts:monitors:clear", &monitor]).await;
    prism.ok(&["alerts:monitors:delete", &monitor]).await;
    prism.ok(&["alerts:groups:delete", &group]).await;
    prism.ok(&["alerts:webhooks:delete", &webhook]).await;
    assert!(prism.rows(&["alerts:groups:list"]).await.is_empty());
    story.app.stop().await;
}
