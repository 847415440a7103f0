//! A user consents in the browser.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{CLIENT_SECRET, Story, parameter};
use crate::harness::definition;

/// Proves R047, R048, R049, R200, R243.
#[tokio::test]
async fn a_connection_works_as_soon_as_its_user_has_consented() {
    let story = Story::begins_with(&[
        ("pkceMethod", "S256"),
        ("headers", r#"[{"key":"X-Partner","value":"us"}]"#),
    ])
    .await;
    let before = story.variable("Shop").await;
    assert_eq!(before["status"], "PENDING");
    let (status, body) = story.call("Fetch").await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("The connection \\\"Shop\\\": it is not authorized yet"), "{body}");
    let url = story.authorize_url().await;
    assert_eq!(url.path(), "/authorize");
    let redirect_uri = format!("{}/oauth2/callback", story.app.url());
    for (name, value) in [
        ("theme", "dark"),
        ("response_type", "code"),
        ("client_id", "the-client"),
        ("redirect_uri", &redirect_uri),
        ("scope", "read write"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&url, name).as_deref(), Some(value), "{name}");
    }
    let state = parameter(&url, "state").unwrap();
    let page = story.come_back_as(&state, &[("code", "a-code"), ("realmId", "7")]).await;
    assert_eq!((page.status, page.header("location")), (303, "/oauth2/complete"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");

    let asked = &story.provider.asked("authorization_code")[0];
    let form = |name: &str| asked.form.get(name).map(String::as_str);
    assert_eq!(form("grant_type"), Some("authorization_code"));
    assert_eq!(form("code"), Some("a-code"));
    assert_eq!(form("redirect_uri"), Some(redirect_uri.as_str()));
    assert_eq!(form("client_id"), Some("the-client"));
    assert_eq!(form("client_secret"), Some(CLIENT_SECRET));
    assert_eq!(asked.headers["x-partner"], "us");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form("code_verifier").unwrap()));
    assert_eq!(parameter(&url, "code_challenge"), Some(challenge));

    let after = story.variable("Shop").await;
    assert_eq!(after["status"], "ACTIVE");
    let meta: Value = serde_json::from_str(after["meta"].as_str().unwrap()).unwrap();
    assert_eq!(meta["token"]["shop"], "eu-1");
    assert_eq!(meta["context"]["realmId"], "7");
    assert_eq!(story.call("Fetch").await.0, 200);
    assert_eq!(story.events().await, ["oauth2.authorization_completed"]);
}

#[tokio::test]
async fn a_browser_comes_back_once_in_time_and_unchanged() {
    let story = Story::begins().await;
    let state = parameter(&story.authorize_url().await, "state").unwrap();
    let late = parameter(&story.authorize_url().await, "state").unwrap();
    let changed = state.replace(&state[4..6], if &state[4..6] == "AA" { "BB" } else { "AA" });
    for wrong in [changed.as_str(), "", "x", &state[..state.len() - 2]] {
        let page = story.come_back_as(wrong, &[("code", "a-code")]).await;
        assert_eq!(page.status, 400, "{wrong}: {}", page.body);
    }
    assert_eq!(story.come_back_as(&state, &[("code", "a-code")]).await.status, 303);
    let again = story.come_back_as(&state, &[("code", "a-code")]).await;
    assert_eq!(again.status, 400);
    assert!(again.body.contains("used already"), "{}", again.body);
    story.clock.advance_seconds(601);
    let page = story.come_back_as(&late, &[("code", "a-code")]).await;
    assert!(page.body.contains("Too much time"), "{}", page.body);
    assert_eq!(story.provider.asked("authorization_code").len(), 1);
    // Who may not change the instance is given nothing to start with.
    let stranger = story.app.organization("other").await;
    let document = "query ($id: ID!) { instance(id: $id) { id } }";
    let reply = stranger.ask(document, &json!({ "id": story.instance.id })).await;
    assert!(reply.body["data"]["instance"].is_null(), "{:#}", reply.body);
}

