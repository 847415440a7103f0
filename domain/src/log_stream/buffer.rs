//! Lines that wait to be sent: never more than fit, the oldest make room.

use std::collections::VecDeque;
use std::sync::Arc;

use entity::log::Severity;
use entity::{OrganizationId, Timestamp, log};
use uuid::Uuid;

/// Lines that wait in one stream.
pub const BUFFER_LINES_MAX: usize = 10_000;

/// Bytes of messages that wait in one stream.
const BUFFER_BYTES_MAX: usize = 32 << 20;

/// Bytes of one message; the rest of it is only in the log.
const MESSAGE_BYTES_MAX: usize = 256 << 10;

/// A line on its way. The streams of an organization share it.
#[derive(Clone, Debug)]
pub struct Line {
    pub row: log::Model,
    pub offered_at: Timestamp,
    /// It says how many lines were lost, and belongs to no execution.
    pub is_notice: bool,
    /// How many lines are lost with it.
    pub stands_for: u64,
}

impl Line {
    pub(super) fn new(row: &log::Model, offered_at: Timestamp) -> Self {
        let mut end = row.message.len().min(MESSAGE_BYTES_MAX);
        while !row.message.is_char_boundary(end) {
            end -= 1;
        }
        let message = row.message[..end].to_owned();
        let row = log::Model { message, ..row.clone() };
        Self { row, offered_at, is_notice: false, stands_for: 1 }
    }

    fn notice(organization: OrganizationId, now: Timestamp, lost: u64) -> Self {
        let message = format!(
            "{lost} log lines were not sent to this stream: it did not take them in time, or \
             refused them."
        );
        let row = log::Model {
            id: Uuid::nil().into(),
            organization_id: organization,
            customer_id: None,
            instance_id: None,
            integration_id: None,
            flow_config_id: None,
            execution_id: None,
            is_test: false,
            timestamp: now,
            severity: Severity::Warn,
            message,
            step_name: None,
            loop_path: String::new(),
            kind: None,
            owner_id: None,
            variable_key: None,
        };
        Self { row, offered_at: now, is_notice: true, stands_for: lost }
    }
}

/// Lines that are sent before any others, in their order.
pub type Chunk = Vec<Arc<Line>>;

#[derive(Debug, Default)]
pub(super) struct Buffer {
    lines: VecDeque<Arc<Line>>,
    bytes: usize,
    lost: u64,
}

impl Buffer {
    pub fn push(&mut self, line: Arc<Line>) {
        self.bytes += line.row.message.len();
        self.lines.push_back(line);
        while self.lines.len() > BUFFER_LINES_MAX || self.bytes > BUFFER_BYTES_MAX {
            let Some(oldest) = self.pop() else { break };
            self.lost += oldest.stands_for;
        }
    }

    pub fn lose(&mut self, count: u64) {
        self.lost += count;
    }

    /// Takes the oldest lines; in front of them one that tells what was lost.
    pub fn take(
        &mut self,
        organization: OrganizationId,
        now: Timestamp,
        (lines_max, bytes_max): (usize, usize),
    ) -> Chunk {
        let mut chunk = Vec::new();
        if self.lost > 0 && !self.lines.is_empty() {
            let lost = std::mem::take(&mut self.lost);
            chunk.push(Arc::new(Line::notice(organization, now, lost)));
        }
        let mut bytes = 0;
        while chunk.len() < lines_max && bytes < bytes_max {
            let Some(line) = self.pop() else { break };
            bytes += line.row.message.len();
            chunk.push(line);
        }
        chunk
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn first_at(&self) -> Option<Timestamp> {
        self.lines.front().map(|line| line.offered_at)
    }

    fn pop(&mut self) -> Option<Arc<Line>> {
        let line = self.lines.pop_front()?;
        self.bytes -= line.row.message.len();
        Some(line)
    }
}
