//! Inputs to a request.

use std::time::Duration;

use bytes::Bytes;
use egress::{Body, Part, PartData, Request};
use flow::Value;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::connection::authorization;
use crate::{Inputs, Run, StepError};

/// A request whose body is the input `data`.
pub fn plain(run: &Run, inputs: &Inputs, method: Method) -> Result<Request, StepError> {
    let mut request = base(run, inputs, method)?;
    if let Some(data) = inputs.get("data") {
        let (data, content_type) = content(run, "data", data)?;
        let content_type = content_type.as_deref().unwrap_or("application/x-www-form-urlencoded");
        set_default(&mut request.headers, CONTENT_TYPE, content_type)?;
        request.body = match data {
            PartData::Bytes(bytes) => Body::Bytes(bytes),
            PartData::Source(source) => Body::Source(source),
        };
    }
    Ok(request)
}

/// A request whose body is a form with fields and files.
pub fn form(run: &Run, inputs: &Inputs) -> Result<Request, StepError> {
    let method = match &*inputs.text("httpMethod").to_lowercase() {
        "" | "post" => Method::POST,
        "put" => Method::PUT,
        other => {
            return Err(StepError::new(format!("A form cannot be sent with \"{other}\".")));
        }
    };
    let mut request = base(run, inputs, method)?;
    // Only the sender knows the boundary, so a content type of the author's would break the form.
    request.headers.remove(CONTENT_TYPE);
    let names = inputs.pairs("fileDataFileNames")?;
    let fields = inputs.pairs("formData")?.into_iter().map(|(name, value)| Part {
        name: name.to_string(),
        data: PartData::Bytes(value.to_text().into()),
        ..Part::default()
    });
    let mut parts: Vec<Part> = fields.collect();
    for (name, value) in inputs.pairs("fileData")? {
        let (data, content_type) = content(run, "fileData", &value)?;
        let given = names.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_text());
        parts.push(Part {
            data,
            content_type: content_type.or_else(|| Some("application/octet-stream".to_owned())),
            file_name: Some(given.unwrap_or_else(|| name.to_string())),
            name: name.to_string(),
        });
    }
    request.body = Body::Multipart(parts);
    Ok(request)
}

/// What to send of a value, with its content type: files outside memory are read while they are
/// sent.
fn content(run: &Run, key: &str, value: &Value) -> Result<(PartData, Option<String>), StepError> {
    if let Value::Blob(blob) = value {
        return Ok((PartData::Source(run.source(blob)), None));
    }
    if let (Some(Value::Blob(blob)), Some(kind)) = (value.get("data"), value.get("contentType")) {
        let kind = Some(kind.to_text()).filter(|kind| !kind.is_empty());
        return Ok((PartData::Source(run.source(blob)), kind));
    }
    if let Some(blob) = value.blobs().first() {
        return Err(StepError::new(format!(
            "Input \"{key}\" has a file of {} bytes among other data, which is too large for JSON. \
             Send the file by itself, or as part of a form.",
            blob.length
        )));
    }
    let (bytes, content_type) = crate::file(value);
    Ok((PartData::Bytes(bytes), content_type))
}

fn base(run: &Run, inputs: &Inputs, method: Method) -> Result<Request, StepError> {
    let headers = headers(run, inputs, &method)?;
    let timeout = inputs.count("timeout", 0)?;
    let redirects = inputs.count("maxRedirects", egress::REDIRECTS_MAX.into())?;
    Ok(Request {
        headers,
        timeout: (timeout > 0).then(|| Duration::from_millis(timeout)),
        redirects_max: u32::try_from(redirects).unwrap_or(u32::MAX),
        ignore_tls_errors: inputs.flag("ignoreSslErrors"),
        ..Request::new(method, url(inputs)?)
    })
}

/// The URL with the query parameters behind those it has already.
fn url(inputs: &Inputs) -> Result<String, StepError> {
    let url = inputs.require_text("url")?;
    let url = url.trim();
    let parameters = inputs.pairs("queryParams")?;
    let named = parameters.iter().filter(|(name, _)| !name.is_empty());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(named.map(|(name, value)| (name, value.to_text())))
        .finish();
    if query.is_empty() {
        return Ok(url.to_owned());
    }
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let hash = if fragment.is_empty() { "" } else { "#" };
    Ok(format!("{address}{separator}{query}{hash}{fragment}"))
}

fn headers(run: &Run, inputs: &Inputs, method: &Method) -> Result<HeaderMap, StepError> {
    let mut headers = HeaderMap::new();
    for (name, value) in inputs.pairs("headers")? {
        if !name.trim().is_empty() {
            headers.append(header_name(&name)?, header_value(&name, &value.to_text())?);
        }
    }
    if let Some(connection) = inputs.get("connection") {
        set_default(&mut headers, AUTHORIZATION, &authorization(connection)?)?;
    }
    set_default(&mut headers, ACCEPT, "application/json, text/plain, */*")?;
    if matches!(*method, Method::POST | Method::PATCH) {
        let name = HeaderName::from_static("idempotency-key");
        set_default(&mut headers, name, &run.idempotency_key)?;
    }
    Ok(headers)
}

/// Sets a header unless the author did.
fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), StepError> {
    if !headers.contains_key(&name) {
        let value = header_value(name.as_str(), value)?;
        headers.insert(name, value);
    }
    Ok(())
}

fn header_name(name: &str) -> Result<HeaderName, StepError> {
    name.trim()
        .parse()
        .map_err(|_| StepError::new(format!("\"{name}\" is not a valid header name.")))
}

/// The message does not repeat the value: it may be a secret.
fn header_value(name: &str, value: &str) -> Result<HeaderValue, StepError> {
    HeaderValue::from_maybe_shared(Bytes::copy_from_slice(value.trim().as_bytes()))
        .map_err(|_| StepError::new(format!("The value of the header \"{name}\" is not valid.")))
}

/// A request in words, for the log: no query, no body, no secrets.
pub fn describe_request(request: &Request) -> String {
    let address = request.url.split(['?', '#']).next().unwrap_or_default();
    let size = match &request.body {
        Body::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Body::Source(source) => format!("{} bytes", source.length),
        Body::Multipart(parts) => format!("form of {} parts", parts.len()),
    };
    let headers = shown_headers(&request.headers);
    format!("{} {} {headers} {size}", request.method, without_credentials(address))
}

fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

/// Headers as JSON; values that are or may be secrets are starred out.
pub fn shown_headers(headers: &HeaderMap) -> String {
    let shown = headers.iter().map(|(name, value)| {
        let value = if is_harmless(name) {
            String::from_utf8_lossy(value.as_bytes())
        } else {
            "***".into()
        };
        (name.as_str(), value.into_owned())
    });
    Value::object(shown).to_json()
}

fn is_harmless(name: &HeaderName) -> bool {
    const HARMLESS: [&str; 12] = [
        "accept",
        "cache-control",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "etag",
        "last-modified",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
    ];
    HARMLESS.contains(&name.as_str())
}
