//! Pages that the server writes itself, for people who come with a browser.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

const STYLE: &str = "*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;\
    max-width:24rem;margin:12vh auto;padding:0 1.5rem;color:#1b1f24;background:#fff}\
    h1{font-size:1.4rem}label{display:block;margin:1rem 0 .25rem;font-weight:600}\
    input{width:100%;padding:.55rem .65rem;font:inherit;color:inherit;background:#fff;\
    border:1px solid #6b7280;border-radius:.375rem}\
    button,.button{display:block;width:100%;margin:1.25rem 0;padding:.6rem;font:inherit;\
    font-weight:600;text-align:center;text-decoration:none;color:#fff;background:#1d4ed8;\
    border:0;border-radius:.375rem;cursor:pointer}a{color:#1d4ed8}\
    .other{color:#1b1f24;background:#e5e7eb}:focus-visible{outline:3px solid #60a5fa;\
    outline-offset:2px}.problem{padding:.6rem .75rem;color:#7f1d1d;background:#fee2e2;\
    border-radius:.375rem}.hint{margin:.25rem 0 0;font-size:.875rem;color:#4b5563}\
    @media(prefers-color-scheme:dark){body{color:#e8eaed;background:#17191c}\
    input{background:#26292e}a{color:#93c5fd}.other{color:#e8eaed;background:#3a3f46}\
    .problem{color:#fecaca;background:#5f1d1d}.hint{color:#b6bcc4}}";

/// A page of our own without scripts. Forms go to us, and on to `then` where an answer redirects.
pub fn page(status: StatusCode, title: &str, body: &str, then: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>",
        title = escaped(title),
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
         form-action 'self' {then}; frame-ancestors 'none'"
    );
    let mut response = secured((status, kind, html).into_response());
    if let Ok(policy) = HeaderValue::from_str(policy.trim()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Addresses of these pages hold what nobody else should see or keep.
pub fn secured(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Text as it may stand in a page, also within quotation marks.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
