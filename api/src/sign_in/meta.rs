//! Where clients find what they need to sign somebody in.

use axum::extract::State as Shared;
use axum::routing::get;
use axum::{Json, Router};
use domain::sign_in::{CLIENT_ID, SCOPES, audience};
use serde_json::{Value, json};

use crate::State;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/auth/meta", get(meta))
        .route("/auth/meta/", get(meta))
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/.well-known/oauth-authorization-server", get(discovery))
}

async fn meta(Shared(state): Shared<State>) -> Json<Value> {
    let url = state.env.public_url.as_str();
    let domain = url.split_once("://").map_or(url, |(_, rest)| rest);
    let domain = domain.split('/').next().unwrap_or_default();
    Json(json!({ "domain": domain, "clientId": CLIENT_ID, "audience": audience(&state.env) }))
}

async fn discovery(Shared(state): Shared<State>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", state.env.public_url);
    Json(json!({
        "issuer": state.env.public_url,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/userinfo"),
        "revocation_endpoint": at("/oauth/revoke"),
        "end_session_endpoint": at("/logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "claims_supported": ["sub", "email", "email_verified", "name"],
    }))
}
