//! Connections for protocols other than HTTP, behind the same checks and limits.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Host;

use crate::body::Limits;
use crate::resolver::is_allowed;
use crate::{Client, Error, Policy};

/// A connection to a server. Reading and writing fail when the other side is silent for too long,
/// when the connection gets too old, and when too much was received; [`Error::of_io`] tells which.
pub struct Stream {
    inner: Box<dyn Duplex>,
    host: String,
    address: IpAddr,
    limits: Limits,
    alarm: Pin<Box<Sleep>>,
}

/// What bytes flow through, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Duplex for T {}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stream").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a port of a host, a name or an address, in at most `timeout` and the policy's
    /// time to connect.
    pub async fn connect(
        &self,
        host: &str,
        port: u16,
        timeout: Option<Duration>,
    ) -> Result<Stream, Error> {
        let parsed = parse(host)?;
        let deadline = self.connect_deadline(timeout);
        let name = parsed.to_string();
        let found = async {
            let found = resolve(&self.policy, &parsed, port).await?;
            dial(&name, &found).await
        };
        let (inner, address) = timeout_at(deadline, found).await.map_err(|_| Error::Timeout)??;
        Ok(self.stream(inner, name, address))
    }

    /// Connects to another port of the server that a stream leads to: the address that was checked,
    /// whatever the name leads to by now and whatever the server says.
    pub async fn connect_beside(
        &self,
        stream: &Stream,
        port: u16,
        timeout: Option<Duration>,
    ) -> Result<Stream, Error> {
        let found = [SocketAddr::new(stream.address, port)];
        let dialled = timeout_at(self.connect_deadline(timeout), dial(&stream.host, &found)).await;
        let (inner, address) = dialled.map_err(|_| Error::Timeout)??;
        Ok(self.stream(inner, stream.host.clone(), address))
    }

    /// Goes on encrypted. With `ignore_tls_errors` any certificate will do.
    pub async fn encrypt(&self, stream: Stream, ignore_tls_errors: bool) -> Result<Stream, Error> {
        let (host, address, limits) = (stream.host.clone(), stream.address, stream.limits);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| Error::InvalidHost(host.clone()))?;
        let config = self.tls.config(ignore_tls_errors).await?;
        let inner = TlsConnector::from(config).connect(name, stream).await;
        let inner = inner.map_err(|error| {
            let reason = error.to_string();
            Error::within(&error).unwrap_or(Error::Connect { host: host.clone(), reason })
        })?;
        let alarm = Box::pin(sleep_until(limits.deadline));
        Ok(Stream { inner: Box::new(inner), host, address, limits, alarm })
    }

    fn connect_deadline(&self, timeout: Option<Duration>) -> Instant {
        let limit = Duration::from_secs(self.policy.connect_timeout_seconds);
        Instant::now() + timeout.map_or(limit, |timeout| timeout.min(limit))
    }

    fn stream(&self, inner: TcpStream, host: String, address: IpAddr) -> Stream {
        let now = Instant::now();
        let bytes_max = self.policy.response_bytes_max;
        let limits = Limits {
            deadline: now + Duration::from_secs(self.policy.total_timeout_seconds),
            silence: Duration::from_secs(self.policy.read_timeout_seconds),
            bytes_left: bytes_max,
            bytes_max,
        };
        let alarm = Box::pin(sleep_until(limits.deadline.min(now + limits.silence)));
        Stream { inner: Box::new(inner), host, address, limits, alarm }
    }
}

/// A host as a URL would show it; every spelling of an address becomes that address.
fn parse(host: &str) -> Result<Host, Error> {
    let host = host.trim();
    match host.parse() {
        Ok(IpAddr::V6(address)) => Ok(Host::Ipv6(address)),
        _ => Host::parse(host).map_err(|_| Error::InvalidHost(host.chars().take(80).collect())),
    }
}

async fn resolve(policy: &Policy, host: &Host, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let name = host.to_string();
    let failed =
        |error: io::Error| Error::Connect { host: name.clone(), reason: error.to_string() };
    let found: Vec<SocketAddr> = match host {
        Host::Ipv4(address) => vec![SocketAddr::new((*address).into(), port)],
        Host::Ipv6(address) => vec![SocketAddr::new((*address).into(), port)],
        Host::Domain(domain) => {
            lookup_host((domain.as_str(), port)).await.map_err(failed)?.collect()
        }
    };
    let is_own = policy.is_own_address(&name, port);
    let is_fine = |found: &SocketAddr| is_own || is_allowed(policy, &name, found.ip());
    let allowed: Vec<SocketAddr> = found.into_iter().filter(is_fine).collect();
    if allowed.is_empty() { Err(Error::Refused(name)) } else { Ok(allowed) }
}

/// Connects to the first address that answers.
async fn dial(host: &str, found: &[SocketAddr]) -> Result<(TcpStream, IpAddr), Error> {
    let mut reason = String::new();
    for address in found {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Dialogues are short lines back and forth; where this fails they are only slower.
                let _ = stream.set_nodelay(true);
                return Ok((stream, address.ip()));
            }
            Err(error) => reason = error.to_string(),
        }
    }
    Err(Error::Connect { host: host.to_owned(), reason })
}

impl Stream {
    /// Moves the alarm after something went through.
    fn progress(&mut self) {
        let until = self.limits.deadline.min(Instant::now() + self.limits.silence);
        self.alarm.as_mut().reset(until);
    }

    fn check_alarm(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        self.alarm.as_mut().poll(context).map(|()| Error::Timeout.into())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Poll::Ready(result) = Pin::new(&mut self.inner).poll_read(context, buffer) else {
            return self.check_alarm(context).map(Err);
        };
        self.progress();
        let bytes_max = self.limits.bytes_max;
        let received = buffer.filled().len() - before;
        let Some(left) = self.limits.bytes_left.checked_sub(received) else {
            buffer.set_filled(before);
            return Poll::Ready(Err(Error::TooLarge { bytes_max }.into()));
        };
        self.limits.bytes_left = left;
        Poll::Ready(result)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(result) = Pin::new(&mut self.inner).poll_write(context, bytes) else {
            return self.check_alarm(context).map(Err);
        };
        self.progress();
        Poll::Ready(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(context) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.check_alarm(context).map(Err),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_shutdown(context) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.check_alarm(context).map(Err),
        }
    }
}
