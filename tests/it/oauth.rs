//! OAuth2 connections: consent, tokens, their renewal, and who may see them.

mod consent;
pub mod provider;
mod renewal;
mod stress;

use std::collections::HashMap;
use std::sync::Arc;

use entity::{DbUrl, Ids, ManualClock, Timestamp};
use reqwest::Url;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::harness::{Instance, Page, TestApp, User, definition, list, text};
use provider::Provider;

const CLIENT_SECRET: &str = "canary-client-secret";

/// An instance whose connections belong to a provider on this machine.
struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    database_url: Option<DbUrl>,
    owner: User,
    provider: Provider,
    instance: Instance,
}

impl Story {
    async fn begins() -> Self {
        Self::begins_with(&[]).await
    }

    /// With more inputs of the connection that a user consents to.
    async fn begins_with(inputs: &[(&str, &str)]) -> Self {
        Self::begins_as(&definition("oauth2"), inputs).await
    }

    /// With another integration, too.
    async fn begins_as(definition: &str, inputs: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
        let mut database_url = None;
        let app = TestApp::start_with(|options| {
            database_url.clone_from(&options.database_url);
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
        })
        .await;
        let owner = app.organization("acme").await;
        let provider = Provider::start().await;
        let instance = instance_of(&owner, &provider, definition, inputs).await;
        Self { app, clock, database_url, owner, provider, instance }
    }

    /// As above, with a user who has consented.
    async fn connected() -> Self {
        let story = Self::begins().await;
        story.consent().await;
        story
    }

    async fn consent(&self) {
        let page = self.come_back(&[("code", "a-code")]).await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(self.variable("Shop").await["status"], "ACTIVE");
    }

    async fn variable(&self, key: &str) -> Value {
        variable(&self.owner, &self.instance, key).await
    }

    /// Where the browser is sent to.
    async fn authorize_url(&self) -> Url {
        Url::parse(&text(&self.variable("Shop").await, "/authorizeUrl")).unwrap()
    }

    /// The browser comes back from the provider with these parameters.
    async fn come_back(&self, parameters: &[(&str, &str)]) -> Page {
        let state = parameter(&self.authorize_url().await, "state").unwrap();
        self.come_back_as(&state, parameters).await
    }

    async fn come_back_as(&self, state: &str, parameters: &[(&str, &str)]) -> Page {
        let mut url = Url::parse(&format!("{}/oauth2/callback", self.app.url())).unwrap();
        url.query_pairs_mut().append_pair("state", state).extend_pairs(parameters);
        self.app.anonymous().get(url.as_str()).await
    }

    /// Calls a flow and says what came out.
    async fn call(&self, flow: &str) -> (u16, String) {
        call(&self.owner, &self.instance, flow).await
    }

    /// The types of the events about connections, the oldest first, each with its `attempt`.
    async fn events(&self) -> Vec<String> {
        let db = &self.app.env().db;
        let sql = "SELECT event_type, CAST(slots AS TEXT) FROM event \
                   WHERE event_type LIKE 'oauth2%' OR event_type LIKE 'connection%' \
                   ORDER BY sequence";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await;
        let read = |row: &sea_orm::QueryResult| {
            let kind: String = row.try_get_by_index(0).unwrap();
            let slots: String = row.try_get_by_index(1).unwrap();
            assert!(!slots.contains("canary"), "{slots}");
            let slots: Value = serde_json::from_str(&slots).unwrap();
            assert_eq!(slots["instance"]["id"], self.instance.id.as_str());
            let is_shop = slots["connection"]["name"] == "Shop";
            is_shop.then(|| match slots.get("attempt") {
                None => kind,
                Some(attempt) => format!("{kind} {attempt} {}", slots["terminal"]),
            })
        };
        rows.unwrap().iter().filter_map(read).collect()
    }

    async fn mutate(&self, mutation: &str, input: &str) -> Value {
        let id = text(&self.variable("Shop").await, "/id");
        let document = format!(
            "mutation ($id: ID!) {{ {mutation}(input: {{ id: $id {input} }}) {{
                instanceConfigVariable {{ id status refreshAt authorizeUrl }}
                errors {{ field messages }} }} }}"
        );
        let data = self.owner.query_with(&document, &json!({ "id": id })).await;
        data[mutation]["instanceConfigVariable"].clone()
    }
}

/// Seconds since a story began.
fn at(value: &Value) -> i64 {
    let time = chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
    time.timestamp() - 1_790_000_000
}

async fn call(owner: &User, instance: &Instance, flow: &str) -> (u16, String) {
    let answer = owner.trigger(instance.url(flow), &json!({})).await;
    if answer.status != 303 {
        return (answer.status, answer.body);
    }
    let result = owner.get(answer.header("location")).await;
    (result.status, result.body)
}

async fn variable(owner: &User, instance: &Instance, key: &str) -> Value {
    let document = "query ($id: ID!) { instance(id: $id) { configState configVariables { nodes {
        id status authorizeUrl refreshAt lastSuccessfulRefreshAt meta inputs { nodes { name value
        hasValue } } requiredConfigVariable { id key } } } } }";
    let data = owner.query_with(document, &json!({ "id": instance.id })).await;
    assert!(!data.to_string().contains("canary"), "{data:#}");
    let variables = list(&data, "/instance/configVariables/nodes").iter();
    let mut variables =
        variables.filter(|variable| variable["requiredConfigVariable"]["key"] == key);
    variables.next().unwrap().clone()
}

async fn instance_of(
    owner: &User,
    provider: &Provider,
    definition: &str,
    more: &[(&str, &str)],
) -> Instance {
    let version = owner.publish(&owner.import(definition).await).await;
    let customer = owner.create_customer("Initech").await;
    let config = [("Shop URL", provider.url("/me"))];
    let config: Vec<_> = config.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let instance = owner.create_instance(&version, &customer, &config).await;
    configure(owner, &instance, provider, more).await;
    owner.deploy(&instance).await;
    instance
}

/// Fills in the connections of an instance.
async fn configure(owner: &User, instance: &Instance, provider: &Provider, more: &[(&str, &str)]) {
    let mut inputs = HashMap::from([
        ("authorizeUrl", provider.url("/authorize?theme=dark")),
        ("tokenUrl", provider.url("/token")),
        ("revokeUrl", provider.url("/revoke")),
        ("clientId", "the-client".to_owned()),
        ("clientSecret", CLIENT_SECRET.to_owned()),
        ("scopes", "read write".to_owned()),
    ]);
    let machine = values(&inputs);
    inputs.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let document = "mutation ($id: ID!, $config: [InputInstanceConfigVariable]) {
        updateInstanceConfigVariables(input: { id: $id, configVariables: $config }) {
            instance { id } errors { field messages } } }";
    let config = json!([
        { "key": "Shop", "values": values(&inputs) },
        { "key": "Machine", "values": machine },
    ]);
    owner.query_with(document, &json!({ "id": instance.id, "config": config })).await;
}

fn values(inputs: &HashMap<&str, String>) -> String {
    let inputs = inputs.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    inputs.collect::<Value>().to_string()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
