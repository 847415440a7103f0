//! Connections: accepts them, serves the router on them, and lets them finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How long to wait before accepting again when the system has no room for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long clients may keep a connection waiting.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request.
    pub header: Duration,
    /// Between two pieces of its body.
    pub body: Duration,
}

/// The accepting task.
pub struct Http {
    stopping: CancellationToken,
    task: JoinHandle<GracefulShutdown>,
}

impl Http {
    pub fn start(listener: TcpListener, router: Router, timeouts: Timeouts) -> Self {
        let stopping = CancellationToken::new();
        let router = router.layer(RequestBodyTimeoutLayer::new(timeouts.body));
        let task = tokio::spawn(accept(listener, router, timeouts.header, stopping.clone()));
        Self { stopping, task }
    }

    /// Accepts nothing more and waits for the requests under way, but no longer than `patience`.
    pub async fn stop(self, patience: Duration) {
        self.stopping.cancel();
        let Ok(connections) = self.task.await else { return };
        if tokio::time::timeout(patience, connections.shutdown()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    header_timeout: Duration,
    stopping: CancellationToken,
) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => return connections,
        };
        match accepted {
            Ok((stream, peer)) => serve(stream, peer, &router, header_timeout, &connections),
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
    header_timeout: Duration,
    connections: &GracefulShutdown,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was closed right away");
        return;
    }
    let router = router.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(axum::body::Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service);
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
