//! The page on which people sign in, and the way back to the client that sent them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::Env;
use domain::sign_in::{self, Mistake, NotSignedIn, Request, is_return_address};
use entity::user;
use http::{HeaderMap, StatusCode};

use super::{
    Caller, Pairs, TOO_OLD, internal, is_foreign, message, oidc, too_many, value, whole, with_pause,
};
use crate::State;
use crate::html::{escaped, page, secured};

const TITLE: &str = "Sign in to Marquetry";

pub fn routes() -> Router<State> {
    Router::new().route("/authorize", get(ask).post(answer)).route("/logout", get(logout))
}

async fn ask(Shared(state): Shared<State>, Query(parameters): Query<Pairs>) -> Response {
    match Request::new(&state.env, &parameters) {
        Ok(request) => form(&state.env, &request, StatusCode::OK, "", None),
        Err(Mistake::Untrusted(text)) => {
            message(StatusCode::BAD_REQUEST, "This request cannot be answered", text)
        }
        Err(Mistake::Refused(address)) => secured(Redirect::to(&address).into_response()),
    }
}

async fn answer(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Response {
    let env = state.env;
    let request = match Request::read(&env, value(&pairs, "request")) {
        Some(request) if !is_foreign(&headers) => request,
        _ => return message(StatusCode::BAD_REQUEST, "Start again", TOO_OLD),
    };
    let (email, password) = (value(&pairs, "email"), value(&pairs, "password"));
    let again = |status, problem: &str| form(&env, &request, status, email, Some(problem));
    let signed_in = sign_in::with_password(&env, caller.address(&env), email, password).await;
    match signed_in {
        Ok(user) => back(env.clone(), user, request).await,
        Err(NotSignedIn::Wrong) => {
            again(StatusCode::FORBIDDEN, "The address or the password is not right.")
        }
        Err(NotSignedIn::TooMany(pause)) => {
            with_pause(again(StatusCode::TOO_MANY_REQUESTS, &too_many(pause)), pause)
        }
        Err(NotSignedIn::Off) => {
            again(StatusCode::FORBIDDEN, "Nobody signs in with a password here.")
        }
        Err(NotSignedIn::Internal(error)) => internal(&error),
    }
}

/// Sends somebody who has signed in back to the client.
pub async fn back(env: Arc<Env>, user: user::Model, request: Request) -> Response {
    let work = async move { sign_in::return_to_client(&env, &user, &request).await };
    match whole(work).await {
        Ok(Ok(address)) => secured(Redirect::to(&address).into_response()),
        Ok(Err(error)) => internal(&error),
        Err(response) => response,
    }
}

/// The page; what was typed stays, but for the password.
fn form(
    env: &Env,
    request: &Request,
    status: StatusCode,
    email: &str,
    problem: Option<&str>,
) -> Response {
    let text = request.to_text(env);
    let mut body = String::new();
    if let Some(problem) = problem {
        let problem = escaped(problem);
        body += &format!("<p class=\"problem\" role=\"alert\" id=\"problem\">{problem}</p>");
    }
    if env.sign_in.settings.password {
        body += &fields(&text, email, problem.is_some());
    }
    body += &oidc::button(env, &text);
    if env.sign_in.sends_links() {
        body += &format!("<p><a href=\"/forgot?request={text}\">Forgot password?</a></p>");
    }
    page(status, TITLE, &body, &request.origin())
}

fn fields(request: &str, email: &str, has_problem: bool) -> String {
    let described = if has_problem { " aria-describedby=\"problem\"" } else { "" };
    let (first, second) = if email.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    format!(
        "<form method=\"post\" action=\"/authorize\">\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\
         <label for=\"email\">E-mail address</label>\
         <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required \
         value=\"{email}\"{described}{first}>\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" \
         autocomplete=\"current-password\" required{described}{second}>\
         <button>Sign in</button></form>",
        email = escaped(email),
    )
}

/// There is no session of the browser to end: clients throw their tokens away.
async fn logout(Shared(state): Shared<State>, Query(parameters): Query<Pairs>) -> Response {
    let address = value(&parameters, "returnTo");
    if is_return_address(&state.env, address) {
        return secured(Redirect::to(address).into_response());
    }
    message(StatusCode::OK, "Signed out", "You are signed out. You can close this window.")
}
