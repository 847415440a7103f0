//! What has happened, as events of the monitors that watch for it.

use entity::{
    CustomerId, ExecutionId, FlowConfigId, InstanceId, OrganizationId, Timestamp, alert_event,
    alert_monitor, customer, execution, instance,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};

use super::{Trigger, Watch, settle};
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;

/// Characters of what an event tells.
const DETAILS_CHARS_MAX: usize = 2_000;

/// One occurrence of a customer's load is told apart from the next by the minute.
const LOAD_MICROS: i64 = 60_000_000;

/// An event of one monitor for something an execution did. Of each kind there is one.
pub fn of_execution(
    env: &Env,
    watch: &Watch,
    execution: &execution::Model,
    trigger: Trigger,
    (details, step): (&str, Option<&str>),
) -> alert_event::Model {
    let occurrence = format!("{}:{}", trigger.key(), execution.id.0);
    alert_event::Model {
        flow_config_id: Some(execution.flow_config_id),
        execution_id: Some(execution.id),
        step: step.map(ToOwned::to_owned),
        ..event(env, watch, trigger, (&occurrence, details))
    }
}

pub(super) fn event(
    env: &Env,
    watch: &Watch,
    trigger: Trigger,
    (occurrence, details): (&str, &str),
) -> alert_event::Model {
    let now = env.now();
    alert_event::Model {
        id: env.ids.at(now),
        organization_id: watch.organization,
        customer_id: watch.customer,
        monitor_id: watch.monitor,
        instance_id: watch.instance,
        flow_config_id: watch.flow_config,
        execution_id: None,
        trigger: trigger.bit(),
        occurrence: occurrence.to_owned(),
        details: details.chars().take(DETAILS_CHARS_MAX).collect(),
        step: None,
        created_at: now,
        pending_since: Some(now),
    }
}

/// Writes events outside of any other change.
pub async fn record(env: &Env, events: Vec<alert_event::Model>) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let tx = env.db.begin().await?;
    rows::insert_new::<alert_event::Entity>(&tx, events).await?;
    tx.commit().await?;
    env.alerts_arrived();
    Ok(())
}

/// Whether the execution has no end yet.
pub async fn still_running(
    env: &Env,
    organization: OrganizationId,
    id: ExecutionId,
) -> Result<bool, Error> {
    let rows = Viewer::System(organization).rows::<execution::Entity>();
    let found = rows.filter(execution::Column::Id.eq(id)).one(env.db.read()).await?;
    Ok(found.is_some_and(|row| row.ended_at.is_none()))
}

/// A connection of an instance that does not work.
#[derive(Clone, Debug)]
pub struct ConnectionFailure<'a> {
    pub organization: OrganizationId,
    pub instance: InstanceId,
    /// Where a run met it.
    pub flow_config: Option<FlowConfigId>,
    pub execution: Option<ExecutionId>,
    /// Names the failure: told twice under one name, it counts once.
    pub occurrence: &'a str,
    /// What went wrong, for people; no secrets.
    pub details: &'a str,
}

/// Records that a connection threw an error, in the transaction that takes note of it. After the
/// commit, `env.alerts_arrived()` makes haste.
pub async fn connection_failed(
    env: &Env,
    tx: &DatabaseTransaction,
    failure: &ConnectionFailure<'_>,
) -> Result<(), Error> {
    let trigger = Trigger::ConnectionFailed;
    let occurrence = format!("{}:{}", trigger.key(), failure.occurrence);
    let watches = watches_of(tx, failure.organization, &[failure.instance], trigger).await?;
    let concerned = watches
        .iter()
        .filter(|watch| watch.flow_config.is_none() || watch.flow_config == failure.flow_config);
    let events = concerned.map(|watch| alert_event::Model {
        flow_config_id: failure.flow_config.or(watch.flow_config),
        execution_id: failure.execution,
        ..event(env, watch, trigger, (&occurrence, failure.details))
    });
    Ok(rows::insert_new::<alert_event::Entity>(tx, events.collect()).await?)
}

