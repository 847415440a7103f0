//! What each user of a customer configures for themselves.

use reqwest::Url;
use serde_json::{Value, json};

use super::Market;
use crate::harness::{User, definition, list, text};
use crate::oauth::provider::Provider;

const READ: &str = "query ($id: ID!) { instance(id: $id) { name configState
    configVariables { totalCount } executionResults { totalCount }
    userLevelConfigs { totalCount nodes { id allowUpdate allowRemove user { email }
        flowConfigs { nodes { webhookUrl instanceFlowConfig { flow { name } } } } } }
    userLevelConfigVariables { nodes { id value status authorizeUrl
        inputs { nodes { name value hasValue } } requiredConfigVariable { key } } } } }";

const SAVE: &str = "mutation ($id: ID!, $variables: [InputInstanceConfigVariable]) {
    updateInstanceConfigVariables(input: { id: $id, configVariables: $variables,
        configMode: \"USER\" }) { instance { configState } errors { field messages } } }";

const BEGIN: &str = "mutation ($id: ID!) { createUserLevelConfig(input: { instance: $id }) {
    userLevelConfig { id } errors { field messages } } }";

/// A deployed instance of which users fill some pages.
struct Story {
    market: Market,
    provider: Provider,
    instance: String,
    /// Somebody who only configures for themselves.
    person: User,
}

