//! The only way out of a component's process: a socket behind which the server connects.
//!
//! Each connection begins with a line that names host and port. Where it leads is decided by the
//! rules of egress, as for everything that is sent.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use components::{LogLine, Severity};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// Bytes of the line at the beginning of a connection.
const LINE_BYTES_MAX: u64 = 512;

/// Connections of one process at the same time.
const CONNECTIONS_MAX: usize = 64;

/// Lines that are kept until the call ends.
const REFUSALS_MAX: usize = 20;

/// A socket for one process; dropping it takes everything along that goes through it.
pub struct Gate {
    path: PathBuf,
    refusals: Arc<Mutex<Vec<LogLine>>>,
    listening: JoinHandle<()>,
}

impl Gate {
    pub fn open(path: PathBuf, egress: egress::Client) -> io::Result<Self> {
        let listener = UnixListener::bind(&path)?;
        let refusals = Arc::<Mutex<Vec<LogLine>>>::default();
        let listening = tokio::spawn(listen(listener, egress, refusals.clone()));
        Ok(Self { path, refusals, listening })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was not connected since the last look, and why.
    pub fn refusals(&self) -> Vec<LogLine> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *refusals)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.listening.abort();
        // A file that is left behind is in nobody's way.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn listen(
    listener: UnixListener,
    egress: egress::Client,
    refusals: Arc<Mutex<Vec<LogLine>>>,
) {
    // Dropped, and all connections with it, when the process is gone.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            note(&refusals, format!("No more than {CONNECTIONS_MAX} connections at once."));
            continue;
        }
        let (egress, refusals) = (egress.clone(), refusals.clone());
        connections.spawn(async move {
            if let Err(reason) = pass(stream, &egress).await {
                note(&refusals, reason);
            }
        });
    }
}

fn note(refusals: &Mutex<Vec<LogLine>>, message: String) {
    let mut refusals = refusals.lock().unwrap_or_else(PoisonError::into_inner);
    if refusals.len() < REFUSALS_MAX {
        refusals.push(LogLine { severity: Severity::Warn, message });
    }
}

async fn pass(stream: UnixStream, egress: &egress::Client) -> Result<(), String> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let read = (&mut stream).take(LINE_BYTES_MAX).read_line(&mut line).await;
    let destination = line.trim_end().rsplit_once(' ');
    let destination = destination.and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (Ok(_), Some((host, port))) = (read, destination) else {
        return Err("A connection said nothing of where it leads.".to_owned());
    };
    let connected = egress.connect(host, port, None).await;
    let mut outside = connected.map_err(|error| format!("{host}:{port}: {error}"))?;
    // What the two sides do to each other afterwards is theirs.
    let _ = copy_bidirectional(&mut stream, &mut outside).await;
    Ok(())
}
