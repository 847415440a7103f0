//! One commit: equal commands become one statement over many rows.

mod end;
mod size;
mod state;

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use entity::{Db, ExecutionId, FlowConfigId, StepResultId, alert_event, lane, log, step_result};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr};

use self::size::Sizes;
use crate::arrive::arrive;
use crate::enqueue::lane_of;
use crate::rows;
use crate::writer::{Accept, Command, Finish, Journal};

/// Takes the work of finished runs out of the queue, where the fence still matches.
const END_WORK: &str = "DELETE FROM \"work\" WHERE (execution_id, node_id, fence) IN \
    (VALUES {rows}) RETURNING execution_id";

const FORGET_STEPS: &str =
    "DELETE FROM \"step_result\" WHERE execution_id = $1 AND error IS NULL AND id <> $2";

const JOURNAL_WORK: &str = "WITH entry (id, node, fence, begun_step, journal) AS (VALUES {rows}) \
    UPDATE \"work\" SET begun_step = entry.begun_step, journal = entry.journal FROM entry \
    WHERE \"work\".execution_id = entry.id AND \"work\".node_id = entry.node \
    AND \"work\".fence = entry.fence RETURNING \"work\".execution_id";

/// An occurrence has a name: told twice, it counts once.
const ONCE: &str = "ON CONFLICT DO NOTHING";

/// Commands that are committed together.
pub struct Batch {
    commands: Vec<Command>,
}

/// What one commit leaves to the next.
#[derive(Debug, Default)]
pub struct Memory {
    known_lanes: HashSet<FlowConfigId>,
    sizes: Sizes,
}

impl Memory {
    /// There is something for [`Memory::write_sizes`].
    pub fn has_counted(&self) -> bool {
        !self.sizes.is_empty()
    }

    /// Writes what is counted; whatever becomes of that, counting begins anew.
    pub async fn write_sizes(&mut self, db: &Db) -> Result<(), DbErr> {
        let sizes = std::mem::take(&mut self.sizes);
        if sizes.is_empty() {
            return Ok(());
        }
        let transaction = db.begin().await?;
        sizes.write(&transaction).await?;
        transaction.commit().await
    }
}

/// What became of the commands of a batch, by their place; the others did what they should.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Kept out: somebody else owns the execution.
    fenced: HashSet<usize>,
    /// Lines that the commit itself has added to logs.
    added_lines: Vec<log::Model>,
    /// Not queued: the execution they duplicate waits or runs.
    duplicates: HashMap<usize, ExecutionId>,
}

impl Verdict {
    pub fn is_fenced(&self, place: usize) -> bool {
        self.fenced.contains(&place)
    }

    pub fn duplicate_of(&self, place: usize) -> Option<ExecutionId> {
        self.duplicates.get(&place).copied()
    }
}

impl Batch {
    pub fn new(commands: Vec<Command>) -> Self {
        Self { commands }
    }

    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn into_commands(self) -> Vec<Command> {
        self.commands
    }

    /// Commits all commands.
    pub async fn commit(&self, db: &Db, memory: &mut Memory) -> anyhow::Result<Verdict> {
        let transaction = db.begin().await.context("beginning a commit")?;
        let lanes = &memory.known_lanes;
        let new_lanes = self.insert_lanes(&transaction, lanes).await.context("new lanes")?;
        let duplicates = self.accept(&transaction).await.context("accepting runs")?;
        let owned = self.check_owners(&transaction).await.context("checking owners")?;
        self.record(&transaction, &owned).await.context("writing results")?;
        let added_lines = self.end(&transaction, &owned).await.context("ending runs")?;
        let mut sizes = memory.sizes.after(self.sizes(&owned));
        if sizes.is_due() {
            sizes.write(&transaction).await.context("counting bytes")?;
            sizes = Sizes::default();
        }
        transaction.commit().await.context("committing")?;
        memory.sizes = sizes;
        memory.known_lanes.extend(new_lanes);
        Ok(Verdict { fenced: self.fenced(&owned), added_lines, duplicates })
    }

    /// The lines that a commit with this verdict has written.
    pub fn lines<'a>(&'a self, verdict: &'a Verdict) -> impl Iterator<Item = &'a log::Model> {
        let commands = self.commands.iter().enumerate();
        let written = commands.filter(|(place, _)| !verdict.is_fenced(*place));
        let logs = written.flat_map(|(_, command)| match command {
            Command::Accept(_) => &[],
            Command::Journal(journal) => journal.logs.as_slice(),
            Command::Finish(finish) => finish.logs.as_slice(),
        });
        logs.chain(&verdict.added_lines)
    }

