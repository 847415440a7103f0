//! Texts that browsers bring back once: that they were used is all that is written of them.

use entity::{OrganizationId, Timestamp, spent_state};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, SqlErr};
use uuid::Uuid;

use crate::env::Env;
use crate::error::Error;
use crate::rows;

/// Marks a text as used, whatever node it came to. False if it was used before: the transaction can
/// then only be rolled back.
pub(crate) async fn spend(
    env: &Env,
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    nonce: Uuid,
    expires_at: Timestamp,
) -> Result<bool, Error> {
    rows::delete::<spent_state::Entity>(organization)
        .filter(spent_state::Column::ExpiresAt.lt(env.now()))
        .exec(tx)
        .await?;
    let row = spent_state::Model { nonce, organization_id: organization, expires_at };
    match rows::insert::<spent_state::Entity>(tx, row).await {
        Ok(_) => Ok(true),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(false),
            _ => Err(error.into()),
        },
    }
}
