//! Shared connections as something that can be authorized.

use std::sync::Arc;

use entity::scoped_variable::Scope;
use entity::{CustomerVariableId, ScopedVariableId, customer_variable, scoped_variable};
use flow::OAuth2Shape;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};

use super::inputs::{Inputs, combined, fields, of_scoped, of_value};
use crate::env::Env;
use crate::error::Error;
use crate::instance::connection_value;
use crate::oauth::{self, Owner, Place, Settings, Update};
use crate::policy::Action;
use crate::viewer::Viewer;

const NO_OAUTH2: &str = "This is no OAuth2 connection.";

/// What the component of a shared connection says about OAuth2.
pub(super) fn shape(env: &Env, scoped: &scoped_variable::Model) -> Option<OAuth2Shape> {
    env.vocabulary.oauth2(&scoped.component_key, &scoped.connection_key)
}

fn settings(shape: &OAuth2Shape, scoped: &scoped_variable::Model, inputs: &Inputs) -> Settings {
    // What cannot be evaluated is refused when it is deployed; until then it says nothing.
    let fields = fields(inputs).unwrap_or_default();
    Settings::read(shape, &connection_value(&scoped.connection_key, &scoped.key, fields))
}

fn scope_of_scoped(row: &scoped_variable::Model) -> oauth::Scope {
    oauth::Scope::new(row.organization_id, row.customer_id, Owner::scoped_variable(row.id))
}

fn scope_of_value(row: &customer_variable::Model) -> oauth::Scope {
    oauth::Scope::new(row.organization_id, row.customer_id, Owner::customer_variable(row.id))
}

/// Makes authorizations follow the inputs of a scoped variable, in the transaction that changes
/// them: its own, and those of its values.
pub(super) async fn keep_scoped(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &scoped_variable::Model,
    values: &[customer_variable::Model],
) -> Result<(), Error> {
    let Some(shape) = shape(env, row) else { return Ok(()) };
    if row.variable_scope == Scope::Org {
        let inputs = of_scoped(env, tx, row).await?;
        oauth::keep(env, tx, &scope_of_scoped(row), &settings(&shape, row, &inputs)).await?;
    }
    for value in values {
        keep_value(env, tx, row, value).await?;
    }
    Ok(())
}

/// The same for one value.
pub(super) async fn keep_value(
    env: &Env,
    tx: &DatabaseTransaction,
    scoped: &scoped_variable::Model,
    value: &customer_variable::Model,
) -> Result<(), Error> {
    let Some(shape) = shape(env, scoped) else { return Ok(()) };
    let inputs = all_inputs(env, tx, scoped, value).await?;
    oauth::keep(env, tx, &scope_of_value(value), &settings(&shape, scoped, &inputs)).await
}

async fn all_inputs(
    env: &Env,
    db: &impl ConnectionTrait,
    scoped: &scoped_variable::Model,
    value: &customer_variable::Model,
) -> Result<Inputs, Error> {
    let base = of_scoped(env, db, scoped).await?;
    Ok(combined(&base, of_value(env, db, value).await?, value.is_test))
}

/// A scoped variable as something that can be authorized; `None` where others are in its place.
pub async fn place_of_scoped(
    env: &Env,
    row: &scoped_variable::Model,
) -> Result<Option<Place>, Error> {
    let (Some(shape), Scope::Org) = (shape(env, row), row.variable_scope) else { return Ok(None) };
    let inputs = of_scoped(env, env.db.read(), row).await?;
    Ok(Some(Place {
        scope: scope_of_scoped(row),
        name: row.key.clone(),
        settings: settings(&shape, row, &inputs),
        success_url: row.success_url.clone(),
        failure_url: row.failure_url.clone(),
        parameters: vec![("id", crate::global_id(row.id))],
    }))
}

/// The connection of a customer, or that of test runs, as something that can be authorized.
pub async fn place_of_value(
    env: &Env,
    value: &customer_variable::Model,
) -> Result<Option<Place>, Error> {
    let scoped = scoped_of(env.db.read(), value).await?;
    let Some(shape) = shape(env, &scoped) else { return Ok(None) };
    let inputs = all_inputs(env, env.db.read(), &scoped, value).await?;
    Ok(Some(Place {
        scope: scope_of_value(value),
        name: value.key.clone().unwrap_or_else(|| scoped.key.clone()),
        settings: settings(&shape, &scoped, &inputs),
        success_url: scoped.success_url.clone(),
        failure_url: scoped.failure_url.clone(),
        parameters: vec![
            ("id", crate::global_id(value.id)),
            ("scopedConfigVariableId", crate::global_id(scoped.id)),
        ],
    }))
}

/// What a value is for. Whoever sees the one may know this of the other.
pub(super) async fn scoped_of(
    db: &impl ConnectionTrait,
    value: &customer_variable::Model,
) -> Result<scoped_variable::Model, Error> {
    let system = Viewer::System(value.organization_id);
    system.find::<scoped_variable::Entity>(db, value.scoped_variable_id).await
}

/// The values for a scoped variable.
pub(super) async fn values_of(
    db: &impl ConnectionTrait,
    scoped: &scoped_variable::Model,
) -> Result<Vec<customer_variable::Model>, Error> {
    let rows = Viewer::System(scoped.organization_id).rows::<customer_variable::Entity>();
    let rows = rows.filter(customer_variable::Column::ScopedVariableId.eq(scoped.id));
    Ok(rows.all(db).await?)
}

/// The connection, for a viewer who may change it.
pub(crate) async fn scoped_to_change(
    env: &Env,
    viewer: &Viewer,
    id: ScopedVariableId,
) -> Result<Place, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<scoped_variable::Entity>(db, Action::Modify, id).await?;
    let place = place_of_scoped(env, permit.row()).await?;
    place.ok_or_else(|| Error::invalid("id", NO_OAUTH2))
}

/// The same for a value.
pub(crate) async fn value_to_change(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
) -> Result<Place, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<customer_variable::Entity>(db, Action::Modify, id).await?;
    let place = place_of_value(env, permit.row()).await?;
    place.ok_or_else(|| Error::invalid("id", NO_OAUTH2))
}

/// Forgets the token of a scoped variable.
pub async fn disconnect_scoped(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: ScopedVariableId,
) -> Result<(), Error> {
    let place = scoped_to_change(env, viewer, id).await?;
    oauth::disconnect(env, &place.scope).await
}

/// Forgets the token of a value.
pub async fn disconnect_value(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: CustomerVariableId,
) -> Result<(), Error> {
    let place = value_to_change(env, viewer, id).await?;
    oauth::disconnect(env, &place.scope).await
}

/// Sets the token of a scoped variable by hand.
pub async fn update_scoped_connection(
    env: &Env,
    viewer: &Viewer,
    id: ScopedVariableId,
    update: &Update,
) -> Result<(), Error> {
    let place = scoped_to_change(env, viewer, id).await?;
    oauth::update(env, viewer, &place, update).await
}

/// Sets the token of a value by hand.
pub async fn update_value_connection(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
    update: &Update,
) -> Result<(), Error> {
    let place = value_to_change(env, viewer, id).await?;
    oauth::update(env, viewer, &place, update).await
}
