//! A mail server on this machine that takes everything.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::eventually;

#[derive(Clone)]
pub struct MailServer {
    url: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::default());
        let server = Self { url, taken };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The mails so far, once there are so many.
    pub async fn wait_for(&self, count: usize) -> Vec<String> {
        eventually(&format!("{count} mails"), async || {
            let taken = self.taken.lock().unwrap().clone();
            (taken.len() >= count).then_some(taken)
        })
        .await
    }

    /// One connection to its end.
    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 ready\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            if line != "DATA" {
                writer.write_all(b"250 fine\r\n").await.ok()?;
                continue;
            }
            writer.write_all(b"354 go on\r\n").await.ok()?;
            let mut mail = Vec::new();
            while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                mail.push(line);
            }
            self.taken.lock().unwrap().push(mail.join("\n"));
            writer.write_all(b"250 taken\r\n").await.ok()?;
        }
        Some(())
    }
}
