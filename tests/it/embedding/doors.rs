//! What hosts and browsers call: the check of a token, and the pages that are embedded.

use reqwest::Method;
use serde_json::json;

use super::{ME, me};
use crate::harness::embedded::{claims, now, private_key, signed};
use crate::harness::{Page, TestApp, User};

const ERROR: &str = "x-marquetry-error";

async fn authenticate(user: &User) -> Page {
    authenticate_from(user, "https://host.test").await
}

async fn authenticate_from(user: &User, origin: &str) -> Page {
    let url = user.api().build().unwrap().url().join("/embedded/authenticate").unwrap();
    let request = user.http().post(url).header("origin", origin);
    user.call(match &user.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

/// Proves R176. Also a browser gets to read what is wrong.
#[tokio::test]
async fn a_host_hears_what_is_wrong_with_its_token() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let good = authenticate(&ada).await;
    assert_eq!((good.status, good.body.as_str()), (204, ""));
    assert_eq!(good.header("access-control-allow-origin"), "*");
    assert_eq!(me(&ada).await["name"], "ada");

    let organization = acme.organization_id().await;
    let unknown = "T3JnYW5pemF0aW9uOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA==";
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = claims(&organization, "hooli", "eve");
        claims[name] = value;
        signed(&private_key("first"), &claims)
    };
    let bad_signature = signed(&private_key("second"), &claims(&organization, "initech", "ada"));
    for (status, code, token) in [
        (401, "token_missing", String::new()),
        (401, "token_malformed", "a.b.c".to_owned()),
        (401, "token_malformed", acme.token.clone().unwrap()),
        (401, "token_expired", with("exp", (now() - 120).into())),
        (401, "token_not_yet_valid", with("iat", (now() + 120).into())),
        (401, "token_lifetime_too_long", with("exp", (now() + 200_000).into())),
        (401, "signature_invalid", bad_signature),
        (401, "signature_invalid", with("organization", unknown.into())),
        (401, "claim_missing:organization", with("organization", json!(null))),
        (401, "claim_missing:sub", with("sub", json!(null))),
        (401, "claim_missing:customer", with("customer", json!(null))),
        (401, "claim_invalid:role", with("role", "owner".into())),
        (401, "claim_invalid:customer_name", with("customer_name", "x".repeat(300).into())),
        (403, "customer_unknown", with("customer_name", json!(null))),
    ] {
        let answer = authenticate(&app.bearer("eve", &token)).await;
        assert_eq!((answer.status, answer.header(ERROR)), (status, code), "{answer:?}");
        assert!(answer.header("content-type").starts_with("text/plain"), "{answer:?}");
        assert!(answer.body.ends_with('.') && !answer.body.contains("eyJ"), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
        assert!(answer.header("access-control-expose-headers").contains(ERROR), "{answer:?}");
    }
    let missing = authenticate(&app.anonymous()).await;
    assert_eq!((missing.status, missing.header(ERROR)), (401, "token_missing"));
}

#[tokio::test]
async fn wrong_signatures_are_answered_only_so_often() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let claims = claims(&acme.organization_id().await, "initech", "ada");
    let eve = app.bearer("eve", &signed(&private_key("second"), &claims));
    let mut last = authenticate(&eve).await;
    for _ in 0..100 {
        if last.status == 429 {
            break;
        }
        assert_eq!(last.header(ERROR), "signature_invalid");
        last = authenticate(&eve).await;
    }
    assert_eq!((last.status, last.header(ERROR)), (429, "too_many_failures"));
    assert_eq!(last.header("retry-after"), "1");
    // Nobody locks anybody else out.
    assert_eq!(authenticate(&ada).await.status, 204);
}

#[tokio::test]
async fn browsers_of_other_sites_get_to_ask() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    for path in ["/embedded/authenticate", "/api"] {
        let request = nobody
            .http()
            .request(Method::OPTIONS, format!("{}{path}", app.url()))
            .header("origin", "https://host.test")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        let answer = nobody.call(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "POST");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type");
        assert_eq!(answer.header("access-control-max-age"), "7200");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let wrong = nobody.http().request(Method::GET, format!("{}{path}", app.url()));
        let wrong = nobody.call(wrong.header("origin", "https://host.test")).await;
        assert_eq!((wrong.status, wrong.header("access-control-allow-origin")), (405, "*"));
    }
    let request = nobody.api().header("origin", "https://host.test").body("no json");
    let refused = nobody.call(request).await;
    assert_eq!(refused.header("access-control-allow-origin"), "*", "{refused:?}");
    assert!(refused.json()["errors"][0]["message"].is_string(), "{refused:?}");
}

