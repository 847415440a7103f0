//! Where something is sent to outside: a URL, and headers to send along.

use anyhow::Context;
use entity::OrganizationId;
use http::{HeaderName, HeaderValue};
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;
use url::Url;

use crate::delivery;
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::secrets::Place;

const HEADERS_MAX: usize = 50;
const HEADER_BYTES_MAX: usize = 8 * 1024;
const URL_BYTES_MAX: usize = 2_048;

pub(crate) fn check_url(problems: &mut Problems, text: &str) -> String {
    let text = text.trim();
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
        _ => problems.add("url", "This is not an http or https URL."),
    }
    if text.len() > URL_BYTES_MAX {
        problems.add("url", format!("This is longer than {URL_BYTES_MAX} bytes."));
    }
    text.to_owned()
}

/// Headers as they are stored.
pub(crate) fn check_headers(problems: &mut Problems, text: Option<&str>) -> Option<String> {
    const FIELD: &str = "headers";
    let text = text?;
    if text.trim().is_empty() {
        return Some("{}".to_owned());
    }
    let Ok(Json::Object(headers)) = serde_json::from_str(text) else {
        problems.add(FIELD, "This is not the JSON text of an object.");
        return None;
    };
    if headers.len() > HEADERS_MAX || text.len() > HEADER_BYTES_MAX {
        let limit = format!("At most {HEADERS_MAX} headers of {HEADER_BYTES_MAX} bytes in all.");
        problems.add(FIELD, limit);
    }
    for (name, value) in &headers {
        let known = name.parse::<HeaderName>().map(|name| name.as_str().to_owned());
        match known {
            Err(_) => problems.add(FIELD, format!("`{name}` is not the name of a header.")),
            Ok(name) if delivery::is_reserved(&name) => {
                problems.add(FIELD, format!("`{name}` is set by the platform."));
            }
            Ok(_) => {}
        }
        if value.as_str().is_none_or(|text| text.parse::<HeaderValue>().is_err()) {
            problems.add(FIELD, format!("`{name}`: this is not text that a header can have."));
        }
    }
    Some(Json::Object(headers).to_string())
}

/// What [`seal_headers`] has sealed.
pub(crate) async fn open_headers(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    place: Place,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, Error> {
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = env.secrets.open(db, organization, place, sealed).await?;
    Ok(Some(String::from_utf8(plain).context("reading headers")?))
}

/// Seals the JSON text of an object; `{}` takes all headers away.
pub(crate) async fn seal_headers(
    env: &Env,
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    place: Place,
    headers: Option<&str>,
) -> Result<Option<Vec<u8>>, Error> {
    match headers {
        None | Some("{}") => Ok(None),
        Some(text) => Ok(Some(env.secrets.seal(tx, organization, place, text.as_bytes()).await?)),
    }
}
