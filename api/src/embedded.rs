//! Where pages of others check the token of their user, before they show ours.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use domain::embedded::{self, Refusal};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::time::Instant;
use tower_http::cors::{AllowHeaders, AllowMethods, Any, CorsLayer};

use crate::State;
use crate::trigger::Limiter;

/// Tokens with a wrong signature that are answered, for one address and organization. Beyond that
/// they are still looked at: behind a proxy all hosts have one address, and none of them must be
/// able to lock out another.
const FAILURES_PER_SECOND: u32 = 1;
const FAILURES_BURST: u32 = 30;

/// How long browsers remember what they may send, in seconds; none does for longer.
const PREFLIGHT_SECONDS: u64 = 2 * 60 * 60;

/// The header that says what is wrong, for programs.
const ERROR: HeaderName = HeaderName::from_static("x-marquetry-error");

/// Refused tokens that this node remembers.
pub struct Failures(Limiter);

impl Default for Failures {
    fn default() -> Self {
        Self(Limiter::new(FAILURES_PER_SECOND, FAILURES_BURST))
    }
}

pub fn routes() -> Router<State> {
    Router::new()
        .route("/embedded/authenticate", post(authenticate))
        .layer(Extension(Arc::new(Failures::default())))
}

/// Pages of everybody may ask: what counts is the token, which no browser sends by itself. What
/// is answered to them is readable in any case, also that something failed.
pub fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([ERROR, header::RETRY_AFTER])
        .max_age(Duration::from_secs(PREFLIGHT_SECONDS))
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The origin of the page that sends a request, where a browser says so.
pub fn origin(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::ORIGIN)?.to_str().ok()?.to_owned())
}

async fn authenticate(
    Shared(state): Shared<State>,
    Extension(failures): Extension<Arc<Failures>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let token = bearer(&headers).unwrap_or_default().to_owned();
    let organization = embedded::claimed_organization(&token);
    let (env, origin) = (state.env.clone(), origin(&headers));
    // It may create a user: a client that goes away must not cut that in the middle.
    let task =
        tokio::spawn(async move { embedded::authenticate(&env, &token, origin.as_deref()).await });
    match task.await {
        Ok(Ok(_)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(refusal @ Refusal::SignatureInvalid)) => {
            let whose = format!("{} {organization:?}", network(peer.ip()));
            match failures.0.take(&whose, Instant::now()) {
                Ok(()) => refused(&refusal),
                Err(wait) => too_many(wait),
            }
        }
        Ok(Err(refusal)) => refused(&refusal),
        Err(error) => {
            tracing::error!(%error, "a look at a token of an embedded user panicked");
            answer(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error")
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Internal(error) => {
            tracing::error!(?error, "could not look a token of an embedded user up");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        refusal if refusal.is_forbidden() => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    answer(status, &refusal.code(), &refusal.to_string())
}

fn too_many(wait: Duration) -> Response {
    let message = "There were too many tokens with a wrong signature.";
    let mut response = answer(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", message);
    let seconds = wait.as_secs().max(1);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// One sentence for people, which the host's developers get to see, and a code.
fn answer(status: StatusCode, code: &str, message: &str) -> Response {
    let mut response = (status, message.to_owned()).into_response();
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR, code);
    }
    response
}

/// Who has one address of version 6 has billions of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => match long.to_ipv4_mapped() {
            Some(short) => IpAddr::V4(short),
            None => IpAddr::V6((long.to_bits() >> 64 << 64).into()),
        },
    }
}
