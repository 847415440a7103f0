//! The client against a server on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body as Stream;
use axum::extract::Multipart;
use axum::http::{HeaderMap, Method as ServerMethod};
use axum::response::Redirect;
use axum::routing::{any, get, post};
use egress::{Body, Client, Error, Part, PartData, Policy, Request};
use http::{HeaderValue, Method, StatusCode};

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn echo(method: ServerMethod, headers: HeaderMap, body: String) -> String {
    let has = |name: &str| headers.contains_key(name);
    format!("{method} {} {} {body}", has("authorization"), has("content-type"))
}

fn open() -> Client {
    Client::new(Policy { allow_private: true, ..Policy::default() })
        .expect("a client without special needs")
}

fn get_request(url: impl Into<String>) -> Request {
    Request::new(Method::GET, url)
}

#[tokio::test]
async fn every_spelling_of_a_local_address_is_refused() {
    let address = serve(Router::new().route("/", get(|| async { "secret" }))).await;
    let port = address.port();
    let client = Client::new(Policy::default()).unwrap();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "169.254.169.254",
        "10.0.0.1",
        "[fe80::1]",
        "①②⑦.0.0.1",
    ] {
        let result = client.send(get_request(format!("http://{host}:{port}/?key=s3cret"))).await;
        let error = result.expect_err(host);
        assert!(matches!(error, Error::Refused(_)), "{host}: {error:?}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    for url in ["ftp://example.com/", "file:///etc/passwd", "no url", "http://"] {
        let error = client.send(get_request(url)).await.unwrap_err();
        assert!(matches!(error, Error::InvalidUrl(_)), "{url}: {error:?}");
    }
    let answer = open().send(get_request(format!("http://localhost:{port}/"))).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, &b"secret"[..]));
}

#[tokio::test]
async fn a_redirect_is_checked_like_a_first_request() {
    let secret = serve(Router::new().route("/", get(|| async { "secret" }))).await;
    let to_loopback = format!("http://127.0.0.1:{}/", secret.port());
    let by_name = format!("http://localhost:{}/", secret.port());
    // The server is reached by one trusted spelling; everything else on loopback stays closed.
    for (trusted, target) in [("localhost", to_loopback), ("127.0.0.1", by_name)] {
        let redirect = get(move || async move { Redirect::temporary(&target) });
        let address = serve(Router::new().route("/", redirect)).await;
        let policy = Policy { allow_hosts: vec![trusted.to_owned()], ..Policy::default() };
        let url = format!("http://{trusted}:{}/", address.port());
        let result = Client::new(policy).unwrap().send(get_request(url)).await;
        assert!(matches!(result, Err(Error::Refused(_))), "{trusted}: {result:?}");
    }
}

#[tokio::test]
async fn redirects_are_followed_as_browsers_do() {
    let other = serve(Router::new().route("/", any(echo))).await;
    let elsewhere = format!("http://127.0.0.1:{}/", other.port());
    let router = Router::new()
        .route("/echo", any(echo))
        .route("/see-other", any(|| async { Redirect::to("/echo") }))
        .route("/same-method", any(|| async { Redirect::permanent("/echo") }))
        .route("/elsewhere", any(move || async move { Redirect::temporary(&elsewhere) }))
        .route("/circle", any(|| async { Redirect::to("/circle") }));
    let base = format!("http://{}", serve(router).await);
    let client = open();
    let post = |path: &str| {
        let mut request = Request::new(Method::POST, format!("{base}/{path}"));
        request.headers.insert("authorization", HeaderValue::from_static("Bearer x"));
        request.headers.insert("content-type", HeaderValue::from_static("text/plain"));
        request.body = Body::Bytes("hello".into());
        request
    };
    for (path, expected) in [
        ("see-other", "GET true false "),
        ("same-method", "POST true true hello"),
        ("elsewhere", "POST false true hello"),
    ] {
        let answer = client.send(post(path)).await.unwrap();
        assert_eq!(answer.body, expected.as_bytes(), "{path}");
    }
    let endless = client.send(post("circle")).await.unwrap_err();
    assert_eq!(endless, Error::Other("it was redirected more than 5 times".to_owned()));
    let unfollowed = Request { redirects_max: 0, ..post("circle") };
    assert_eq!(client.send(unfollowed).await.unwrap().status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn lengths_are_ours_to_tell() {
    let length = |headers: HeaderMap, body: String| async move {
        let told = headers.get("content-length").map_or("none", |told| told.to_str().unwrap());
        format!("{told} {}", body.len())
    };
    let url = format!("http://{}/", serve(Router::new().route("/", any(length))).await);
    for (method, body, expected) in
        [(Method::POST, "", "0 0"), (Method::PUT, "abc", "3 3"), (Method::DELETE, "", "none 0")]
    {
        let mut request = Request::new(method, &url);
        request.body = Body::Bytes(body.into());
        request.headers.insert("content-length", HeaderValue::from_static("99"));
        let answer = open().send(request).await.unwrap();
        assert_eq!(answer.body, expected.as_bytes());
    }
}

#[tokio::test]
async fn size_and_time_are_limited() {
    let endless = || async {
        let chunk = || async { Some((Ok::<_, std::io::Error>(vec![0_u8; 8192]), ())) };
        Stream::from_stream(futures::stream::unfold((), move |()| chunk()))
    };
    let slow = || async { std::future::pending::<String>().await };
    let base = serve(Router::new().route("/endless", get(endless)).route("/slow", get(slow))).await;
    let policy = Policy { allow_private: true, response_bytes_max: 100_000, ..Policy::default() };
    let client = Client::new(policy).unwrap();
    let result = client.send(get_request(format!("http://{base}/endless"))).await;
    assert_eq!(result.unwrap_err(), Error::TooLarge { bytes_max: 100_000 });
    let timeout = Some(Duration::from_millis(50));
    let request = Request { timeout, ..get_request(format!("http://{base}/slow")) };
    assert_eq!(client.send(request).await.unwrap_err(), Error::Timeout);
}

#[tokio::test]
async fn a_closed_port_is_a_connection_error_without_the_path() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = open().send(get_request(format!("http://{address}/s3cret"))).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn form_parts_arrive_with_names_and_types() {
    let list = |mut form: Multipart| async move {
        let mut seen = Vec::new();
        while let Some(field) = form.next_field().await.unwrap() {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().unwrap_or_default().to_owned();
            let kind = field.content_type().unwrap_or_default().to_owned();
            seen.push(format!("{name},{file},{kind},{}", field.text().await.unwrap()));
        }
        seen.join(";")
    };
    let base = serve(Router::new().route("/", post(list))).await;
    let file = Part {
        name: "file".to_owned(),
        data: PartData::Bytes("1,2".into()),
        file_name: Some("a.csv".to_owned()),
        content_type: Some("text/csv".to_owned()),
    };
    let text =
        Part { name: "note".to_owned(), data: PartData::Bytes("hi".into()), ..Part::default() };
    let mut request = Request::new(Method::POST, format!("http://{base}/"));
    request.body = Body::Multipart(vec![text, file]);
    let answer = open().send(request).await.unwrap();
    assert_eq!(&answer.body[..], b"note,,,hi;file,a.csv,text/csv,1,2");
}
