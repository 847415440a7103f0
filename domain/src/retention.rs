//! How long history is kept: who decides, and purging what is due.
//!
//! An installation has its [`Settings`]; an organization may set its own, and a profile how long
//! contents of its instances are kept. Whatever is set, what has not ended is not touched.

mod limits;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Context;
use entity::{ExecutionId, Id, InstanceId, LogId, OrganizationId, Timestamp};
use jobs::PayloadStore;
use jobs::history::{self, Instance, Left};

use crate::env::Env;
use crate::error::Error;
use crate::execution::KEY_SECONDS;

pub use limits::{HistoryLimits, set_limits};

/// Instances that are looked at together.
const INSTANCES_AT_ONCE: usize = 500;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How long it is remembered which call of a request id was the newest: longer than all retries of
/// an older one can take.
const REQUEST_DAYS: i64 = 14;

/// The most that can be set.
pub const DAYS_MAX: i64 = 3_650;

/// What holds where an organization sets nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// For payloads, step results, logs and files.
    pub contents_days: u32,
    /// For executions.
    pub records_days: u32,
    /// Bytes of history of one organization; 0 sets no limit.
    pub bytes_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { contents_days: 14, records_days: 90, bytes_max: 0 }
    }
}

/// Where a purge stands. Nothing is lost with it: another one begins at the beginning.
pub struct Purge<'a> {
    env: &'a Env,
    store: &'a PayloadStore,
    settings: Settings,
    now: Timestamp,
    stage: Stage,
    organizations: HashMap<OrganizationId, Span>,
}

/// What of the history of an organization is kept.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// Where the newest history begins that has no more bytes than it may.
    fitting: Timestamp,
    /// Nothing is older.
    oldest: Timestamp,
}

/// What comes next.
enum Stage {
    Instances { after: Option<InstanceId>, page: Vec<Instance> },
    Objects,
    Lines,
    Keys,
    Space,
    Done,
}

/// Executions before these lose what they have.
#[derive(Clone, Copy, Debug)]
struct Limits {
    contents: ExecutionId,
    records: ExecutionId,
}

impl<'a> Purge<'a> {
    pub fn new(env: &'a Env, store: &'a PayloadStore, settings: Settings) -> Self {
        let stage = Stage::Instances { after: None, page: Vec::new() };
        Self { env, store, settings, now: env.now(), stage, organizations: HashMap::new() }
    }

    /// Does a little, at most one transaction; false when there is nothing left to do.
    pub async fn step(&mut self) -> Result<bool, Error> {
        let db = &self.env.db;
        let left = match &mut self.stage {
            Stage::Instances { .. } => return self.next_instance().await.map(|()| true),
            Stage::Objects => {
                history::remove_objects(db, self.store).await.context("removing objects")?
            }
            Stage::Lines => self.purge_lines().await?,
            Stage::Keys => {
                let keys = self.now.plus_seconds(-KEY_SECONDS);
                let requests = days_before(self.now, REQUEST_DAYS);
                history::forget_keys(db, keys, requests).await?
            }
            Stage::Space => history::give_back(db).await?,
            Stage::Done => return Ok(false),
        };
        if left == Left::Nothing {
            self.stage = match self.stage {
                Stage::Instances { .. } | Stage::Objects => Stage::Lines,
                Stage::Lines => Stage::Keys,
                Stage::Keys => Stage::Space,
                Stage::Space | Stage::Done => Stage::Done,
            };
        }
        Ok(true)
    }

    /// Lines that no execution takes with it.
    async fn purge_lines(&self) -> Result<Left, Error> {
        let db = &self.env.db;
        for days in history::days_of_organizations(db).await? {
            let kept = days.map_or(i64::from(self.settings.contents_days), i64::from);
            let before = LogId::before(days_before(self.now, kept));
            if history::purge_lines(db, days, before).await? == Left::Some {
                return Ok(Left::Some);
            }
        }
        Ok(Left::Nothing)
    }

    async fn next_instance(&mut self) -> Result<(), Error> {
        let Stage::Instances { after, page } = &mut self.stage else { return Ok(()) };
        let Some(mut of) = page.pop() else {
            let mut next = history::instances(&self.env.db, *after, INSTANCES_AT_ONCE).await?;
            let Some(last) = next.last() else {
                self.stage = Stage::Objects;
                return self.forget_sizes().await;
            };
            *after = Some(last.id);
            next.reverse();
            *page = next;
            return Ok(());
        };
        let limits = self.limits(&of).await?;
        if self.purge(&mut of, limits).await? == Left::Some
            && let Stage::Instances { page, .. } = &mut self.stage
        {
            page.push(of);
        }
        Ok(())
    }

    async fn purge(&self, of: &mut Instance, limits: Limits) -> Result<Left, Error> {
        let (db, store) = (&self.env.db, self.store);
        if of.oldest_contents.is_some_and(|oldest| oldest < limits.contents) {
            let left = history::purge_contents(db, store, of, limits.contents, self.now).await;
            if left.context("purging contents")? == Left::Some {
                return Ok(Left::Some);
            }
            of.oldest_contents = None;
        }
        if of.has_late {
            let left = history::purge_late(db, store, of, self.now).await;
            if left.context("purging contents")? == Left::Some {
                return Ok(Left::Some);
            }
            of.has_late = false;
        }
        if of.oldest_record.is_some_and(|oldest| oldest < limits.records) {
            let left = history::purge_records(db, of, limits.records).await;
            return Ok(left.context("purging records")?);
        }
        Ok(Left::Nothing)
    }

    async fn limits(&mut self, of: &Instance) -> Result<Limits, Error> {
        let days = |own: Option<i32>, installation: u32| {
            let days = own.map_or(i64::from(installation), i64::from);
            days_before(self.now, days)
        };
        let contents = days(of.contents_days, self.settings.contents_days);
        let records = days(of.records_days, self.settings.records_days);
        let span = self.span(of).await?;
        span.oldest = span.oldest.min(contents).min(records);
        Ok(Limits {
            contents: ExecutionId::before(contents.max(span.fitting)),
            records: ExecutionId::before(records.max(span.fitting)),
        })
    }

    async fn span(&mut self, of: &Instance) -> Result<&mut Span, Error> {
        match self.organizations.entry(of.organization_id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let installation = i64::try_from(self.settings.bytes_max).unwrap_or(i64::MAX);
                let bytes = of.bytes_max.unwrap_or(installation);
                let mut fitting = None;
                if bytes > 0 {
                    let (db, organization) = (&self.env.db, of.organization_id);
                    fitting = history::begin_of_newest(db, organization, bytes, self.now).await?;
                }
                let fitting = fitting.unwrap_or(Timestamp(0));
                Ok(unknown.insert(Span { fitting, oldest: self.now }))
            }
        }
    }

    async fn forget_sizes(&self) -> Result<(), Error> {
        for (organization, span) in &self.organizations {
            history::forget_sizes(&self.env.db, *organization, span.oldest).await?;
        }
        Ok(())
    }
}

fn days_before(time: Timestamp, days: i64) -> Timestamp {
    time.plus_seconds(-days * DAY_SECONDS)
}
