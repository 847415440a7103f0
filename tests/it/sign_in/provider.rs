//! A service that says who people are, as honest as it is told to be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::extract::{Form, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entity::{Clock, SystemClock};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::harness::embedded::private_key;

pub const CLIENT_ID: &str = "marquetry at acme";
pub const CLIENT_SECRET: &str = "canary: client secret";

/// How it behaves from now on.
#[derive(Clone, Default)]
pub struct Manners {
    pub is_down: bool,
    /// Claims in the place of what is right; null leaves one out.
    pub claims: HashMap<&'static str, Value>,
    /// What it says where it is asked about somebody.
    pub userinfo: Option<Value>,
    pub forgery: Option<Forgery>,
    /// What it says of itself, in the place of what is right.
    pub metadata: HashMap<&'static str, Value>,
}

/// Tokens that nobody should accept.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// No signature at all, and a header that says so.
    Unsigned,
    /// Signed with what both sides know.
    WithClientSecret,
    /// Signed with the public key, as if that were a secret.
    WithPublicKey,
    /// By a key of its own kind that it does not show, under the name of one that it does.
    ByAnotherKey,
    /// The claims of one token with the signature of another.
    Patched,
}

struct Key {
    id: String,
    algorithm: Algorithm,
    private: EncodingKey,
}

/// What belongs to a code.
struct Grant {
    redirect_uri: String,
    nonce: String,
    challenge: String,
}

struct Books {
    manners: Manners,
    clock: Arc<dyn Clock>,
    key: Arc<Key>,
    keys_made: u32,
    codes: HashMap<String, Grant>,
    asked: HashMap<String, usize>,
}

/// It listens for as long as the test runs.
#[derive(Clone)]
pub struct IdProvider {
    base: String,
    books: Arc<Mutex<Books>>,
}

