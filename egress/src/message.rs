//! What is sent and what comes back.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::Source;

/// How many redirects are followed unless the request says otherwise.
pub const REDIRECTS_MAX: u32 = 5;

#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Body,
    /// For the whole exchange, redirects and body included; the policy's limit caps it.
    pub timeout: Option<Duration>,
    /// With 0 a redirect is handed back as the answer; above, one too many is an error.
    pub redirects_max: u32,
    /// Accept any certificate of the called side.
    pub ignore_tls_errors: bool,
}

impl Request {
    /// A request without headers and body; set the fields for anything else.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Body::default(),
            timeout: None,
            redirects_max: REDIRECTS_MAX,
            ignore_tls_errors: false,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Body {
    Bytes(Bytes),
    Source(Source),
    /// Sent as `multipart/form-data`; the content type with its boundary is added on sending.
    Multipart(Vec<Part>),
}

impl Body {
    /// Whether any of it comes from elsewhere while it is sent.
    pub(crate) fn is_read_while_sent(&self) -> bool {
        match self {
            Self::Bytes(_) => false,
            Self::Source(_) => true,
            Self::Multipart(parts) => {
                parts.iter().any(|part| matches!(part.data, PartData::Source(_)))
            }
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

/// One field or file of a form.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub name: String,
    pub data: PartData,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
}

/// Where the content of a part is.
#[derive(Clone, Debug)]
pub enum PartData {
    Bytes(Bytes),
    Source(Source),
}

impl Default for PartData {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

#[derive(Clone, Debug)]
pub struct Response {
    pub status: StatusCode,
    /// The standard phrase for the status; empty where there is none.
    pub status_text: &'static str,
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: Bytes,
    /// Where the answer came from, after redirects.
    pub url: Url,
}