    async fn insert_lanes(
        &self,
        transaction: &DatabaseTransaction,
        known_lanes: &HashSet<FlowConfigId>,
    ) -> Result<HashSet<FlowConfigId>, DbErr> {
        let mut new = HashSet::new();
        let lanes: Vec<_> = self
            .accepts()
            .map(|(_, accept)| lane_of(&accept.execution))
            .filter(|lane| !known_lanes.contains(&lane.id) && new.insert(lane.id))
            .collect();
        rows::insert::<lane::Entity>(transaction, &lanes, "ON CONFLICT DO NOTHING").await?;
        Ok(new)
    }

    async fn accept(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<HashMap<usize, ExecutionId>, DbErr> {
        let (places, calls): (Vec<_>, Vec<_>) = self.accepts().unzip();
        let duplicates = arrive(transaction, &calls).await?;
        Ok(duplicates.into_iter().map(|(place, holder)| (places[place], holder)).collect())
    }

    /// The executions whose sender still owns them.
    async fn check_owners(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<HashSet<ExecutionId>, DbErr> {
        let journals: Vec<_> = self.journals().map(journal_row).collect();
        let ends: Vec<_> = self.finishes().filter_map(end_row).collect();
        let mut owned = rows::query_with_rows(transaction, JOURNAL_WORK, &journals).await?;
        owned.extend(rows::query_with_rows(transaction, END_WORK, &ends).await?);
        owned.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    async fn record(
        &self,
        transaction: &DatabaseTransaction,
        owned: &HashSet<ExecutionId>,
    ) -> Result<(), DbErr> {
        let mut steps = Vec::new();
        let mut logs = Vec::new();
        let mut alerts = Vec::new();
        for journal in self.journals().filter(|journal| owned.contains(&journal.execution_id)) {
            steps.extend_from_slice(&journal.steps);
            logs.extend_from_slice(&journal.logs);
            alerts.extend_from_slice(&journal.alerts);
        }
        for finish in self.finishes().filter(|finish| is_written(finish, owned)) {
            if let Some(forgotten) = finish.forgotten {
                let stays = forgotten.answer.unwrap_or(StepResultId(uuid::Uuid::nil()));
                let values = vec![finish.execution.id.into(), stays.into()];
                rows::execute(transaction, FORGET_STEPS, values).await?;
            }
            steps.extend_from_slice(&finish.steps);
            logs.extend_from_slice(&finish.logs);
            alerts.extend_from_slice(&finish.alerts);
        }
        rows::insert::<step_result::Entity>(transaction, &steps, "").await?;
        rows::insert::<alert_event::Entity>(transaction, &alerts, ONCE).await?;
        rows::insert::<log::Entity>(transaction, &logs, "").await
    }

    /// Bytes of what is written.
    fn sizes(&self, owned: &HashSet<ExecutionId>) -> Sizes {
        let mut sizes = Sizes::default();
        let journals = self.journals();
        journals
            .filter(|journal| owned.contains(&journal.execution_id))
            .for_each(|journal| sizes.journal(journal));
        let finishes = self.finishes();
        finishes.filter(|finish| is_written(finish, owned)).for_each(|finish| sizes.finish(finish));
        sizes
    }

    fn fenced(&self, owned: &HashSet<ExecutionId>) -> HashSet<usize> {
        let is_fenced = |command: &Command| match command {
            Command::Accept(_) => false,
            Command::Journal(journal) => !owned.contains(&journal.execution_id),
            Command::Finish(finish) => !is_written(finish, owned),
        };
        let places = self.commands.iter().enumerate();
        places.filter(|(_, command)| is_fenced(command)).map(|(place, _)| place).collect()
    }

    /// Accepts with their places.
    fn accepts(&self) -> impl Iterator<Item = (usize, &Accept)> {
        self.commands.iter().enumerate().filter_map(|(place, command)| match command {
            Command::Accept(accept) => Some((place, &**accept)),
            Command::Journal(_) | Command::Finish(_) => None,
        })
    }

    fn journals(&self) -> impl Iterator<Item = &Journal> {
        self.commands.iter().filter_map(|command| match command {
            Command::Journal(journal) => Some(&**journal),
            Command::Accept(_) | Command::Finish(_) => None,
        })
    }

    fn finishes(&self) -> impl Iterator<Item = &Finish> {
        self.commands.iter().filter_map(|command| match command {
            Command::Finish(finish) => Some(&**finish),
            Command::Accept(_) | Command::Journal(_) => None,
        })
    }
}

fn is_written(finish: &Finish, owned: &HashSet<ExecutionId>) -> bool {
    finish.owner.is_none() || owned.contains(&finish.execution.id)
}

fn journal_row(journal: &Journal) -> Vec<Value> {
    vec![
        journal.execution_id.into(),
        journal.owner.node.into(),
        journal.owner.fence.into(),
        journal.begun_step.clone().into(),
        journal.journal.clone().into(),
    ]
}

fn end_row(finish: &Finish) -> Option<Vec<Value>> {
    let owner = finish.owner?;
    Some(vec![finish.execution.id.into(), owner.node.into(), owner.fence.into()])
}
