//! Requests that are not in order, the page, and how often it may be tried.

use crate::sign_in::{PASSWORD, Story, request_of};

#[tokio::test]
async fn only_requests_in_order_get_a_page() {
    let story = Story::begins().await;
    for changed in [
        ("client_id", "somebody"),
        ("redirect_uri", "https://evil.test/"),
        ("redirect_uri", "http://localhost:59412/other"),
        ("redirect_uri", ""),
    ] {
        let page = story.get(story.authorize_url(&[changed]).as_str()).await;
        assert_eq!((page.status, page.header("location")), (400, ""), "{changed:?}");
        assert!(!page.body.contains("evil.test"));
    }
    for (changed, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("audience", "https://elsewhere.test"), "invalid_target"),
    ] {
        let page = story.get(story.authorize_url(&[changed]).as_str()).await;
        let location = page.header("location");
        assert_eq!(page.status, 303, "{changed:?}: {}", page.body);
        assert!(location.starts_with(&format!("http://localhost:59412/?error={error}&")));
        assert!(location.ends_with("&state=a-state"), "{location}");
    }
    let twice = format!("{}&redirect_uri=https://evil.test/", story.authorize_url(&[]));
    assert_eq!(story.get(&twice).await.status, 400);

    // A signed request is needed, and it is good for half an hour.
    let request = request_of(&story.page().await);
    let (start, end) = request.split_at(request.len() - 1);
    let forged = format!("{start}{}", if end == "A" { "B" } else { "A" });
    let email = story.owner.email.as_str();
    let form = |request: &'static str| [("request", request), ("email", "a"), ("password", "b")];
    assert_eq!(story.post("/authorize", &form("")).await.status, 400);
    let form = [("request", forged.as_str()), ("email", email), ("password", PASSWORD)];
    assert_eq!(story.post("/authorize", &form).await.status, 400);
    story.clock.advance_seconds(30 * 60);
    let form = [("request", request.as_str()), ("email", email), ("password", PASSWORD)];
    assert_eq!(story.post("/authorize", &form).await.status, 400);
}

#[tokio::test]
async fn the_page_needs_no_script_and_forgets_the_password() {
    let story = Story::begins().await;
    let page = story.page().await;
    let policy = page.header("content-security-policy");
    // Browsers ask the policy of the page whether its form may be redirected.
    assert!(policy.contains("form-action 'self' http://localhost:59412;"), "{policy}");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.body.contains("<script") && !page.body.contains("Forgot"), "{}", page.body);

    let typed = "\"><b>o'wner@acme.test";
    let page = story.type_in(typed, "canary password").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("value=\"&quot;&gt;&lt;b&gt;o'wner@acme.test\""), "{}", page.body);
    assert!(page.body.contains("role=\"alert\"") && !page.body.contains("canary"));

    let request = request_of(&story.page().await);
    let form = [("request", &request), ("email", &story.owner.email)];
    let nobody = story.app.anonymous();
    let sent = nobody.http().post(story.url("/authorize")).form(&form);
    let foreign = nobody.call(sent.header("sec-fetch-site", "cross-site")).await;
    assert_eq!(foreign.status, 400, "a form of another site");
}

#[tokio::test]
async fn guessing_is_limited_and_tells_nothing() {
    let story = Story::begins().await;
    let email = story.owner.email.clone();
    let same = |page: crate::harness::Page, email: &str| {
        let request = request_of(&page);
        (page.status, page.body.replace(&request, "").replace(email, ""))
    };
    let wrong = same(story.type_in(&email, "a wrong password").await, &email);
    let unknown =
        same(story.type_in("nobody@acme.test", "a wrong password").await, "nobody@acme.test");
    assert_eq!(wrong, unknown);
    let long = story.type_in(&email, &"x".repeat(1_025)).await;
    assert_eq!(same(long, &email), unknown);

    for _ in 0..8 {
        assert_eq!(story.type_in(&email.to_uppercase(), "a wrong password").await.status, 403);
    }
    let page = story.type_in(&email, PASSWORD).await;
    assert_eq!(page.status, 429, "the right one cannot be told either");
    assert!(page.body.contains("tried too often"), "{}", page.body);
    let pause: i64 = page.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&pause), "{pause}");
    assert_eq!(story.type_in("nobody@acme.test", PASSWORD).await.status, 403, "others may try");
    story.clock.advance_seconds(pause);
    assert_eq!(story.type_in(&email, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn passwords_can_be_switched_off() {
    let story = Story::begins_with(|options| options.login.password = false).await;
    let page = story.page().await;
    assert!(!page.body.contains("type=\"password\""), "{}", page.body);
    let request = story.authorize_url(&[]);
    assert_eq!(story.get(request.as_str()).await.status, 200);
}
