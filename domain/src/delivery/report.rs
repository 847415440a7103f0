//! What came of sending: many results in few statements.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::delivery::{State, TargetKind};
use entity::{DeliveryId, OrganizationId, Timestamp, delivery, delivery_attempt, delivery_target};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::claim::by_organization;
use super::ladder::{BREAKER_FAILURES, FAILING_SECONDS_MAX, rest, wait};
use super::{Answer, Engine, cancel, forget_failures};
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;
use crate::webhook;

/// The status by which a receiver says that it wants no more, ever.
const GONE: u16 = 410;

/// One attempt that has come to its end.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub row: delivery::Model,
    pub started_at: Timestamp,
    pub answer: Answer,
}

impl Outcome {
    fn is_gone(&self) -> bool {
        self.answer.status == Some(GONE)
    }
}

/// Writes what came of deliveries that this engine had claimed. What another has taken over since
/// is left alone.
pub async fn report(env: &Env, engine: Engine, outcomes: &[Outcome]) -> Result<(), Error> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let tx = env.db.begin().await?;
    let mut was_switched_off = false;
    for (organization, outcomes) in by_organization(outcomes, |it| it.row.organization_id) {
        let report = Report { env, tx: &tx, engine, organization, now: env.now() };
        was_switched_off |= report.write(&outcomes).await?;
    }
    tx.commit().await?;
    if was_switched_off {
        env.alerts_arrived();
    }
    Ok(())
}

/// Results of one organization.
struct Report<'a> {
    env: &'a Env,
    tx: &'a DatabaseTransaction,
    engine: Engine,
    organization: OrganizationId,
    now: Timestamp,
}

