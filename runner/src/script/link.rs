//! The worker's end of the pipes.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::wire::{self, Order, Report};

/// Reads orders, for as long as one likes or only for a while, and writes reports.
///
/// Pipes have no time-outs, and a process without descriptors cannot ask for them, so whoever waits
/// only for a while lets another thread read. It reads nothing it was not asked for: calls that
/// wait for nothing do not pay for it.
pub(super) struct Link {
    input: Arc<Mutex<File>>,
    output: Box<dyn Write + Send>,
    asks: SyncSender<()>,
    read: Receiver<io::Result<Option<Order>>>,
    /// The thread was asked, and what it reads is not fetched yet.
    is_reading: bool,
}

/// Native stack of the thread that reads.
const STACK_BYTES: usize = 256 << 10;

impl Link {
    /// `input` is read past any buffer around it. Starts a thread.
    pub fn new(input: &impl AsFd, output: impl Write + Send + 'static) -> io::Result<Self> {
        let input = Arc::new(Mutex::new(File::from(input.as_fd().try_clone_to_owned()?)));
        let (asks, asked) = sync_channel(1);
        let (sender, read) = sync_channel(1);
        let shared = input.clone();
        let reading = move || {
            while asked.recv().is_ok() {
                if sender.send(next(&shared)).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().stack_size(STACK_BYTES).spawn(reading)?;
        Ok(Self { input, output: Box::new(output), asks, read, is_reading: false })
    }

    /// The next message, or none when the parent is done.
    pub fn next<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        next(&self.input)
    }

    /// The next order, or none if the parent gives none within `wait`.
    pub fn next_within(&mut self, wait: Duration) -> io::Result<Option<Order>> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        if !self.is_reading {
            self.asks.send(()).map_err(|_| gone())?;
            self.is_reading = true;
        }
        let order = match self.read.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            Ok(order) => order?,
        };
        self.is_reading = false;
        order.map(Some).ok_or_else(gone)
    }

    pub fn send(&mut self, report: &Report) -> io::Result<()> {
        self.output.write_all(&wire::encode(report)?)?;
        self.output.flush()
    }
}

fn next<T: DeserializeOwned>(input: &Mutex<File>) -> io::Result<Option<T>> {
    let mut input = input.lock().unwrap_or_else(PoisonError::into_inner);
    let mut prefix = [0; 4];
    match input.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; wire::length(prefix)?];
    input.read_exact(&mut message)?;
    wire::decode(&message).map(Some)
}
