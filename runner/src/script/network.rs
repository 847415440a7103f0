//! Sends what code asks for with `fetch`, by the rules that hold for everything that is sent.

use components::{Network, Severity, describe_request, shown_headers};
use egress::{Body, Error, Incoming, REDIRECTS_MAX, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::sync::mpsc::Sender;
use url::Url;

use super::wire::{FETCHED_BYTES_MAX, Fetch, Fetched, Head, Line, Part, Redirect, SEVERITIES};

/// Sends a request and passes on what comes back, part by part: a large answer is never here as a
/// whole, and is not read faster than the code takes it.
pub(super) async fn fetch(network: &Network, fetch: Fetch, parts: Sender<Fetched>) {
    let id = fetch.id;
    let mut lines = Vec::new();
    let part = match answer(network, fetch, &mut lines, &parts).await {
        Ok(()) => Part::End,
        Err(reason) => {
            log(network, &mut lines, || format!("Response: none. {reason}"));
            Part::Failed(reason)
        }
    };
    // Nobody listens any more when the call has ended.
    let _ = parts.send(Fetched { id, part, lines }).await;
}

async fn answer(
    network: &Network,
    fetch: Fetch,
    lines: &mut Vec<Line>,
    parts: &Sender<Fetched>,
) -> Result<(), String> {
    let (id, redirect) = (fetch.id, fetch.redirect);
    let request = request(fetch)?;
    log(network, lines, || format!("Request: {}", describe_request(&request)));
    let asked = Url::parse(&request.url).ok();
    let told = |error: Error| error.to_string();
    let mut incoming = network.egress.open(request).await.map_err(told)?;
    if redirect == Redirect::Fail && incoming.status.is_redirection() {
        return Err("The answer is a redirect.".to_owned());
    }
    let shown = || format!("Response: {} {}", incoming.status, shown_headers(&incoming.headers));
    log(network, lines, shown);
    let send = async |part, lines| {
        let sent = parts.send(Fetched { id, part, lines }).await;
        sent.map_err(|_| "The call has ended.".to_owned())
    };
    let head = head(&incoming, asked.as_ref());
    send(Part::Head(head), std::mem::take(lines)).await?;
    let mut bytes_left = FETCHED_BYTES_MAX;
    while let Some(chunk) = incoming.chunk().await.map_err(told)? {
        let too_large = || told(Error::TooLarge { bytes_max: FETCHED_BYTES_MAX });
        bytes_left = bytes_left.checked_sub(chunk.len()).ok_or_else(too_large)?;
        send(Part::Body(chunk), Vec::new()).await?;
    }
    Ok(())
}

fn log(network: &Network, lines: &mut Vec<Line>, message: impl FnOnce() -> String) {
    if network.is_debugged {
        let severity = SEVERITIES.iter().position(|known| *known == Severity::Debug);
        let severity = severity.and_then(|place| u8::try_from(place).ok()).unwrap_or_default();
        lines.push(Line { severity, message: message() });
    }
}

fn request(fetch: Fetch) -> Result<Request, String> {
    let method: Method = fetch.method.parse().map_err(|_| "The method is not valid.".to_owned())?;
    let mut headers = HeaderMap::new();
    for (name, value) in fetch.headers {
        let header: HeaderName =
            name.parse().map_err(|_| "A header name is not valid.".to_owned())?;
        let value: Option<Vec<u8>> =
            value.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
        let value = value.and_then(|value| HeaderValue::from_bytes(&value).ok());
        // The message does not repeat the value: it may be a secret.
        headers.append(
            header,
            value.ok_or_else(|| format!("The value of the header \"{name}\" is not valid."))?,
        );
    }
    Ok(Request {
        headers,
        body: Body::Bytes(fetch.body),
        redirects_max: if fetch.redirect == Redirect::Follow { REDIRECTS_MAX } else { 0 },
        ..Request::new(method, fetch.url)
    })
}

fn head(incoming: &Incoming, asked: Option<&Url>) -> Head {
    let headers = incoming.headers.iter().map(|(name, value)| {
        let value = value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        (name.as_str().to_owned(), value)
    });
    let without_fragment = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    let url = without_fragment(&incoming.url);
    Head {
        status: incoming.status.as_u16(),
        status_text: incoming.status_text.to_owned(),
        is_redirected: asked.map(without_fragment).is_some_and(|asked| asked != url),
        url: url.into(),
        headers: headers.collect(),
    }
}
