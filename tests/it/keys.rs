//! Secrets are kept: flows do not tell them, and they outlive the keys they are encrypted with.

use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, TestProcess, ThirdParty, User, definition, list, text};

struct Story {
    process: TestProcess,
    partner: ThirdParty,
    owner: User,
    instance: Instance,
}

impl Story {
    async fn begin() -> Self {
        let (process, partner) = (TestProcess::start().await, ThirdParty::start().await);
        let owner = process.init().await;
        let url = partner.url("/greetings");
        let version = owner.publish(&owner.import(&definition("greeter")).await).await;
        let customer = owner.create_customer("Initech").await;
        let config = [("Partner URL", &*url)];
        let instance = owner.create_instance(&version, &customer, &config).await;
        let story = Self { process, partner, owner, instance };
        story.sign_in_at_partner("ada", "first").await;
        story
    }

    /// Gives the instance credentials.
    async fn sign_in_at_partner(&self, username: &str, password: &str) {
        let document = "mutation ($id: ID!, $values: String!) {
            updateInstanceConfigVariables(input: { id: $id, configVariables: [
                { key: \"Partner Login\", values: $values }] }) { errors { field messages } } }";
        let input =
            |(name, value): (&str, &str)| json!({ "name": name, "type": "value", "value": value });
        let values = [("username", username), ("password", password)].map(input);
        let variables = json!({ "id": self.instance.id, "values": json!(values).to_string() });
        self.owner.query_with(document, &variables).await;
        self.owner.deploy(&self.instance).await;
    }

    /// The credentials that the partner was called with.
    async fn call(&self) -> String {
        let answer =
            self.owner.trigger(self.instance.url("Greet"), &json!({ "name": "Ada" })).await;
        self.owner.ended(&text(&answer.json(), "/executionId")).await;
        let received = self.partner.received("/greetings");
        received.last().unwrap().header("authorization").to_owned()
    }

    /// Tokens hang on the master key.
    async fn sign_in_again(&mut self) {
        let token = self.process.run(&["token", "--email", "a@acme.test"]).await;
        self.owner.token = Some(String::from_utf8(token.stdout).unwrap().trim().to_owned());
    }

    async fn rotate(&self, what: &str) -> Value {
        let output = self.process.run(&["keys", what]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

#[tokio::test]
async fn what_a_flow_tells_of_its_credentials_is_hidden() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("indiscreet"), &[]).await;
    let answer = owner.trigger(instance.url("Tell"), &json!({})).await;
    let execution = text(&answer.json(), "/executionId");
    let end = owner.ended(&execution).await;
    assert!(text(&end, "/error").contains("Still ***, not ***"), "{end}");
    let document = "query ($id: ID!) { executionResult(id: $id) {
        logs { nodes { message } } stepResults { nodes { stepName resultsUrl } } } }";
    let data = owner.query_with(document, &json!({ "id": execution })).await;
    let mut seen = data.to_string();
    for step in list(&data, "/executionResult/stepResults/nodes") {
        seen += &owner.get(&text(step, "/resultsUrl")).await.body;
    }
    assert!(!seen.contains("canary-password"), "{seen}");
    assert_eq!(seen.matches("***").count(), 4, "{seen}");
}

const FIRST: &str = "Basic YWRhOmZpcnN0";
const SECOND: &str = "Basic YWRhOnNlY29uZA==";

#[tokio::test]
async fn data_keys_are_exchanged_while_flows_run() {
    let story = Story::begin().await;
    assert_eq!(story.call().await, FIRST);
    let rotated = story.rotate("rotate-data").await;
    assert!(rotated["values"].as_u64() >= Some(2), "{rotated}");
    assert_eq!((&rotated["organizations"], &rotated["droppedKeys"]), (&json!(1), &json!(0)));
    assert_eq!(story.call().await, FIRST);
    // The server seals with the new key, though it has not made it.
    story.sign_in_at_partner("ada", "second").await;
    assert_eq!(story.rotate("rotate-data").await["droppedKeys"], 1);
    assert_eq!(story.call().await, SECOND);
}

#[tokio::test]
async fn the_master_key_is_exchanged_under_everything() {
    let mut story = Story::begin().await;
    let refused = story.process.run(&["keys", "rotate-master"]).await;
    assert!(!refused.status.success(), "a server runs");
    assert!(story.process.terminate().await, "{}", story.process.log());
    let before = story.process.master_key();
    assert_eq!(story.rotate("rotate-master").await, json!({ "dataKeys": 1 }));
    assert_ne!(story.process.master_key(), before);
    story.process.restart().await;
    story.sign_in_again().await;
    assert_eq!(story.call().await, FIRST);
    story.owner.deploy(&story.instance).await;
    assert_eq!(story.call().await, FIRST);
}

/// The rotation was cut after the database had its new keys, before the file had its new name.
#[tokio::test]
async fn a_rotation_that_was_cut_is_finished_at_the_next_start() {
    let mut story = Story::begin().await;
    assert!(story.process.terminate().await, "{}", story.process.log());
    let before = story.process.master_key();
    story.rotate("rotate-master").await;
    let after = story.process.master_key();
    story.process.write("master.key.new", &after);
    story.process.write("master.key", &before);
    story.process.restart().await;
    assert_eq!(story.process.master_key(), after);
    story.sign_in_again().await;
    assert_eq!(story.call().await, FIRST);
}
