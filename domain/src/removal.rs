//! Removing, the second half: what was marked is deleted little by little.
//!
//! Whoever makes something for what is just being marked may come too late to be marked with it:
//! the last step marks again before it deletes.
//!
//! Deleting begins when nothing of an instance runs any more. Each transaction deletes a limited
//! number of rows and says nothing of how far it has come, so that anybody can go on at any time:
//! after a crash, or on another node. The row of the instance itself goes last, then those of its
//! integration and its customer, if they were removed as well.

use entity::{
    ExecutionId, InstanceId, OrganizationId, TenantOwned, alert_event, alert_link, alert_monitor,
    authorization, config_value, customer, deployment, deployment_connection, enabled_span,
    endpoint, execution, flow_config, history_late, history_mark, idempotency_key, instance,
    instance_profile, instance_usage, integration, kept_object, lane, latest_request, log,
    schedule, state_value, step_result, user_level_config, user_level_value, work,
};
use sea_orm::sea_query::{
    Expr, ExprTrait, IntoCondition, LockBehavior, LockType, Query, SelectStatement,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, Iterable, PaginatorTrait, PrimaryKeyToColumn,
    QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::customer::mark_parts;
use crate::env::Env;
use crate::error::Error;
use crate::instance::flow_configs_of;
use crate::integration::mark_instances;
use crate::reuse;
use crate::rows;
use crate::token;
use crate::viewer::{Governed, Viewer};

/// Rows that one transaction deletes: on SQLite, other writers wait for no longer than it takes.
pub const ROWS_MAX: u64 = 1_000;

/// Executions whose rows are looked for at once.
const EXECUTIONS_AT_ONCE: u64 = 100;

/// How long other nodes may take calls of an instance after its removal, and a little more.
const CALLS_SECONDS_MAX: i64 = 3;

/// How long the executions of an instance may go on after its removal: as long as one may run, and
/// a little more. Their later writes are refused.
const RUNS_SECONDS_MAX: i64 = 16 * 60;

/// How a round of deleting ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Round {
    /// Nothing is being removed.
    Idle,
    /// All that is being removed has to wait for its runs.
    Waiting,
    /// There was something to delete, and there may be more.
    Busy,
}

/// Deletes something of each instance that is being removed, and what nothing belongs to any more.
pub async fn round(env: &Env) -> Result<Round, Error> {
    let removed = token::removed(env).await?;
    let mut round = Round::Idle;
    for row in &removed.instances {
        let did_something = is_quiet(env, row).await? && purge(env, row).await?;
        round = round.and(did_something);
    }
    for row in &removed.drafts {
        round = round.and(finish_integration(env, row).await?);
    }
    for row in &removed.customers {
        round = round.and(finish_customer(env, row).await?);
    }
    Ok(round)
}

impl Round {
    fn and(self, did_something: bool) -> Self {
        if did_something || self == Self::Busy { Self::Busy } else { Self::Waiting }
    }
}

/// Whether nothing writes rows of this instance any more.
async fn is_quiet(env: &Env, row: &instance::Model) -> Result<bool, Error> {
    let Some(removed_at) = row.removed_at else { return Ok(false) };
    let now = env.now();
    if now < removed_at.plus_seconds(CALLS_SECONDS_MAX) {
        return Ok(false);
    }
    if removed_at.plus_seconds(RUNS_SECONDS_MAX) < now {
        return Ok(true);
    }
    let runs = Viewer::System(row.organization_id)
        .rows::<work::Entity>()
        .filter(work::Column::LaneId.in_subquery(flow_configs_of(&[row.id])))
        // Nobody needs the next attempt of what fails now.
        .filter(work::Column::NodeId.is_not_null().or(work::Column::RetryAfterId.is_null()));
    Ok(runs.count(env.db.read()).await? == 0)
}

/// Deletes rows of an instance, and in the end the instance; false if another node is at it.
async fn purge(env: &Env, row: &instance::Model) -> Result<bool, Error> {
    let tx = env.db.begin().await?;
    if !lock::<instance::Entity>(&tx, row.organization_id, row.id).await? {
        return Ok(false);
    }
    let mut purge = Purge { tx: &tx, organization: row.organization_id, left: ROWS_MAX };
    purge.executions(env, row.id).await?;
    purge.leftovers(row.id).await?;
    let is_last = purge.left > 0;
    if is_last {
        let this = rows::delete::<instance::Entity>(row.organization_id);
        this.filter(instance::Column::Id.eq(row.id)).exec(&tx).await?;
    }
    tx.commit().await?;
    if is_last {
        env.watches.refresh(env, row.id).await?;
        env.owners_removed(&[row.id.0]);
    }
    Ok(true)
}

