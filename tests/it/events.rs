//! Who changes what, and who hears of it.

mod crash;
mod delivered;
mod emitted;
mod failing;
mod workflow;

use std::sync::Arc;

use entity::{Clock, Ids, ManualClock, SystemClock};
use serde_json::{Value, json};

use crate::harness::{MailServer, TestApp, ThirdParty, User, eventually, list, text};

const CREATE: &str = "mutation ($url: String!, $types: [String]!, $secret: String) {
    createWebhookEndpoint(input: { name: \"Hook\", url: $url, eventTypes: $types,
        secret: $secret, headers: \"{\\\"x-team\\\": \\\"platform\\\"}\" }) {
        webhookEndpoint { id secret headers } errors { field messages } } }";

struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    hook: ThirdParty,
    owner: User,
    /// The newest event that was looked at.
    seen: i64,
}

impl Story {
    async fn begin() -> Self {
        Self::begin_with(None).await
    }

    /// With a mail server.
    async fn begin_with(mail: Option<&MailServer>) -> Self {
        let clock = Arc::new(ManualClock::starting_at(SystemClock.now()));
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
            options.messages.smtp_url = mail.map(|mail| mail.url().into());
            options.messages.mail_from = Some("Marquetry <noreply@acme.test>".to_owned());
        })
        .await;
        let (hook, owner) = (ThirdParty::start().await, app.organization("acme").await);
        Self { app, clock, hook, owner, seen: 0 }
    }

    /// What has happened since the last look. Numbers leave no gap.
    async fn news(&mut self) -> Vec<(String, Value)> {
        let document = "query ($after: BigInt) { events(afterSequence: $after) {
            nodes { sequence eventType payload } } }";
        let data = self.owner.query_with(document, &json!({ "after": self.seen })).await;
        let mut news = Vec::new();
        for node in list(&data, "/events/nodes") {
            self.seen += 1;
            assert_eq!(node["sequence"], self.seen, "{data:#}");
            let payload = serde_json::from_str(&text(node, "/payload")).unwrap();
            news.push((text(node, "/eventType"), payload));
        }
        news
    }

    /// The types of what has happened since the last look.
    async fn types(&mut self) -> Vec<String> {
        self.news().await.into_iter().map(|(event_type, _)| event_type).collect()
    }

    /// An endpoint at a path of the third party; returns its id.
    async fn endpoint(&self, path: &str, types: &[&str], secret: Option<&str>) -> String {
        self.endpoint_at(&self.hook.url(path), types, secret).await
    }

    async fn endpoint_at(&self, url: &str, types: &[&str], secret: Option<&str>) -> String {
        let variables = json!({ "url": url, "types": types, "secret": secret });
        let data = self.owner.query_with(CREATE, &variables).await;
        text(&data, "/createWebhookEndpoint/webhookEndpoint/id")
    }

    /// What was sent to an endpoint, the newest first.
    async fn deliveries(&self, endpoint: &str) -> Vec<Value> {
        let document = "query ($id: ID!) { webhookEndpoint(id: $id) { deliveries { nodes {
            id eventType state attemptCount nextAttemptAt
            attempts { number status response error } } } } }";
        let data = self.owner.query_with(document, &json!({ "id": endpoint })).await;
        list(&data, "/webhookEndpoint/deliveries/nodes").to_vec()
    }

    /// Waits until the newest delivery to an endpoint looks like this.
    async fn newest(&self, endpoint: &str, state: &str, attempts: i64) -> Value {
        eventually(&format!("{state} after {attempts} attempts"), async || {
            let newest = self.deliveries(endpoint).await.into_iter().next()?;
            let is_it = newest["state"] == state && newest["attemptCount"] == attempts;
            is_it.then_some(newest)
        })
        .await
    }

    async fn shown(&self, endpoint: &str) -> Value {
        let document = "query ($id: ID!) { webhookEndpoint(id: $id) {
            enabled disabledReason secret headers eventTypes } }";
        let data = self.owner.query_with(document, &json!({ "id": endpoint })).await;
        data["webhookEndpoint"].clone()
    }

    /// A mutation with an input, by name.
    async fn mutate(&self, mutation: &str, selection: &str, input: &Value) -> Value {
        let mut letters = mutation.chars();
        let first = letters.next().unwrap().to_ascii_uppercase();
        let document = format!(
            "mutation ($input: {first}{}Input!) {{ {mutation}(input: $input) {{ {selection}
                errors {{ field messages }} }} }}",
            letters.as_str()
        );
        let data = self.owner.query_with(&document, &json!({ "input": input })).await;
        data[mutation].clone()
    }
}
