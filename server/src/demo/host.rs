//! The product of somebody else, which embeds the marketplace: a page on another site, and the
//! few lines its server needs to sign people in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use marketplace::assets;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a token is good for, in seconds; the page asks for the next one before.
const LIFETIME_SECONDS: u64 = 600;

/// Clocks differ: a token is good from so many seconds before now.
const SKEW_SECONDS: u64 = 5;

/// The files of `examples/custom-ui`.
const CUSTOM_UI: [(&str, &str, &str); 6] = [
    ("", "text/html", include_str!("../../../examples/custom-ui/index.html")),
    ("page.css", "text/css", include_str!("../../../examples/custom-ui/page.css")),
    ("main.js", "text/javascript", include_str!("../../../examples/custom-ui/main.js")),
    ("api.js", "text/javascript", include_str!("../../../examples/custom-ui/api.js")),
    ("element.js", "text/javascript", include_str!("../../../examples/custom-ui/element.js")),
    ("fields.js", "text/javascript", include_str!("../../../examples/custom-ui/fields.js")),
];

/// Who may sign in to the product.
pub struct Person {
    pub name: &'static str,
    pub company: &'static str,
    /// The company's id in the product, which is its external id for the platform.
    pub company_id: &'static str,
}

/// What the product's server was set up with.
pub struct Settings {
    /// Where the platform is.
    pub url: String,
    /// The organization's id.
    pub organization: String,
    /// The private half of one of its signing keys, as PEM text.
    pub signing_key: String,
    pub people: &'static [Person],
}

/// Serves until it is dropped.
pub struct Host {
    pub url: String,
    _serving: DropGuard,
}

impl Host {
    /// Listens on this address of the machine, or on any port if somebody else does already.
    pub async fn start(address: SocketAddr, settings: Settings) -> anyhow::Result<Self> {
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((address.ip(), 0)).await.context("starting a host page")?,
        };
        // To a browser this is another site than the server's, which goes by its number.
        let url = format!("http://localhost:{}", listener.local_addr()?.port());
        let router = Router::new()
            .route("/", get(|| async { file("demo.html") }))
            .route("/assets/{*path}", get(assets_file))
            .route("/sdk.js", get(|| async { file("sdk.js") }))
            .route("/people", get(people))
            .route("/token", get(token))
            .route("/custom-ui/", get(|| async { custom_ui(Path(String::new())).await }))
            .route("/custom-ui/{file}", get(custom_ui))
            .with_state(Arc::new(settings));
        let stopping = CancellationToken::new();
        let stopped = stopping.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await
            {
                tracing::error!(%error, "the host page of the demo failed");
            }
        });
        Ok(Self { url, _serving: stopping.drop_guard() })
    }
}

async fn people(State(settings): State<Arc<Settings>>) -> Json<Vec<Value>> {
    let person = |person: &Person| json!({ "name": person.name, "company": person.company });
    Json(settings.people.iter().map(person).collect())
}

#[derive(Deserialize)]
struct Who {
    person: usize,
}

/// A real product would sign for whoever its session belongs to.
async fn token(State(settings): State<Arc<Settings>>, Query(who): Query<Who>) -> Response {
    let Some(person) = settings.people.get(who.person) else {
        return (StatusCode::NOT_FOUND, "There is nobody of this number.").into_response();
    };
    match sign(&settings, person) {
        Ok(token) => {
            let url = &settings.url;
            let answer = json!({ "token": token, "url": url, "expiresIn": LIFETIME_SECONDS });
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "could not sign a token");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the demo's host is another program to the server")]
fn sign(settings: &Settings, person: &Person) -> anyhow::Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "sub": person.name.to_lowercase().replace(' ', "."),
        "name": person.name,
        "organization": settings.organization,
        "customer": person.company_id,
        "customer_name": person.company,
        "iat": now - SKEW_SECONDS,
        "exp": now + LIFETIME_SECONDS,
    });
    let key = EncodingKey::from_rsa_pem(settings.signing_key.as_bytes())?;
    Ok(jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key)?)
}

async fn assets_file(Path(path): Path<String>) -> Response {
    file(&format!("assets/{path}"))
}

fn file(path: &str) -> Response {
    match assets::asset(path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            ([(header::CONTENT_TYPE, asset.content_type)], asset.bytes.into_owned()).into_response()
        }
    }
}

async fn custom_ui(Path(name): Path<String>) -> Response {
    match CUSTOM_UI.iter().find(|(known, ..)| *known == name) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
    }
}
