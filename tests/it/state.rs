//! State that outlives an execution.

use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, ThirdParty, User, definition, list, text};

async fn channels(owner: &User, instance: &Instance) -> Value {
    let answer = owner.trigger(instance.url("Show"), &json!({})).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    owner.get(answer.header("location")).await.json()
}

/// Proves R114, R137, R143, R154, R157, R158, R161, R162.
#[tokio::test]
async fn flows_of_an_instance_share_what_they_learn() {
    let (app, shop) = (TestApp::start().await, ThirdParty::start().await);
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("router"), &[]).await;
    let register = async |event: &str| {
        let body = json!({ "event": event, "channel": "C1", "url": shop.url("/hook") });
        assert_eq!(owner.trigger(instance.url("Register"), &body).await.status, 303);
    };
    let route = async || {
        let form = [("payload", r#"{"channel":{"id":"C1"},"text":"a b"}"#)];
        let request = owner.http().post(instance.url("Route")).form(&form);
        let answer = owner.call(request).await;
        owner.ended(&text(&answer.json(), "/executionId")).await
    };
    assert_eq!(channels(&owner, &instance).await, json!({}));
    assert!(!route().await["error"].is_null(), "nobody is registered yet");

    register("add").await;
    assert_eq!(channels(&owner, &instance).await, json!({ "C1": shop.url("/hook") }));
    assert!(route().await["error"].is_null());
    let [arrived] = &shop.received("/hook")[..] else { panic!("one request") };
    assert_eq!(arrived.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(
        arrived.body,
        "payload=%7B%22channel%22%3A%7B%22id%22%3A%22C1%22%7D%2C%22text%22%3A%22a+b%22%7D"
    );

    register("forget").await;
    assert_eq!(channels(&owner, &instance).await, json!({}));
    register("something else").await;

    // Another instance of the same integration knows nothing of it.
    register("add").await;
    let other = {
        let data = owner.query("{ integrations { nodes { id } } }").await;
        let draft = text(&data, "/integrations/nodes/0/id");
        let customer = owner.create_customer("Globex").await;
        let other = owner.create_instance(&draft, &customer, &[]).await;
        owner.deploy(&other).await;
        other
    };
    assert_eq!(channels(&owner, &other).await, json!({}));

    let logs = "query ($id: ID) { logs(instance: $id, message_Icontains: \"CHANNELS 1\") {
        nodes { message severity stepName } } }";
    let data = owner.query_with(logs, &json!({ "id": instance.id })).await;
    assert_eq!(
        list(&data, "/logs/nodes")[0],
        json!({ "message": "channels 1", "severity": "INFO", "stepName": "answer" })
    );
}

/// Branches whose names the action fixes, chosen by what earlier executions left.
#[tokio::test]
async fn items_are_worked_on_in_order_over_executions() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("in-order"), &[]).await;
    for (index, item, answer) in [(1, "b", None), (0, "a", Some("a,b")), (2, "c", Some("c"))] {
        let body = json!({ "index": index, "item": item });
        let called = owner.trigger(instance.url("Line"), &body).await;
        let Some(answer) = answer else {
            assert_eq!(called.status, 202, "{item}");
            continue;
        };
        assert_eq!(owner.get(called.header("location")).await.json(), answer);
    }
    let document = "{ actions(key: \"processInOrder\") { nodes {
        allowsBranching dynamicBranchInput staticBranchNames } } }";
    let data = owner.query(document).await;
    assert_eq!(
        data["actions"]["nodes"],
        json!([{ "allowsBranching": true, "dynamicBranchInput": "",
            "staticBranchNames": ["Process", "Skip"] }])
    );
}
