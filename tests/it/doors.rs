//! Who may call a flow, in which ways, and what else a caller can ask for.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Instance, Page, TestApp, ThirdParty, User, definition, eventually, list, text,
};

async fn doors(app: &TestApp) -> (User, Instance) {
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("doors"), &[]).await;
    (owner, instance)
}

async fn executions(owner: &User) -> Value {
    owner.query("{ executionResults { totalCount } }").await["executionResults"]["totalCount"]
        .clone()
}

/// A refused call leaves nothing behind, also when every place is taken.
#[tokio::test]
async fn a_trigger_refuses_calls_before_they_become_executions() {
    let app = TestApp::start_with(|options| options.concurrency_max = 1).await;
    let (owner, instance) = doors(&app).await;
    let sign = |signature: &str| {
        let call = owner.http().post(instance.url("Signed")).body("what do ya want for nothing?");
        owner.call(call.header("x-signature", signature))
    };
    let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let refused = sign(&right.replace('5', "6")).await;
    assert_eq!((refused.status, refused.header("prismatic-executionid")), (401, ""));
    assert!(text(&refused.json(), "/error").contains("signature"));
    assert_eq!(sign("").await.status, 401);

    let password = |word: &str| {
        let call = owner.http().get(instance.url("Password"));
        owner.call(call.basic_auth("ada", Some(word)))
    };
    let refused = password("Jefe").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Basic "), "{refused:?}");
    assert_eq!(executions(&owner).await, 0);

    assert_eq!(password("Jefe!").await.status, 303);
    let slow = owner.http().post(instance.url("Slow")).header("prismatic-synchronous", "false");
    assert_eq!(owner.call(slow).await.status, 200);
    assert_eq!(sign("nothing").await.status, 401);
    let taken = sign(right).await;
    let id = taken.header("prismatic-executionid").to_owned();
    assert!(owner.ended(&id).await["error"].is_null());
    assert_eq!(executions(&owner).await, 3);
}

#[tokio::test]
async fn flows_answer_to_five_methods() {
    let app = TestApp::start().await;
    let (owner, instance) = doors(&app).await;
    let call = async |method: &str, url: &str| {
        owner.call(owner.http().request(method.parse::<Method>().unwrap(), url)).await
    };
    for method in ["DELETE", "GET", "PATCH", "POST", "PUT"] {
        assert_eq!(call(method, instance.url("Headers")).await.status, 303, "{method}");
    }
    for method in ["HEAD", "OPTIONS", "TRACE"] {
        let answer = call(method, instance.url("Headers")).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "DELETE, GET, PATCH, POST, PUT");
    }
    let answer = call("POST", &format!("{}/%ff", instance.url("Headers"))).await;
    assert_eq!(answer.status, 400);
    assert!(text(&answer.json(), "/error").contains("UTF-8"));
}

/// Proves R069.
#[tokio::test]
async fn headers_are_found_in_any_case() {
    let app = TestApp::start().await;
    let (owner, instance) = doors(&app).await;
    let call = owner
        .http()
        .post(format!("{}?prismatic-prefer-direct-sync-response=true", instance.url("Headers")));
    let call = call.header("X-SHOP-Topic", "orders").header("x-shop-topic", "paid");
    let answer = owner.call(call).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let topic = "orders, paid";
    let expected = json!({
        "reference": topic, "template": format!("<{topic}>"), "code": topic, "branch": "Orders",
    });
    assert_eq!(answer.json(), expected);
}

/// Proves R076, R077. Short text can be had at once; anything else is still linked to.
#[tokio::test]
async fn a_result_can_come_without_a_detour() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("answers"), &[]).await;
    let echo = async |kind: &str, body: Vec<u8>| -> Page {
        let call = owner.http().post(instance.url("Echo")).header("content-type", kind).body(body);
        let call = call.header("prismatic-synchronous", "true");
        owner.call(call.header("prismatic-prefer-direct-sync-response", "true")).await
    };
    let answer = echo("text/csv", b"a,b".to_vec()).await;
    assert_eq!((answer.status, &*answer.body), (200, "a,b"));
    assert_eq!(answer.header("content-type"), "text/csv");
    assert!(!answer.header("prismatic-executionid").is_empty());
    assert_eq!(echo("image/png", vec![1, 2]).await.status, 303);
    assert_eq!(echo("text/plain", vec![b'x'; 5 << 20]).await.status, 303);
}

/// Proves R084.
#[tokio::test]
async fn nobody_waits_for_ever() {
    let wait = Duration::from_millis(100);
    let app = TestApp::start_with(|options| options.trigger.synchronous_wait = wait).await;
    let (owner, instance) = doors(&app).await;
    let answer = owner.trigger(instance.url("Slow"), &json!({})).await;
    assert_eq!(answer.status, 504);
    assert!(text(&answer.json(), "/error").contains("0.1 seconds"));
    let id = answer.header("prismatic-executionid").to_owned();
    assert!(owner.ended(&id).await["error"].is_null());
}

