//! The routes of the server.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::{Env, Viewer};
use http::{HeaderMap, StatusCode, header};
use marketplace::assets;
use runner::Runner;
use serde_json::json;
use tower_http::cors::CorsLayer;

use crate::graphql::Schema;
use crate::oauth2;
use crate::problem::problem;
use crate::results;
use crate::trigger::{self, Calls};

/// Largest GraphQL request: an import carries a whole definition.
const API_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Largest GraphQL document: reading one takes time before any other limit can help.
const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'";

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
    Router::new()
        .route("/api", post(graphql))
        .layer(DefaultBodyLimit::max(API_BODY_BYTES_MAX))
        .layer(CorsLayer::very_permissive().allow_credentials(false))
        .merge(trigger::routes())
        .merge(results::routes())
        .merge(oauth2::routes())
        .route("/health", get(|| async { "ok" }))
        .route("/graphiql", get(|| async { asset(assets::GRAPHIQL) }))
        .route(
            "/assets/{*path}",
            get(|Path(path): Path<String>| async move { asset(&format!("assets/{path}")) }),
        )
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
async fn viewer(env: &Env, headers: &HeaderMap) -> Result<Viewer, domain::Error> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match bearer {
        None => Ok(Viewer::Anonymous),
        Some((_, token)) => match domain::token::authenticate(env, token.trim()).await {
            Err(domain::Error::Unauthenticated) => Ok(Viewer::Anonymous),
            viewer => viewer,
        },
    }
}

fn asset(path: &str) -> Response {
    match assets::asset(path) {
        None => problem(StatusCode::NOT_FOUND, "There is nothing at this URL."),
        Some(asset) => (
            [
                (header::CONTENT_TYPE, asset.content_type),
                (header::ETAG, &asset.etag),
                (header::CACHE_CONTROL, asset.cache.header()),
                (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
            ],
            asset.bytes.into_owned(),
        )
            .into_response(),
    }
}
