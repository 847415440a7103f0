//! Connections that are not HTTP, to servers on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use egress::{Client, Error, Policy, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Handles the first connection.
async fn serve<F>(handle: impl FnOnce(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        handle(stream).await;
    });
    address
}

fn client(policy: Policy) -> Client {
    Client::new(Policy { allow_private: true, ..policy }).expect("a plain policy")
}

async fn read(mut stream: Stream) -> Result<String, Error> {
    let mut text = String::new();
    let read = stream.read_to_string(&mut text).await;
    read.map(|_| text).map_err(|error| Error::of_io(&error))
}

#[tokio::test]
async fn only_allowed_addresses_are_connected_to() {
    let greet = |mut stream: TcpStream| async move { stream.write_all(b"hello").await.unwrap() };
    let port = serve(greet).await.port();
    let closed = Client::new(Policy::default()).unwrap();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "127.1",
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
        "localhost",
        "LOCALHOST",
        "169.254.169.254",
        "10.0.0.1",
        "①②⑦.0.0.1",
    ] {
        let error = closed.connect(host, port, None).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{host}: {error:?}");
    }
    for host in ["", "a b", "a/b", "a:21", "a@b"] {
        let error = closed.connect(host, port, None).await.unwrap_err();
        assert!(matches!(error, Error::InvalidHost(_)), "{host}: {error:?}");
    }
    let stream = client(Policy::default()).connect("localhost", port, None).await.unwrap();
    assert_eq!(read(stream).await.unwrap(), "hello");
}

#[tokio::test]
async fn silence_and_size_are_limited() {
    let silent = |mut stream: TcpStream| async move {
        stream.write_all(b"a").await.unwrap();
        stream.read_u8().await.unwrap_err();
    };
    let address = serve(silent).await;
    let impatient = client(Policy { read_timeout_seconds: 0, ..Policy::default() });
    let stream = impatient.connect("127.0.0.1", address.port(), None).await.unwrap();
    assert_eq!(read(stream).await.unwrap_err(), Error::Timeout);

    let endless = |mut stream: TcpStream| async move {
        while stream.write_all(&[b'a'; 4096]).await.is_ok() {}
    };
    let address = serve(endless).await;
    let small = client(Policy { response_bytes_max: 10_000, ..Policy::default() });
    let stream = small.connect("127.0.0.1", address.port(), None).await.unwrap();
    assert_eq!(read(stream).await.unwrap_err(), Error::TooLarge { bytes_max: 10_000 });
}

#[tokio::test]
async fn a_certificate_is_checked_unless_told_otherwise() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    for (ignore_tls_errors, is_accepted) in [(false, false), (true, true)] {
        let acceptor = acceptor.clone();
        let encrypted = |stream: TcpStream| async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                stream.write_all(b"secret").await.unwrap();
                stream.shutdown().await.unwrap();
            }
        };
        let address = serve(encrypted).await;
        let client = client(Policy::default());
        let stream = client.connect("localhost", address.port(), None).await.unwrap();
        match client.encrypt(stream, ignore_tls_errors).await {
            Ok(stream) => {
                assert!(is_accepted);
                assert_eq!(read(stream).await.unwrap(), "secret");
            }
            Err(error) => {
                assert!(!is_accepted, "{error}");
                assert!(matches!(error, Error::Connect { .. }), "{error:?}");
            }
        }
    }
}

/// A server that takes the connection and says nothing.
#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    let silent = |mut stream: TcpStream| async move { while stream.read_u8().await.is_ok() {} };
    let address = serve(silent).await;
    let impatient = client(Policy { read_timeout_seconds: 0, ..Policy::default() });
    let timeout = Some(Duration::from_secs(5));
    let stream = impatient.connect("127.0.0.1", address.port(), timeout).await.unwrap();
    assert_eq!(impatient.encrypt(stream, true).await.unwrap_err(), Error::Timeout);
}
