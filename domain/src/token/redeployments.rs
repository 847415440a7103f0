//! Instances of all organizations that are to be deployed again.

use entity::redeployment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::env::Env;
use crate::error::Error;

/// What is due, the longest due first.
pub async fn due(env: &Env, limit: u64) -> Result<Vec<redeployment::Model>, Error> {
    let found = redeployment::Entity::find()
        .filter(redeployment::Column::DueAt.lte(env.now()))
        .order_by_asc(redeployment::Column::DueAt)
        .order_by_asc(redeployment::Column::InstanceId)
        .limit(limit);
    Ok(found.all(env.db.read()).await?)
}