/// A customer runs about as much as it may.
pub async fn customer_is_busy(
    env: &Env,
    (organization, id): (OrganizationId, CustomerId),
    (running, limit): (usize, usize),
) -> Result<(), Error> {
    let trigger = Trigger::CustomerConcurrency;
    let watches = env.watches.global(organization, trigger);
    if watches.is_empty() {
        return Ok(());
    }
    let rows = Viewer::System(organization).rows::<customer::Entity>();
    let row = rows.filter(customer::Column::Id.eq(id)).one(env.db.read()).await?;
    let name = row.map(|row| row.name).unwrap_or_default();
    let occurrence = format!("{}:{}:{}", trigger.key(), id.0, env.now().0 / LOAD_MICROS);
    let details = format!("The customer {name} runs {running} of at most {limit} executions.");
    let event = |watch| event(env, watch, trigger, (&occurrence, &details));
    record(env, watches.iter().map(event).collect()).await
}

/// Records that instances were enabled, disabled or removed, in the transaction that does it.
pub(crate) async fn instance_changed(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    ids: &[InstanceId],
    trigger: Trigger,
) -> Result<(), Error> {
    let details = match trigger {
        Trigger::InstanceRemoved => "The instance was removed.",
        Trigger::InstanceEnabled => "The instance was enabled.",
        _ => "The instance was disabled.",
    };
    let watches = watches_of(tx, organization, ids, trigger).await?;
    let mut events = Vec::with_capacity(watches.len());
    for watch in &watches {
        let occurrence = format!("{}:{:x}", trigger.key(), env.ids.bits());
        events.push(event(env, watch, trigger, (&occurrence, details)));
    }
    rows::insert_new::<alert_event::Entity>(tx, events).await?;
    if trigger == Trigger::InstanceRemoved {
        // The monitors go with their instance, perhaps before anybody comes to look at them.
        for watch in &watches {
            settle::settle_in(env, tx, (organization, watch.monitor)).await?;
        }
        return Ok(());
    }
    let since = (trigger == Trigger::InstanceEnabled).then(|| env.now());
    count_idle(tx, organization, ids, since).await
}

/// Executions are missed from now on, or, while an instance is paused, not at all.
async fn count_idle(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    ids: &[InstanceId],
    since: Option<Timestamp>,
) -> Result<(), Error> {
    use alert_monitor::Column as C;
    let update = rows::update::<alert_monitor::Entity>(organization)
        .col_expr(C::OverdueAt, Expr::val(since))
        .filter(C::InstanceId.is_in(ids.iter().copied()))
        .filter(C::OverdueMinutes.is_not_null());
    let update = match since {
        Some(since) => update.col_expr(C::IdleSince, Expr::val(since)),
        None => update,
    };
    update.exec(tx).await?;
    Ok(())
}

/// Executions are missed from the deployment on.
pub(crate) async fn deployed(
    tx: &DatabaseTransaction,
    row: &instance::Model,
    now: Timestamp,
) -> Result<(), Error> {
    if !row.enabled {
        return Ok(());
    }
    count_idle(tx, row.organization_id, &[row.id], Some(now)).await
}

/// The monitors of instances that watch for something, as the database has them.
async fn watches_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    ids: &[InstanceId],
    trigger: Trigger,
) -> Result<Vec<Watch>, Error> {
    let bit = Expr::col((alert_monitor::Entity, alert_monitor::Column::Triggers));
    let rows = Viewer::System(organization)
        .rows::<alert_monitor::Entity>()
        .filter(alert_monitor::Column::InstanceId.is_in(ids.iter().copied()))
        .filter(bit.bit_and(trigger.bit()).ne(0));
    Ok(rows.all(db).await?.iter().map(Watch::of).collect())
}