/// Pages of other origins get nothing, not even with a good token; nothing is created for them.
#[tokio::test]
async fn an_organization_says_who_may_embed() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    assert_eq!(authenticate_from(&ada, "https://anywhere.test").await.status, 204);
    let document = "mutation ($origins: [String!]) {
        updateEmbedded(input: { embeddedOrigins: $origins }) {
            embedded { embeddedOrigins } errors { field messages } } }";
    let wrong = json!({ "origins": ["https://app.test/page"] });
    let wrong = acme.ask(document, &wrong).await.problems("updateEmbedded");
    assert!(wrong.len() == 1 && wrong[0].contains("embeddedOrigins"), "{wrong:?}");
    let origins = json!({ "origins": ["https://App.test:443/", "http://localhost:3000"] });
    acme.query_with(document, &origins).await;
    let refused = ada.ask(document, &json!({ "origins": [] })).await;
    assert_eq!(refused.errors(), ["You do not have permission to do this"]);

    let list = ada.query("{ organization { embeddedOrigins } }").await;
    let expected = json!(["https://app.test", "http://localhost:3000"]);
    assert_eq!(list["organization"]["embeddedOrigins"], expected);
    let bob = app.embedded(&acme, "initech", "bob").await;
    let own = app.url();
    for (origin, is_allowed) in [
        ("https://app.test", true),
        ("http://localhost:3000", true),
        (own.as_str(), true),
        ("https://anywhere.test", false),
        ("https://app.test.anywhere.test", false),
        ("null", false),
    ] {
        let user = if is_allowed { &ada } else { &bob };
        let answer = authenticate_from(user, origin).await;
        let expected = if is_allowed { (204, "") } else { (403, "origin_not_allowed") };
        assert_eq!((answer.status, answer.header(ERROR)), expected, "{origin}");
        let ask = user.api().header("origin", origin).json(&json!({ "query": ME }));
        let answer = user.call(ask).await;
        assert_eq!(answer.status, if is_allowed { 200 } else { 403 }, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.json()["data"].is_object(), is_allowed, "{answer:?}");
    }
    let users = acme.query("{ users(customer_Isnull: false) { totalCount } }").await;
    assert_eq!(users["users"]["totalCount"], 1);
    // People who sign in are not embedded.
    let ask = acme.api().header("origin", "https://anywhere.test").json(&json!({ "query": ME }));
    assert_eq!(acme.call(ask).await.status, 200);
}

/// Proves R174.
#[tokio::test]
async fn screens_can_be_embedded_by_everybody() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let base = app.url();
    for path in [
        "/integration-marketplace/?embed=true&theme=LIGHT",
        "/find-integration-marketplace",
        "/configure-instance/SW5zdGFuY2U6eA==/",
        "/components/",
        "/components/Q29tcG9uZW50Ong=",
        "/customer-connections/",
        "/dashboard/",
        "/integrations/x/flows/y",
        "/logs",
        "/workflows/",
        "/builder/x/",
        "/designer/x",
        "/instances/x/executions/",
        "/embedded",
        "//embedded",
    ] {
        let page = nobody.get(&format!("{base}{path}")).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors *"), "{policy}");
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert_eq!(page.header("x-frame-options"), "");
        assert_eq!(page.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(page.header("cross-origin-embedder-policy"), "credentialless");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("set-cookie"), "");
        let etag = page.header("etag");
        let again = nobody.http().get(format!("{base}{path}")).header("if-none-match", etag);
        let again = nobody.call(again).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.header("etag"), etag);
    }
    let ide = nobody.get(&format!("{base}/graphiql")).await;
    assert!(ide.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(nobody.get(&format!("{base}/nothing/")).await.status, 404);
}
