//! Executions that should have come and have not.

use entity::execution::{ResultType, Status};
use entity::{Timestamp, alert_event, alert_monitor, execution, instance};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, IntoActiveModel};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use super::settle::lock;
use super::{Trigger, Watch};
use crate::alert::occurrence::event;
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;
use crate::viewer::Viewer;

/// Monitors that one round looks at.
const MONITORS_AT_ONCE: u64 = 100;

/// Of so many of the newest executions, one started last: retries may sleep before they start.
const EXECUTIONS_LOOKED_AT: u64 = 100;

/// Looks at monitors whose instance may be overdue. Returns whether there may be more.
pub async fn look_for_overdue(env: &Env) -> Result<bool, Error> {
    let column = alert_monitor::Column::OverdueAt;
    let monitors = token::alerts::due(env, column, env.now(), MONITORS_AT_ONCE).await?;
    for monitor in &monitors {
        let tx = env.db.begin().await?;
        if let Some(row) = lock(&tx, *monitor).await? {
            look_at(env, &tx, row).await?;
        }
        tx.commit().await?;
    }
    Ok(!monitors.is_empty())
}

async fn look_at(
    env: &Env,
    tx: &DatabaseTransaction,
    row: alert_monitor::Model,
) -> Result<(), Error> {
    let minutes = row.overdue_minutes.filter(|_| row.overdue_at.is_some());
    let instance = instance_of(tx, &row).await?;
    let watched =
        instance.filter(|it| it.enabled && it.removed_at.is_none() && it.deployment_id.is_some());
    let (Some(minutes), Some(_)) = (minutes, watched) else {
        // A deployment or the end of a pause begins to count again.
        return save(tx, alert_monitor::Model { overdue_at: None, ..row }).await;
    };
    let begun = last_start(tx, &row).await?.max(row.idle_since).unwrap_or(row.created_at);
    let seconds = i64::from(minutes) * 60;
    let due = begun.plus_seconds(seconds);
    let now = env.now();
    if now < due {
        return save(tx, alert_monitor::Model { overdue_at: Some(due), ..row }).await;
    }
    let trigger = Trigger::ExecutionOverdue;
    let occurrence = format!("{}:{}", trigger.key(), begun.0);
    let details =
        format!("There was no execution for {minutes} minutes, since {}.", begun.to_iso());
    let event = event(env, &Watch::of(&row), trigger, (&occurrence, &details));
    rows::insert_new::<alert_event::Entity>(tx, vec![event]).await?;
    // What starts meanwhile is not due before then.
    save(tx, alert_monitor::Model { overdue_at: Some(now.plus_seconds(seconds)), ..row }).await
}

async fn instance_of(
    tx: &DatabaseTransaction,
    row: &alert_monitor::Model,
) -> Result<Option<instance::Model>, Error> {
    let Some(id) = row.instance_id else { return Ok(None) };
    let rows = Viewer::System(row.organization_id).rows::<instance::Entity>();
    Ok(rows.filter(instance::Column::Id.eq(id)).one(tx).await?)
}

/// When the last execution that is watched began to run.
async fn last_start(
    tx: &DatabaseTransaction,
    row: &alert_monitor::Model,
) -> Result<Option<Timestamp>, Error> {
    use execution::Column as C;
    let rows = Viewer::System(row.organization_id).rows::<execution::Entity>();
    let rows = match (row.flow_config_id, row.instance_id) {
        (Some(flow), _) => rows.filter(C::FlowConfigId.eq(flow)),
        (None, instance) => rows.filter(C::InstanceId.eq(instance)),
    };
    let newest: Vec<(Timestamp, Status, Option<ResultType>)> = rows
        .order_by_desc(C::Id)
        .limit(EXECUTIONS_LOOKED_AT)
        .select_only()
        .columns([C::StartedAt, C::Status, C::ResultType])
        .into_tuple()
        .all(tx)
        .await?;
    let has_begun = |kind: Status, result: Option<ResultType>| {
        kind != Status::Queued && result != Some(ResultType::CanceledAsDuplicate)
    };
    let begun = newest.into_iter().filter(|(_, status, result)| has_begun(*status, *result));
    Ok(begun.map(|(at, ..)| at).max())
}

async fn save(tx: &DatabaseTransaction, row: alert_monitor::Model) -> Result<(), Error> {
    row.into_active_model().reset_all().update(tx).await?;
    Ok(())
}
