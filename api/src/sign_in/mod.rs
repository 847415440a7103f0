//! Signing in over HTTP: pages for people, tokens for their clients.
//!
//! What clients are told of these addresses is in [`meta`]; browsers come to [`authorize`],
//! [`oidc`] and [`invitation`], clients to [`token`].

mod authorize;
mod invitation;
mod meta;
mod oidc;
mod token;

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts};
use axum::response::{IntoResponse, Response};
use domain::Env;
use domain::sign_in::TooMany;
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode, header};
use tower_http::cors::CorsLayer;

use crate::State;
use crate::html::{escaped, page};

/// Largest body of a request; the longest password and a signed request fit.
const BODY_BYTES_MAX: usize = 32 * 1024;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const TOO_OLD: &str = "This page was open for too long, or does not come from this server. \
    Go back to where you came from and start again.";

/// The pairs of a form or a query, as they came.
type Pairs = Vec<(String, String)>;

pub fn routes() -> Router<State> {
    // Clients may be pages of anybody: they prove themselves with what is in their requests.
    let shared = meta::routes()
        .merge(token::routes())
        .layer(CorsLayer::very_permissive().allow_credentials(false));
    authorize::routes()
        .merge(invitation::routes())
        .merge(oidc::routes())
        .merge(shared)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Who asks, as far as addresses tell.
struct Caller {
    peer: Option<IpAddr>,
    forwarded_for: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let all = parts.headers.get_all("x-forwarded-for").iter().next_back();
        let forwarded_for = all.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self { peer: peer.map(|info| info.0.ip()), forwarded_for })
    }
}

impl Caller {
    /// Only the last address of the header comes from somebody who is trusted.
    fn address(&self, env: &Env) -> Option<IpAddr> {
        let last = self.forwarded_for.as_deref().and_then(|all| all.rsplit(',').next());
        let last = last.filter(|_| env.sign_in.settings.forwarded_for);
        last.and_then(|text| text.trim().parse().ok()).or(self.peer)
    }
}

/// The value of a parameter; empty if there is none.
fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// Whether a form was sent by another site, as browsers tell.
fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site != "same-origin")
}

/// A page that only says something.
fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, &format!("<p role=\"status\">{}</p>", escaped(text)), "")
}

/// Says when to try again to whoever has tried too often.
fn with_pause(response: Response, too_many: TooMany) -> Response {
    let pause = [(header::RETRY_AFTER, too_many.retry_after_seconds.to_string())];
    (pause, response).into_response()
}

fn too_many(pause: TooMany) -> String {
    let minutes = pause.retry_after_seconds.div_euclid(60) + 1;
    format!("That was tried too often. Try again in {minutes} minutes.")
}

/// Runs to its end even if the browser goes away.
async fn whole<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Response> {
    tokio::spawn(work).await.map_err(|error| {
        tracing::error!(%error, "signing in panicked");
        failed()
    })
}

/// Something went wrong that nobody outside can help.
fn internal(error: &domain::Error) -> Response {
    tracing::error!(error = ?error, "signing in failed");
    failed()
}

fn failed() -> Response {
    let text = "Something went wrong on this server. Try again later.";
    message(StatusCode::INTERNAL_SERVER_ERROR, "Not signed in", text)
}
