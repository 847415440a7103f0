//! The streams of a server, and where lines are offered to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use entity::{LogStreamId, OrganizationId, Timestamp, log, log_stream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::bit;
use super::buffer::{Buffer, Chunk, Line};
use super::template::Template;
use crate::env::Env;
use crate::error::Error;
use crate::token;

/// All streams, as this process knows them.
#[derive(Debug, Default)]
pub struct Hub {
    streams: RwLock<HashMap<OrganizationId, Vec<Arc<Stream>>>>,
    /// One at a time reads the streams, so that nobody puts an older state over a newer one.
    refreshing: tokio::sync::Mutex<()>,
    changed: Notify,
}

impl Hub {
    /// Takes lines of any organizations. It neither waits nor does anything where there are no
    /// streams.
    pub fn offer(&self, now: Timestamp, lines: &mut dyn Iterator<Item = &log::Model>) {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        if streams.is_empty() {
            return;
        }
        for row in lines {
            let mut line = None;
            for stream in streams.get(&row.organization_id).into_iter().flatten() {
                if stream.settings().row.severity_bits & bit(row.severity) != 0 {
                    let line = line.get_or_insert_with(|| Arc::new(Line::new(row, now)));
                    stream.push(line.clone());
                }
            }
        }
    }

    /// Reads the streams again.
    pub async fn refresh(&self, env: &Env) -> Result<(), Error> {
        let _alone = self.refreshing.lock().await;
        let rows = token::log_streams(env).await?;
        let mut known: HashMap<LogStreamId, Arc<Stream>> =
            self.streams().into_iter().map(|stream| (stream.id, stream)).collect();
        let mut next: HashMap<OrganizationId, Vec<Arc<Stream>>> = HashMap::new();
        for row in rows {
            let Ok(template) = Template::parse(&row.payload_template) else {
                tracing::error!(log_stream = %row.id.0, "a stored template cannot be read");
                continue;
            };
            let organization = row.organization_id;
            let settings = Arc::new(Settings { row, template });
            let stream = match known.remove(&settings.row.id) {
                Some(stream) => {
                    *stream.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
                    stream
                }
                None => Arc::new(Stream::new(settings)),
            };
            next.entry(organization).or_default().push(stream);
        }
        *self.streams.write().unwrap_or_else(PoisonError::into_inner) = next;
        for stream in known.into_values() {
            stream.gone.cancel();
        }
        self.changed.notify_one();
        Ok(())
    }

    pub fn streams(&self) -> Vec<Arc<Stream>> {
        let streams = self.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.values().flatten().cloned().collect()
    }

    /// Waits until there may be other streams.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

/// How a stream is set.
#[derive(Debug)]
pub(super) struct Settings {
    pub row: log_stream::Model,
    pub template: Template,
}

/// One stream with what waits in it.
#[derive(Debug)]
pub struct Stream {
    pub id: LogStreamId,
    pub organization: OrganizationId,
    settings: RwLock<Arc<Settings>>,
    buffer: Mutex<Buffer>,
    arrived: Notify,
    gone: CancellationToken,
}

impl Stream {
    fn new(settings: Arc<Settings>) -> Self {
        Self {
            id: settings.row.id,
            organization: settings.row.organization_id,
            settings: RwLock::new(settings),
            buffer: Mutex::default(),
            arrived: Notify::new(),
            gone: CancellationToken::new(),
        }
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, line: Arc<Line>) {
        self.buffer().push(line);
        self.arrived.notify_one();
    }

    pub fn take(&self, now: Timestamp, lines_max: usize, bytes_max: usize) -> Chunk {
        self.buffer().take(self.organization, now, (lines_max, bytes_max))
    }

    /// Counts lines that will never be sent.
    pub fn lose(&self, lines: &[Arc<Line>]) {
        self.buffer().lose(lines.iter().map(|line| line.stands_for).sum());
    }

    pub fn is_batched(&self) -> bool {
        self.settings().row.is_batched
    }

    /// How many lines wait, and how many bytes their messages have.
    pub fn waiting(&self) -> (usize, usize) {
        let buffer = self.buffer();
        (buffer.len(), buffer.bytes())
    }

    /// Since when the first line waits.
    pub fn first_at(&self) -> Option<Timestamp> {
        self.buffer().first_at()
    }

    /// Waits for a line.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Says that the stream was deleted.
    pub fn gone(&self) -> &CancellationToken {
        &self.gone
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
