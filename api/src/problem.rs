//! Errors of the plain HTTP endpoints: a status and one JSON sentence.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

/// `{"error": message}` with the given status.
pub fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(serde_json::json!({ "error": message }))).into_response()
}
