//! The routes of the server.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::{Env, Viewer};
use http::{HeaderMap, StatusCode};
use runner::Runner;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;

use crate::embedded;
use crate::graphql::Schema;
use crate::oauth2;
use crate::pages;
use crate::problem::problem;
use crate::results;
use crate::sign_in;
use crate::trigger::{self, Calls};
use crate::uploads;

/// Largest GraphQL request: an import carries a whole definition.
const API_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Largest GraphQL document: reading one takes time before any other limit can help.
const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// What request handlers share.
#[derive(Clone)]
pub struct State {
    pub env: Arc<Env>,
    pub runner: Runner,
    pub schema: Schema,
    pub calls: Arc<Calls>,
}

/// Every route there is.
pub fn router(state: State) -> Router {
    let api = Router::new()
        .route("/api", post(graphql))
        .layer(DefaultBodyLimit::max(API_BODY_BYTES_MAX))
        .merge(embedded::routes())
        // Whatever happens inside: a browser keeps an answer without the headers to itself.
        .layer(CatchPanicLayer::new())
        .layer(embedded::cors());
    Router::new()
        .merge(api)
        .merge(trigger::routes())
        .merge(results::routes())
        .merge(uploads::routes())
        .merge(oauth2::routes())
        .merge(pages::routes())
        .merge(sign_in::routes())
        .route("/health", get(|| async { "ok" }))
        .with_state(state)
}

async fn graphql(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    request: Result<Json<async_graphql::Request>, JsonRejection>,
) -> Response {
    // In the shape of every other answer: clients look for `errors` before anything else.
    let refuse = |status: StatusCode, message: String| {
        let answer = json!({ "data": null, "errors": [{ "message": message }] });
        (status, Json(answer)).into_response()
    };
    let request = match request {
        Ok(Json(request)) => request,
        Err(refused) => return refuse(refused.status(), refused.body_text()),
    };
    if request.query.len() > DOCUMENT_BYTES_MAX {
        let message = format!(
            "The document is longer than {DOCUMENT_BYTES_MAX} bytes; values belong into variables."
        );
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, message);
    }
    let viewer = match viewer(&state.env, &headers).await {
        Ok(viewer) => viewer,
        Err(domain::Error::Forbidden) => {
            let message = "The organization does not let this origin embed.";
            return refuse(StatusCode::FORBIDDEN, message.to_owned());
        }
        Err(error) => {
            tracing::error!(%error, "could not look a token up");
            return problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error");
        }
    };
    let status = match viewer {
        Viewer::Anonymous => StatusCode::UNAUTHORIZED,
        Viewer::User(_) | Viewer::System(_) => StatusCode::OK,
    };
    // A client that goes away must not cut a write in the middle: the request has its own task.
    let answer =
        tokio::spawn(async move { crate::graphql::execute(&state.schema, viewer, request).await });
    match answer.await {
        Ok(answer) => (status, Json(answer)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a request panicked");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        }
    }
}

/// Who asks; a token that says nothing valid makes nobody.
pub async fn viewer(env: &Arc<Env>, headers: &HeaderMap) -> Result<Viewer, domain::Error> {
    let Some(token) = embedded::bearer(headers).map(str::to_owned) else {
        return Ok(Viewer::Anonymous);
    };
    let (env, origin) = (env.clone(), embedded::origin(headers));
    // It may create a user: a client that goes away must not cut that in the middle.
    let task =
        tokio::spawn(
            async move { domain::token::authenticate(&env, &token, origin.as_deref()).await },
        );
    match task.await.context("a look at a token")? {
        Err(domain::Error::Unauthenticated) => Ok(Viewer::Anonymous),
        viewer => viewer,
    }
}
