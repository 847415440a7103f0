//! Monitors of all organizations, for what watches over all of them.

use entity::{
    AlertMonitorId, InstanceId, OrganizationId, Timestamp, alert_event, alert_monitor, alert_notice,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::env::Env;
use crate::error::Error;

/// Whose monitor it is.
pub type Owned = (OrganizationId, AlertMonitorId);

/// All monitors, or those of one instance.
pub async fn monitors(
    env: &Env,
    instance: Option<InstanceId>,
) -> Result<Vec<alert_monitor::Model>, Error> {
    let rows = alert_monitor::Entity::find().order_by_asc(alert_monitor::Column::Id);
    let rows = match instance {
        Some(id) => rows.filter(alert_monitor::Column::InstanceId.eq(id)),
        None => rows,
    };
    Ok(rows.all(env.db.read()).await?)
}

/// The number and the revisions of all monitors: changes with every change of any.
pub async fn fingerprint(env: &Env) -> Result<(i64, i64), Error> {
    let found: Option<(i64, i64)> = alert_monitor::Entity::find()
        .select_only()
        .expr(Expr::cust("COUNT(*)"))
        .expr(Expr::cust("COALESCE(SUM(revision), 0)"))
        .into_tuple()
        .one(env.db.read())
        .await?;
    Ok(found.unwrap_or_default())
}

/// Monitors that do not know yet what has happened.
pub async fn pending(env: &Env, limit: u64) -> Result<Vec<Owned>, Error> {
    use alert_event::Column as C;
    let found = alert_event::Entity::find()
        .filter(C::PendingSince.is_not_null())
        .select_only()
        .columns([C::OrganizationId, C::MonitorId])
        .distinct()
        .limit(limit);
    Ok(found.into_tuple().all(env.db.read()).await?)
}

/// Monitors whose time in this column has come, the longest due first.
pub async fn due(
    env: &Env,
    column: alert_monitor::Column,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Owned>, Error> {
    use alert_monitor::Column as C;
    let found = alert_monitor::Entity::find()
        .filter(column.lte(now))
        .order_by_asc(column)
        .select_only()
        .columns([C::OrganizationId, C::Id])
        .limit(limit);
    Ok(found.into_tuple().all(env.db.read()).await?)
}

/// The next time in this column.
pub async fn next(env: &Env, column: alert_monitor::Column) -> Result<Option<Timestamp>, Error> {
    let found = alert_monitor::Entity::find()
        .filter(column.is_not_null())
        .order_by_asc(column)
        .select_only()
        .column(column);
    Ok(found.into_tuple::<Option<Timestamp>>().one(env.db.read()).await?.flatten())
}

/// Messages that are due, the longest due first.
pub async fn due_notices(
    env: &Env,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<alert_notice::Model>, Error> {
    let found = alert_notice::Entity::find()
        .filter(alert_notice::Column::NextAt.lte(now))
        .order_by_asc(alert_notice::Column::NextAt)
        .limit(limit);
    Ok(found.all(env.db.read()).await?)
}

/// When the next message is due.
pub async fn next_notice(env: &Env) -> Result<Option<Timestamp>, Error> {
    let found = alert_notice::Entity::find()
        .order_by_asc(alert_notice::Column::NextAt)
        .select_only()
        .column(alert_notice::Column::NextAt);
    Ok(found.into_tuple().one(env.db.read()).await?)
}
