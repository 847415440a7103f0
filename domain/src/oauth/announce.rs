//! What others hear of connections. Never what is in them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::authorization::{Model, OwnerKind};
use entity::{CustomerVariableId, InstanceId, ScopedVariableId, instance};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use crate::alert::{self, ConnectionFailure};
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slot, Slots, Subject};
use crate::reuse::{self, Used};
use crate::viewer::Viewer;

pub(super) async fn authorized(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &Model,
) -> Result<(), Error> {
    record(env, tx, viewer, EventType::OAuth2AuthorizationCompleted, row).await
}

pub(super) async fn not_authorized(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &Model,
) -> Result<(), Error> {
    record(env, tx, viewer, EventType::OAuth2AuthorizationFailed, row).await
}

pub(super) async fn updated(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &Model,
) -> Result<(), Error> {
    record(env, tx, viewer, EventType::ConnectionUpdated, row).await
}

pub(super) async fn deleted(env: &Env, tx: &DatabaseTransaction, row: &Model) -> Result<(), Error> {
    let system = Viewer::System(row.organization_id);
    record(env, tx, &system, EventType::ConnectionDeleted, row).await
}

pub(super) async fn renewed(env: &Env, tx: &DatabaseTransaction, row: &Model) -> Result<(), Error> {
    let system = Viewer::System(row.organization_id);
    record(env, tx, &system, EventType::OAuth2TokenRefreshed, row).await
}

/// `attempt` counts the failures in a row, and says whether this was the last one.
pub(super) async fn renewal_failed(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &Model,
    (attempt, is_last): (i32, bool),
) -> Result<(), Error> {
    let Some(slots) = slots(tx, row).await? else { return Ok(()) };
    let slots = slots.extra("attempt", attempt).extra("terminal", is_last);
    let system = Viewer::System(row.organization_id);
    event::record(env, tx, &system, EventType::OAuth2TokenRefreshFailed, slots).await
}

/// Tells monitors of the instances that use the connection.
pub(super) async fn alert(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &Model,
    (attempt, message): (i32, &str),
) -> Result<(), Error> {
    let (instances, name) = match used(row) {
        Some(used) => {
            let users = reuse::users_of(tx, row.organization_id, used).await?;
            (users, reuse::name_of(tx, row.organization_id, used).await?)
        }
        None if row.owner_kind == OwnerKind::InstanceValue => {
            (vec![InstanceId(row.owner_id)], row.owner_key.clone())
        }
        None => return Ok(()),
    };
    // The version of the token it has tells one row of failures from the next.
    let occurrence = format!("{}:{}:{attempt}", row.id.0, row.token_version);
    for instance in instances {
        let failure = ConnectionFailure {
            organization: row.organization_id,
            instance,
            flow_config: None,
            execution: None,
            occurrence: &occurrence,
            details: &format!("The connection \"{name}\": {message}"),
        };
        alert::connection_failed(env, tx, &failure).await?;
    }
    Ok(())
}

/// The shared connection that an authorization is of, if it is one's.
fn used(row: &Model) -> Option<Used> {
    match row.owner_kind {
        OwnerKind::CustomerVariable => Some(Used::Value(CustomerVariableId(row.owner_id))),
        OwnerKind::ScopedVariable => Some(Used::Scoped(ScopedVariableId(row.owner_id))),
        OwnerKind::InstanceValue | OwnerKind::UserLevelValue => None,
    }
}

async fn record(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    kind: EventType,
    row: &Model,
) -> Result<(), Error> {
    match slots(tx, row).await? {
        Some(slots) => event::record(env, tx, viewer, kind, slots).await,
        None => Ok(()),
    }
}

/// What an event says; `None` of test instances, which are nobody's business.
async fn slots(tx: &DatabaseTransaction, row: &Model) -> Result<Option<Slots>, Error> {
    let subject = Subject::new(row.id, &row.owner_key, row.created_at, row.updated_at);
    let (slots, subject) = match row.owner_kind {
        OwnerKind::InstanceValue => {
            let instance = Viewer::System(row.organization_id)
                .rows::<instance::Entity>()
                .filter(instance::Column::Id.eq(InstanceId(row.owner_id)))
                .one(tx)
                .await?;
            let Some(instance) = instance.filter(|instance| !instance.is_system) else {
                return Ok(None);
            };
            let id = format!("InstanceConfigVariable:{}:{}", row.owner_id, row.owner_key);
            let subject = subject.field("id", STANDARD.encode(id)).field("scope", "instance");
            (event::of_instance(tx, &instance).await?, subject)
        }
        OwnerKind::CustomerVariable | OwnerKind::ScopedVariable => {
            return match used(row) {
                Some(used) => reuse::slots(tx, row.organization_id, used).await,
                None => Ok(None),
            };
        }
        OwnerKind::UserLevelValue => (Slots::default(), subject.field("scope", "user")),
    };
    Ok(Some(slots.with(Slot::Connection, subject)))
}