impl Report<'_> {
    /// Returns whether an endpoint was switched off.
    async fn write(&self, outcomes: &[&Outcome]) -> Result<bool, Error> {
        let open = self.judge_targets(outcomes).await?;
        let (mut delivered, mut failed, mut again) = (Vec::new(), Vec::new(), BTreeMap::new());
        for outcome in outcomes {
            let row = &outcome.row;
            let retry = wait(row.step + 1, outcome.answer.retry_after, self.env.ids.bits());
            match retry {
                _ if outcome.answer.is_success() => delivered.push(row.id),
                Some(wait) if !outcome.is_gone() => {
                    let next = Timestamp(self.now.0 + wait);
                    let open = open.get(&row.target_id).copied();
                    again.insert(row.id, open.map_or(next, |open| Ord::max(open, next)));
                }
                _ => failed.push(row.id),
            }
        }
        let mut written = self.end(State::Delivered, delivered).await?;
        written.extend(self.end(State::Failed, failed).await?);
        written.extend(self.retry(&again).await?);
        self.log(outcomes, &written).await?;
        self.switch_off(outcomes, &written).await
    }

    async fn end(&self, state: State, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, Error> {
        use delivery::Column as C;
        let ended: Option<Timestamp> = None;
        self.update(ids, |update| {
            update
                .col_expr(C::State, state.to_value().into())
                .col_expr(C::NextAt, ended.into())
                .col_expr(C::EndedAt, self.now.into())
        })
        .await
    }

    async fn retry(
        &self,
        again: &BTreeMap<DeliveryId, Timestamp>,
    ) -> Result<HashSet<DeliveryId>, Error> {
        use delivery::Column as C;
        let mut next = CaseStatement::new();
        for (id, time) in again {
            next = next.case(Expr::col(C::Id).eq(*id), *time);
        }
        self.update(again.keys().copied().collect(), |update| {
            update.col_expr(C::NextAt, next.into())
        })
        .await
    }

    /// Counts the attempt and gives the claim back; returns what was still claimed.
    async fn update(
        &self,
        ids: Vec<DeliveryId>,
        change: impl FnOnce(
            sea_orm::UpdateMany<delivery::Entity>,
        ) -> sea_orm::UpdateMany<delivery::Entity>,
    ) -> Result<HashSet<DeliveryId>, Error> {
        use delivery::Column as C;
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let nobody: Option<Uuid> = None;
        let update = rows::update::<delivery::Entity>(self.organization)
            .col_expr(C::Attempts, Expr::col(C::Attempts).add(1))
            .col_expr(C::Step, Expr::col(C::Step).add(1))
            .col_expr(C::Lease, nobody.into())
            .filter(C::Id.is_in(ids))
            .filter(C::Lease.eq(self.engine.0));
        let written = change(update).exec_with_returning(self.tx).await?;
        Ok(written.into_iter().map(|row| row.id).collect())
    }

    async fn log(&self, outcomes: &[&Outcome], written: &HashSet<DeliveryId>) -> Result<(), Error> {
        let attempts = outcomes.iter().filter(|outcome| written.contains(&outcome.row.id));
        let attempts = attempts.map(|outcome| delivery_attempt::Model {
            id: self.env.ids.next(),
            organization_id: self.organization,
            delivery_id: outcome.row.id,
            number: outcome.row.attempts + 1,
            started_at: outcome.started_at,
            latency_ms: i32::try_from(outcome.answer.latency.as_millis()).unwrap_or(i32::MAX),
            status: outcome.answer.status.map(i32::from),
            response: outcome.answer.response.clone(),
            error: outcome.answer.error.clone(),
        });
        Ok(rows::insert_all::<delivery_attempt::Entity>(self.tx, attempts.collect()).await?)
    }

    /// Counts failures in a row. Returns the targets to which nothing is sent for a while.
    async fn judge_targets(
        &self,
        outcomes: &[&Outcome],
    ) -> Result<HashMap<Uuid, Timestamp>, Error> {
        let is_success = |outcome: &&&Outcome| outcome.answer.is_success();
        let well: HashSet<Uuid> =
            outcomes.iter().filter(is_success).map(|outcome| outcome.row.target_id).collect();
        if !well.is_empty() {
            forget_failures(self.tx, self.organization, well.iter().copied()).await?;
        }
        let mut failures: HashMap<Uuid, i32> = HashMap::new();
        for outcome in outcomes.iter().filter(|outcome| !well.contains(&outcome.row.target_id)) {
            *failures.entry(outcome.row.target_id).or_default() += 1;
        }
        if failures.is_empty() {
            return Ok(HashMap::new());
        }
        let known = self.known(failures.keys().copied().collect()).await?;
        let row = |(target_id, count): (Uuid, i32)| {
            let known = known.get(&target_id);
            let failures = known.map_or(0, |row| row.failures).saturating_add(count);
            delivery_target::Model {
                target_id,
                organization_id: self.organization,
                failures,
                failing_since: known.map_or(self.now, |row| row.failing_since),
                open_until: rest(failures).map(|seconds| self.now.plus_seconds(seconds)),
            }
        };
        let rows: Vec<_> = failures.into_iter().map(row).collect();
        self.keep(&rows).await?;
        Ok(rows.iter().filter_map(|row| Some((row.target_id, row.open_until?))).collect())
    }

    async fn known(
        &self,
        targets: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, delivery_target::Model>, Error> {
        let rows = Viewer::System(self.organization)
            .rows::<delivery_target::Entity>()
            .filter(delivery_target::Column::TargetId.is_in(targets))
            .all(self.tx)
            .await?;
        Ok(rows.into_iter().map(|row| (row.target_id, row)).collect())
    }

    /// Writes how targets are doing, and lets what waits for broken ones wait longer.
    async fn keep(&self, targets: &[delivery_target::Model]) -> Result<(), Error> {
        use delivery::Column as C;
        use delivery_target::Column as T;
        let newest =
            OnConflict::column(T::TargetId).update_columns([T::Failures, T::OpenUntil]).to_owned();
        let rows = targets.iter().map(|row| row.clone().into_active_model().reset_all());
        delivery_target::Entity::insert_many(rows)
            .on_conflict(newest)
            .exec_without_returning(self.tx)
            .await?;
        for target in targets.iter().filter(|row| row.failures >= BREAKER_FAILURES) {
            let Some(until) = target.open_until else { continue };
            rows::update::<delivery::Entity>(self.organization)
                .col_expr(C::NextAt, until.into())
                .filter(C::TargetId.eq(target.target_id))
                .filter(C::NextAt.lt(until))
                .filter(C::Lease.is_null())
                .exec(self.tx)
                .await?;
        }
        Ok(())
    }

    /// Switches endpoints off that want no more, or have failed for too long.
    async fn switch_off(
        &self,
        outcomes: &[&Outcome],
        written: &HashSet<DeliveryId>,
    ) -> Result<bool, Error> {
        let endpoints = |outcome: &&&Outcome| {
            outcome.row.target_kind == TargetKind::WebhookEndpoint
                && !outcome.answer.is_success()
                && written.contains(&outcome.row.id)
        };
        let failed: HashMap<Uuid, bool> =
            outcomes.iter().filter(endpoints).fold(HashMap::new(), |mut failed, outcome| {
                *failed.entry(outcome.row.target_id).or_default() |= outcome.is_gone();
                failed
            });
        if failed.is_empty() {
            return Ok(false);
        }
        let mut was_switched_off = false;
        let known = self.known(failed.keys().copied().collect()).await?;
        for (id, is_gone) in failed {
            let limit = self.now.plus_seconds(-FAILING_SECONDS_MAX);
            let reason = match known.get(&id) {
                _ if is_gone => "It answered that it wants no more deliveries (410).",
                Some(row) if row.failing_since <= limit => "It failed for five days on end.",
                _ => continue,
            };
            webhook::switch_off(self.env, self.tx, self.organization, id.into(), reason).await?;
            cancel(self.env, self.tx, self.organization, id).await?;
            was_switched_off = true;
        }
        Ok(was_switched_off)
    }
}
