//! Pages on which people set a password, and ask for a link with which they can.

use axum::Router;
use axum::extract::{Form, Path, Query, State as Shared};
use axum::response::Response;
use axum::routing::get;
use domain::Error;
use domain::sign_in::{Request, invitation, password};
use http::{HeaderMap, StatusCode};

use super::{Caller, Pairs, internal, is_foreign, message, too_many, value, whole, with_pause};
use crate::State;
use crate::html::{escaped, page};

const TITLE: &str = "Set your password";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/invitation/{secret}", get(show).post(accept))
        .route("/forgot", get(forgot).post(send))
}

async fn show(Shared(state): Shared<State>, Path(secret): Path<String>) -> Response {
    match invitation::find(&state.env, &secret).await {
        Ok(user) => form(StatusCode::OK, &user.email, None),
        Err(error) => refused(&error),
    }
}

async fn accept(
    Shared(state): Shared<State>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Response {
    let user = match invitation::find(&state.env, &secret).await {
        Ok(user) if !is_foreign(&headers) => user,
        Ok(_) => return refused(&Error::Forbidden),
        Err(error) => return refused(&error),
    };
    let again = |text: &str| form(StatusCode::UNPROCESSABLE_ENTITY, &user.email, Some(text));
    let password = value(&pairs, "password").to_owned();
    if password != value(&pairs, "repeated") {
        return again("The two passwords are not the same.");
    }
    let env = state.env.clone();
    let work = async move { invitation::accept(&env, &secret, &password).await };
    match whole(work).await {
        Ok(Ok(_)) => {
            let text = "Your password is set. You can sign in with it now.";
            message(StatusCode::OK, "Welcome", text)
        }
        Ok(Err(Error::Invalid(problems))) => {
            let texts: Vec<_> = problems.iter().map(|it| it.message.as_str()).collect();
            again(&texts.join(" "))
        }
        Ok(Err(error)) => refused(&error),
        Err(response) => response,
    }
}

fn refused(error: &Error) -> Response {
    match error {
        Error::NotFound(_) | Error::Forbidden => {
            let text = "This link was used already, is too old, or was replaced by a newer one. \
                Ask for another one.";
            message(StatusCode::NOT_FOUND, "This link is not valid", text)
        }
        error => internal(error),
    }
}

fn form(status: StatusCode, email: &str, problem: Option<&str>) -> Response {
    let problem = problem.map(|text| {
        format!("<p class=\"problem\" role=\"alert\" id=\"problem\">{}</p>", escaped(text))
    });
    let body = format!(
        "{problem}<form method=\"post\">\
         <label for=\"email\">E-mail address</label>\
         <input id=\"email\" type=\"email\" autocomplete=\"username\" readonly value=\"{email}\">\
         <label for=\"password\">New password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" \
         minlength=\"{min}\" required autofocus aria-describedby=\"rule\">\
         <p class=\"hint\" id=\"rule\">At least {min} characters.</p>\
         <label for=\"repeated\">The same once more</label>\
         <input id=\"repeated\" name=\"repeated\" type=\"password\" autocomplete=\"new-password\" \
         required><button>Set password</button></form>",
        problem = problem.unwrap_or_default(),
        email = escaped(email),
        min = password::CHARS_MIN,
    );
    page(status, TITLE, &body, "")
}

async fn forgot(Shared(state): Shared<State>, Query(parameters): Query<Pairs>) -> Response {
    if !state.env.sign_in.sends_links() {
        let text = "This server sends no mail. Ask whoever runs it for a link.";
        return message(StatusCode::NOT_FOUND, "Forgot password?", text);
    }
    let request = Request::read(&state.env, value(&parameters, "request"));
    let request = request.map(|request| request.to_text(&state.env)).unwrap_or_default();
    let body = format!(
        "<p>You get a mail with a link, if there is an account with this address.</p>\
         <form method=\"post\" action=\"/forgot\">\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\
         <label for=\"email\">E-mail address</label>\
         <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required \
         autofocus><button>Send a link</button></form>"
    );
    page(StatusCode::OK, "Forgot password?", &body, "")
}

/// Asked for from a page of ours only: a mail bears our name.
async fn send(
    Shared(state): Shared<State>,
    caller: Caller,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Response {
    let env = state.env;
    let has_request = Request::read(&env, value(&pairs, "request")).is_some();
    if is_foreign(&headers) || !has_request || !env.sign_in.sends_links() {
        let text = "Go back to where you came from and start again.";
        return message(StatusCode::BAD_REQUEST, "Start again", text);
    }
    let email = value(&pairs, "email").to_owned();
    if let Err(pause) = invitation::may_ask(&env, caller.address(&env), &email) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return with_pause(message(status, "Forgot password?", &too_many(pause)), pause);
    }
    // Nobody waits for it: how long it takes would tell whether there is such an account.
    tokio::spawn(async move {
        if let Err(error) = invitation::ask_for_reset(&env, &email).await {
            tracing::error!(error = ?error, "a link could not be asked for");
        }
    });
    let text = "If there is an account with this address, a mail with a link is on its way to it. \
        The link is good for an hour.";
    message(StatusCode::OK, "Look into your mail", text)
}
