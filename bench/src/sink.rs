//! A receiver of webhooks: most of it answers at once, a part fails, and a part never answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Under this path everything is answered with 500.
pub const FAILING: &str = "/failing";
/// Under this path nothing is ever answered.
pub const HANGING: &str = "/hanging";

pub struct Sink {
    pub address: String,
    /// When each path was called first.
    received: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Sink {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let received = Arc::new(Mutex::new(HashMap::new()));
        let seen = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = seen.clone();
                // A sender that goes away is not the receiver's business.
                tokio::spawn(async move { drop(serve(stream, &seen).await) });
            }
        });
        Ok(Self { address, received })
    }

    /// When each path was called that answers.
    pub fn arrivals(&self) -> Vec<Instant> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.values().copied().collect()
    }
}

/// Answers the requests of one connection, one after the other.
async fn serve(stream: TcpStream, seen: &Mutex<HashMap<String, Instant>>) -> anyhow::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let mut line = String::new();
    while reading.read_line(&mut line).await? > 0 {
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            line.clear();
            if reading.read_line(&mut line).await? == 0 || line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        tokio::io::copy(&mut (&mut reading).take(length), &mut tokio::io::sink()).await?;
        line.clear();
        if path.starts_with(HANGING) {
            std::future::pending::<()>().await;
        }
        let status = if path.starts_with(FAILING) { "500 Failing" } else { "200 OK" };
        if !path.starts_with(FAILING) {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.entry(path).or_insert_with(Instant::now);
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        writing.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
