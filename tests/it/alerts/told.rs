//! What endpoints for events hear of alerts.

use std::time::Duration;

use serde_json::json;

use super::Story;
use crate::harness::{Answer, definition, list, text};

/// The types of events about alerts so far, each with whom it is about.
async fn told(story: &Story) -> Vec<String> {
    let data =
        story.owner.query("{ events(afterSequence: 0) { nodes { eventType payload } } }").await;
    let mut told = Vec::new();
    for node in list(&data, "/events/nodes") {
        let event_type = text(node, "/eventType");
        let Some((noun, _)) = event_type.split_once('.') else { continue };
        if noun.starts_with("alert_") {
            let payload: serde_json::Value = serde_json::from_str(&text(node, "/payload")).unwrap();
            told.push(format!("{event_type} {}", text(&payload, &format!("/{noun}/name"))));
        }
    }
    told
}

/// Proves R201, R202, R234, R235, R236, R237, R238, R239.
#[tokio::test(flavor = "multi_thread")]
async fn events_tell_of_monitors_and_groups_when_they_change_and_only_then() {
    let story = Story::begin().await;
    let group = story.change("createAlertGroup", "alertGroup", &json!({ "name": "On call" })).await;
    let monitor = story.monitor("Execution Failed", &json!({ "groups": [group] })).await;
    let mut expected =
        vec!["alert_group.created On call", "alert_monitor.created Execution Failed"];
    assert_eq!(told(&story).await, expected);
    // What is as it was, and what happens to a monitor, changes nothing.
    let same = json!({ "id": group, "name": "On call" });
    story.change("updateAlertGroup", "alertGroup", &same).await;
    let same = json!({ "id": monitor, "name": "Execution Failed", "groups": [group] });
    story.change("updateAlertMonitor", "alertMonitor", &same).await;
    story.answer(500, Duration::ZERO);
    story.run("Send").await;
    story.events(&monitor, 1).await;
    story.change("clearAlertMonitor", "alertMonitor", &json!({ "id": monitor })).await;
    assert_eq!(told(&story).await, expected);

    let other = json!({ "id": group, "name": "Nights" });
    story.change("updateAlertGroup", "alertGroup", &other).await;
    let other = json!({ "id": monitor, "groups": [] });
    story.change("updateAlertMonitor", "alertMonitor", &other).await;
    story.monitor("Instance Removed", &json!({})).await;
    story.change("deleteAlertMonitor", "alertMonitor", &json!({ "id": monitor })).await;
    story.change("deleteAlertGroup", "alertGroup", &json!({ "id": group })).await;
    story.change("deleteInstance", "instance", &json!({ "id": story.instance.id })).await;
    expected.extend([
        "alert_group.updated Nights",
        "alert_monitor.updated Execution Failed",
        "alert_monitor.created Instance Removed",
        "alert_monitor.deleted Execution Failed",
        "alert_group.deleted Nights",
        "alert_monitor.deleted Instance Removed",
    ]);
    assert_eq!(told(&story).await, expected);
    story.app.stop().await;
}

/// Proves R108.
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_fails_when_its_instance_is_deployed_is_a_failure() {
    let story = Story::begin().await;
    let owner = &story.owner;
    let version = owner.publish(&owner.import(&definition("farewell")).await).await;
    let customer = owner.create_customer("Hooli").await;
    let shop = story.shop.url("");
    let instance = owner.create_instance(&version, &customer, &[("Shop", &*shop)]).await;
    let monitor = story.monitor("Execution Failed", &json!({ "instance": instance.id })).await;
    story.shop.answer("/hello", Answer { status: 500, ..Answer::default() });
    owner.deploy(&instance).await;
    story.events(&monitor, 1).await;
    story.shop.answer("/hello", Answer::default());
    owner.deploy(&instance).await;
    story.shop.wait_for("/hello", 2).await;
    story.events(&monitor, 1).await;
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_waits_too_long_for_its_instance_is_a_failure() {
    let story = Story::begin().await;
    let monitor = story.monitor("Execution Failed", &json!({})).await;
    story.answer(200, Duration::from_secs(2));
    let runs = story.call("Send In Order").await;
    story.shop.wait_for("/orders", 1).await;
    let waits = story.call("Send In Order").await;
    let input = json!({ "id": story.instance.id, "enabled": false });
    story.change("updateInstance", "instance", &input).await;
    story.owner.ended(&runs).await;
    story.events(&monitor, 0).await;
    story.clock.advance_seconds(25 * 60 * 60);
    let details = story.events(&monitor, 1).await;
    assert!(details[0].contains("paused for 24 hours"), "{details:?}");
    assert!(!story.owner.ended(&waits).await["error"].is_null());
    story.app.stop().await;
}
