//! Codes and tokens, as clients ask for them.

use serde_json::json;

use crate::harness::{TestProcess, User, text};
use crate::sign_in::{PASSWORD, REDIRECT, Story, VERIFIER, claims};

#[tokio::test]
async fn a_client_signs_somebody_in() {
    let story = Story::begins().await;
    let meta = story.get(&story.url("/auth/meta")).await.json();
    let host = story.app.url().replace("http://", "");
    let audience = story.url("/api");
    assert_eq!(meta, json!({ "domain": host, "clientId": "marquetry", "audience": audience }));
    let discovery = story.get(&story.url("/.well-known/openid-configuration")).await.json();
    for (name, path) in [
        ("issuer", ""),
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("revocation_endpoint", "/oauth/revoke"),
    ] {
        assert_eq!(discovery[name], story.url(path));
    }

    let page = story.redeem(&story.code().await).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let tokens = page.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 604_800);
    assert_eq!(tokens["scope"], "openid profile email offline_access");
    assert_eq!(story.who(&tokens).await, story.owner.email);
    let now = story.app.env().now().0 / 1_000_000;
    assert_eq!(claims(&text(&tokens, "/access_token"))["exp"], now + 604_800);

    let identity = text(&tokens, "/id_token");
    assert_eq!(claims(&identity)["email"], story.owner.email.as_str());
    let mut forger = story.app.anonymous();
    forger.token = Some(identity);
    assert_eq!(forger.ask("{ authenticatedUser { id } }", &json!({})).await.status, 401);

    let info = |user: &User| user.http().get(story.url("/userinfo"));
    let mut somebody = story.app.anonymous();
    assert_eq!(somebody.call(info(&somebody)).await.status, 401);
    somebody.token = Some(text(&tokens, "/access_token"));
    let asked = info(&somebody).bearer_auth(somebody.token.as_deref().unwrap());
    let info = somebody.call(asked.header("origin", "https://app.test")).await;
    assert_eq!(info.json()["email"], story.owner.email.as_str());
    assert_eq!(info.header("access-control-allow-origin"), "https://app.test");
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_and_for_its_client() {
    let story = Story::begins().await;
    let refused = async |page: crate::harness::Page| {
        assert_eq!(page.status, 400, "{}", page.body);
        assert_eq!(page.json()["error"], "invalid_grant");
    };
    let code = story.code().await;
    story.redeem(&code).await.json();
    refused(story.redeem(&code).await).await;

    let code = story.code().await;
    refused(story.redeem_with(&code, "another verifier", REDIRECT).await).await;
    refused(story.redeem(&code).await).await;
    let code = story.code().await;
    refused(story.redeem_with(&code, VERIFIER, "http://localhost:59413/").await).await;
    let code = story.code().await;
    story.clock.advance_seconds(60);
    refused(story.redeem(&code).await).await;
    refused(story.redeem("").await).await;

    // Of many who bring the same code at once, one gets tokens.
    let code = story.code().await;
    let all = futures::future::join_all((0..8).map(|_| story.redeem(&code))).await;
    assert_eq!(all.iter().filter(|page| page.status == 200).count(), 1);

    for (form, status, error) in [
        (&[("client_id", "marquetry")][..], 400, "invalid_request"),
        (&[("grant_type", "authorization_code")], 401, "invalid_client"),
        (&[("grant_type", "password"), ("client_id", "marquetry")], 400, "unsupported_grant_type"),
    ] {
        let page = story.post("/oauth/token", form).await;
        assert_eq!((page.status, text(&page.json(), "/error")), (status, error.to_owned()));
    }
}

