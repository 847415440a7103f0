//! Code that calls other services.

use std::time::Duration;

use serde_json::json;

use super::hostile::{
    OVERTIME, TIME_LIMIT_SECONDS, answer, error_of, neighbours, of_two_customers, start,
};
use crate::harness::{Answer, TestApp, TestProcess, ThirdParty, list, text};

/// Code that returns what the expression gives; `base` is the URL of the service.
fn code(base: &str, expression: &str) -> String {
    format!("const base = {base:?}; module.exports = async () => ({{ data: {expression} }})")
}

#[tokio::test]
async fn code_sends_and_gets_what_the_standard_says() {
    let service = ThirdParty::start().await;
    let app = TestApp::start().await;
    let (owner, instance, _) = neighbours(&app).await;
    let told = [("x-told", "a".to_owned()), ("x-told", "b".to_owned())];
    let body = json!({ "name": "Zoë" });
    let greeting = Answer { status: 201, body, headers: told.into(), ..Answer::default() };
    service.answer("/greeting", greeting);
    let elsewhere = vec![("location", "/greeting?moved=1".to_owned())];
    service.answer("/moved", Answer { status: 302, headers: elsewhere, ..Answer::default() });
    service.answer("/broken", Answer { status: 500, ..Answer::default() });
    let greeting = "await fetch(new URL('/greeting', base))";
    for (expression, expected) in [
        (format!("await ({greeting}).json()"), json!({ "name": "Zoë" })),
        (format!("await ({greeting}).text()"), json!("{\"name\":\"Zoë\"}")),
        (
            format!("Buffer.from(await ({greeting}).arrayBuffer()).toString()"),
            json!("{\"name\":\"Zoë\"}"),
        ),
        (
            format!("((r) => [r.status, r.statusText, r.ok, r.redirected])({greeting})"),
            json!([201, "Created", true, false]),
        ),
        (
            format!("((r) => [r.headers.get('X-Told'), r.headers.has('x-no')])({greeting})"),
            json!(["a, b", false]),
        ),
        (
            "await fetch(base + '/broken').then((r) => [r.ok, r.status])".to_owned(),
            json!([false, 500]),
        ),
        (
            "await fetch(base + '/moved').then((r) => [r.redirected, r.url.slice(base.length)])"
                .to_owned(),
            json!([true, "/greeting?moved=1"]),
        ),
        (
            "await fetch(base + '/moved', { redirect: 'manual' }).then((r) => r.status)".to_owned(),
            json!(302),
        ),
        (
            "await fetch(base + '/moved', { redirect: 'error' }).catch((e) => [e.name, e.message, \
             e.cause.message])"
                .to_owned(),
            json!(["TypeError", "fetch failed", "The answer is a redirect."]),
        ),
        (
            "(await fetch(new Request(base + '/greeting', { method: 'HEAD' }))).status".to_owned(),
            json!(201),
        ),
    ] {
        let found = answer(&owner, &instance, &code(&service.url(""), &expression)).await;
        assert_eq!(found, expected, "{expression}");
    }
}

#[tokio::test]
async fn bodies_arrive_with_their_content_type() {
    let service = ThirdParty::start().await;
    let app = TestApp::start().await;
    let (owner, instance, _) = neighbours(&app).await;
    for (body, kind, sent) in [
        ("JSON.stringify({ a: 'ü' })", "application/json", "{\"a\":\"ü\"}"),
        ("new URLSearchParams({ a: 'ü' })", "", "a=%C3%BC"),
        ("Buffer.from('bytes')", "application/octet-stream", "bytes"),
    ] {
        let options = match kind {
            "" => format!("{{ method: 'post', body: {body} }}"),
            kind => {
                format!(
                    "{{ method: 'PUT', body: {body}, headers: {{ 'Content-Type': '{kind}' }} }}"
                )
            }
        };
        let put = format!("(await fetch(base + '/{}', {options})).ok", sent.len());
        assert_eq!(answer(&owner, &instance, &code(&service.url(""), &put)).await, true);
        let received = &service.received(&format!("/{}", sent.len()))[0];
        assert_eq!(&*received.body, sent.as_bytes());
        let kind = if kind.is_empty() { "application/x-www-form-urlencoded" } else { kind };
        assert!(received.header("content-type").starts_with(kind), "{received:?}");
    }
}

