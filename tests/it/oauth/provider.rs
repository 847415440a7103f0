//! A provider of tokens that can be as difficult as real ones.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How it behaves from now on.
#[derive(Clone)]
pub struct Manners {
    pub expires_in: Option<i64>,
    /// Hands out a new refresh token each time, and ends everything when an old one comes back.
    pub rotates: bool,
    /// Takes the last refresh token once more, as long as the new one was not used.
    pub forgives: bool,
    pub hands_out_refresh_tokens: bool,
    /// A key under which the token stands.
    pub nests_under: Option<&'static str>,
    pub thinks_for: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            expires_in: Some(3_600),
            rotates: true,
            forgives: false,
            hands_out_refresh_tokens: true,
            nests_under: None,
            thinks_for: Duration::ZERO,
        }
    }
}

/// A request for a token.
#[derive(Clone, Debug)]
pub struct Asked {
    pub form: HashMap<String, String>,
    pub headers: HeaderMap,
}

/// What to answer instead of a token, once.
pub type Refusal = (u16, &'static str, Option<(&'static str, &'static str)>);

#[derive(Default)]
struct Books {
    manners: Manners,
    refusals: VecDeque<Refusal>,
    asked: Vec<Asked>,
    revoked: Vec<String>,
    issued: u32,
    /// The refresh token that is good.
    current: String,
    /// The one before, and whether the current one was used.
    previous: String,
    used: HashSet<String>,
    busy: HashSet<String>,
    /// Access tokens that let in.
    good: HashSet<String>,
    violations: Vec<String>,
    is_ended: bool,
}

/// It listens for as long as the test runs.
#[derive(Clone)]
pub struct Provider {
    base: String,
    books: Arc<Mutex<Books>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { base, books: Arc::default() };
        let router = Router::new()
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/me", get(me))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.books().manners);
    }

    /// The next request gets this answer.
    pub fn refuse(&self, refusal: Refusal) {
        self.books().refusals.push_back(refusal);
    }

    /// Requests with this grant so far.
    pub fn asked(&self, grant: &str) -> Vec<Asked> {
        let books = self.books();
        books.asked.iter().filter(|asked| asked.form["grant_type"] == grant).cloned().collect()
    }

    pub fn revoked(&self) -> Vec<String> {
        self.books().revoked.clone()
    }

    /// Whatever a careful client would never have done.
    pub fn violations(&self) -> Vec<String> {
        self.books().violations.clone()
    }

    /// Everything that nobody else may see.
    pub fn secrets(&self) -> Vec<String> {
        let books = self.books();
        let tokens = books.good.iter().chain(&books.used).chain([&books.current]).cloned();
        tokens.filter(|token| !token.is_empty()).collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

/// Ends the time in which a refresh token is looked at, also when the client went away.
struct Looking<'a>(&'a Provider, String);

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.books().busy.remove(&self.1);
    }
}

/// Where a person consents, or not.
async fn authorize(Query(asked): Query<HashMap<String, String>>) -> Html<String> {
    let back = |name: &str, value: &str| {
        let mut url = Url::parse(&asked["redirect_uri"]).unwrap();
        url.query_pairs_mut().append_pair("state", &asked["state"]).append_pair(name, value);
        url.as_str().replace('&', "&amp;")
    };
    let (yes, no) = (back("code", "a-code"), back("error", "access_denied"));
    Html(format!(
        "<!doctype html><html lang=en><title>Shop</title><link rel=icon href='data:,'>\
         <h1>May it read your orders?</h1><a href=\"{yes}\">Allow</a> <a href=\"{no}\">Deny</a>"
    ))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let form = read(&body);
    let refresh_token = form.get("refresh_token").cloned().unwrap_or_default();
    let (thinks_for, refusal) = {
        let mut books = provider.books();
        books.asked.push(Asked { form: form.clone(), headers });
        let is_refresh = !refresh_token.is_empty();
        if is_refresh && !books.busy.insert(refresh_token.clone()) {
            books.violations.push(format!("{refresh_token} came twice at the same time"));
        }
        // What clients ask for by themselves comes whenever it wants.
        let is_told = form["grant_type"] != "client_credentials";
        let refusal = if is_told { books.refusals.pop_front() } else { None };
        (books.manners.thinks_for, refusal)
    };
    let _looking = Looking(&provider, refresh_token.clone());
    tokio::time::sleep(thinks_for).await;
    if let Some((status, body, header)) = refusal {
        let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        return response;
    }
    let mut books = provider.books();
    if let Some(token) = books.hand_out(form["grant_type"].as_str(), &refresh_token) {
        return axum::Json(token).into_response();
    }
    let error = json!({ "error": "invalid_grant", "error_description": "It is over." });
    (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
}

impl Books {
    fn hand_out(&mut self, grant: &str, refresh_token: &str) -> Option<Value> {
        if grant == "refresh_token" && !self.accepts(refresh_token) {
            return None;
        }
        if grant == "authorization_code" {
            self.is_ended = false;
        }
        let is_repeated = grant == "refresh_token" && refresh_token == self.previous;
        self.issued += 1;
        let access = format!("canary-access-{}", self.issued);
        self.good.insert(access.clone());
        let mut token = json!({
            "access_token": access, "token_type": "Bearer", "shop": "eu-1",
        });
        if let Some(seconds) = self.manners.expires_in {
            token["expires_in"] = seconds.into();
        }
        if grant != "client_credentials" && self.manners.hands_out_refresh_tokens {
            if grant == "authorization_code" || (self.manners.rotates && !is_repeated) {
                self.previous = std::mem::take(&mut self.current);
                self.current = format!("canary-refresh-{}", self.issued);
            }
            token["refresh_token"] = self.current.clone().into();
        }
        match self.manners.nests_under {
            None => Some(token),
            Some(key) => Some(json!({ "ok": true, key: token })),
        }
    }

    fn accepts(&mut self, refresh_token: &str) -> bool {
        if self.is_ended {
            return false;
        }
        let was_used = !self.used.insert(refresh_token.to_owned());
        if refresh_token == self.current {
            return true;
        }
        let is_forgiven = self.manners.forgives
            && refresh_token == self.previous
            && !self.used.contains(&self.current);
        if !is_forgiven {
            self.violations.push(format!("{refresh_token} is old (used before: {was_used})"));
            self.is_ended = true;
        }
        is_forgiven
    }
}

async fn revoke(State(provider): State<Provider>, body: Bytes) {
    let form = read(&body);
    provider.books().revoked.push(form["token"].clone());
}

/// Who asks; repeats their token, as careless services do.
async fn me(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    if !provider.books().good.contains(token) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    axum::Json(json!({ "you": token })).into_response()
}

fn read(body: &[u8]) -> HashMap<String, String> {
    let query = std::str::from_utf8(body).unwrap();
    let url = reqwest::Url::parse(&format!("http://form/?{query}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
