//! Forgetting what has been.

use entity::{OrganizationId, TenantOwned, delivery, event};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;

/// How long a delivery is remembered after its end, with its attempts, in days.
pub const LOG_DAYS_MAX: i64 = 14;

/// How long events can be caught up on, in days.
pub const EVENT_DAYS_MAX: i64 = 30;

/// Rows that one transaction deletes.
const ROWS_MAX: u64 = 500;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Deletes some of what is too old; says whether there may be more.
pub async fn purge(env: &Env) -> Result<bool, Error> {
    let mut is_busy = false;
    let log_end = env.now().plus_seconds(-LOG_DAYS_MAX * DAY_SECONDS);
    let event_end = env.now().plus_seconds(-EVENT_DAYS_MAX * DAY_SECONDS);
    let old_events = event::Column::OccurredAt
        .lt(event_end)
        .into_condition()
        .add(event::Column::FannedOutAt.is_not_null());
    for organization in token::organizations(env).await? {
        let old = delivery::Column::EndedAt.lt(log_end).into_condition();
        is_busy |= take::<delivery::Entity>(env, organization, old).await?;
        is_busy |= take::<event::Entity>(env, organization, old_events.clone()).await?;
    }
    Ok(is_busy)
}

async fn take<E: TenantOwned>(
    env: &Env,
    organization: OrganizationId,
    of: Condition,
) -> Result<bool, Error> {
    let some: SelectStatement =
        Query::select().column("id").from(E::default()).cond_where(of).limit(ROWS_MAX).take();
    let tx = env.db.begin().await?;
    let deleted = rows::delete::<E>(organization)
        .filter(Expr::col((E::default(), "id")).in_subquery(some))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(deleted.rows_affected == ROWS_MAX)
}
