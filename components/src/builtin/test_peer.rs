//! The other end of a dialogue of lines, on this machine.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

pub trait Duplex: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Duplex for T {}

/// A client, as a server sees it.
pub struct Peer(pub BufReader<Box<dyn Duplex>>);

/// Handles each connection; gives the port.
pub async fn listen<F>(handle: impl Fn(Peer) -> F + Send + 'static) -> u16
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handle(Peer::new(stream)));
        }
    });
    port
}

/// Takes connections and says nothing.
pub async fn silent() -> u16 {
    listen(async |mut peer: Peer| peer.line().await.map(|_| ())).await
}

/// With a certificate nobody has signed.
pub fn acceptor() -> TlsAcceptor {
    let name = IpAddr::from([127, 0, 0, 1]).to_string();
    let made = rcgen::generate_simple_self_signed([name]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

impl Peer {
    pub fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(Box::new(stream)))
    }

    pub async fn encrypt(self, acceptor: &TlsAcceptor) -> Option<Self> {
        let encrypted = acceptor.accept(self.0.into_inner()).await.ok()?;
        Some(Self(BufReader::new(Box::new(encrypted))))
    }

    /// The next line, without its end; nothing when the client has gone.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    pub async fn say(&mut self, line: &str) -> Option<()> {
        self.bytes(format!("{line}\r\n").as_bytes()).await
    }

    pub async fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        self.0.write_all(bytes).await.ok()?;
        self.0.flush().await.ok()
    }

    pub async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).await.unwrap();
        bytes
    }

    pub async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await.ok()?;
        Some(bytes)
    }

    pub async fn hang_up(mut self) -> Option<()> {
        self.0.shutdown().await.ok()
    }
}
