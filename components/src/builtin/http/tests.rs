//! The actions against a service on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::{any, get, post};
use flow::Value;
use serde_json::{Value as Json, json};

use crate::Inputs;
use crate::testing::{Stage, serve};

/// Tells what arrived.
async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> axum::Json<Json> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    axum::Json(json!({
        "call": format!("{method} {uri}"),
        "type": header("content-type"),
        "authorization": header("authorization"),
        "accept": header("accept"),
        "key": header("idempotency-key"),
        "body": String::from_utf8_lossy(&body),
    }))
}

fn merged(base: &Json, more: Json) -> Json {
    let (Json::Object(mut merged), Json::Object(more)) = (base.clone(), more) else {
        panic!("inputs are objects")
    };
    merged.extend(more);
    merged.into()
}

#[tokio::test]
async fn each_action_sends_what_its_inputs_say() {
    let url = serve(Router::new().route("/", any(echo))).await;
    let url = json!({ "url": url });
    let key = "execution/loop[0]/step";
    let bearer = json!({ "connection": { "key": "apiKey", "fields": { "apiKey": "k" } } });
    let scheme = json!({ "connection": { "fields": { "apiKey": "k", "scheme": "Basic" } } });
    let basic = json!({ "connection": { "fields": { "username": "a", "password": "b" } } });
    let oauth = json!({ "connection": { "fields": { "clientId": "c" },
        "token": { "access_token": "t" } } });
    let pair = json!({ "data": { "data": { "a": 1 }, "contentType": "application/vnd.x+json" } });
    let typed = json!({ "data": "[]",
        "headers": [{ "key": "Content-Type", "value": "application/json" }] });
    let own_key = json!({ "headers": [{ "key": "Idempotency-Key", "value": 7 }] });
    let query =
        json!({ "queryParams": [{ "key": "q", "value": "a b&c" }, { "key": "n", "value": 1 }] });
    let mut stage = Stage::new();
    for (action, inputs, expected) in [
        ("httpGet", query, json!({ "call": "GET /?q=a+b%26c&n=1", "key": null })),
        ("httpGet", bearer, json!({ "authorization": "Bearer k", "body": "" })),
        ("httpGet", scheme, json!({ "authorization": "Basic k" })),
        ("httpDelete", basic, json!({ "call": "DELETE /", "authorization": "Basic YTpi" })),
        ("httpPut", oauth, json!({ "call": "PUT /", "authorization": "Bearer t", "key": null })),
        (
            "httpPost",
            json!({ "data": "a=1" }),
            json!({ "body": "a=1", "key": key,
            "type": "application/x-www-form-urlencoded",
            "accept": "application/json, text/plain, */*" }),
        ),
        (
            "httpPost",
            json!({ "data": { "a": [1] } }),
            json!({ "body": "{\"a\":[1]}", "type": "application/json" }),
        ),
        ("httpPost", pair, json!({ "body": "{\"a\":1}", "type": "application/vnd.x+json" })),
        ("httpPost", typed, json!({ "body": "[]", "type": "application/json" })),
        (
            "httpRequest",
            json!({ "method": "post", "data": {} }),
            json!({ "call": "POST /", "key": key, "body": "{}" }),
        ),
        ("httpPatch", own_key, json!({ "call": "PATCH /", "key": "7" })),
    ] {
        let sent = stage.data("http", action, merged(&url, inputs)).await.unwrap().unwrap();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&sent[name], value, "{action} {name}");
        }
    }
    let unusable =
        merged(&url, json!({ "connection": { "fields": { "clientSecret": "s3cret" } } }));
    let error = stage.data("http", "httpGet", unusable).await.unwrap_err();
    assert!(error.contains("no credentials") && !error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn answers_are_read_as_asked() {
    let json_text = || async { ([("content-type", "application/json")], "{\"a\":1}") };
    let image = || async { ([("content-type", "image/png")], vec![0_u8, 255]) };
    let router = Router::new()
        .route("/json", get(json_text))
        .route("/image", get(image))
        .route("/plain", get(|| async { "no json" }));
    let base = serve(router).await;
    let mut stage = Stage::new();
    for (path, inputs, expected) in [
        ("json", json!({}), json!({ "a": 1 })),
        ("json", json!({ "responseType": "text" }), json!("{\"a\":1}")),
        ("plain", json!({}), json!("no json")),
    ] {
        let inputs = merged(&json!({ "url": format!("{base}/{path}") }), inputs);
        assert_eq!(stage.data("http", "httpGet", inputs).await.unwrap(), Some(expected), "{path}");
    }
    let file = json!({ "url": format!("{base}/image"), "responseType": "binary" });
    let output = stage.perform("http", "httpGet", file).await.unwrap();
    assert_eq!(output.data, Some(Value::file(vec![0_u8, 255], "image/png")));
    let full = json!({ "url": format!("{base}/json"), "includeFullResponse": "true" });
    let full = stage.data("http", "httpGet", full).await.unwrap().unwrap();
    assert_eq!((&full["status"], &full["data"]["a"]), (&json!(200), &json!(1)));
    assert_eq!(full["headers"]["content-type"], "application/json");
}

#[tokio::test]
async fn failures_are_told_and_retried_as_asked() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let fail = move |uri: Uri| {
        counter.fetch_add(1, Ordering::Relaxed);
        let status: u16 = uri.path().trim_matches('/').parse().unwrap();
        async move { (StatusCode::from_u16(status).unwrap(), "{\"why\":\"because\"}") }
    };
    let base = serve(Router::new().route("/{status}", get(fail))).await;
    for (status, inputs, calls_expected, slept) in [
        ("500", json!({}), 1, vec![]),
        ("404", json!({ "maxRetries": "2" }), 1, vec![]),
        ("404", json!({ "maxRetries": 1, "retryOnAllErrors": true }), 2, vec![0]),
        ("503", json!({ "maxRetries": "2", "retryDelayMS": "70" }), 3, vec![70, 70]),
        (
            "502",
            json!({ "maxRetries": 3, "retryDelayMS": 1, "useExponentialBackoff": "true" }),
            4,
            vec![200, 400, 800],
        ),
    ] {
        calls.store(0, Ordering::Relaxed);
        let mut stage = Stage::new();
        let inputs = merged(&json!({ "url": format!("{base}/{status}") }), inputs);
        let error = stage.perform("http", "httpGet", inputs).await.unwrap_err();
        assert!(error.message.contains(status), "{error}");
        let details = serde_json::to_value(error.details.unwrap()).unwrap();
        assert_eq!(details["data"], json!({ "why": "because" }));
        assert_eq!(details["status"].to_string(), status);
        assert_eq!(calls.load(Ordering::Relaxed), calls_expected, "{status}");
        let slept: Vec<_> = slept.into_iter().map(Duration::from_millis).collect();
        assert_eq!(*stage.clock.slept.lock().unwrap(), slept);
    }
}

