//! Tokens end, and others follow them.

use serde_json::{Value, json};

use super::{CLIENT_SECRET, Story, at};
use crate::harness::{eventually, list, text};

impl Story {
    /// Waits until the provider was asked for this many tokens with a refresh token.
    async fn renewed(&self, count: usize) {
        eventually(&format!("{count} refreshes"), async || {
            (self.refreshes() >= count).then_some(())
        })
        .await;
    }

    fn refreshes(&self) -> usize {
        self.provider.asked("refresh_token").len()
    }

    async fn becomes(&self, status: &str) -> Value {
        eventually(status, async || {
            let variable = self.variable("Shop").await;
            (variable["status"] == status).then_some(variable)
        })
        .await
    }

    /// Waits until the next token is asked for at another time than it was.
    async fn planned_anew(&self, before: &Value) -> Value {
        eventually("another time", async || {
            let variable = self.variable("Shop").await;
            (variable["refreshAt"] != before["refreshAt"]).then_some(variable)
        })
        .await
    }
}

/// Proves R051, R245.
#[tokio::test]
async fn tokens_are_renewed_before_they_end() {
    let story = Story::connected().await;
    let before = story.variable("Shop").await;
    let planned = at(&before["refreshAt"]);
    assert!((2_560..=2_700).contains(&planned), "{planned}");
    story.clock.advance_seconds(planned + 1);
    story.renewed(1).await;
    let after = story.planned_anew(&before).await;
    assert_eq!(at(&after["lastSuccessfulRefreshAt"]), planned + 1);
    assert_eq!(after["status"], "ACTIVE");
    // A provider that hands out no new refresh token means the old one.
    story.provider.behave(|manners| manners.hands_out_refresh_tokens = false);
    story.clock.advance_seconds(2_700);
    story.renewed(2).await;
    let later = story.planned_anew(&after).await;
    story.provider.behave(|manners| {
        manners.hands_out_refresh_tokens = true;
        manners.rotates = false;
        manners.expires_in = None;
    });
    story.clock.advance_seconds(2_700);
    story.renewed(3).await;
    // Without a known end, once a day.
    let last = story.planned_anew(&later).await;
    let pause = at(&last["refreshAt"]) - at(&last["lastSuccessfulRefreshAt"]);
    assert!((82_000..=86_400).contains(&pause), "{pause}");
    assert_eq!(story.provider.violations(), [""; 0]);
    let refreshed = "oauth2.token_refreshed";
    let events = story.events().await;
    assert_eq!(events[1..], [refreshed, refreshed, refreshed]);
}

/// Proves R246.
#[tokio::test]
async fn trouble_passes_or_ends_in_a_clear_error() {
    let story = Story::connected().await;
    watch(&story).await;
    story.provider.refuse((503, "<html>down</html>", None));
    story.provider.refuse((429, "{}", Some(("retry-after", "600"))));
    story.provider.refuse((200, "not a token", None));
    let mut variable = story.variable("Shop").await;
    let mut now = 0;
    // One minute, then as long as the provider says, then five minutes.
    for pause in [60, 600, 300] {
        let due = at(&variable["refreshAt"]) + 1;
        story.clock.advance_seconds(due - now);
        now = due;
        variable = story.planned_anew(&variable).await;
        assert_eq!(variable["status"], "ERROR");
        assert_eq!(at(&variable["refreshAt"]), now + pause);
    }
    let due = at(&variable["refreshAt"]) + 1;
    story.clock.advance_seconds(due - now);
    now = due;
    let variable = story.becomes("ACTIVE").await;
    let body = r#"{"error":"invalid_grant","error_description":"Revoked by its user"}"#;
    story.provider.refuse((400, body, None));
    story.clock.advance_seconds(at(&variable["refreshAt"]) + 1 - now);
    let over = story.becomes("ERROR").await;
    assert_eq!(over["refreshAt"], Value::Null);
    story.clock.advance_seconds(7_200);
    let (status, body) = story.call("Fetch").await;
    assert_eq!(status, 400);
    let wanted = "The connection \\\"Shop\\\": it has to be authorized again";
    assert!(body.contains(wanted) && body.contains("invalid_grant"), "{body}");
    assert_eq!(
        story.events().await[1..],
        [
            "oauth2.token_refresh_failed 1 false",
            "oauth2.token_refreshed",
            "oauth2.token_refresh_failed 1 true",
        ]
    );
    let heard = heard(&story).await;
    assert!(heard.iter().all(|it| it.starts_with("The connection \"Shop\": ")), "{heard:?}");
    assert!(heard.len() == 2 && heard[1].contains("invalid_grant"), "{heard:?}");
    story.consent().await;
    assert_eq!(story.call("Fetch").await.0, 200);
}

