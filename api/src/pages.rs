//! The web pages: screens that others embed, the GraphQL IDE, and what they are made of.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use marketplace::assets::{self, Asset};
use tower_http::compression::CompressionLayer;

use crate::State;
use crate::problem::problem;

/// The first part of every path that shows a screen; the app reads the rest.
const SCREENS: [&str; 12] = [
    "builder",
    "components",
    "configure-instance",
    "customer-connections",
    "dashboard",
    "designer",
    "find-integration-marketplace",
    "instances",
    "integration-marketplace",
    "integrations",
    "logs",
    "workflows",
];

/// Fills the caches of browsers before a screen is shown. Clients join paths to a base that may
/// end in a slash.
const PRELOADS: [&str; 3] = ["/embedded", "/embedded/", "//embedded"];

/// Of pages for people who sign in.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'";

/// Of pages that others embed. Whose page that is, is not known before the page has its token: the
/// app compares its parent with the origins of the organization then.
const SCREEN_POLICY: &str = "default-src 'self'; script-src 'self'; connect-src 'self'; \
    img-src 'self' data: https:; \
    style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; \
    font-src 'self' data: https://fonts.gstatic.com; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors *";

/// What lets a page into hosts that isolate themselves. Pictures of integrations come from
/// anywhere: they are loaded without credentials instead of not at all.
const SCREEN_HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", SCREEN_POLICY),
    ("cross-origin-resource-policy", "cross-origin"),
    ("cross-origin-embedder-policy", "credentialless"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

const PAGE_HEADERS: [(&str, &str); 2] =
    [("content-security-policy", PAGE_POLICY), ("x-content-type-options", "nosniff")];

const PART_HEADERS: [(&str, &str); 2] =
    [("cross-origin-resource-policy", "cross-origin"), ("x-content-type-options", "nosniff")];

pub fn routes() -> Router<State> {
    let mut router = Router::new()
        .route("/graphiql", page(assets::GRAPHIQL, &PAGE_HEADERS))
        .route("/assets/{*path}", get(part));
    for path in PRELOADS {
        router = router.route(path, page(assets::PRELOAD, &SCREEN_HEADERS));
    }
    for screen in SCREENS {
        let paths = ["", "/", "/{*rest}"].map(|rest| format!("/{screen}{rest}"));
        for path in paths {
            router = router.route(&path, page(assets::APP, &SCREEN_HEADERS));
        }
    }
    router.layer(CompressionLayer::new())
}

type Headers = &'static [(&'static str, &'static str)];

fn page(name: &'static str, headers: Headers) -> MethodRouter<State> {
    get(async move |request: HeaderMap| show(assets::asset(name), &request, headers))
}

async fn part(Path(path): Path<String>, request: HeaderMap) -> Response {
    show(assets::asset(&format!("assets/{path}")), &request, &PART_HEADERS)
}

fn show(asset: Option<Asset>, request: &HeaderMap, headers: Headers) -> Response {
    let Some(asset) = asset else {
        return problem(StatusCode::NOT_FOUND, "There is nothing at this URL.");
    };
    let kept = [(header::ETAG, asset.etag.clone())];
    let cache = [(header::CACHE_CONTROL, asset.cache.header())];
    let mut response = if knows(request, &asset.etag) {
        (StatusCode::NOT_MODIFIED, kept, cache).into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, asset.content_type)];
        (kept, cache, kind, asset.bytes.into_owned()).into_response()
    };
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether the browser has this version. What was compressed on the way counts.
fn knows(request: &HeaderMap, etag: &str) -> bool {
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    known.flat_map(|it| it.split(',')).any(|it| it.trim().trim_start_matches("W/") == etag)
}
