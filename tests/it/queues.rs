//! Calls that wait for each other: order, limits, duplicates, and taking them out again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{
    Answer, Instance, Page, TestApp, ThirdParty, User, definition, eventually, list, text,
};

struct Story {
    app: TestApp,
    shop: ThirdParty,
    owner: User,
    instance: Instance,
}

impl Story {
    /// The third party answers after `after`.
    async fn begin(after: Duration) -> Self {
        let (app, shop) = (TestApp::start().await, ThirdParty::start().await);
        shop.answer("/orders", Answer { after, ..Answer::default() });
        let owner = app.organization("acme").await;
        let config = [("Shop", &*shop.url(""))];
        let instance = owner.deployed(&definition("queues"), &config).await;
        Self { app, shop, owner, instance }
    }

    async fn call(&self, flow: &str, id: &str) -> Page {
        self.owner.trigger(self.instance.url(flow), &json!({ "id": id })).await
    }

    /// Calls a flow; returns the execution's id.
    async fn order(&self, flow: &str, id: &str) -> String {
        let answer = self.call(flow, id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        text(&answer.json(), "/executionId")
    }

    async fn stats(&self, flow: &str) -> (Value, Value) {
        let document = "query ($flow: ID!) { fifoQueueStats(flowConfigId: $flow) {
            queueLength workingSetSize workingSetItems } }";
        let flow = json!({ "flow": self.instance.flow_config(flow) });
        let stats = self.owner.query_with(document, &flow).await["fifoQueueStats"].clone();
        (stats["workingSetSize"].clone(), stats["queueLength"].clone())
    }

    async fn wait_for(&self, flow: &str, running: u32, waiting: u32) {
        let expected = (json!(running), json!(waiting));
        eventually(&format!("{running} running and {waiting} waiting"), async || {
            (self.stats(flow).await == expected).then_some(())
        })
        .await;
    }

    /// The ids that arrived at the third party, in order.
    fn arrived(&self) -> Vec<String> {
        self.shop.received("/orders").iter().map(|order| text(&order.json(), "/id")).collect()
    }

    async fn enable(&self, enabled: bool) {
        let document = "mutation ($id: ID!, $enabled: Boolean) {
            updateInstance(input: { id: $id, enabled: $enabled }) { errors { field messages } } }";
        let variables = json!({ "id": self.instance.id, "enabled": enabled });
        self.owner.query_with(document, &variables).await;
    }

    async fn execution(&self, id: &str) -> Value {
        let document = "query ($id: ID!) { executionResult(id: $id) {
            status resultType error startedAt endedAt queuedAt canceledByExecution { id } } }";
        self.owner.query_with(document, &json!({ "id": id })).await["executionResult"].clone()
    }
}

#[tokio::test]
async fn calls_run_in_the_order_in_which_they_came() {
    let story = Story::begin(Duration::from_millis(150)).await;
    let mut orders = Vec::new();
    for id in ["a", "b", "c", "d"] {
        orders.push(story.order("In Order", id).await);
    }
    story.wait_for("In Order", 1, 3).await;
    for order in &orders {
        assert!(story.owner.ended(order).await["error"].is_null());
    }
    assert_eq!(story.arrived(), ["a", "b", "c", "d"]);
    let (first, second) = (story.execution(&orders[0]).await, story.execution(&orders[1]).await);
    assert!(text(&second, "/startedAt") >= text(&first, "/endedAt"), "one at a time");
    assert!(text(&second, "/queuedAt") < text(&second, "/startedAt"));
}

#[tokio::test]
async fn only_so_many_calls_run_at_once() {
    let story = Story::begin(Duration::from_millis(600)).await;
    for id in ["a", "b", "c", "d", "e"] {
        story.order("Two At Once", id).await;
    }
    story.wait_for("Two At Once", 2, 3).await;
    story.wait_for("Two At Once", 0, 0).await;
    assert_eq!(story.arrived().len(), 5);
}

#[tokio::test]
async fn a_call_that_already_waits_is_not_queued_again() {
    let story = Story::begin(Duration::from_millis(400)).await;
    let running = story.order("In Order", "a").await;
    let waiting = story.order("In Order", "b").await;
    assert_eq!(story.order("In Order", "b").await, waiting, "the first one is named");
    assert_eq!(story.order("In Order", "a").await, running);
    story.owner.ended(&waiting).await;
    assert_eq!(story.arrived(), ["a", "b"]);

    let document = "{ executionResults(resultType: \"CANCELED_AS_DUPLICATE\") {
        nodes { status error endedAt canceledByExecution { id } } } }";
    let data = story.owner.query(document).await;
    let dropped = list(&data, "/executionResults/nodes");
    let by: Vec<_> = dropped.iter().map(|one| text(one, "/canceledByExecution/id")).collect();
    assert_eq!(by, [running, waiting.clone()]);
    assert!(dropped.iter().all(|one| one["error"].is_null() && one["status"] == "SUCCESS"));
    assert_ne!(story.order("In Order", "b").await, waiting, "it has ended, so this is news");
}