/// Proves R244.
#[tokio::test]
async fn a_refusal_is_told_in_plain_words() {
    let story = Story::begins().await;
    let page = story
        .come_back(&[("error", "access_denied"), ("error_description", "No <b>way</b>")])
        .await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("access_denied (No &lt;b&gt;way&lt;/b&gt;)"), "{}", page.body);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(story.variable("Shop").await["status"], "FAILED");
    story.provider.refuse((500, "oops", None));
    let page = story.come_back(&[("code", "a-code")]).await;
    assert!(page.body.contains("status 500"), "{}", page.body);
    let failed = "oauth2.authorization_failed";
    assert_eq!(story.events().await, [failed, failed]);
    story.consent().await;
    // A connection that works is not hurt by an attempt that fails.
    story.come_back(&[("error", "access_denied")]).await;
    assert_eq!(story.variable("Shop").await["status"], "ACTIVE");
    assert_eq!(story.call("Fetch").await.0, 200);
}

/// Authors send browsers to pages of their own, which get to know what it is about.
#[tokio::test]
async fn browsers_go_where_authors_want_them() {
    let targets = "meta: { oAuthSuccessRedirectUri: \"https://acme.test/done?tab=1\", \
                   oAuthFailureRedirectUri: \"https://acme.test/failed\" }";
    let connection = "  - key: Shop\n    dataType: connection\n";
    let definition =
        definition("oauth2").replace(connection, &format!("{connection}    {targets}\n"));
    let story = Story::begins_as(&definition, &[]).await;
    let target = async |parameters: &[(&str, &str)]| {
        let page = story.come_back(parameters).await;
        assert_eq!(page.status, 303, "{}", page.body);
        Url::parse(page.header("location")).unwrap()
    };
    let failed = target(&[("error", "access_denied")]).await;
    assert_eq!((failed.host_str(), failed.path()), (Some("acme.test"), "/failed"));
    assert!(parameter(&failed, "error").unwrap().contains("access_denied"), "{failed}");
    let done = target(&[("code", "a-code")]).await;
    assert_eq!((done.host_str(), done.path()), (Some("acme.test"), "/done"));
    for (name, value) in [
        ("tab", "1"),
        ("instanceId", &story.instance.id),
        ("integrationName", "Shop Sync"),
        ("requiredConfigVariableKey", "Shop"),
    ] {
        assert_eq!(parameter(&done, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(parameter(&done, "error"), None);
    assert!(!done.as_str().contains("canary") && !done.as_str().contains("a-code"), "{done}");
}

/// A connection goes with its instance.
#[tokio::test]
async fn connections_of_an_instance_that_is_deleted_are_gone() {
    let story = Story::connected().await;
    let document = "mutation ($id: ID!) {
        deleteInstance(input: { id: $id }) { errors { field messages } } }";
    story.owner.query_with(document, &json!({ "id": story.instance.id })).await;
    let expected = ["oauth2.authorization_completed", "connection.deleted"];
    assert_eq!(story.events().await, expected);
}

#[tokio::test]
async fn providers_may_differ() {
    let story = Story::begins_with(&[
        ("pkceMethod", "plain"),
        ("scopeSeparator", ","),
        ("clientAuthentication", "header"),
        ("authorizeParameters", r#"{"access_type":"offline"}"#),
        ("tokenParameters", r#"[{"key":"audience","value":"shops"}]"#),
        ("tokenPath", "user"),
    ])
    .await;
    story.provider.behave(|manners| manners.nests_under = Some("user"));
    let url = story.authorize_url().await;
    assert_eq!(parameter(&url, "scope").as_deref(), Some("read,write"));
    assert_eq!(parameter(&url, "access_type").as_deref(), Some("offline"));
    let page = story.come_back_as(&parameter(&url, "state").unwrap(), &[("code", "a-code")]).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let asked = &story.provider.asked("authorization_code")[0];
    assert_eq!(parameter(&url, "code_challenge"), asked.form.get("code_verifier").cloned());
    assert_eq!(asked.form["audience"], "shops");
    assert!(!asked.form.contains_key("client_secret"), "{:?}", asked.form);
    let basic = base64::prelude::BASE64_STANDARD.encode(format!("the-client:{CLIENT_SECRET}"));
    assert_eq!(asked.headers["authorization"], format!("Basic {basic}"));
    assert_eq!(story.call("Fetch").await.0, 200);
}
