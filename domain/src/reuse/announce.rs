//! What others hear of shared connections. Never what is in them.

use entity::{
    CustomerId, CustomerVariableId, OrganizationId, ScopedVariableId, authorization, customer,
    customer_variable, log, scoped_variable,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};

use super::usage::Used;
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slot, Slots, Subject};
use crate::rows;
use crate::viewer::Viewer;

/// What an event about a shared connection says; `None` of those of test runs, which are nobody's
/// business.
pub(crate) async fn slots(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    used: Used,
) -> Result<Option<Slots>, Error> {
    let system = Viewer::System(organization);
    match used {
        Used::Scoped(id) => {
            let rows = system.rows::<scoped_variable::Entity>();
            let row = rows.filter(scoped_variable::Column::Id.eq(id)).one(db).await?;
            Ok(row.map(|row| slots_of_scoped(&row)))
        }
        Used::Value(id) => {
            let rows = system.rows::<customer_variable::Entity>();
            let row = rows.filter(customer_variable::Column::Id.eq(id)).one(db).await?;
            match row {
                Some(row) => slots_of_value(db, &row).await,
                None => Ok(None),
            }
        }
    }
}

/// What people call a shared connection.
pub(crate) async fn name_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    used: Used,
) -> Result<String, Error> {
    let system = Viewer::System(organization);
    let (own, scoped) = match used {
        Used::Scoped(id) => (None, id),
        Used::Value(id) => {
            let value = system.find::<customer_variable::Entity>(db, id).await?;
            (value.key, value.scoped_variable_id)
        }
    };
    match own {
        Some(own) => Ok(own),
        None => Ok(system.find::<scoped_variable::Entity>(db, scoped).await?.key),
    }
}

fn slots_of_scoped(row: &scoped_variable::Model) -> Slots {
    let subject =
        Subject::new::<ScopedVariableId>(row.id, &row.key, row.created_at, row.updated_at)
            .field("stable_key", row.stable_key.as_str())
            .field("scope", "organization");
    Slots::of(Slot::Connection, subject)
}

async fn slots_of_value(
    db: &impl ConnectionTrait,
    row: &customer_variable::Model,
) -> Result<Option<Slots>, Error> {
    let system = Viewer::System(row.organization_id);
    let Some(customer) = row.customer_id else { return Ok(None) };
    let rows = system.rows::<customer::Entity>();
    let customer = rows.filter(customer::Column::Id.eq(customer)).one(db).await?;
    let scoped = system.find::<scoped_variable::Entity>(db, row.scoped_variable_id).await?;
    let name = row.key.as_deref().unwrap_or(&scoped.key);
    let subject = Subject::new::<CustomerVariableId>(row.id, name, row.created_at, row.updated_at)
        .field("stable_key", scoped.stable_key.as_str())
        .field("scope", "customer");
    let slots = Slots::of(Slot::Connection, subject);
    Ok(Some(match customer {
        Some(customer) => slots.with_customer(&customer),
        None => slots,
    }))
}

pub(super) async fn scoped_deleted(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &scoped_variable::Model,
) -> Result<(), Error> {
    event::record(env, tx, viewer, EventType::ConnectionDeleted, slots_of_scoped(row)).await
}

pub(super) async fn value_deleted(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &customer_variable::Model,
) -> Result<(), Error> {
    match slots_of_value(tx, row).await? {
        Some(slots) => event::record(env, tx, viewer, EventType::ConnectionDeleted, slots).await,
        None => Ok(()),
    }
}

/// The shared connections of a customer go with it; their rows follow when nothing uses them.
/// Whoever asks again is told nothing.
pub(crate) async fn customer_goes(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &customer::Model,
) -> Result<(), Error> {
    if row.removed_at.is_some() {
        return Ok(());
    }
    let system = Viewer::System(row.organization_id);
    let of = customer_variable::Column::CustomerId.eq(row.id);
    for value in system.rows::<customer_variable::Entity>().filter(of).all(tx).await? {
        value_deleted(env, tx, viewer, &value).await?;
    }
    let of = scoped_variable::Column::CustomerId.eq(row.id);
    for scoped in system.rows::<scoped_variable::Entity>().filter(of).all(tx).await? {
        scoped_deleted(env, tx, viewer, &scoped).await?;
    }
    Ok(())
}

/// Deletes what a customer had, when its instances are gone.
pub(crate) async fn forget_customer(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    customer: CustomerId,
) -> Result<(), Error> {
    rows::delete::<authorization::Entity>(organization)
        .filter(authorization::Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    rows::delete::<log::Entity>(organization)
        .filter(log::Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    rows::delete::<customer_variable::Entity>(organization)
        .filter(customer_variable::Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    rows::delete::<scoped_variable::Entity>(organization)
        .filter(scoped_variable::Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    Ok(())
}