#[tokio::test]
async fn a_url_can_be_kept_from_being_called_too_often() {
    let app = TestApp::start_with(|options| {
        options.trigger.requests_per_second = 1;
        options.trigger.burst = 2;
    });
    let app = app.await;
    let (owner, instance) = doors(&app).await;
    let call = async |flow| owner.call(owner.http().get(instance.url(flow))).await;
    let mut last = call("Headers").await;
    for _ in 0..20 {
        if last.status == 429 {
            break;
        }
        last = call("Headers").await;
    }
    assert_eq!((last.status, last.header("retry-after")), (429, "1"));
    assert!(text(&last.json(), "/error").contains("too often"));
    assert_eq!(call("Password").await.status, 401);
}

/// The own URL is reached although it is private; its neighbours are not.
#[tokio::test]
async fn flows_reach_their_own_server_and_nothing_beside_it() {
    let app = TestApp::start_with(|options| options.egress_policy.allow_private = false).await;
    let (owner, instance) = doors(&app).await;
    let call = owner.http().post(instance.url("Caller")).json(&json!({ "deep": [1] }));
    let answer = owner.call(call.header("prismatic-prefer-direct-sync-response", "true")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "deep": [1] })), "{answer:?}");
    let neighbour = ThirdParty::start().await;
    let body = json!({ "url": neighbour.url("/secret") });
    let answer = owner.trigger(instance.url("Elsewhere"), &body).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(neighbour.received("/secret").is_empty());
}

/// However often a call arrives, also at the same moment, its flow runs once.
#[tokio::test]
async fn a_call_with_a_key_counts_once() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    let instance = owner.deployed(&definition("answers"), &[]).await;
    let call = |flow: &str, key: &str| {
        let call = owner.http().post(instance.url(flow)).header("idempotency-key", key);
        owner.call(call.json(&json!({ "flow": flow })))
    };
    let calls = (0..8).map(|_| call("Echo", "one"));
    let answers = futures::future::join_all(calls).await;
    let ids: Vec<String> =
        answers.iter().map(|answer| text(&answer.json(), "/executionId")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(owner.ended(&ids[0]).await["error"].is_null());
    assert_eq!(text(&call("Echo", "one").await.json(), "/executionId"), ids[0]);
    assert_ne!(text(&call("Echo", "two").await.json(), "/executionId"), ids[0]);
    // A name belongs to its URL. The flow answers as it does without one.
    let challenge = call("Challenge", "one").await;
    assert_eq!((challenge.status, &*challenge.body), (202, "accepted"));
    let waited = [call("Slow", "one").await, call("Slow", "one").await];
    let of = |answer: &Page| (answer.status, answer.header("prismatic-executionid").to_owned());
    assert_eq!(waited[0].status, 303, "{:?}", waited[0]);
    assert_eq!(of(&waited[0]), of(&waited[1]));
    assert_eq!(executions(&owner).await, 4);
    assert_eq!(call("Echo", &"k".repeat(1025)).await.status, 400);
}

#[tokio::test]
async fn a_flow_pages_through_its_work_from_the_deployment_on() {
    let app = TestApp::start().await;
    let owner = app.organization("acme").await;
    owner.deployed(&definition("pages"), &[]).await;
    let document = "{ executionResults(sortBy: [{ field: STARTED_AT, direction: ASC }]) { nodes {
        status invokeType lineage { hasChildren invokedBy { stepName } } } } }";
    let runs = eventually("three pages", async || {
        let runs = owner.query(document).await["executionResults"]["nodes"].clone();
        let ended =
            list(&json!({ "runs": runs }), "/runs").iter().all(|run| run["status"] == "SUCCESS");
        (ended && runs[2]["status"] == "SUCCESS").then_some(runs)
    });
    let again = json!({ "stepName": "again" });
    let expected = json!([
        { "status": "SUCCESS", "invokeType": "DEPLOY_FLOW",
            "lineage": { "hasChildren": true, "invokedBy": null } },
        { "status": "SUCCESS", "invokeType": "CROSS_FLOW",
            "lineage": { "hasChildren": true, "invokedBy": again } },
        { "status": "SUCCESS", "invokeType": "CROSS_FLOW",
            "lineage": { "hasChildren": false, "invokedBy": again } },
    ]);
    assert_eq!(runs.await, expected);
    let other = app.organization("globex").await;
    other.deployed(&definition("pages"), &[("Start", "false")]).await;
    assert_eq!(executions(&other).await, 0);
}