/// Deletes an integration when its instances are gone.
async fn finish_integration(env: &Env, draft: &integration::Model) -> Result<bool, Error> {
    let (organization, sequence) = (draft.organization_id, draft.sequence_id);
    let versions = Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .and_where(integration::Column::SequenceId.eq(sequence))
        .take();
    let instances = removed_instances(organization)
        .filter(instance::Column::IntegrationId.in_subquery(versions));
    if instances.count(env.db.read()).await? > 0 {
        return Ok(false);
    }
    let tx = env.db.begin().await?;
    if !lock::<integration::Entity>(&tx, organization, draft.id).await? {
        return Ok(false);
    }
    let late = mark_instances(env, &tx, &Viewer::System(organization), sequence).await?;
    let mut purge = Purge { tx: &tx, organization, left: ROWS_MAX };
    purge.take::<state_value::Entity>(state_value::Column::OwnerId.eq(sequence.0)).await?;
    purge.take::<endpoint::Entity>(endpoint::Column::OwnerId.eq(sequence.0)).await?;
    let is_last = late.is_empty() && purge.left > 0;
    if is_last {
        let all = rows::delete::<integration::Entity>(organization);
        all.filter(integration::Column::SequenceId.eq(sequence)).exec(&tx).await?;
    }
    tx.commit().await?;
    if is_last {
        env.owners_removed(&[sequence.0]);
    }
    announce(env, &late);
    Ok(true)
}

/// Deletes a customer when its instances and integrations are gone.
async fn finish_customer(env: &Env, row: &customer::Model) -> Result<bool, Error> {
    let organization = row.organization_id;
    let instances = removed_instances(organization);
    let instances = instances.filter(instance::Column::CustomerId.eq(row.id));
    let integrations = Viewer::System(organization)
        .rows::<integration::Entity>()
        .filter(integration::Column::CustomerId.eq(row.id))
        .filter(integration::Column::RemovedAt.is_not_null());
    let db = env.db.read();
    if instances.count(db).await? + integrations.clone().count(db).await? > 0 {
        return Ok(false);
    }
    let tx = env.db.begin().await?;
    if !lock::<customer::Entity>(&tx, organization, row.id).await? {
        return Ok(false);
    }
    let late = mark_parts(env, &tx, &Viewer::System(organization), row).await?;
    if late.is_empty() && integrations.count(&tx).await? == 0 {
        reuse::forget_customer(&tx, organization, row.id).await?;
        let this = rows::delete::<customer::Entity>(organization);
        this.filter(customer::Column::Id.eq(row.id)).exec(&tx).await?;
    }
    tx.commit().await?;
    announce(env, &late);
    Ok(true)
}

fn announce(env: &Env, late: &[InstanceId]) {
    if !late.is_empty() {
        env.marked(late);
        env.deliveries_arrived();
    }
}

fn removed_instances(organization: OrganizationId) -> Select<instance::Entity> {
    let rows = Viewer::System(organization).rows::<instance::Entity>();
    rows.filter(instance::Column::RemovedAt.is_not_null())
}

/// Takes the row for this transaction; false if it is gone, or another node is at it.
async fn lock<E: Governed>(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    id: E::Id,
) -> Result<bool, DbErr> {
    let row = Viewer::System(organization).rows::<E>().filter(E::ID.eq(id));
    let row = row.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(row.one(tx).await?.is_some())
}

/// One transaction that deletes.
struct Purge<'a> {
    tx: &'a DatabaseTransaction,
    organization: OrganizationId,
    /// Rows it may still delete. While there are some, everything asked for is gone.
    left: u64,
}

