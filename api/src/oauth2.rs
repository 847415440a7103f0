//! Where browsers come back to after a user has consented, and what they see then.

use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::oauth::{self, Completed, Refused};
use http::{HeaderValue, StatusCode, header};

use crate::State;
use crate::html::{escaped, secured as secured_page};

/// The page after a success: reloading it does nothing.
const DONE: &str = "/oauth2/complete";

const SCRIPT: &str = "/oauth2/complete.js";

/// Nothing from elsewhere, and no script inside the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Tells the window that opened this one, if it is still there, and goes away.
const SCRIPT_TEXT: &str = "const outcome = document.body.dataset.outcome;
if (window.opener) window.opener.postMessage({ event: 'oauth2', outcome }, '*');
if (outcome === 'completed') window.close();
";

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;\
    padding:0 1.5rem;color:#1b1f24;background:#fff}h1{font-size:1.4rem}\
    pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.75rem;background:#f2f3f5}\
    @media(prefers-color-scheme:dark){body{color:#e8eaed;background:#17191c}pre{background:#26292e}}";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/oauth2/callback", get(callback))
        .route(DONE, get(done))
        .route(SCRIPT, get(script))
}

async fn callback(
    Shared(state): Shared<State>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    // A browser that goes away must not cut the exchange: a code is good only once.
    let env = state.env.clone();
    let task = tokio::spawn(async move { oauth::complete(&env, &parameters).await });
    match task.await {
        Ok(Ok(completed)) => completed_page(&completed),
        Ok(Err(refused)) => refused_page(&refused),
        Err(error) => {
            tracing::error!(%error, "an authorization panicked");
            page(StatusCode::INTERNAL_SERVER_ERROR, &Page::unexpected())
        }
    }
}

fn completed_page(completed: &Completed) -> Response {
    if let Some(url) = &completed.redirect {
        return secured(Redirect::to(url).into_response());
    }
    match &completed.outcome {
        Ok(()) => secured(Redirect::to(DONE).into_response()),
        Err(reason) => page(
            StatusCode::OK,
            &Page {
                title: "Not connected",
                lead: format!("{} could not be connected.", completed.connection),
                detail: Some(reason.clone()),
                next: "Close this window and try again.",
                outcome: "failed",
            },
        ),
    }
}

fn refused_page(refused: &Refused) -> Response {
    if let Refused::Internal(error) = refused {
        tracing::error!(error = ?error, "an authorization could not be completed");
        return page(StatusCode::INTERNAL_SERVER_ERROR, &Page::unexpected());
    }
    page(
        StatusCode::BAD_REQUEST,
        &Page {
            title: "Nothing was connected",
            lead: refused.to_string(),
            detail: None,
            next: "Close this window and start again.",
            outcome: "failed",
        },
    )
}

async fn done() -> Response {
    page(
        StatusCode::OK,
        &Page {
            title: "Connected",
            lead: "The connection was authorized.".to_owned(),
            detail: None,
            next: "You can close this window.",
            outcome: "completed",
        },
    )
}

/// What a user reads in the end.
struct Page {
    title: &'static str,
    lead: String,
    /// What somebody else said.
    detail: Option<String>,
    next: &'static str,
    outcome: &'static str,
}

impl Page {
    fn unexpected() -> Self {
        Self {
            title: "Nothing was connected",
            lead: "Something went wrong on this server.".to_owned(),
            detail: None,
            next: "Close this window and try again later.",
            outcome: "failed",
        }
    }
}

fn page(status: StatusCode, page: &Page) -> Response {
    let detail = page.detail.as_deref().map(|text| format!("<pre>{}</pre>", escaped(text)));
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body data-outcome=\"{outcome}\"><main role=\"main\">\
         <h1>{title}</h1><p role=\"status\">{lead}</p>{detail}<p>{next}</p></main>\
         <script src=\"{SCRIPT}\"></script></body></html>",
        title = page.title,
        outcome = page.outcome,
        lead = escaped(&page.lead),
        detail = detail.unwrap_or_default(),
        next = page.next,
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    secured((status, kind, html).into_response())
}

async fn script() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, SCRIPT_TEXT).into_response()
}

fn secured(response: Response) -> Response {
    let mut response = secured_page(response);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The page has to reach the window that opened it.
        (header::HeaderName::from_static("cross-origin-opener-policy"), "unsafe-none"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