/// An alert monitor for the connections of the instance.
async fn watch(story: &Story) {
    let data = story.owner.query("{ alertTriggers { nodes { id name } } }").await;
    let found = list(&data, "/alertTriggers/nodes").iter();
    let mut found = found.filter(|it| it["name"] == "Connection Threw an Exception");
    let document = "mutation ($instance: ID!, $trigger: ID!) { createAlertMonitor(input: {
        name: \"Connections\", instance: $instance, triggers: [$trigger] }) {
            errors { field messages } } }";
    let trigger = text(found.next().unwrap(), "/id");
    let variables = json!({ "instance": story.instance.id, "trigger": trigger });
    story.owner.query_with(document, &variables).await;
}

/// What the monitor has heard, the oldest first.
async fn heard(story: &Story) -> Vec<String> {
    let document = "{ alertEvents(orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes { details } } }";
    let data = story.owner.query(document).await;
    list(&data, "/alertEvents/nodes").iter().map(|it| text(it, "/details")).collect()
}

/// The application itself needs nobody's consent.
#[tokio::test]
async fn clients_get_their_token_by_themselves() {
    let story = Story::begins().await;
    eventually("the first token", async || {
        (story.variable("Machine").await["status"] == "ACTIVE").then_some(())
    })
    .await;
    let asked = story.provider.asked("client_credentials");
    assert_eq!(asked[0].form["scope"], "read write");
    assert_eq!(story.call("Fetch Alone").await.0, 200);
    // A flow without connections asks nobody for anything.
    assert_eq!(story.call("Idle").await.0, 200);
    assert_eq!(story.provider.asked("client_credentials").len(), 1);
}

/// Proves R052, R232.
#[tokio::test]
async fn a_token_can_be_set_by_hand_and_given_back() {
    let story = Story::begins().await;
    let input = r#", accessToken: "canary-a", refreshToken: "canary-r", tokenType: "Bearer",
        expiresIn: 1000, additionalTokenFields: "{\"tenant\": 9}", context: "{\"x\": 1}""#;
    let set = story.mutate("updateOAuth2Connection", input).await;
    assert_eq!(set["status"], "ACTIVE");
    assert_eq!(at(&set["refreshAt"]), 500);
    let meta = text(&story.variable("Shop").await, "/meta");
    let meta: Value = serde_json::from_str(&meta).unwrap();
    assert_eq!((&meta["token"]["tenant"], &meta["context"]["x"]), (&json!(9), &json!(1)));
    assert_eq!(story.events().await, ["connection.updated"]);
    let gone = story.mutate("disconnectConnection", "").await;
    assert_eq!((&gone["status"], &gone["refreshAt"]), (&json!("PENDING"), &Value::Null));
    eventually("the provider hears of it", async || {
        (story.provider.revoked() == ["canary-r", "canary-a"]).then_some(())
    })
    .await;
    story.clock.advance_seconds(100_000);
    assert_eq!(story.call("Fetch").await.0, 400);
    assert_eq!(story.refreshes(), 0);
    assert_eq!(story.events().await, ["connection.updated"]);
    let id = text(&story.variable("Shop").await, "/id");
    let document = "mutation ($id: ID!) { updateOAuth2Connection(input: { id: $id,
        additionalTokenFields: \"[]\", expiresIn: -1, status: \"BROKEN\" }) {
        errors { field messages } } }";
    let reply = story.owner.ask(document, &json!({ "id": id })).await;
    assert_eq!(reply.problems("updateOAuth2Connection").len(), 3, "{:#}", reply.body);
}

/// A token never goes to another provider or client than it was handed out for.
#[tokio::test]
async fn other_settings_make_another_connection() {
    let story = Story::connected().await;
    let token_url = story.provider.url("/elsewhere");
    super::configure(&story.owner, &story.instance, &story.provider, &[("tokenUrl", &token_url)])
        .await;
    assert_eq!(story.variable("Shop").await["status"], "PENDING");
    story.clock.advance_seconds(10_000);
    assert_eq!(story.call("Fetch").await.0, 400);
    assert_eq!(story.refreshes(), 0);
}

#[tokio::test]
async fn nobody_sees_what_lets_in() {
    let story = Story::connected().await;
    let (status, body) = story.call("Fetch").await;
    assert_eq!(status, 200);
    let document = "query ($id: ID!) { executionResults(instance: $id) { nodes { error
        logs { nodes { message } } stepResults { nodes { resultsUrl } } } } }";
    let data = story.owner.query_with(document, &json!({ "id": story.instance.id })).await;
    let execution = &data["executionResults"]["nodes"][0];
    let mut seen = vec![body, data.to_string()];
    for step in execution["stepResults"]["nodes"].as_array().unwrap() {
        seen.push(story.owner.get(&text(step, "/resultsUrl")).await.body);
    }
    let secrets = story.provider.secrets();
    assert!(secrets.len() >= 2, "{secrets:?}");
    for text in &seen {
        let leaked = secrets.iter().map(String::as_str).chain([CLIENT_SECRET]);
        let leaked: Vec<_> = leaked.filter(|secret| text.contains(secret)).collect();
        assert_eq!(leaked, [""; 0], "{text}");
    }
    assert!(seen.iter().any(|text| text.contains("***")), "the shop repeats the token");
}