impl Purge<'_> {
    /// Executions with their step results, the oldest first.
    async fn executions(&mut self, env: &Env, instance: InstanceId) -> Result<(), DbErr> {
        while self.left > 0 {
            let ids: Vec<ExecutionId> = Viewer::System(self.organization)
                .rows::<execution::Entity>()
                .filter(execution::Column::InstanceId.eq(instance))
                .order_by_asc(execution::Column::Id)
                .limit(EXECUTIONS_AT_ONCE)
                .select_only()
                .column(execution::Column::Id)
                .into_tuple()
                .all(self.tx)
                .await?;
            if ids.is_empty() {
                break;
            }
            jobs::usage::count_before_delete(self.tx, &env.ids, env.now(), &ids).await?;
            let ids = || ids.iter().copied();
            self.take::<step_result::Entity>(step_result::Column::ExecutionId.is_in(ids())).await?;
            self.take::<work::Entity>(work::Column::ExecutionId.is_in(ids())).await?;
            self.take::<execution::Entity>(execution::Column::Id.is_in(ids())).await?;
        }
        Ok(())
    }

    /// Everything else of an instance; what names flow configs goes before them.
    async fn leftovers(&mut self, id: InstanceId) -> Result<(), DbErr> {
        let configs = || flow_configs_of(&[id]);
        self.take::<work::Entity>(work::Column::LaneId.in_subquery(configs())).await?;
        self.take::<lane::Entity>(lane::Column::InstanceId.eq(id)).await?;
        self.take::<log::Entity>(log::Column::InstanceId.eq(id)).await?;
        let monitors = Query::select()
            .column(alert_monitor::Column::Id)
            .from(alert_monitor::Entity)
            .and_where(alert_monitor::Column::InstanceId.eq(id))
            .take();
        let links = alert_link::Column::OwnerId.in_subquery(monitors);
        self.take::<alert_link::Entity>(links).await?;
        self.take::<alert_event::Entity>(alert_event::Column::InstanceId.eq(id)).await?;
        self.take::<alert_monitor::Entity>(alert_monitor::Column::InstanceId.eq(id)).await?;
        let keys = idempotency_key::Column::FlowConfigId.in_subquery(configs());
        self.take::<idempotency_key::Entity>(keys).await?;
        let requests = latest_request::Column::FlowConfigId.in_subquery(configs());
        self.take::<latest_request::Entity>(requests).await?;
        let owner = state_value::Column::OwnerId;
        self.take::<state_value::Entity>(owner.eq(id.0)).await?;
        self.take::<state_value::Entity>(owner.in_subquery(configs())).await?;
        self.take::<endpoint::Entity>(endpoint::Column::OwnerId.eq(id.0)).await?;
        let tokens = authorization::Column::OwnerId.eq(id.0);
        self.take::<authorization::Entity>(tokens).await?;
        let users = Query::select()
            .column(user_level_config::Column::Id)
            .from(user_level_config::Entity)
            .and_where(user_level_config::Column::InstanceId.eq(id))
            .take();
        let tokens = authorization::Column::OwnerId.in_subquery(users);
        self.take::<authorization::Entity>(tokens).await?;
        let values = user_level_value::Column::InstanceId.eq(id);
        self.take::<user_level_value::Entity>(values).await?;
        let configs_of_users = user_level_config::Column::InstanceId.eq(id);
        self.take::<user_level_config::Entity>(configs_of_users).await?;
        self.take::<history_mark::Entity>(history_mark::Column::InstanceId.eq(id)).await?;
        self.take::<history_late::Entity>(history_late::Column::InstanceId.eq(id)).await?;
        self.take::<kept_object::Entity>(kept_object::Column::InstanceId.eq(id)).await?;
        self.take::<instance_profile::Entity>(instance_profile::Column::InstanceId.eq(id)).await?;
        self.take::<schedule::Entity>(schedule::Column::InstanceId.eq(id)).await?;
        self.take::<enabled_span::Entity>(enabled_span::Column::InstanceId.eq(id)).await?;
        self.take::<instance_usage::Entity>(instance_usage::Column::InstanceId.eq(id)).await?;
        let deployments = Query::select()
            .column(deployment::Column::Id)
            .from(deployment::Entity)
            .and_where(deployment::Column::InstanceId.eq(id))
            .take();
        let used = deployment_connection::Column::DeploymentId.in_subquery(deployments);
        self.take::<deployment_connection::Entity>(used).await?;
        self.take::<deployment::Entity>(deployment::Column::InstanceId.eq(id)).await?;
        self.take::<config_value::Entity>(config_value::Column::InstanceId.eq(id)).await?;
        self.take::<flow_config::Entity>(flow_config::Column::InstanceId.eq(id)).await
    }

    /// Deletes as many of these rows as it still may.
    async fn take<E: TenantOwned>(&mut self, of: Expr) -> Result<(), DbErr> {
        if self.left == 0 {
            return Ok(());
        }
        let key: Vec<E::Column> =
            E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        let columns = || key.iter().map(|column| Expr::col((E::default(), *column)));
        let some: SelectStatement = Query::select()
            .exprs(columns())
            .from(E::default())
            .cond_where(of.into_condition())
            .limit(self.left)
            .take();
        let deleted = rows::delete::<E>(self.organization)
            .filter(Expr::tuple(columns()).in_subquery(some))
            .exec(self.tx)
            .await?;
        self.left = self.left.saturating_sub(deleted.rows_affected);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
