//! An FTP server on this machine, with files in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::builtin::test_peer::{Peer, listen};

pub type Tree = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

pub const PASSWORD: &str = "pa55word";

#[derive(Clone)]
pub struct Server {
    pub tree: Tree,
    /// Knows `EPSV`, `MLSD` and `MLST`.
    pub is_modern: bool,
    /// Encrypts when asked to.
    pub tls: Option<TlsAcceptor>,
    /// Encrypts from the first byte.
    pub is_implicit: bool,
}

impl Server {
    pub async fn start(self) -> u16 {
        listen(move |peer| {
            let server = self.clone();
            async move {
                let peer = match &server.tls {
                    Some(acceptor) if server.is_implicit => peer.encrypt(acceptor).await?,
                    _ => peer,
                };
                Visit { server, peer, data: None, renamed: String::new() }.serve().await
            }
        })
        .await
    }
}

struct Visit {
    server: Server,
    peer: Peer,
    data: Option<TcpListener>,
    renamed: String,
}

impl Visit {
    async fn serve(mut self) -> Option<()> {
        self.peer.bytes(b"220-Hello\r\n this is a\r\n220 server\r\n").await?;
        loop {
            let line = self.peer.line().await?;
            let (verb, path) = line.split_once(' ').unwrap_or((&line, ""));
            if verb == "AUTH" {
                let acceptor = self.server.tls.clone()?;
                self.peer.say("234 go on").await?;
                self.peer = self.peer.encrypt(&acceptor).await?;
                continue;
            }
            let reply = self.reply(verb, path).await?;
            self.peer.say(&reply).await?;
        }
    }

    async fn reply(&mut self, verb: &str, path: &str) -> Option<String> {
        let is_modern = self.server.is_modern;
        let file = self.server.tree.lock().unwrap().get(path).cloned();
        let is_gone = matches!(verb, "RETR" | "DELE" | "RNFR" | "SIZE") && file.is_none();
        Some(match verb {
            _ if is_gone => format!("550 {path}: No such file."),
            "USER" => "331 and your password?".to_owned(),
            "PASS" if path == PASSWORD => "230 welcome".to_owned(),
            "PASS" => format!("530 \"{path}\" is not your password"),
            "PBSZ" | "PROT" | "TYPE" => "200 fine".to_owned(),
            "EPSV" if is_modern => format!("229 Extended (|||{}|)", self.open().await),
            "PASV" => {
                let [high, low] = self.open().await.to_be_bytes();
                // An address where no server is.
                format!("227 Entering Passive Mode (203,0,113,9,{high},{low}).")
            }
            "RETR" => self.send(&file?).await?,
            "MLSD" if is_modern => {
                let listing = self.listing(path, |name, size| {
                    format!("type=file;size={size};modify=20260101000000; {name}\r\n")
                });
                let listing = format!("type=cdir; {path}\r\ntype=dir; deep\r\n{listing}");
                self.send(listing.as_bytes()).await?
            }
            "LIST" => {
                let listing = self.listing(path, |name, size| {
                    format!("-rw-r--r-- 1 ann staff {size} Jan  1  2026 {name}\r\n")
                });
                let listing =
                    format!("total 1\r\ndrwxr-xr-x 2 ann ann 0 Jan  1  2026 deep\r\n{listing}");
                self.send(listing.as_bytes()).await?
            }
            "STOR" | "APPE" => self.receive(verb, path).await?,
            "DELE" => {
                self.server.tree.lock().unwrap().remove(path);
                "250 gone".to_owned()
            }
            "MKD" => format!("257 \"{path}\" is there"),
            "RNFR" => {
                self.renamed = path.to_owned();
                "350 to what?".to_owned()
            }
            "RNTO" => {
                let mut tree = self.server.tree.lock().unwrap();
                let content = tree.remove(&self.renamed)?;
                tree.insert(path.to_owned(), content);
                "250 moved".to_owned()
            }
            "MLST" if is_modern => {
                let size = file?.len();
                format!("250-Here\r\n size={size};modify=20260101000000; {path}\r\n250 End")
            }
            "SIZE" => format!("213 {}", file?.len()),
            "MDTM" => "213 20260101000000".to_owned(),
            _ => "502 What?".to_owned(),
        })
    }

    fn listing(&self, directory: &str, line: impl Fn(&str, usize) -> String) -> String {
        let tree = self.server.tree.lock().unwrap();
        let below = format!("{directory}/");
        let named = tree.iter().filter_map(|(path, content)| {
            Some((path.strip_prefix(&below).filter(|name| !name.contains('/'))?, content.len()))
        });
        named.map(|(name, size)| line(name, size)).collect()
    }

    async fn open(&mut self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        self.data = Some(listener);
        port
    }

    async fn data(&mut self) -> Option<Peer> {
        let (stream, _) = self.data.take()?.accept().await.ok()?;
        self.peer.say("150 here it comes").await?;
        let peer = Peer::new(stream);
        match &self.server.tls {
            Some(acceptor) => peer.encrypt(acceptor).await,
            None => Some(peer),
        }
    }

    async fn send(&mut self, content: &[u8]) -> Option<String> {
        let mut peer = self.data().await?;
        peer.bytes(content).await?;
        // Hangs up without a word when encrypted, like many servers do.
        if self.server.tls.is_none() {
            peer.hang_up().await?;
        }
        Some("226 that was it".to_owned())
    }

    async fn receive(&mut self, verb: &str, path: &str) -> Option<String> {
        let received = self.data().await?.rest().await;
        let mut tree = self.server.tree.lock().unwrap();
        let content = tree.entry(path.to_owned()).or_default();
        if verb == "STOR" {
            content.clear();
        }
        content.extend(received);
        Some("226 got it".to_owned())
    }
}
