//! Authorizations of all organizations, for whoever renews their tokens.

use entity::{Timestamp, authorization};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::env::Env;
use crate::error::Error;

/// Authorizations whose next token should be asked for, the longest due first.
pub async fn due(env: &Env, count: u64) -> Result<Vec<authorization::Model>, Error> {
    let now = env.now();
    let until = authorization::Column::LeaseUntil;
    let is_free = Condition::any().add(until.is_null()).add(until.lte(now));
    let found = authorization::Entity::find()
        .filter(authorization::Column::RefreshAt.lte(now))
        .filter(is_free)
        .order_by_asc(authorization::Column::RefreshAt)
        .limit(count);
    Ok(found.all(env.db.read()).await?)
}

/// Ends the leases that a server left behind which was the only one on this database. They stay
/// visible as what was cut.
pub async fn end_leases(env: &Env) -> Result<(), Error> {
    let now = env.now();
    let tx = env.db.begin().await?;
    authorization::Entity::update_many()
        .col_expr(authorization::Column::LeaseUntil, now.into())
        .filter(authorization::Column::LeaseUntil.gt(now))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// When the next authorization is due.
pub async fn next_due(env: &Env) -> Result<Option<Timestamp>, Error> {
    let next: Option<Option<Timestamp>> = authorization::Entity::find()
        .filter(authorization::Column::RefreshAt.is_not_null())
        .order_by_asc(authorization::Column::RefreshAt)
        .select_only()
        .column(authorization::Column::RefreshAt)
        .into_tuple()
        .one(env.db.read())
        .await?;
    Ok(next.flatten())
}
