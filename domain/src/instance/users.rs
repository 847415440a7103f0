//! Values of users, laid over those of their instance.

use entity::{instance, user_level_config};
use flow::{Definition, Map};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::config::{self, Change, ConfigInput, Holder, Mode, Values, values_of, values_of_config};
use super::resolve;
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;

/// Stores values of a user, and says whether that changed anything.
pub(crate) async fn save_of_user(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    (instance, config): (&instance::Model, &user_level_config::Model),
    definition: &Definition,
    inputs: &[ConfigInput],
) -> Result<bool, Error> {
    let holder = Holder { instance, user: Some(config) };
    let change = Change { definition, mode: Mode::Merge };
    config::apply(env, tx, viewer, holder, &change, inputs).await
}

/// All values as they are for a user.
pub(crate) async fn values_of_user(
    db: &impl ConnectionTrait,
    instance: &instance::Model,
    config: &user_level_config::Model,
) -> Result<Values, Error> {
    let mut values = values_of(db, instance).await?;
    values.extend(values_of_config(db, config).await?);
    Ok(values)
}

/// Run-time values with those that the user sets in their places.
pub(crate) async fn overlay_of_user(
    env: &Env,
    db: &impl ConnectionTrait,
    config: &user_level_config::Model,
    definition: &Definition,
    base: Map,
) -> Result<Map, Error> {
    let values = values_of_config(db, config).await?;
    let organization = config.organization_id;
    let connections = resolve::opened(env, db, organization, definition, &values).await?;
    resolve::overlay(base, definition, &values, &connections)
        .map_err(|error| Error::invalid("configVariables", error.to_string()))
}