/// Proves R136.
#[tokio::test]
async fn a_form_carries_fields_and_files() {
    let url = serve(Router::new().route("/", post(echo))).await;
    let image = Value::file(&b"png"[..], "image/png");
    let inputs = json!({
        "url": url,
        "headers": [{ "key": "Content-Type", "value": "multipart/form-data" }],
        "formData": [{ "key": "note", "value": "hi" }],
        "fileData": [{ "key": "a", "value": image }, { "key": "b", "value": "raw" }],
        "fileDataFileNames": [{ "key": "a", "value": "a.png" }],
    });
    let sent = Stage::new().data("http", "httpPostFormData", inputs).await.unwrap().unwrap();
    let body = sent["body"].as_str().unwrap();
    for part in [
        "name=\"note\"\r\n\r\nhi\r\n",
        "name=\"a\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npng\r\n",
        "name=\"b\"; filename=\"b\"\r\nContent-Type: application/octet-stream\r\n\r\nraw\r\n",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(sent["type"].as_str().unwrap().starts_with("multipart/form-data; boundary="));
    assert_eq!(sent["key"], "execution/loop[0]/step");
}

#[tokio::test]
async fn the_debug_log_holds_no_secrets() {
    let url =
        serve(Router::new().route("/", any(echo))).await.replace("http://", "http://u:s3cret@");
    let inputs = json!({
        "url": format!("{url}/?token=s3cret"), "debugRequest": "true", "data": "s3cret",
        "headers": [{ "key": "X-Api-Key", "value": "s3cret" }, { "key": "Accept", "value": "*/*" }],
    });
    let mut stage = Stage::new();
    stage.perform("http", "httpPost", inputs).await.unwrap();
    let log: Vec<_> = stage.run.logs.iter().map(|line| &*line.message).collect();
    assert!(log[0].starts_with("Request: POST http://127.0.0.1:"), "{log:?}");
    assert!(log[1].starts_with("Response: 200 OK"), "{log:?}");
    assert!(!log.join("").contains("s3cret"), "{log:?}");
}

/// A large file takes no memory, and one that breaks off is asked for again.
#[tokio::test]
async fn large_files_are_kept_outside_memory() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let file = move || async move {
        let is_whole = counted.fetch_add(1, Ordering::Relaxed) > 0;
        let pieces = (0..20_u8).map(move |number| match number {
            19 if !is_whole => Err(std::io::Error::other("gone")),
            _ => Ok(Bytes::from(vec![number; 100_000])),
        });
        axum::body::Body::from_stream(futures::stream::iter(pieces))
    };
    let router = Router::new()
        .route("/file", get(file))
        .route("/back", post(async |body: Bytes| body.len().to_string()))
        .layer(axum::extract::DefaultBodyLimit::disable());
    let url = serve(router).await;
    let mut stage = Stage::new();
    let inputs = json!({ "url": format!("{url}/file"), "responseType": "binary",
        "maxRetries": 1, "debugRequest": true });
    let output = stage.perform("http", "httpGet", inputs).await.unwrap();
    let file = output.data.unwrap();
    let [blob] = file.blobs()[..] else { panic!("{file:?}") };
    assert_eq!(blob.length, 2_000_000);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    let described = &stage.run.logs.last().unwrap().message;
    assert!(described.ends_with("2000000 bytes"), "{described}");

    let url = Value::from(format!("{url}/back"));
    let mut send = async |data: Value| {
        let inputs = Inputs([("url".into(), url.clone()), ("data".into(), data)].into());
        stage.perform_with("http", "httpPost", &inputs).await
    };
    let whole = send(file.clone()).await.unwrap();
    assert_eq!(whole.data, Some(2_000_000_i64.into()));
    let mixed = send(Value::object([("note", file)])).await.unwrap_err();
    assert!(mixed.message.contains("too large for JSON"), "{mixed}");
}
