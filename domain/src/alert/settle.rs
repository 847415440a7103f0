//! What becomes of events: the monitor is triggered, and people are told, but not too often.

use entity::{AlertMonitorId, OrganizationId, Timestamp, alert_event, alert_monitor};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, IntoActiveModel};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use super::notify::notify;
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;
use crate::viewer::Viewer;

/// People hear of a monitor at most this often until it is cleared.
pub const NOTIFY_AGAIN_SECONDS: i64 = 15 * 60;

/// Monitors that one round looks at.
const MONITORS_AT_ONCE: u64 = 100;

/// Events that one transaction settles.
const EVENTS_AT_ONCE: u64 = 1_000;

/// Events that a monitor keeps; of older ones its time and count tell.
const EVENTS_KEPT: u64 = 10_000;

type Owned = (OrganizationId, AlertMonitorId);

/// Settles what has been recorded. Returns whether there may be more.
pub async fn settle(env: &Env) -> Result<bool, Error> {
    let monitors = token::alerts::pending(env, MONITORS_AT_ONCE).await?;
    let mut has_settled = false;
    for monitor in &monitors {
        let tx = env.db.begin().await?;
        has_settled |= settle_in(env, &tx, *monitor).await?;
        tx.commit().await?;
    }
    Ok(has_settled)
}

/// Tells people of what has happened since they were last told, where it is time for that.
pub async fn remind(env: &Env) -> Result<bool, Error> {
    let column = alert_monitor::Column::NotifyAt;
    let monitors = token::alerts::due(env, column, env.now(), MONITORS_AT_ONCE).await?;
    for monitor in &monitors {
        let tx = env.db.begin().await?;
        let row = lock(&tx, *monitor).await?;
        let is_due = |row: &alert_monitor::Model| row.notify_at.is_some_and(|at| at <= env.now());
        if let Some(row) = row.filter(is_due) {
            let last = events_of(*monitor).order_by_desc(alert_event::Column::Id).one(&tx).await?;
            let count = row.waiting_count;
            let told = told(env, row.clone());
            if let Some(event) = last {
                notify(env, &tx, &row, &event, count).await?;
            }
            told.into_active_model().reset_all().update(&tx).await?;
        }
        tx.commit().await?;
    }
    Ok(!monitors.is_empty())
}

/// When something is to be done without anybody saying so.
pub async fn next_wake(env: &Env) -> Result<Option<Timestamp>, Error> {
    let notify = token::alerts::next(env, alert_monitor::Column::NotifyAt).await?;
    let overdue = token::alerts::next(env, alert_monitor::Column::OverdueAt).await?;
    Ok(notify.into_iter().chain(overdue).min())
}

/// Settles the events of one monitor; false if another node is at it.
pub(super) async fn settle_in(
    env: &Env,
    tx: &DatabaseTransaction,
    monitor: Owned,
) -> Result<bool, Error> {
    let Some(row) = lock(tx, monitor).await? else {
        return drop_orphans(tx, monitor).await;
    };
    let waiting = events_of(monitor)
        .filter(alert_event::Column::PendingSince.is_not_null())
        .order_by_asc(alert_event::Column::Id)
        .limit(EVENTS_AT_ONCE)
        .all(tx)
        .await?;
    let (Some(first), Some(last)) = (waiting.first(), waiting.last()) else { return Ok(false) };
    rows::update::<alert_event::Entity>(monitor.0)
        .col_expr(alert_event::Column::PendingSince, Expr::val(None::<Timestamp>))
        .filter(alert_event::Column::Id.is_in(waiting.iter().map(|event| event.id)))
        .exec(tx)
        .await?;
    let latest = waiting.iter().map(|event| event.created_at).max();
    let count = row.waiting_count.saturating_add(i32::try_from(waiting.len()).unwrap_or(i32::MAX));
    let last_triggered_at = row.last_triggered_at.max(latest);
    let row = alert_monitor::Model { triggered: true, last_triggered_at, ..row };
    let may_tell_at = row.notified_at.map(|at| at.plus_seconds(NOTIFY_AGAIN_SECONDS));
    let row = if let Some(later) = may_tell_at.filter(|at| env.now() < *at) {
        alert_monitor::Model { waiting_count: count, notify_at: Some(later), ..row }
    } else {
        let event = if row.waiting_count == 0 && waiting.len() == 1 { first } else { last };
        notify(env, tx, &row, event, count).await?;
        told(env, row)
    };
    row.into_active_model().reset_all().update(tx).await?;
    drop_oldest(tx, monitor).await?;
    Ok(true)
}

fn told(env: &Env, row: alert_monitor::Model) -> alert_monitor::Model {
    alert_monitor::Model { notified_at: Some(env.now()), waiting_count: 0, notify_at: None, ..row }
}

fn events_of((organization, monitor): Owned) -> sea_orm::Select<alert_event::Entity> {
    let rows = Viewer::System(organization).rows::<alert_event::Entity>();
    rows.filter(alert_event::Column::MonitorId.eq(monitor))
}

/// Takes the monitor for this transaction; none if it is gone, or another node is at it.
pub(super) async fn lock(
    tx: &DatabaseTransaction,
    (organization, monitor): Owned,
) -> Result<Option<alert_monitor::Model>, Error> {
    let rows = Viewer::System(organization).rows::<alert_monitor::Entity>();
    let row = rows.filter(alert_monitor::Column::Id.eq(monitor));
    let row = row.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(row.one(tx).await?)
}

/// A run may end after the monitor is gone that watched it.
async fn drop_orphans(
    tx: &DatabaseTransaction,
    (organization, monitor): Owned,
) -> Result<bool, Error> {
    let rows = Viewer::System(organization).rows::<alert_monitor::Entity>();
    if rows.filter(alert_monitor::Column::Id.eq(monitor)).one(tx).await?.is_some() {
        return Ok(false);
    }
    rows::delete::<alert_event::Entity>(organization)
        .filter(alert_event::Column::MonitorId.eq(monitor))
        .exec(tx)
        .await?;
    Ok(true)
}

async fn drop_oldest(tx: &DatabaseTransaction, monitor: Owned) -> Result<(), Error> {
    let newest = events_of(monitor).order_by_desc(alert_event::Column::Id);
    let Some(limit) = newest.offset(EVENTS_KEPT).limit(1).one(tx).await? else { return Ok(()) };
    rows::delete::<alert_event::Entity>(monitor.0)
        .filter(alert_event::Column::MonitorId.eq(monitor.1))
        .filter(alert_event::Column::Id.lte(limit.id))
        .filter(alert_event::Column::PendingSince.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
