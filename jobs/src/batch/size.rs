//! Counts the bytes of history that commits write. Rows are in memory at that point, so counting
//! reads nothing; the sums are one statement of every few commits, or of a commit of their own when
//! nothing else comes. A crash loses the sums of these few.

use std::collections::BTreeMap;

use entity::payload::bytes_kept;
use entity::{OrganizationId, Timestamp, execution, history_size, log, step_result};
use sea_orm::{DatabaseTransaction, DbErr};

use crate::history::{EXECUTION_BYTES, ROW_BYTES, slot_of};
use crate::rows;
use crate::writer::{Finish, Journal};

/// Commits whose sums are written together while there is no pause between them.
const COMMITS_MAX: usize = 16;

const ADD: &str = "ON CONFLICT (organization_id, slot) DO UPDATE SET \
    bytes = \"history_size\".bytes + excluded.bytes";

/// Bytes by organization and span of time.
type Sums = BTreeMap<(OrganizationId, Timestamp), i64>;

/// What is counted and not yet written.
#[derive(Debug, Default)]
pub struct Sizes {
    sums: Sums,
    commits: usize,
}

impl Sizes {
    pub fn journal(&mut self, journal: &Journal) {
        self.rows(&journal.steps, &journal.logs, journal.file_bytes);
    }

    pub fn finish(&mut self, finish: &Finish) {
        self.rows(&finish.steps, &finish.logs, 0);
        let bytes = execution_bytes(&finish.execution) + finish.file_bytes;
        self.add(finish.execution.organization_id, slot_of(finish.execution.id), bytes);
    }

    fn rows(&mut self, steps: &[step_result::Model], logs: &[log::Model], file_bytes: u64) {
        if let Some(step) = steps.first() {
            let sum: u64 = steps.iter().map(step_bytes).sum();
            self.add(step.organization_id, slot_of(step.execution_id), sum + file_bytes);
        }
        if let Some((line, execution)) = logs.first().and_then(|it| Some((it, it.execution_id?))) {
            let sum: u64 = logs.iter().map(|line| line.message.len() as u64 + ROW_BYTES).sum();
            self.add(line.organization_id, slot_of(execution), sum);
        }
    }

    fn add(&mut self, organization: OrganizationId, slot: Timestamp, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let sum = self.sums.entry((organization, slot)).or_default();
        *sum = sum.saturating_add(bytes);
    }

    /// What `other` has counted as well, one commit later.
    pub fn after(&self, other: Self) -> Self {
        let mut both = Self { sums: self.sums.clone(), commits: self.commits + 1 };
        for (key, bytes) in other.sums {
            let sum = both.sums.entry(key).or_default();
            *sum = sum.saturating_add(bytes);
        }
        both
    }

    pub fn is_due(&self) -> bool {
        self.commits >= COMMITS_MAX && !self.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    pub async fn write(&self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        let row = |(key, bytes): (&(OrganizationId, Timestamp), &i64)| {
            let (organization_id, slot) = *key;
            history_size::Model { organization_id, slot, bytes: *bytes }
        };
        let sums: Vec<_> = self.sums.iter().map(row).collect();
        rows::insert::<history_size::Entity>(transaction, &sums, ADD).await
    }
}

fn step_bytes(step: &step_result::Model) -> u64 {
    bytes_kept(&step.result, step.result.len()) + ROW_BYTES
}

fn execution_bytes(execution: &execution::Model) -> u64 {
    // A repetition shares the object of what it repeats, which has been counted.
    let is_first = execution.replay_for_id.is_none() && execution.retry_for_id.is_none();
    let length = execution.payload.len();
    let payload = if is_first { bytes_kept(&execution.payload, length) } else { length as u64 };
    payload + execution.response.as_ref().map_or(0, Vec::len) as u64 + EXECUTION_BYTES
}