#[tokio::test]
async fn a_queued_call_hears_what_its_trigger_decides() {
    let story = Story::begin(Duration::ZERO).await;
    let answer = story.call("Answered", "a").await;
    assert_eq!((answer.status, &*answer.body), (202, "noted"));
    story.owner.ended(answer.header("prismatic-executionid")).await;
}

#[tokio::test]
async fn a_paused_instance_keeps_what_waits() {
    let story = Story::begin(Duration::from_secs(1)).await;
    let first = story.order("In Order", "a").await;
    let second = story.order("In Order", "b").await;
    story.wait_for("In Order", 1, 1).await;
    story.enable(false).await;
    story.owner.ended(&first).await;
    assert_eq!(story.call("In Order", "c").await.status, 404);
    assert_eq!(story.execution(&second).await["status"], "QUEUED");
    story.wait_for("In Order", 0, 1).await;
    story.enable(true).await;
    assert!(story.owner.ended(&second).await["error"].is_null());
    assert_eq!(story.arrived(), ["a", "b"]);
}

#[tokio::test]
async fn administrators_empty_queues() {
    let story = Story::begin(Duration::from_mins(1)).await;
    let mut orders = Vec::new();
    for id in ["a", "b", "c", "d", "e"] {
        orders.push(story.order("In Order", id).await);
    }
    story.wait_for("In Order", 1, 4).await;
    story.shop.wait_for("/orders", 1).await;
    let flow = story.instance.flow_config("In Order").to_owned();
    let clear = async |who: &User, mutation: &str, extra: &str| {
        let document = format!(
            "mutation ($id: ID!) {{ {mutation}(input: {{ id: $id {extra} }}) {{
                instanceFlowConfig {{ id }} errors {{ field messages }} }} }}"
        );
        who.ask(&document, &json!({ "id": flow })).await
    };
    let integrator = story.app.colleague(&story.owner, "Integrator").await;
    let refused = clear(&integrator, "clearAllFifoData", "").await;
    assert!(!refused.errors().is_empty(), "{refused:?}");
    let wrong = clear(&story.owner, "removeFifoQueueItems", ", itemCount: 101").await;
    assert_eq!(
        wrong.problems("removeFifoQueueItems"),
        [r#"itemCount: "This must be from 1 to 100.""#]
    );

    clear(&story.owner, "removeFifoQueueItems", ", itemCount: 2").await.data();
    story.wait_for("In Order", 1, 2).await;
    let removed = story.execution(&orders[1]).await;
    assert_eq!(removed["error"], "Taken out of the queue by an administrator.");
    story.shop.answer("/orders", Answer::default());
    clear(&story.owner, "clearFifoWorkingSet", "").await.data();
    assert_eq!(story.execution(&orders[0]).await["status"], "ERROR");
    story.owner.ended(&orders[3]).await;
    clear(&story.owner, "clearAllFifoData", "").await.data();
    story.wait_for("In Order", 0, 0).await;
    assert_eq!(story.arrived()[..2], ["a", "d"], "b and c were removed");
}

#[tokio::test]
async fn a_customer_runs_as_much_as_its_limit_allows() {
    let story = Story::begin(Duration::from_millis(700)).await;
    let data = story.owner.query("{ customers(isSystem: false) { nodes { id } } }").await;
    let customer = text(&data, "/customers/nodes/0/id");
    let limit = async |limit: i32| {
        let document = "mutation ($id: ID!, $limit: Int) {
            updateCustomer(input: { id: $id, concurrentExecutionLimit: $limit }) {
                customer { concurrentExecutionLimit } errors { field messages } } }";
        let variables = json!({ "id": customer, "limit": limit });
        story.owner.query_with(document, &variables).await["updateCustomer"]["customer"].clone()
    };
    assert_eq!(limit(1).await["concurrentExecutionLimit"], 1);
    let busy = eventually("the limit to be felt", async || {
        let answer = story.call("At Once", "a").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, "1"));
    assert_eq!(
        text(&busy.json(), "/error"),
        "The concurrency limit of this customer is reached: 1 executions run."
    );
    let queued = story.order("In Order", "c").await;
    assert!(story.owner.ended(&queued).await["error"].is_null(), "what can wait is not refused");
    assert_eq!(limit(0).await["concurrentExecutionLimit"], Value::Null);
}

#[tokio::test]
async fn an_organization_runs_as_much_as_the_installation_allows() {
    let app = TestApp::start_with(|options| options.organization_concurrency_max = Some(1)).await;
    let shop = ThirdParty::start().await;
    shop.answer("/orders", Answer { after: Duration::from_millis(500), ..Answer::default() });
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("queues"), &[("Shop", &*shop.url(""))]).await;
    let call = async || owner.trigger(instance.url("At Once"), &json!({ "id": 1 })).await.status;
    assert_eq!((call().await, call().await), (200, 429));
}
