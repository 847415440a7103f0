//! What clients ask for without a browser: tokens, their end, and whom they speak for.

use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::extract::{Form, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::sign_in::{self, CLIENT_ID, Redeem, Refused, Tokens};
use domain::{Error, Viewer};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::{Pairs, value, whole};
use crate::State;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/auth/refresh", post(refresh))
        .route("/auth/refresh/", post(refresh))
        .route("/auth/revoke", post(revoke_all))
        .route("/auth/revoke/", post(revoke_all))
        .route("/userinfo", get(userinfo).post(userinfo))
}

async fn token(Shared(state): Shared<State>, form: Result<Form<Pairs>, FormRejection>) -> Response {
    let pairs = match form {
        Ok(Form(pairs)) => pairs,
        Err(refused) => {
            return problem(refused.status(), "invalid_request", &refused.body_text());
        }
    };
    let of = |name: &str| value(&pairs, name).to_owned();
    if of("client_id") != CLIENT_ID {
        let text = "This server does not know the client_id.";
        return problem(StatusCode::UNAUTHORIZED, "invalid_client", text);
    }
    match value(&pairs, "grant_type") {
        "authorization_code" => {
            let asked = Redeem {
                client_id: of("client_id"),
                code: of("code"),
                redirect_uri: of("redirect_uri"),
                verifier: of("code_verifier"),
            };
            let env = state.env.clone();
            answer(whole(async move { sign_in::redeem(&env, &asked).await }).await)
        }
        "refresh_token" => {
            let tenant = Some(of("tenant_id")).filter(|tenant| !tenant.is_empty());
            next(state, of("refresh_token"), tenant).await
        }
        "" => problem(StatusCode::BAD_REQUEST, "invalid_request", "There must be a grant_type."),
        _ => {
            let text = "The grant_type must be authorization_code or refresh_token.";
            problem(StatusCode::BAD_REQUEST, "unsupported_grant_type", text)
        }
    }
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: Option<String>,
    tenant_id: Option<String>,
}

async fn refresh(
    Shared(state): Shared<State>,
    body: Result<Json<Refresh>, JsonRejection>,
) -> Response {
    match body {
        Ok(Json(asked)) => {
            next(state, asked.refresh_token.unwrap_or_default(), asked.tenant_id).await
        }
        Err(refused) => problem(refused.status(), "invalid_request", &refused.body_text()),
    }
}

async fn next(state: State, secret: String, tenant: Option<String>) -> Response {
    let env = state.env.clone();
    let work = async move { sign_in::refresh(&env, &secret, tenant.as_deref()).await };
    answer(whole(work).await)
}

fn answer(outcome: Result<Result<Tokens, Refused>, Response>) -> Response {
    let refused = match outcome {
        Ok(Ok(tokens)) => return secret(Json(tokens).into_response()),
        Ok(Err(refused)) => refused,
        Err(response) => return response,
    };
    let text = refused.to_string();
    match refused {
        Refused::Code => problem(StatusCode::BAD_REQUEST, "invalid_grant", &text),
        // Clients look for this word to tell that nothing is wrong with the network.
        Refused::RefreshToken | Refused::Tenant => {
            problem(StatusCode::FORBIDDEN, "access_denied", &text)
        }
        Refused::Internal(error) => {
            tracing::error!(error = ?error, "tokens could not be given");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "server_error", &text)
        }
    }
}

/// Ends one refresh token. Whether there was one is nobody's business.
async fn revoke(
    Shared(state): Shared<State>,
    form: Result<Form<Pairs>, FormRejection>,
) -> Response {
    let token = match form {
        Ok(Form(pairs)) => value(&pairs, "token").to_owned(),
        Err(refused) => {
            return problem(refused.status(), "invalid_request", &refused.body_text());
        }
    };
    if token.is_empty() {
        return problem(StatusCode::BAD_REQUEST, "invalid_request", "There must be a token.");
    }
    let env = state.env.clone();
    ended(whole(async move { sign_in::revoke(&env, &token).await }).await)
}

/// Ends all refresh tokens of a user.
async fn revoke_all(
    Shared(state): Shared<State>,
    body: Result<Json<Refresh>, JsonRejection>,
) -> Response {
    let asked = match body {
        Ok(Json(asked)) => asked,
        Err(refused) => {
            return problem(refused.status(), "invalid_request", &refused.body_text());
        }
    };
    let Some(secret) = asked.refresh_token.filter(|secret| !secret.is_empty()) else {
        let text = "There must be a refresh_token.";
        return problem(StatusCode::BAD_REQUEST, "invalid_request", text);
    };
    let env = state.env.clone();
    ended(whole(async move { sign_in::revoke_all(&env, &secret).await }).await)
}

fn ended(outcome: Result<Result<(), Error>, Response>) -> Response {
    match outcome {
        Ok(Ok(())) => secret(Json(json!({})).into_response()),
        Ok(Err(error)) => answer(Ok(Err(Refused::Internal(error)))),
        Err(response) => response,
    }
}

/// Whom an access token speaks for.
async fn userinfo(Shared(state): Shared<State>, headers: HeaderMap) -> Response {
    let viewer = match crate::http::viewer(&state.env, &headers).await {
        Ok(viewer) => viewer,
        Err(Error::Forbidden) => Viewer::Anonymous,
        Err(error) => return answer(Ok(Err(Refused::Internal(error)))),
    };
    let Some(user) = viewer.user() else {
        let text = "There is no valid access token.";
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        let refused = problem(StatusCode::UNAUTHORIZED, "invalid_token", text);
        return (challenge, refused).into_response();
    };
    secret(
        Json(json!({
            "sub": sign_in::subject(user),
            "email": user.email,
            "email_verified": !user.is_embedded,
            "name": user.name,
        }))
        .into_response(),
    )
}

/// An error as the OAuth2 standard has it.
fn problem(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    secret((status, Json(body)).into_response())
}

/// Nobody on the way keeps it.
fn secret(response: Response) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], response).into_response()
}
