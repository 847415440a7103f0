//! What endpoints hear, and how they know that it is true.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{CREATE, Story};
use crate::harness::{Answer, Received, TestApp, list, text};

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The two signatures that a request should have for a secret.
fn signatures(request: &Received, secret: &str) -> (String, String) {
    let hex = mac(secret.as_bytes(), &request.body);
    let hex = hex.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let (id, time) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", &request.body].concat();
    (format!("sha256={hex}"), format!("v1,{}", STANDARD.encode(mac(secret.as_bytes(), &signed))))
}

/// Proves R186, R187, R188, R190, R191, R192, R193, R194, R207.
#[tokio::test]
async fn an_endpoint_hears_of_what_it_asked_for_and_can_check_it() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/all", &["customer.created"], Some("s3cret")).await;
    story.endpoint("/plain", &["customer.created", "customer.updated"], None).await;
    let customer = story.owner.create_customer("Initech").await;
    let update = json!({ "id": customer, "description": "Better" });
    story.mutate("updateCustomer", "", &update).await;
    let told = story.hook.wait_for("/plain", 2).await;
    assert_eq!(told[0].header("x-webhook-signature"), "");
    let request = story.hook.wait_for("/all", 1).await.remove(0);
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("x-webhook-event"), "customer.created");
    assert_eq!(request.header("x-team"), "platform");
    let (hex, standard) = signatures(&request, "s3cret");
    assert_eq!(request.header("x-webhook-signature"), hex);
    assert_eq!(request.header("webhook-signature"), standard);

    let body = request.json();
    assert_eq!(body["event_type"], "customer.created");
    assert_eq!(body["customer"]["id"], customer);
    assert_eq!(body["user"]["email"], story.owner.email);
    let time = chrono::DateTime::parse_from_rfc3339(&text(&body, "/timestamp")).unwrap();
    assert!(text(&body, "/timestamp").ends_with("+00:00"), "{body:#}");
    assert_eq!(request.header("webhook-timestamp"), time.timestamp().to_string());
    let key = String::from_utf8(STANDARD.decode(&endpoint).unwrap()).unwrap();
    assert_eq!(key, format!("WebhookEndpoint:{}", text(&body, "/webhook_id")));
    let organization = story.owner.query("{ organization { id } }").await;
    assert_eq!(body["organization_id"], organization["organization"]["id"]);
    // The id leads to the object as it is now.
    let document = "query ($id: ID!) { customer(id: $id) { description } }";
    let id = text(&body, "/customer/id");
    let found = story.owner.query_with(document, &json!({ "id": id })).await;
    assert_eq!(found["customer"]["description"], "Better");
    let shown = story.shown(&endpoint).await;
    assert_eq!(shown["secret"], Value::Null);
    assert_eq!(shown["headers"], r#"{"x-team":"platform"}"#);
    assert_eq!(story.hook.received("/all").len(), 1, "it asked for nothing else");
}

/// Proves R189, R247.
#[tokio::test]
async fn an_endpoint_can_be_tried() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["user.created"], Some("s")).await;
    let selection = "testWebhookEndpointResult { success message webhookEndpoint { id } }";
    let input = json!({ "id": endpoint });
    let tried = story.mutate("testWebhookEndpoint", selection, &input).await;
    let result = &tried["testWebhookEndpointResult"];
    assert_eq!(
        (&result["success"], &result["webhookEndpoint"]["id"]),
        (&json!(true), &json!(endpoint))
    );
    let request = story.hook.received("/hook").remove(0);
    assert_eq!(request.header("x-webhook-event"), "webhook.test");
    assert_eq!(request.header("x-webhook-signature"), signatures(&request, "s").0);
    assert_eq!(request.json()["webhook_endpoint"], json!({ "id": endpoint, "name": "Hook" }));
    story.hook.answer("/hook", Answer { status: 500, ..Answer::default() });
    let tried = story.mutate("testWebhookEndpoint", selection, &input).await;
    assert_eq!(tried["testWebhookEndpointResult"]["success"], false);
    assert_eq!(story.hook.received("/hook").len(), 2, "it is tried once");
}

#[tokio::test]
async fn both_secrets_sign_for_a_day_after_a_rotation() {
    let story = Story::begin().await;
    let endpoint = story.endpoint("/hook", &["customer.created"], Some("old")).await;
    let input = json!({ "id": endpoint, "secret": "new" });
    story.mutate("rotateWebhookEndpointSecret", "", &input).await;
    story.owner.create_customer("Initech").await;
    let request = story.hook.wait_for("/hook", 1).await.remove(0);
    let ((hex, new), (_, old)) = (signatures(&request, "new"), signatures(&request, "old"));
    assert_eq!(request.header("x-webhook-signature"), hex);
    assert_eq!(request.header("webhook-signature"), format!("{new} {old}"));
    story.clock.advance_seconds(24 * 60 * 60 + 1);
    story.owner.create_customer("Hooli").await;
    let request = story.hook.wait_for("/hook", 2).await.remove(1);
    assert_eq!(request.header("webhook-signature"), signatures(&request, "new").1);
}

#[tokio::test]
async fn an_endpoint_that_makes_no_sense_is_refused() {
    let story = Story::begin().await;
    for (url, types, expected) in [
        ("ftp://x.test", json!(["user.created"]), "url"),
        ("no url", json!(["user.created"]), "url"),
        ("https://x.test", json!([]), "eventTypes"),
        ("https://x.test", json!(["user.vanished"]), "eventTypes"),
    ] {
        let variables = json!({ "url": url, "types": types });
        let reply = story.owner.ask(CREATE, &variables).await;
        let fields = list(&reply.body, "/data/createWebhookEndpoint/errors");
        assert_eq!(fields[0]["field"], expected, "{:#}", reply.body);
    }
    let endpoint = story.endpoint("/hook", &["user.created"], None).await;
    for headers in ["[]", r#"{"Webhook-Id": "1"}"#, r#"{"X-Webhook-Event": "1"}"#, r#"{"a": 1}"#] {
        let document = "mutation ($id: ID!, $headers: String!) { updateWebhookEndpoint(
            input: { id: $id, headers: $headers }) { errors { field messages } } }";
        let variables = json!({ "id": endpoint, "headers": headers });
        let reply = story.owner.ask(document, &variables).await;
        assert!(!reply.problems("updateWebhookEndpoint").is_empty(), "{headers}");
    }
    let types = story.owner.query("{ webhookEventTypes { id name } }").await;
    // The 40 of the contract, and `webhook_endpoint.disabled`.
    assert_eq!(list(&types, "/webhookEventTypes").len(), 41);
}

#[tokio::test]
async fn private_addresses_are_refused() {
    let app = TestApp::start_with(|options| options.egress_policy.allow_private = false).await;
    let owner = app.organization("acme").await;
    let variables = json!({ "url": "http://127.0.0.1:9/", "types": ["customer.created"] });
    let data = owner.query_with(CREATE, &variables).await;
    let id = text(&data, "/createWebhookEndpoint/webhookEndpoint/id");
    let document = "mutation ($id: ID!) { testWebhookEndpoint(input: { id: $id }) {
        testWebhookEndpointResult { success message } } }";
    let tried = owner.query_with(document, &json!({ "id": id })).await;
    let result = &tried["testWebhookEndpoint"]["testWebhookEndpointResult"];
    assert_eq!(result["success"], false);
    assert!(text(result, "/message").contains("not allowed"), "{result}");
}