#[tokio::test]
async fn requests_run_side_by_side_within_their_limits() {
    let service = ThirdParty::start().await;
    let app = TestApp::start().await;
    let (owner, instance, _) = neighbours(&app).await;
    let slow = Answer { after: Duration::from_millis(400), ..Answer::default() };
    service.answer("/slow", slow);
    service.answer("/large", Answer { body: "x".repeat(17 << 20).into(), ..Answer::default() });
    service.answer("/fits", Answer { body: "x".repeat(15 << 20).into(), ..Answer::default() });
    let message = ".then((r) => r.status, (e) => e.cause?.message ?? e.message)";
    for (expression, expected) in [
        // Eight at once: one after the other would take longer than code may run.
        (
            "((all) => [all.length, Date.now() - started < 6400])(await Promise.all(\
             Array.from({ length: 16 }, () => fetch(base + '/slow').then((r) => r.json()))))"
                .to_owned(),
            json!([16, true]),
        ),
        (
            "(await Promise.all(Array.from({ length: 101 }, () => fetch(base + '/quick').then(\
             (r) => r.ok, (e) => e.cause.message)))).filter((ok) => ok !== true)"
                .to_owned(),
            json!(["a call sends at most 100 requests"]),
        ),
        (
            format!("await fetch(base + '/large'){message}"),
            json!("The response is larger than 16777216 bytes."),
        ),
        ("(await (await fetch(base + '/fits')).json()).length".to_owned(), json!(15 << 20)),
        (
            format!("await fetch(base, {{ method: 'PUT', body: 'x'.repeat(17 << 20) }}){message}"),
            json!("the body has more than 16777216 bytes"),
        ),
        (
            format!("await fetch(base + '/slow', {{ signal: AbortSignal.timeout(20) }}){message}"),
            json!("The time is over."),
        ),
        // Nobody waits for this one, and the next call is none the worse for it.
        ("(fetch(base + '/slow'), 7)".to_owned(), json!(7)),
        ("await Promise.race([fetch(base + '/slow'), 8])".to_owned(), json!(8)),
    ] {
        let code = format!("const started = Date.now(); {}", code(&service.url(""), &expression));
        assert_eq!(answer(&owner, &instance, &code).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn what_may_not_be_called_is_named_and_what_was_sent_is_not() {
    const SECRET: &str = "canary";
    let app = TestApp::start_with(|options| options.egress_policy.allow_private = false).await;
    let (owner, instance, _) = neighbours(&app).await;
    let failed = "failed: fetch failed: ";
    for (host, expected) in [
        ("127.0.0.1:9", "The address 127.0.0.1 is not allowed as a destination."),
        ("[::1]:9", "The address ::1 is not allowed as a destination."),
        ("0x7f.1", "The address 127.0.0.1 is not allowed as a destination."),
        ("localhost", "The address localhost is not allowed as a destination."),
        ("169.254.169.254", "The address 169.254.169.254 is not allowed as a destination."),
    ] {
        let code = format!(
            "module.exports = () => fetch('http://{host}/{SECRET}?key={SECRET}', {{ \
             method: 'POST', body: '{SECRET}', headers: {{ authorization: '{SECRET}' }} }})"
        );
        let end = owner.ended(&start(&owner, &instance, &code).await).await;
        assert!(text(&end, "/error").ends_with(&format!("{failed}{expected}")), "{host}: {end}");
        assert!(list(&end, "/logs/nodes").len() > 2, "{end}");
        assert!(!end["logs"].to_string().contains(SECRET), "{end}");
    }
    let error = error_of(&owner, &instance, "module.exports = () => fetch('ftp://a.test/')").await;
    assert!(error.ends_with("The URL is not valid: only http and https can be called."), "{error}");
}

/// Whoever waits for a service that never answers holds its place, and no other customer's.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_an_answer_ends_with_the_time_of_its_code() {
    let service = ThirdParty::start().await;
    let never = Answer { after: Duration::from_mins(10), ..Answer::default() };
    service.answer("/never", never);
    let app = TestApp::start_with(|options| {
        options.code_time_limit = Duration::from_secs(TIME_LIMIT_SECONDS);
    })
    .await;
    let (owner, hanging, other) = neighbours(&app).await;
    let mut executions = Vec::new();
    for _ in 0..3 {
        let wait = code(&service.url(""), "await fetch(base + '/never')");
        executions.push(start(&owner, &hanging, &wait).await);
    }
    service.wait_for("/never", 1).await;
    for _ in 0..10 {
        assert_eq!(answer(&owner, &other, &code(&service.url(""), "7")).await, 7);
    }
    for execution in executions {
        let error = text(&owner.ended(&execution).await, "/error");
        assert!(error.contains(OVERTIME), "{error}");
    }
    let fetches = code(&service.url(""), "(await fetch(base + '/now')).ok");
    assert_eq!(answer(&owner, &hanging, &fetches).await, true);
}

/// Code that was calling somebody when the server died may have reached them.
#[tokio::test(flavor = "multi_thread")]
async fn code_that_was_cut_while_it_fetched_is_not_run_again() {
    let service = ThirdParty::start().await;
    let never = Answer { after: Duration::from_mins(10), ..Answer::default() };
    service.answer("/never", never);
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let (instance, _) = of_two_customers(&owner).await;
    let post = code(&service.url(""), "await fetch(base + '/never', { method: 'POST' })");
    let execution = start(&owner, &instance, &post).await;
    service.wait_for("/never", 1).await;
    server.kill().await;
    server.restart().await;
    let end = owner.ended(&execution).await;
    assert!(text(&end, "/error").starts_with("Outcome unknown"), "{end:#}");
    assert_eq!(service.received("/never").len(), 1);
}