impl IdProvider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let books = Books {
            manners: Manners::default(),
            clock: Arc::new(SystemClock),
            key: Arc::new(Key::new(1, Algorithm::ES256)),
            keys_made: 1,
            codes: HashMap::new(),
            asked: HashMap::new(),
        };
        let provider = Self { base, books: Arc::new(Mutex::new(books)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .layer(middleware::from_fn_with_state(provider.clone(), count))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn issuer(&self) -> String {
        self.base.clone()
    }

    pub fn keep_time_with(&self, clock: Arc<dyn Clock>) {
        self.books().clock = clock;
    }

    pub fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.books().manners);
    }

    /// Says this of people from now on, and behaves otherwise.
    pub fn say(&self, claims: &[(&'static str, Value)]) {
        let claims = claims.iter().cloned().collect();
        self.books().manners = Manners { claims, ..Manners::default() };
    }

    /// Signs with a new key, and shows no other.
    pub fn rotate(&self, algorithm: Algorithm) {
        let mut books = self.books();
        books.keys_made += 1;
        books.key = Arc::new(Key::new(books.keys_made, algorithm));
    }

    /// How often something was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.books().asked.get(path).copied().unwrap_or_default()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

impl Key {
    fn new(number: u32, algorithm: Algorithm) -> Self {
        let private = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().unwrap();
                EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            _ => EncodingKey::from_rsa_pem(private_key("first").as_bytes()).unwrap(),
        };
        Self { id: format!("key-{number}"), algorithm, private }
    }

    fn public(&self) -> Jwk {
        let mut key = Jwk::from_encoding_key(&self.private, self.algorithm).unwrap();
        key.common.key_id = Some(self.id.clone());
        key
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }
}

async fn count(State(provider): State<IdProvider>, request: Request, next: Next) -> Response {
    let is_down = {
        let mut books = provider.books();
        *books.asked.entry(request.uri().path().to_owned()).or_default() += 1;
        books.manners.is_down
    };
    if is_down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}

async fn discovery(State(provider): State<IdProvider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.base);
    let mut metadata = json!({
        "issuer": provider.base,
        "authorization_endpoint": at("/authorize?tenant=acme"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "userinfo_endpoint": at("/userinfo"),
        "response_types_supported": ["code"],
    });
    for (name, value) in &provider.books().manners.metadata {
        metadata[*name] = value.clone();
    }
    Json(metadata)
}

async fn keys(State(provider): State<IdProvider>) -> Json<Value> {
    let key = provider.books().key.public();
    // Whatever else stands there must not disturb anybody.
    Json(json!({ "keys": [{ "kty": "of the future" }, { "kty": "oct", "k": "AAAA" }, key] }))
}

/// Where a person says that they go on.
async fn authorize(
    State(provider): State<IdProvider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Html<String>, (StatusCode, String)> {
    for (name, expected) in [
        ("tenant", "acme"),
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
    ] {
        if asked.get(name).map(String::as_str) != Some(expected) {
            return Err((StatusCode::BAD_REQUEST, format!("{name} is not {expected}")));
        }
    }
    let redirect_uri = asked["redirect_uri"].clone();
    let mut books = provider.books();
    let code = format!("code {} & more", books.codes.len());
    let mut url = Url::parse(&redirect_uri).unwrap();
    url.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
    let (nonce, challenge) = (asked["nonce"].clone(), asked["code_challenge"].clone());
    books.codes.insert(code, Grant { redirect_uri, nonce, challenge });
    let url = url.as_str().replace('&', "&amp;");
    Ok(Html(format!(
        "<!doctype html><html lang=en><title>Acme accounts</title><link rel=icon href='data:,'>\
         <h1>Acme accounts</h1><a href=\"{url}\">Go on as Ada</a>"
    )))
}

async fn token(
    State(provider): State<IdProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refused = |text: &str| {
        let body = json!({ "error": "invalid_grant", "error_description": text });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let expected = STANDARD.encode("marquetry+at+acme:canary%3A+client+secret");
    if headers.get("authorization").is_none_or(|it| *it != *format!("Basic {expected}")) {
        return refused("who are you?");
    }
    let Some(grant) = provider.books().codes.remove(&form["code"]) else {
        return refused("the code is unknown, or was used");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != grant.challenge || form["redirect_uri"] != grant.redirect_uri {
        return refused("the code is for somebody else");
    }
    Json(json!({
        "access_token": "an access token", "token_type": "Bearer", "expires_in": 300,
        "id_token": provider.books().identity(&provider.base, &grant.nonce),
    }))
    .into_response()
}

impl Books {
    fn identity(&self, issuer: &str, nonce: &str) -> String {
        let now = self.clock.now().0 / 1_000_000;
        let mut claims = json!({
            "iss": issuer, "aud": CLIENT_ID, "sub": "ada", "nonce": nonce, "iat": now,
            "exp": now + 300, "email": "owner@acme.test", "email_verified": true, "name": "Ada",
        });
        for (name, value) in &self.manners.claims {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(*name),
                value => claims.as_object_mut().unwrap().insert((*name).to_owned(), value.clone()),
            };
        }
        match self.manners.forgery {
            None => self.key.sign(&claims),
            Some(forgery) => self.forged(forgery, &claims),
        }
    }

    fn forged(&self, forgery: Forgery, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let with_secret = |secret: &[u8]| {
            let header = Header { kid: Some(self.key.id.clone()), ..Header::new(Algorithm::HS256) };
            jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        match forgery {
            Forgery::Unsigned => {
                let header = json!({ "alg": "none", "typ": "JWT", "kid": self.key.id });
                format!("{}.{}.", part(&header), part(claims))
            }
            Forgery::WithClientSecret => with_secret(CLIENT_SECRET.as_bytes()),
            Forgery::WithPublicKey => {
                with_secret(serde_json::to_string(&self.key.public()).unwrap().as_bytes())
            }
            Forgery::ByAnotherKey => {
                let another = Key::new(0, self.key.algorithm);
                Key { id: self.key.id.clone(), ..another }.sign(claims)
            }
            Forgery::Patched => {
                let good = self.key.sign(&json!({ "sub": "somebody" }));
                let (header, rest) = good.split_once('.').unwrap();
                let (_, signature) = rest.split_once('.').unwrap();
                format!("{header}.{}.{signature}", part(claims))
            }
        }
    }
}

async fn userinfo(State(provider): State<IdProvider>, headers: HeaderMap) -> Response {
    let said = provider.books().manners.userinfo.clone();
    match headers.get("authorization") {
        Some(token) if token == "Bearer an access token" => {
            Json(said.unwrap_or_else(|| json!({ "sub": "ada" }))).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}
