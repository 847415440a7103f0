//! Sending one request: check, send, follow, read within limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST,
    LOCATION, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use crate::body::{Incoming, Limits};
use crate::policy::BUFFER_BYTES_MAX;
use crate::resolver::{FilteringResolver, is_allowed};
use crate::tls::Tls;
use crate::{Body, Error, Part, PartData, Policy, Request, Response};

/// Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    verifying: reqwest::Client,
    /// Accepts any certificate; separate, so that its connections are never reused for others.
    trusting: reqwest::Client,
    /// Resolves the host of the server's own URL to whatever address it has; used for that URL
    /// only, since a resolver does not see ports.
    own: reqwest::Client,
    pub(crate) policy: Arc<Policy>,
    pub(crate) tls: Arc<Tls>,
}

impl Client {
    pub fn new(policy: Policy) -> Result<Self, Error> {
        let policy = Arc::new(policy);
        let build = |policy: &Arc<Policy>, accept_invalid: bool| {
            transport(policy)
                .tls_danger_accept_invalid_certs(accept_invalid)
                .build()
                .map_err(|error| Error::Other(format!("the client could not be set up: {error}")))
        };
        let own_url = policy.own_url.as_ref().and_then(|own| Url::parse(own).ok());
        let mut at_home = Policy::clone(&policy);
        at_home.allow_hosts.extend(own_url.as_ref().and_then(Url::host_str).map(str::to_owned));
        Ok(Self {
            verifying: build(&policy, false)?,
            trusting: build(&policy, true)?,
            own: build(&Arc::new(at_home), false)?,
            policy: policy.clone(),
            tls: Arc::default(),
        })
    }

    /// Sends a request and reads the whole answer. Any status is an answer, not an error.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        self.open(request).await?.collect(BUFFER_BYTES_MAX).await
    }

    /// Sends a request; the answer's body is still to be read.
    pub async fn open(&self, request: Request) -> Result<Incoming, Error> {
        let limit = Duration::from_secs(self.policy.total_timeout_seconds);
        let timeout = request.timeout.map_or(limit, |timeout| timeout.min(limit));
        let deadline = Instant::now() + timeout;
        let answer = timeout_at(deadline, self.follow(request)).await;
        let (answer, url) = answer.unwrap_or(Err(Error::Timeout))?;
        let bytes_max = self.policy.response_bytes_max;
        let silence = self.silence();
        let limits = Limits { deadline, silence, bytes_left: bytes_max, bytes_max };
        Ok(Incoming::new(answer, url, limits))
    }

    fn silence(&self) -> Duration {
        Duration::from_secs(self.policy.read_timeout_seconds)
    }

    async fn follow(&self, mut request: Request) -> Result<(reqwest::Response, Url), Error> {
        let mut url =
            Url::parse(&request.url).map_err(|error| Error::InvalidUrl(error.to_string()))?;
        // How a message is framed is decided here; a wrong length would spoil a shared connection.
        for name in [CONNECTION, CONTENT_LENGTH, TE, TRANSFER_ENCODING, UPGRADE] {
            request.headers.remove(name);
        }
        let mut followed = 0;
        loop {
            let answer = self.exchange(&request, &url).await?;
            let next = match redirect_target(&url, &answer) {
                Some(next) if request.redirects_max > 0 => next?,
                _ => return Ok((answer, url)),
            };
            followed += 1;
            if followed > request.redirects_max {
                return Err(Error::Other(format!(
                    "it was redirected more than {} times",
                    request.redirects_max
                )));
            }
            adapt(&mut request, answer.status(), &url, &next);
            url = next;
        }
    }

    async fn exchange(&self, request: &Request, url: &Url) -> Result<reqwest::Response, Error> {
        self.check(url)?;
        let client = match request.ignore_tls_errors {
            true => &self.trusting,
            false if self.policy.is_own(url) => &self.own,
            false => &self.verifying,
        };
        let host = url.host_str().unwrap_or_default();
        let mut builder =
            client.request(request.method.clone(), url.clone()).headers(request.headers.clone());
        builder = match &request.body {
            // Some servers insist on a length for methods that usually have a body.
            Body::Bytes(bytes) if bytes.is_empty() => match request.method {
                Method::POST | Method::PUT | Method::PATCH => builder.header(CONTENT_LENGTH, 0),
                _ => builder,
            },
            Body::Bytes(bytes) => builder.body(bytes.clone()),
            Body::Source(source) => {
                builder.header(CONTENT_LENGTH, source.length).body(source.body())
            }
            Body::Multipart(parts) => builder.multipart(form(parts)?),
        };
        let sent = builder.send();
        // How long a large body takes to send says nothing about the other side.
        let answer = if request.body.is_read_while_sent() {
            sent.await
        } else {
            tokio::time::timeout(self.silence(), sent).await.map_err(|_| Error::Timeout)?
        };
        answer.map_err(|error| Error::of_reqwest(&error, host))
    }

    /// Refuses what no resolver will see: literal addresses, in any spelling the parser understood.
    fn check(&self, url: &Url) -> Result<(), Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::InvalidUrl("only http and https can be called".to_owned()));
        }
        let address = match url.host() {
            None => return Err(Error::InvalidUrl("it names no host".to_owned())),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
        };
        let host = address.to_string();
        if self.policy.is_own(url) || is_allowed(&self.policy, &host, address) {
            Ok(())
        } else {
            Err(Error::Refused(host))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this crate is where the ban on other clients leads")]
fn transport(policy: &Arc<Policy>) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(FilteringResolver(policy.clone()))
        .connect_timeout(Duration::from_secs(policy.connect_timeout_seconds))
        .pool_idle_timeout(Duration::from_secs(policy.pool_idle_seconds))
        .user_agent(concat!("Marquetry/", env!("CARGO_PKG_VERSION")))
}

fn form(parts: &[Part]) -> Result<reqwest::multipart::Form, Error> {
    let mut form = reqwest::multipart::Form::new();
    for part in parts {
        let mut sent = match &part.data {
            PartData::Bytes(bytes) => reqwest::multipart::Part::stream(bytes.clone()),
            PartData::Source(source) => {
                reqwest::multipart::Part::stream_with_length(source.body(), source.length)
            }
        };
        if let Some(name) = &part.file_name {
            sent = sent.file_name(name.clone());
        }
        if let Some(kind) = &part.content_type {
            sent = sent.mime_str(kind).map_err(|_| {
                Error::Other(format!("the form part {} has no valid content type", part.name))
            })?;
        }
        form = form.part(part.name.clone(), sent);
    }
    Ok(form)
}

/// Where an answer points, if it is a redirect that says where to.
fn redirect_target(from: &Url, answer: &reqwest::Response) -> Option<Result<Url, Error>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers().get(LOCATION)?;
    let target = std::str::from_utf8(location.as_bytes()).ok().and_then(|to| from.join(to).ok());
    Some(target.ok_or_else(|| Error::InvalidUrl("it redirects to an invalid address".to_owned())))
}

/// Turns a request into the one to send after a redirect, as browsers do.
fn adapt(request: &mut Request, status: StatusCode, from: &Url, to: &Url) {
    let becomes_get = match status {
        StatusCode::SEE_OTHER => request.method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => request.method == Method::POST,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = Body::Bytes(Bytes::new());
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
            request.headers.remove(name);
        }
    }
    request.headers.remove(HOST);
    if from.origin() != to.origin() {
        forget_credentials(&mut request.headers);
    }
}

/// Another origin must not learn what was meant for the first one.
fn forget_credentials(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
        headers.remove(name);
    }
}
