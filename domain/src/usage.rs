//! Metering: what instances use, and for how long they are enabled.
//!
//! Counting is done by [`jobs::usage`]; here is what makes it follow changes of instances.

use entity::instance;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::env::Env;

/// Makes the time that is metered follow an instance, in the transaction that changed it. What was
/// never deployed, what is paused and test instances cost nothing.
pub(crate) async fn follow(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
) -> Result<(), DbErr> {
    let is_deployed = row.deployment_id.is_some() && row.removed_at.is_none();
    if row.enabled && is_deployed && !row.is_system {
        jobs::usage::enabled(tx, env.now(), row).await
    } else {
        jobs::usage::disabled(tx, &env.ids, env.now(), row.id).await
    }
}
