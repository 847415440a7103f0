//! One commit: equal commands become one statement over many rows.

use std::collections::HashSet;

use anyhow::Context;
use entity::{Db, ExecutionId, FlowConfigId, execution, lane, log, state_value, step_result, work};
use sea_orm::sea_query::Value;
use sea_orm::{ActiveEnum, DatabaseTransaction, DbErr};

use crate::enqueue::{lane_of, waiting};
use crate::rows;
use crate::writer::{Command, Finish, Journal, StateChange};

/// Takes the work of finished runs out of the queue, where the fence still matches.
const END_WORK: &str = "DELETE FROM \"work\" WHERE (execution_id, node_id, fence) IN \
    (VALUES {rows}) RETURNING execution_id";

const JOURNAL_WORK: &str = "WITH entry (id, node, fence, begun_step, journal) AS (VALUES {rows}) \
    UPDATE \"work\" SET begun_step = entry.begun_step, journal = entry.journal FROM entry \
    WHERE \"work\".execution_id = entry.id AND \"work\".node_id = entry.node \
    AND \"work\".fence = entry.fence RETURNING \"work\".execution_id";

const END_EXECUTION: &str = "WITH ended (id, status, result_type, ended_at, error, response) AS \
    (VALUES {rows}) UPDATE \"execution\" SET status = ended.status, \
    result_type = ended.result_type, ended_at = ended.ended_at, error = ended.error, \
    response = ended.response FROM ended WHERE \"execution\".id = ended.id \
    RETURNING \"execution\".id";

const REMOVE_STATE: &str =
    "DELETE FROM \"state_value\" WHERE (owner_id, key) IN (VALUES {rows}) RETURNING owner_id";

const SET_STATE: &str = "ON CONFLICT (owner_id, key) DO UPDATE SET value = excluded.value, \
    updated_at = excluded.updated_at";

/// Commands that are committed together.
pub struct Batch {
    commands: Vec<Command>,
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

    /// Commits all commands; returns the places of those that a fence kept out.
    pub async fn commit(
        &self,
        db: &Db,
        known_lanes: &mut HashSet<FlowConfigId>,
    ) -> anyhow::Result<HashSet<usize>> {
        let transaction = db.begin().await.context("beginning a commit")?;
        let new_lanes = self.accept(&transaction, known_lanes).await.context("accepting runs")?;
        let owned = self.check_owners(&transaction).await.context("checking owners")?;
        self.record(&transaction, &owned).await.context("writing results")?;
        self.end(&transaction, &owned).await.context("ending runs")?;
        transaction.commit().await.context("committing")?;
        known_lanes.extend(new_lanes);
        Ok(self.fenced(&owned))
    }

    async fn accept(
        &self,
        transaction: &DatabaseTransaction,
        known_lanes: &HashSet<FlowConfigId>,
    ) -> Result<HashSet<FlowConfigId>, DbErr> {
        let mut executions = Vec::new();
        let mut works = Vec::new();
        let mut lanes = Vec::new();
        let mut new = HashSet::new();
        for command in &self.commands {
            match command {
                Command::Accept(accept) => {
                    let lane = lane_of(&accept.execution);
                    if !known_lanes.contains(&lane.id) && new.insert(lane.id) {
                        lanes.push(lane);
                    }
                    works.push(work::Model { node_id: accept.node, ..waiting(&accept.execution) });
                    executions.push(accept.execution.clone());
                }
                Command::Finish(finish) if finish.owner.is_none() => {
                    executions.push(finish.execution.clone());
                }
                Command::Finish(_) | Command::Journal(_) => {}
            }
        }
        rows::insert::<lane::Entity>(transaction, &lanes, "ON CONFLICT DO NOTHING").await?;
        rows::insert::<work::Entity>(transaction, &works, "").await?;
        rows::insert::<execution::Entity>(transaction, &executions, "").await?;
        Ok(new)
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
        for journal in self.journals().filter(|journal| owned.contains(&journal.execution_id)) {
            steps.extend_from_slice(&journal.steps);
            logs.extend_from_slice(&journal.logs);
        }
        for finish in self.finishes().filter(|finish| is_written(finish, owned)) {
            steps.extend_from_slice(&finish.steps);
            logs.extend_from_slice(&finish.logs);
        }
        rows::insert::<step_result::Entity>(transaction, &steps, "").await?;
        rows::insert::<log::Entity>(transaction, &logs, "").await
    }

    async fn end(
        &self,
        transaction: &DatabaseTransaction,
        owned: &HashSet<ExecutionId>,
    ) -> Result<(), DbErr> {
        let ended: Vec<_> = self
            .finishes()
            .filter(|finish| finish.owner.is_some() && is_written(finish, owned))
            .map(|finish| ended_row(&finish.execution))
            .collect();
        rows::query_with_rows(transaction, END_EXECUTION, &ended).await?;
        for finish in self.finishes().filter(|finish| is_written(finish, owned)) {
            change_state(transaction, &finish.state).await?;
        }
        Ok(())
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

fn ended_row(execution: &execution::Model) -> Vec<Value> {
    vec![
        execution.id.into(),
        execution.status.to_value().into(),
        execution.result_type.map(|kind| kind.to_value()).into(),
        execution.ended_at.into(),
        execution.error.clone().into(),
        execution.response.clone().into(),
    ]
}

/// Keys are written one run after the other: of two runs in one commit, the later one wins.
async fn change_state(
    transaction: &DatabaseTransaction,
    changes: &[StateChange],
) -> Result<(), DbErr> {
    let mut set = Vec::new();
    let mut removed = Vec::new();
    for change in changes {
        match change {
            StateChange::Set(model) => set.push(model.clone()),
            StateChange::Remove { owner_id, key } => {
                removed.push(vec![(*owner_id).into(), key.as_str().into()]);
            }
        }
    }
    rows::insert::<state_value::Entity>(transaction, &set, SET_STATE).await?;
    rows::query_with_rows(transaction, REMOVE_STATE, &removed).await.map(drop)
}
