//! Where packages of components, their sources and icons are put, behind signed links.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use domain::Error;
use domain::component::{self, FileKind, Upload};
use entity::{ComponentId, Timestamp};
use http::StatusCode;
use jobs::Place;
use serde::Deserialize;
use uuid::Uuid;

use crate::State;
use crate::problem::problem;

/// How PNG images begin.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// How zip archives begin.
const ZIP: &[u8] = b"PK";

pub fn routes() -> Router<State> {
    // Each kind has a limit of its own.
    let upload = put(upload).layer(DefaultBodyLimit::disable());
    Router::new().route("/uploads/{kind}/{id}", upload)
}

#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    connection: String,
    until: i64,
    signature: String,
}

async fn upload(
    Shared(state): Shared<State>,
    Path((kind, id)): Path<(String, Uuid)>,
    Query(proof): Query<Proof>,
    body: Body,
) -> Response {
    let Some(kind) = FileKind::named(&kind) else {
        return problem(StatusCode::NOT_FOUND, "There is no such kind of file.");
    };
    let upload = Upload { component: ComponentId(id), kind, connection: proof.connection };
    if !upload.is_allowed(&state.env, Timestamp(proof.until), &proof.signature) {
        return problem(StatusCode::FORBIDDEN, "This link is not valid, or no longer so.");
    }
    let bytes_max = kind.bytes_max();
    let Ok(bytes) = to_bytes(body, bytes_max).await else {
        let message = format!("This has at most {bytes_max} bytes, and must arrive as a whole.");
        return problem(StatusCode::PAYLOAD_TOO_LARGE, &message);
    };
    // A client that goes away must not cut a write in the middle: it has its own task.
    let stored = tokio::spawn(async move { store(&state, &upload, bytes).await });
    match stored.await {
        Ok(Ok(())) => StatusCode::OK.into_response(),
        Ok(Err(Refused(status, message))) => problem(status, &message),
        Err(error) => {
            tracing::error!(%error, "an upload panicked");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        }
    }
}

struct Refused(StatusCode, String);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self(StatusCode::NOT_FOUND, "It is no longer there.".to_owned()),
            Error::Invalid(problems) => {
                let messages = problems.iter().map(|problem| problem.message.as_str());
                Self(StatusCode::CONFLICT, messages.collect::<Vec<_>>().join(" "))
            }
            error => {
                tracing::error!(error = ?error, "an upload failed");
                Self(StatusCode::INTERNAL_SERVER_ERROR, "internal error".to_owned())
            }
        }
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Error::Internal(error).into()
    }
}

async fn store(state: &State, upload: &Upload, bytes: Bytes) -> Result<(), Refused> {
    let env = &state.env;
    if !component::expects(env, upload).await? {
        return Err(Error::NotFound(domain::Kind::Component).into());
    }
    let invalid = |message: String| Refused(StatusCode::UNPROCESSABLE_ENTITY, message);
    let is_fit =
        if upload.kind.is_image() { bytes.starts_with(PNG) } else { bytes.starts_with(ZIP) };
    if !is_fit {
        let expected = if upload.kind.is_image() { "a PNG image" } else { "a zip archive" };
        return Err(invalid(format!("This must be {expected}.")));
    }
    let package = if upload.kind == FileKind::Package {
        let bytes = bytes.clone();
        let inspected = tokio::task::spawn_blocking(move || component::inspect(&bytes)).await;
        Some(inspected.map_err(anyhow::Error::from)?.map_err(invalid)?)
    } else {
        None
    };
    let store = state.runner.store();
    let place = Place::of_owner(upload.component.0);
    let mut writing = store.upload(place).await.map_err(anyhow::Error::from)?;
    writing.write(bytes).await.map_err(anyhow::Error::from)?;
    let (object, _) = writing.finish().await.map_err(anyhow::Error::from)?;
    let accepted = match &package {
        Some(package) => {
            let taken = component::accept_package(env, upload.component, package, &object).await;
            taken.map(|is_taken| (!is_taken).then(|| object.clone()))
        }
        None => component::accept_file(env, upload, &object).await,
    };
    let unneeded = match &accepted {
        Ok(unneeded) => unneeded.clone(),
        Err(_) => Some(object),
    };
    if let Some(object) = unneeded {
        store.remove(&object).await.map_err(anyhow::Error::from)?;
    }
    accepted.map(|_| ()).map_err(Into::into)
}
