//! OAuth2 through shared connections: one consent, one token, many instances.

use std::sync::Arc;

use entity::{Ids, ManualClock, Timestamp};
use reqwest::Url;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{Shared, change};
use crate::harness::{Instance, TestApp, User, list, text};
use crate::oauth::provider::Provider;

/// The customer's connection to a provider, used by two of its instances.
struct Story {
    shared: Shared,
    clock: Arc<ManualClock>,
    provider: Provider,
    admin: User,
    shop: String,
    instances: [Instance; 2],
}

impl Story {
    async fn begins() -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
        })
        .await;
        let shared = Shared::among(app, "http:authorizationCode").await;
        let provider = Provider::start().await;
        let common = [
            ("authorizeUrl", provider.url("/authorize")),
            ("tokenUrl", provider.url("/token")),
            ("revokeUrl", provider.url("/revoke")),
            ("clientId", "the-client".to_owned()),
            ("clientSecret", "canary-client-secret".to_owned()),
        ];
        let common: Vec<_> = common
            .iter()
            .map(|(name, value)| format!("{{ name: \"{name}\", value: \"{value}\" }}"))
            .collect();
        let common = format!("inputs: [{}]", common.join(", "));
        change(&shared.owner, "updateScopedConfigVariable", &shared.shop, &common, "").await;
        let login = json!([{ "name": "username", "value": "u" },
            { "name": "password", "value": "p" }]);
        shared.fill(&shared.account, &shared.initech, &login).await;
        let admin =
            shared.app.customer_user(&shared.owner, &shared.initech, "Marketplace Admin").await;
        let shop = super::fill(&admin, &shared.shop, Some(&shared.initech), &json!([])).await;
        let version = shared.version().await;
        let url = provider.url("");
        let owner = &shared.owner;
        let first =
            owner.create_instance(&version, &shared.initech, &[("Host", url.as_str())]).await;
        let rename = "name: \"First\"";
        change(owner, "updateInstance", &first.id, rename, "").await;
        let second =
            owner.create_instance(&version, &shared.initech, &[("Host", url.as_str())]).await;
        owner.deploy(&first).await;
        owner.deploy(&second).await;
        let instances = [first, second];
        Self { shared, clock, provider, admin, shop, instances }
    }

    async fn connection(&self) -> Value {
        let document = "query ($id: ID!) { customerConfigVariable(id: $id) { status authorizeUrl
            refreshAt lastSuccessfulRefreshAt meta
            inputs { nodes { name value hasValue } } } }";
        let data = self.admin.query_with(document, &json!({ "id": self.shop })).await;
        assert!(!data.to_string().contains("canary"), "{data:#}");
        data["customerConfigVariable"].clone()
    }

    async fn consent(&self) {
        let url = Url::parse(&text(&self.connection().await, "/authorizeUrl")).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let mut url = Url::parse(&format!("{}/oauth2/callback", self.shared.app.url())).unwrap();
        url.query_pairs_mut().append_pair("state", &state).append_pair("code", "a-code");
        let page = self.shared.app.anonymous().get(url.as_str()).await;
        assert_eq!(page.status, 303, "{}", page.body);
    }

    async fn call(&self, instance: usize) -> u16 {
        self.call_flow(instance, "Ask Shop").await
    }

    async fn call_flow(&self, instance: usize, flow: &str) -> u16 {
        let owner = &self.shared.owner;
        let answer = owner.trigger(self.instances[instance].url(flow), &json!({})).await;
        if answer.status != 303 {
            return answer.status;
        }
        owner.get(answer.header("location")).await.status
    }

    /// Monitors of both instances, and of nothing else.
    async fn watch(&self) -> usize {
        let owner = &self.shared.owner;
        let data = owner.query("{ alertTriggers { nodes { id name } } }").await;
        let found = list(&data, "/alertTriggers/nodes").iter();
        let mut found = found.filter(|it| it["name"] == "Connection Threw an Exception");
        let trigger = text(found.next().unwrap(), "/id");
        let document = "mutation ($instance: ID!, $trigger: ID!) { createAlertMonitor(input: {
            name: \"Connections\", instance: $instance, triggers: [$trigger] }) {
                errors { field messages } } }";
        for instance in &self.instances {
            let variables = json!({ "instance": instance.id, "trigger": trigger });
            owner.query_with(document, &variables).await;
        }
        self.instances.len()
    }

    /// Each monitor heard of the failure, by the name of the connection.
    async fn is_alerted(&self, monitors: usize) {
        let data = self.shared.owner.query("{ alertEvents { nodes { details } } }").await;
        let heard = list(&data, "/alertEvents/nodes");
        let is_it = |it: &&Value| {
            let details = it["details"].as_str().unwrap_or_default();
            details.starts_with("The connection \"Shop\": ") && details.contains("invalid_grant")
        };
        assert_eq!(heard.iter().filter(is_it).count(), monitors, "{heard:#?}");
    }

    /// The connection has a log of its own, for the organization and for the customer whose it is.
    async fn is_logged(&self) {
        let document = "query ($scoped: ID!, $value: ID!) {
            all: logs(logType: \"CONNECTION\") { nodes { message } }
            ofScoped: logs(scopedConfigVariable: $scoped) { totalCount }
            ofOther: logs(requiredConfigVariableKey: \"Shop\") { totalCount }
            ofRuns: logs(logType: \"EXECUTION\", customerConfigVariable: $value) { totalCount }
            customerConfigVariable(id: $value) { logs { nodes { id logType severity message
                executionResultId instanceId customer { name } customerConfigVariable { id }
                scopedConfigVariable { id } } } } }";
        let variables = json!({ "scoped": self.shared.shop, "value": self.shop });
        let hooli = &self.shared.hooli;
        let neighbour = self.shared.app.customer_user(&self.shared.owner, hooli, "Admin").await;
        for user in [&self.shared.owner, &self.admin] {
            let data = user.query_with(document, &variables).await;
            assert!(!data.to_string().contains("canary"), "{data:#}");
            let lines = list(&data, "/customerConfigVariable/logs/nodes");
            assert_eq!(lines.len(), 2, "{lines:#?}");
            assert!(text(&lines[0], "/message").starts_with("It was authorized"), "{lines:#?}");
            assert!(text(&lines[1], "/message").contains("invalid_grant"), "{lines:#?}");
            assert_eq!(lines[1]["severity"], "ERROR");
            assert_eq!(lines[1]["logType"], "CONNECTION");
            assert_eq!(lines[1]["executionResultId"], Value::Null);
            assert_eq!(lines[1]["customer"]["name"], "Initech");
            assert_eq!(lines[1]["customerConfigVariable"]["id"], self.shop.as_str());
            assert_eq!(lines[1]["scopedConfigVariable"]["id"], self.shared.shop.as_str());
            let count = |list: &str| data[list]["totalCount"].as_i64();
            assert_eq!(["ofScoped", "ofOther", "ofRuns"].map(count), [Some(2), Some(0), Some(0)]);
            assert_eq!(list(&data, "/all/nodes").len(), 2);
        }
        let document = "{ logs(logType: \"CONNECTION\") { totalCount } }";
        assert_eq!(neighbour.query(document).await["logs"]["totalCount"], 0);
    }

    /// The types of events about connections, the oldest first, with the scope of each.
    async fn events(&self) -> Vec<String> {
        let db = &self.shared.app.env().db;
        let sql = "SELECT event_type, CAST(slots AS TEXT) FROM event \
                   WHERE event_type LIKE 'oauth2%' OR event_type LIKE 'connection%' \
                   ORDER BY sequence";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await;
        let read = |row: &sea_orm::QueryResult| {
            let kind: String = row.try_get_by_index(0).unwrap();
            let slots: String = row.try_get_by_index(1).unwrap();
            assert!(!slots.contains("canary"), "{slots}");
            let slots: Value = serde_json::from_str(&slots).unwrap();
            format!(
                "{kind} {} {}",
                text(&slots, "/connection/scope"),
                slots["customer"]["name"].as_str().unwrap_or("-")
            )
        };
        rows.unwrap().iter().map(read).collect()
    }
}

/// Proves R049, R232, R233, R243.
#[tokio::test]
async fn one_consent_serves_all_instances_of_a_customer() {
    let story = Story::begins().await;
    assert_eq!(story.connection().await["status"], "PENDING");
    assert_eq!(story.call(0).await, 400);
    story.consent().await;
    let after = story.connection().await;
    assert_eq!(after["status"], "ACTIVE");
    assert_eq!((story.call(0).await, story.call(1).await), (200, 200));
    assert_eq!(story.provider.asked("authorization_code").len(), 1);

    // Both need the next token at once, and it is asked for once.
    story.clock.advance_seconds(3_590);
    let (first, second) = tokio::join!(story.call(0), story.call(1));
    assert_eq!((first, second), (200, 200));
    assert_eq!(story.provider.asked("refresh_token").len(), 1);
    assert_eq!(story.provider.violations(), [""; 0]);

    let mutation = "updateCustomerOAuth2Connection";
    let status = "customerConfigVariable { status }";
    change(&story.admin, mutation, &story.shop, "status: \"ACTIVE\"", status).await;
    change(&story.admin, mutation, &story.shop, "status: \"error\"", status).await;
    let shared = change(&story.admin, "disconnectCustomerConnection", &story.shop, "", status);
    assert_eq!(shared.await["customerConfigVariable"]["status"], "PENDING");
    assert_eq!((story.call(0).await, story.call(1).await), (400, 400));
    for instance in &story.instances {
        change(&story.shared.owner, "deleteInstance", &instance.id, "", "").await;
    }
    change(&story.admin, "deleteCustomerConfigVariable", &story.shop, "", "").await;
    let expected = [
        "oauth2.authorization_completed customer Initech",
        "oauth2.token_refreshed customer Initech",
        "connection.updated customer Initech",
        "connection.deleted customer Initech",
    ];
    assert_eq!(story.events().await, expected);
}

/// A provider that ends the authorization is told of once, by the connection and to monitors of all
/// instances that use it.
#[tokio::test]
async fn a_connection_that_fails_is_an_error_of_the_customer() {
    let story = Story::begins().await;
    let watched = story.watch().await;
    story.consent().await;
    story.provider.refuse((400, r#"{"error":"invalid_grant"}"#, None));
    story.clock.advance_seconds(3_599);
    assert_eq!(story.call(0).await, 200, "what there is still works");
    story.clock.advance_seconds(2);
    assert_eq!((story.call(0).await, story.call(1).await), (400, 400));
    assert_eq!(story.connection().await["status"], "ERROR");
    story.is_logged().await;
    story.is_alerted(watched).await;
    let data = story.shared.owner.query(
        "{ customerConfigVariables(status: \"error\") { nodes { id } }
           reusableConnections(status_In: \"error,failed\") { totalCount } }",
    );
    let data = data.await;
    assert_eq!(list(&data, "/customerConfigVariables/nodes").len(), 1);
    assert_eq!(data["reusableConnections"]["totalCount"], 1);
    assert_eq!(story.provider.asked("refresh_token").len(), 1);
    story.consent().await;
    assert_eq!(story.call(1).await, 200);
    // With the customer, its connections go.
    change(&story.shared.owner, "deleteCustomer", &story.shared.initech, "", "").await;
    let events = story.events().await;
    let deleted = events.iter().filter(|event| event.starts_with("connection.deleted")).count();
    assert_eq!(deleted, 2, "{events:?}");
}

/// What a component throws of its connection shows in the connection, until a step succeeds with it.
#[tokio::test]
async fn a_step_can_say_that_its_connection_does_not_work() {
    let story = Story::begins().await;
    story.watch().await;
    story.consent().await;
    // Lines of one instant have no order.
    story.clock.advance_seconds(1);
    assert_eq!(story.call_flow(0, "Doubt Shop").await, 400);
    assert_eq!(story.connection().await["status"], "ERROR");
    let owner = &story.shared.owner;
    let document = "query ($id: ID!) { customerConfigVariable(id: $id) {
        logs { nodes { severity message executionResultId } } } alertEvents { nodes { details } } }";
    let data = owner.query_with(document, &json!({ "id": story.shop })).await;
    let lines = list(&data, "/customerConfigVariable/logs/nodes");
    let message = "A step found that it does not work: The shop knows no ***";
    assert_eq!((&lines[1]["severity"], &lines[1]["message"]), (&json!("ERROR"), &json!(message)));
    let told = list(&data, "/alertEvents/nodes");
    assert_eq!(told.len(), 1, "of the instance that ran: {told:#?}");
    assert_eq!(told[0]["details"], "The connection \"Shop\": The shop knows no ***");
    // It has its token still.
    assert_eq!(story.call(1).await, 200);
    assert_eq!(story.connection().await["status"], "ACTIVE");
    assert_eq!(story.call_flow(1, "Doubt Shop").await, 400);
    assert_eq!(story.connection().await["status"], "ERROR");
    story.consent().await;
    assert_eq!(story.connection().await["status"], "ACTIVE");
}