#[tokio::test]
async fn clients_go_on_until_they_are_stopped() {
    let story = Story::begins().await;
    let first = text(&story.tokens().await, "/refresh_token");
    let second = text(&story.tokens().await, "/refresh_token");
    let denied = |page: &crate::harness::Page| {
        assert_eq!((page.status, text(&page.json(), "/error")), (403, "access_denied".to_owned()));
    };

    story.clock.advance_seconds(29 * 24 * 60 * 60);
    let next = story.refresh(&first, &[]).await.json();
    assert_eq!(story.who(&next).await, story.owner.email);
    assert_eq!(next.get("refresh_token"), None, "clients keep the one they have");
    story.clock.advance_seconds(2 * 24 * 60 * 60);
    denied(&story.refresh(&second, &[]).await);
    let scripted = story.post_json("/auth/refresh", &json!({ "refresh_token": first })).await;
    assert_eq!(story.who(&scripted.json()).await, story.owner.email);

    let mut somebody = story.app.anonymous();
    somebody.token = Some(text(&next, "/access_token"));
    let me = somebody
        .query("{ authenticatedUser { tenantId } listUserTenants { nodes { tenantId url } } }")
        .await;
    let tenant = text(&me, "/authenticatedUser/tenantId");
    let tenants = json!([{ "tenantId": tenant, "url": story.app.url() }]);
    assert_eq!(me["listUserTenants"]["nodes"], tenants);
    let page = story.refresh(&first, &[("tenant_id", &tenant)]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    denied(&story.refresh(&first, &[("tenant_id", "another")]).await);

    let third = text(&story.tokens().await, "/refresh_token");
    let fourth = text(&story.tokens().await, "/refresh_token");
    let page = story.post("/oauth/revoke", &[("token", &third)]).await;
    assert_eq!(page.status, 200);
    denied(&story.refresh(&third, &[]).await);
    assert_eq!(story.refresh(&first, &[]).await.status, 200);
    let page = story.post_json("/auth/revoke", &json!({ "refresh_token": first })).await;
    assert_eq!(page.status, 200);
    denied(&story.refresh(&first, &[]).await);
    denied(&story.refresh(&fourth, &[]).await);
    let page = story.post_json("/auth/revoke", &json!({ "refresh_token": "unknown" })).await;
    assert_eq!(page.status, 200, "nobody learns what there is");

    // There is room for fifty; then the one that was not used for longest goes.
    let oldest = text(&story.tokens().await, "/refresh_token");
    story.clock.advance_seconds(1);
    for _ in 0..49 {
        story.tokens().await;
    }
    assert_eq!(story.refresh(&oldest, &[]).await.status, 200);
    story.tokens().await;
    denied(&story.refresh(&oldest, &[]).await);
}

#[tokio::test]
async fn who_leaves_is_signed_out() {
    let story = Story::begins().await;
    let colleague = story.app.colleague(&story.owner, "Guest").await;
    let env = story.app.env();
    let user = domain::user::by_email(env, &colleague.email).await.unwrap().unwrap();
    domain::sign_in::password::set(env, &user, PASSWORD).await.unwrap();
    let page = story.type_in(&colleague.email, PASSWORD).await;
    let code = page.header("location").split(['=', '&']).nth(1).unwrap().to_owned();
    let token = text(&story.redeem(&code).await.json(), "/refresh_token");
    let me = colleague.query("{ authenticatedUser { id } }").await;
    let id = text(&me, "/authenticatedUser/id");
    let document = "mutation ($id: ID!) {
        deleteUser(input: { id: $id }) { user { id } errors { field messages } } }";
    story.owner.query_with(document, &json!({ "id": id })).await;
    assert_eq!(story.refresh(&token, &[]).await.status, 403);
    assert_eq!(story.type_in(&colleague.email, PASSWORD).await.status, 403);
}

#[tokio::test]
async fn signing_out_leads_to_known_places_only() {
    let story = Story::begins().await;
    let leave = async |address: &str| {
        let url = format!("/logout?client_id=marquetry&returnTo={address}");
        story.get(&story.url(&url)).await
    };
    let page = leave(REDIRECT).await;
    assert_eq!((page.status, page.header("location")), (303, REDIRECT));
    let page = leave("https://evil.test/").await;
    assert_eq!((page.status, page.header("location")), (200, ""));
}

#[tokio::test]
async fn operators_set_passwords_on_the_command_line() {
    let process = TestProcess::start().await;
    let owner = process.init().await;
    let set = ["password", "--email", owner.email.as_str()];
    let short = process.run_with(&set, "short\n").await;
    assert!(!short.status.success());
    assert!(String::from_utf8_lossy(&short.stderr).contains("at least 12 characters"));
    let done = process.run_with(&set, &format!("{PASSWORD}\n")).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let printed = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(!printed.contains(PASSWORD), "{printed}");

    let invited = process.run(&["invite", "--email", &owner.email]).await;
    let link = String::from_utf8(invited.stdout).unwrap();
    let (_, path) = link.trim().split_once("/invitation/").unwrap();
    let page = owner.get(&format!("{}/invitation/{path}", process.url())).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains(&owner.email));
}