impl Story {
    async fn begins() -> Self {
        let market = Market::open().await;
        let provider = Provider::start().await;
        let (_, version) = market.offer(&definition("personal")).await;
        let person = market.app.customer_user(&market.owner, &market.customer, "Marketplace User");
        let person = person.await;
        let instance = market.instance(&market.shopper, &version, "Ours").await;
        let early = market.shopper.ask(BEGIN, &json!({ "id": instance })).await;
        assert_eq!(
            early.problems("createUserLevelConfig"),
            ["instance: \"This is not deployed yet.\""]
        );
        let url = provider.url("/me");
        let document = "mutation ($id: ID!, $url: String) {
            updateInstanceConfigVariables(input: { id: $id, configVariables: [
                { key: \"Shop URL\", value: $url }] }) { instance { id } errors { field messages } }
            deployInstance(input: { id: $id }) { instance { id } errors { field messages } } }";
        let variables = json!({ "id": instance, "url": url });
        market.shopper.query_with(document, &variables).await;
        Self { market, provider, instance, person }
    }

    async fn read(&self, user: &User) -> Value {
        user.query_with(READ, &json!({ "id": self.instance })).await["instance"].clone()
    }

    async fn save(&self, user: &User, variables: Value) -> Vec<String> {
        let variables = json!({ "id": self.instance, "variables": variables });
        user.ask(SAVE, &variables).await.problems("updateInstanceConfigVariables")
    }

    /// What a user has of a variable.
    async fn variable(&self, user: &User, key: &str) -> Value {
        let read = self.read(user).await;
        let variables = list(&read, "/userLevelConfigVariables/nodes").iter();
        let mut found = variables.filter(|it| it["requiredConfigVariable"]["key"] == key);
        found.next().unwrap_or_else(|| panic!("no {key} in {read:#}")).clone()
    }

    /// The user fills in the connection and consents.
    async fn connect(&self, user: &User) {
        let inputs = json!([
            { "name": "authorizeUrl", "value": self.provider.url("/authorize") },
            { "name": "tokenUrl", "value": self.provider.url("/token") },
            { "name": "clientId", "value": "the-client" },
            { "name": "clientSecret", "value": "canary-client-secret" },
        ]);
        let saved = json!([{ "key": "Mine", "values": inputs.to_string() }]);
        assert_eq!(self.save(user, saved).await, [""; 0]);
        let mine = self.variable(user, "Mine").await;
        assert_eq!(mine["status"], "PENDING");
        assert!(!mine.to_string().contains("canary"), "{mine:#}");
        let url = Url::parse(&text(&mine, "/authorizeUrl")).unwrap();
        let state = url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
        let back = format!("{}/oauth2/callback", self.market.app.url());
        let mut back = Url::parse(&back).unwrap();
        back.query_pairs_mut().append_pair("state", &state).append_pair("code", "a-code");
        let page = self.market.app.anonymous().get(back.as_str()).await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(self.variable(user, "Mine").await["status"], "ACTIVE");
    }

    async fn call(&self, url: &str) -> (u16, String) {
        let answer = self.market.owner.trigger(url, &json!({})).await;
        if answer.status != 303 {
            return (answer.status, answer.body);
        }
        let result = self.market.owner.get(answer.header("location")).await;
        (result.status, result.body)
    }
}

/// The URL of a user's own for a flow.
fn own_url(read: &Value, flow: &str) -> String {
    let flows = list(read, "/userLevelConfigs/nodes/0/flowConfigs/nodes").iter();
    let mut flows = flows.filter(|it| it["instanceFlowConfig"]["flow"]["name"] == flow);
    text(flows.next().expect("it has the flow"), "/webhookUrl")
}

/// Proves R032.
#[tokio::test]
async fn runs_of_a_user_see_what_the_user_configured() {
    let story = Story::begins().await;
    let (shopper, person) = (&story.market.shopper, &story.person);
    assert_eq!(story.read(shopper).await["configState"], "NEEDS_USER_LEVEL_CONFIGURATION");
    for (user, name) in [(shopper, "Bob"), (person, "Ann")] {
        let begun = user.query_with(BEGIN, &json!({ "id": story.instance })).await;
        let again = user.query_with(BEGIN, &json!({ "id": story.instance })).await;
        assert_eq!(begun, again, "a user has one");
        let refused = story.save(user, json!([{ "key": "Team", "value": "Mine" }])).await;
        assert_eq!(refused, ["configVariables: \"Team: the instance has this.\""]);
        assert_eq!(story.save(user, json!([{ "key": "Nickname", "value": name }])).await, [""; 0]);
        story.connect(user).await;
        assert_eq!(story.read(user).await["configState"], "FULLY_CONFIGURED");
    }
    let read = story.read(shopper).await;
    let (greet, fetch) = (own_url(&read, "Greet"), own_url(&read, "Fetch"));
    assert_eq!(story.call(&greet).await, (200, "\"Bob of Support\"".to_owned()));
    assert_eq!(story.call(&fetch).await.0, 200);
    let (of_instance, _) = greet.rsplit_once('.').unwrap();
    assert_eq!(story.call(of_instance).await, (200, "\"nobody of Support\"".to_owned()));
    assert_eq!(story.call(&format!("{of_instance}.0000")).await.0, 404);
    let alone = fetch.rsplit_once('.').unwrap().0;
    assert_eq!(story.call(alone).await.0, 400, "the instance has no connection of its own");
    // What happened to a user's connection is for the user to read, and for who sees the instance.
    let document = "query ($id: ID!) { logs { totalCount } instance(id: $id) {
        userLevelConfigVariables { nodes { requiredConfigVariable { key }
            logs { nodes { message logType } } } } } }";
    let data = person.query_with(document, &json!({ "id": story.instance })).await;
    assert_eq!(data["logs"]["totalCount"], 1, "{data:#}");
    let mine = list(&data, "/instance/userLevelConfigVariables/nodes").iter();
    let mine = mine.filter(|it| it["requiredConfigVariable"]["key"] == "Mine");
    let lines: Vec<_> = mine.flat_map(|it| list(it, "/logs/nodes")).collect();
    assert_eq!(lines.len(), 1, "{data:#}");
    assert_eq!(lines[0]["logType"], "CONNECTION");
    // A change takes effect at once, and leaves what is deployed alone.
    story.save(shopper, json!([{ "key": "Nickname", "value": "Rob" }])).await;
    assert_eq!(story.call(&greet).await.1, "\"Rob of Support\"");
    let page = "mutation ($id: ID!, $page: String) { fetchConfigWizardPageContent(input: {
        id: $id, pageName: $page }) { fetchConfigWizardPageContentResult { content }
        errors { field messages } } }";
    let variables = json!({ "id": story.instance, "page": "More" });
    let shown = person.query_with(page, &variables).await.to_string();
    assert!(shown.contains("Ann of Support"), "{shown}");
    let variables = json!({ "id": story.instance, "page": "Team" });
    assert!(!person.ask(page, &variables).await.errors().is_empty());
}

