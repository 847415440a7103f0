//! Endpoints that do not do their part.

use std::time::Duration;

use chrono::DateTime;
use entity::Clock;
use serde_json::{Value, json};

use super::Story;
use crate::harness::{Answer, MailServer, eventually, text};

const HOUR: i64 = 60 * 60;

/// Seconds from now until the next attempt.
fn wait_of(story: &Story, delivery: &Value) -> i64 {
    let at = DateTime::parse_from_rfc3339(&text(delivery, "/nextAttemptAt")).unwrap();
    (at.timestamp_micros() - story.clock.now().0) / 1_000_000
}

fn status(status: u16) -> Answer {
    Answer { status, ..Answer::default() }
}

#[tokio::test]
async fn a_delivery_is_tried_eight_times_and_can_be_sent_again() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["customer.created"], None).await;
    story.hook.answer("/hook", status(500));
    story.owner.create_customer("Initech").await;
    let ladder = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    for (attempts, seconds) in (1..).zip(ladder) {
        let delivery = story.newest(&endpoint, "WAITING", attempts).await;
        let wait = wait_of(&story, &delivery);
        assert!((wait - seconds).abs() <= seconds / 5 + 1, "{wait} after {attempts}");
        story.clock.advance_seconds(wait + 1);
    }
    let failed = story.newest(&endpoint, "FAILED", 8).await;
    assert_eq!(failed["attempts"][7]["status"], 500);
    assert_eq!(failed["attempts"][0]["response"], r#"{"ok":true}"#);
    let requests = story.hook.received("/hook");
    assert!(requests.iter().all(|it| it.header("webhook-id") == requests[0].header("webhook-id")));

    story.hook.answer("/hook", status(204));
    story.mutate("resendWebhookDelivery", "", &json!({ "id": failed["id"] })).await;
    let sent = story.newest(&endpoint, "DELIVERED", 9).await;
    assert_eq!(sent["id"], failed["id"]);
}

#[tokio::test]
async fn a_receiver_may_ask_for_time_but_not_lead_elsewhere() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["customer.created"], None).await;
    let headers = vec![("retry-after", "3000".to_owned())];
    story.hook.answer("/hook", Answer { headers, ..status(429) });
    story.owner.create_customer("Initech").await;
    let delivery = story.newest(&endpoint, "WAITING", 1).await;
    assert!((2_999..=3_001).contains(&wait_of(&story, &delivery)), "{delivery}");
    let headers = vec![("location", story.hook.url("/elsewhere"))];
    story.hook.answer("/hook", Answer { headers, ..status(302) });
    story.clock.advance_seconds(3_001);
    let delivery = story.newest(&endpoint, "WAITING", 2).await;
    assert_eq!(delivery["attempts"][1]["status"], 302);
    assert_eq!(story.hook.received("/elsewhere").len(), 0);
}

#[tokio::test]
async fn a_receiver_that_is_gone_hears_nothing_more() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["customer.created"], None).await;
    story.hook.answer("/hook", status(410));
    story.owner.create_customer("Initech").await;
    story.newest(&endpoint, "FAILED", 1).await;
    let shown = story.shown(&endpoint).await;
    assert_eq!(shown["enabled"], false);
    assert!(text(&shown, "/disabledReason").contains("410"), "{shown}");
    story.hook.answer("/hook", status(200));
    let input = json!({ "id": endpoint, "enabled": true });
    story.mutate("updateWebhookEndpoint", "", &input).await;
    assert_eq!(story.shown(&endpoint).await["disabledReason"], Value::Null);
    let since = "2026-01-01T00:00:00Z";
    let input = json!({ "id": endpoint, "since": since });
    story.mutate("resendFailedWebhookDeliveries", "", &input).await;
    story.newest(&endpoint, "DELIVERED", 2).await;
}

#[tokio::test]
async fn a_broken_endpoint_is_left_alone_until_one_gets_through() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["customer.created"], None).await;
    story.hook.answer("/hook", status(500));
    for number in 1..=5 {
        story.owner.create_customer(&format!("Customer {number}")).await;
        tried(&story, &endpoint, number).await;
    }
    story.owner.create_customer("One more").await;
    let waiting = eventually("the sixth waits", async || {
        let all = story.deliveries(&endpoint).await;
        all.into_iter().find(|it| it["attemptCount"] == 0)
    })
    .await;
    assert!((50..=60).contains(&wait_of(&story, &waiting)), "{waiting}");
    assert_eq!(story.hook.received("/hook").len(), 5);
    story.hook.answer("/hook", status(200));
    story.clock.advance_seconds(61);
    story.hook.wait_for("/hook", 6).await;
    story.clock.advance_seconds(HOUR);
    eventually("all six arrive", async || {
        let all = story.deliveries(&endpoint).await;
        let arrived = all.iter().filter(|it| it["state"] == "DELIVERED").count();
        (arrived == 6).then_some(())
    })
    .await;
}

/// Waits until each of so many deliveries has been tried once.
async fn tried(story: &Story, endpoint: &str, count: usize) {
    eventually(&format!("{count} attempts"), async || {
        let all = story.deliveries(endpoint).await;
        let tried = all.iter().filter(|it| it["attemptCount"] == 1).count();
        (tried == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn five_days_of_failure_switch_an_endpoint_off() {
    let mail = MailServer::start().await;
    let story = Story::begin_with(Some(&mail)).await;
    let endpoint = story.endpoint("/hook", &["customer.created"], None).await;
    story.endpoint("/others", &["webhook_endpoint.disabled"], None).await;
    story.hook.answer("/hook", status(500));
    story.owner.create_customer("Initech").await;
    story.newest(&endpoint, "WAITING", 1).await;
    assert_eq!(story.hook.received("/others").len(), 0, "it may still get better");
    story.clock.advance_seconds(5 * 24 * HOUR + 1);
    story.newest(&endpoint, "CANCELED", 2).await;
    let shown = story.shown(&endpoint).await;
    assert_eq!(shown["enabled"], false);
    assert!(text(&shown, "/disabledReason").contains("five days"), "{shown}");
    let told = story.hook.wait_for("/others", 1).await[0].json();
    let expected = json!({ "id": endpoint, "name": told["webhook_endpoint"]["name"],
        "disabled_reason": shown["disabledReason"] });
    assert_eq!(told["webhook_endpoint"], expected);
    let letter = mail.wait_for(1).await.remove(0);
    assert!(letter.contains("To: owner@acme.test"), "{letter}");
    assert!(letter.contains("It failed for five days on end."), "{letter}");
}

#[tokio::test]
async fn who_hangs_keeps_nobody_else_waiting() {
    let story = Story::begin().await;
    story.endpoint("/hangs", &["customer.created"], None).await;
    story.endpoint("/well", &["customer.created"], None).await;
    let after = Duration::from_mins(1);
    story.hook.answer("/hangs", Answer { after, ..Answer::default() });
    for number in 0..30 {
        story.owner.create_customer(&format!("Customer {number}")).await;
    }
    story.hook.wait_for("/well", 30).await;
    assert!(story.hook.received("/hangs").len() <= 8, "it has no more than its share");
}
