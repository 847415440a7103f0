//! The way to another service that signs people in, and back.

use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::Env;
use domain::sign_in::Request;
use domain::sign_in::oidc::{self, CALLBACK_PATH, Failed, Refused, SECONDS_MAX};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{Caller, Pairs, TOO_OLD, message, value, whole, with_pause};
use crate::State;
use crate::html::{escaped, page, secured};

const START_PATH: &str = "/auth/oidc/start";

/// What browsers keep until they come back.
const COOKIE: &str = "marquetry_sign_in";

/// Where they send it to, and nowhere else: flows of tenants answer at the same host.
const COOKIE_PATH: &str = "/auth/oidc";

/// Anything shorter was not made by us.
const SECRET_CHARS_MIN: usize = 32;

const TITLE: &str = "Not signed in";

pub fn routes() -> Router<State> {
    Router::new().route(START_PATH, get(start)).route(CALLBACK_PATH, get(callback))
}

/// A link to the provider, where there is one. It is the main one where there are no passwords.
pub fn button(env: &Env, request: &str) -> String {
    let Some(provider) = env.sign_in.provider() else { return String::new() };
    let label = escaped(&provider.settings().label);
    let kind = if env.sign_in.settings.password { "button other" } else { "button" };
    format!("<a class=\"{kind}\" href=\"{START_PATH}?request={request}\">Continue with {label}</a>")
}

async fn start(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    Query(parameters): Query<Pairs>,
) -> Response {
    let env = state.env;
    let Some(request) = Request::read(&env, value(&parameters, "request")) else {
        return message(StatusCode::BAD_REQUEST, "Start again", TOO_OLD);
    };
    let anew = value(&parameters, "anew") == "true";
    let kept = secret(&env, &headers);
    let begun = oidc::begin(&env, request.clone(), kept.as_deref(), anew).await;
    let departure = match begun {
        Ok(departure) => departure,
        Err(reason) => return refused(&env, &Failed { reason, request: Some(request) }),
    };
    let cookie = format!(
        "{name}={secret}; Path={COOKIE_PATH}; HttpOnly; SameSite=Lax; Max-Age={SECONDS_MAX}{only}",
        name = cookie_name(&env),
        secret = departure.browser,
        only = if is_protected(&env) { "; Secure" } else { "" },
    );
    let mut response = secured(Redirect::to(&departure.url).into_response());
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

async fn callback(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    Query(parameters): Query<Pairs>,
) -> Response {
    let env = state.env.clone();
    let (address, kept) = (caller.address(&env), secret(&env, &headers));
    // A browser that goes away must not cut it: the provider's code is good only once.
    let work = async move { oidc::complete(&env, address, kept.as_deref(), &parameters).await };
    match whole(work).await {
        Ok(Ok(address)) => secured(Redirect::to(&address).into_response()),
        Ok(Err(failed)) => refused(&state.env, &failed),
        Err(response) => response,
    }
}

/// Says what happened and what to do. The code leads to the documentation.
fn refused(env: &Env, failed: &Failed) -> Response {
    let reason = &failed.reason;
    tell(reason);
    let code = reason.code();
    let mut body = format!(
        "<p class=\"problem\" role=\"alert\">{text}</p><p>{advice}</p>",
        text = escaped(&reason.to_string()),
        advice = escaped(reason.advice()),
    );
    if let Some(request) = failed.request.as_ref() {
        let request = request.to_text(env);
        let (anew, label) = if reason.is_about_account() {
            ("&amp;anew=true", "Use another account")
        } else {
            ("", "Start again")
        };
        body += &format!(
            "<a class=\"button\" href=\"{START_PATH}?request={request}{anew}\">{label}</a>"
        );
    }
    body += &format!("<p class=\"hint\">Code: {}</p>", escaped(&code));
    let response = page(status(reason), TITLE, &body, "");
    match reason {
        Refused::TooMany(pause) => with_pause(response, *pause),
        _ => response,
    }
}

fn status(reason: &Refused) -> StatusCode {
    match reason {
        Refused::Off => StatusCode::NOT_FOUND,
        Refused::Foreign | Refused::Expired | Refused::Spent => StatusCode::BAD_REQUEST,
        Refused::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refused::Provider(_) | Refused::Token(_) => StatusCode::BAD_GATEWAY,
        Refused::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Refused::Denied { .. }
        | Refused::EmailMissing
        | Refused::EmailNotVerified
        | Refused::DomainNotAllowed
        | Refused::Unknown
        | Refused::LinkedElsewhere => StatusCode::FORBIDDEN,
    }
}

/// Operators hear of what only they can help.
fn tell(reason: &Refused) {
    match reason {
        Refused::Provider(text) => {
            tracing::warn!(reason = text, "the provider of login.oidc does not work");
        }
        Refused::Token(part) => {
            tracing::warn!(part, "the provider of login.oidc sent a token that is not good");
        }
        Refused::Internal(error) => tracing::error!(error = ?error, "signing in failed"),
        _ => {}
    }
}

/// What this browser keeps from when it left.
fn secret(env: &Env, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(env);
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|it| it.trim().split_once('='));
    let (_, secret) = pairs.find(|(key, _)| *key == name)?;
    let is_ours =
        secret.len() >= SECRET_CHARS_MIN && secret.chars().all(|it| it.is_ascii_alphanumeric());
    is_ours.then(|| secret.to_owned())
}

/// Under this name browsers take it from protected pages only.
fn cookie_name(env: &Env) -> String {
    let prefix = if is_protected(env) { "__Secure-" } else { "" };
    format!("{prefix}{COOKIE}")
}

fn is_protected(env: &Env) -> bool {
    env.public_url.starts_with("https:")
}