#[tokio::test]
async fn users_have_no_part_in_what_others_configured() {
    let story = Story::begins().await;
    let Story { market, person, .. } = &story;
    for (user, name) in [(&market.shopper, "Bob"), (person, "Ann")] {
        story.save(user, json!([{ "key": "Nickname", "value": name }])).await;
    }
    story.connect(person).await;
    let read = story.read(person).await;
    assert_eq!(read["name"], "Ours");
    assert_eq!(read["configVariables"]["totalCount"], 0);
    assert_eq!(read["executionResults"]["totalCount"], 0);
    assert_eq!(read["userLevelConfigs"]["totalCount"], 1);
    let id = text(&read, "/userLevelConfigs/nodes/0/id");
    for mutation in [
        "updateInstance(input: { id: $id, enabled: false })",
        "deployInstance(input: { id: $id })",
        "deleteInstance(input: { id: $id })",
        "updateInstanceConfigVariables(input: { id: $id, configVariables: [] })",
    ] {
        let document = format!("mutation ($id: ID!) {{ {mutation} {{ errors {{ field }} }} }}");
        let refused = person.ask(&document, &json!({ "id": story.instance })).await;
        assert!(!refused.errors().is_empty(), "{mutation}: {:#}", refused.body);
    }
    assert_eq!(story.read(&market.shopper).await["userLevelConfigs"]["totalCount"], 1);
    let admin = market.app.customer_user(&market.owner, &market.customer, "Admin").await;
    assert_eq!(story.read(&admin).await["userLevelConfigs"]["totalCount"], 2);
    let delete = "mutation ($id: ID!) { deleteUserLevelConfig(input: { id: $id }) {
        userLevelConfig { id } errors { field messages } } }";
    let hidden = market.shopper.ask(delete, &json!({ "id": id })).await;
    assert_eq!(hidden.errors(), ["Record not found"]);
    let mine = text(&story.variable(person, "Mine").await, "/id");
    let disconnect = "mutation ($id: ID!) { disconnectUserLevelConnection(input: { id: $id }) {
        userLevelConfigVariable { status } errors { field messages } } }";
    assert!(!market.shopper.ask(disconnect, &json!({ "id": mine })).await.errors().is_empty());
    let disconnected = person.query_with(disconnect, &json!({ "id": mine })).await;
    let status = "/disconnectUserLevelConnection/userLevelConfigVariable/status";
    assert_eq!(disconnected.pointer(status), Some(&json!("PENDING")));
    person.query_with(delete, &json!({ "id": id })).await;
    assert_eq!(story.read(&admin).await["userLevelConfigs"]["totalCount"], 1);
    // Whoever leaves takes along what is theirs.
    let left = story.read(&admin).await;
    let email = text(&left, "/userLevelConfigs/nodes/0/user/email");
    let data = market.owner.query("{ users { nodes { id email } } }").await;
    let user = list(&data, "/users/nodes").iter().find(|it| it["email"] == email.as_str()).unwrap();
    let document = "mutation ($id: ID!) { deleteUser(input: { id: $id }) { user { id }
        errors { field messages } } }";
    market.owner.query_with(document, &json!({ "id": user["id"] })).await;
    assert_eq!(story.read(&admin).await["userLevelConfigs"]["totalCount"], 0);
}
