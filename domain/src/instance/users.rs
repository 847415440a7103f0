//! Values of users, laid over those of their instance.
//!
//! A user who has chosen none of the customer's shared connections has what the instance is
//! deployed with. What was chosen is read when a run begins, so that changes of it need no
//! deployment.

use entity::{instance, user_level_config};
use flow::{Definition, Map};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::config::{self, Change, ConfigInput, Holder, Mode, Values, values_of, values_of_config};
use super::resolve;
use super::shared::{self, Links};
use crate::env::Env;
use crate::error::Error;
use crate::reuse::{self, Deployed};
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

/// Run-time values with those that the user sets in their places, and the shared connections that
/// the user has chosen.
pub(crate) async fn overlay_of_user(
    env: &Env,
    db: &impl ConnectionTrait,
    (instance, config): (&instance::Model, &user_level_config::Model),
    definition: &Definition,
    mut base: Map,
) -> Result<(Map, Vec<Deployed>), Error> {
    let values = values_of_config(db, config).await?;
    let organization = config.organization_id;
    let connections = resolve::opened(env, db, organization, definition, &values).await?;
    let chosen = chosen(db, instance, definition, &values).await?;
    base.extend(reuse::freeze(env, db, &chosen).await?);
    let map = resolve::overlay(base, definition, &values, &connections)
        .map_err(|error| Error::invalid("configVariables", error.to_string()))?;
    Ok((map, chosen.into_iter().map(|(key, link)| link.deployed(key)).collect()))
}

/// What the user has chosen, of the variables that are the user's.
async fn chosen(
    db: &impl ConnectionTrait,
    instance: &instance::Model,
    definition: &Definition,
    values: &Values,
) -> Result<Links, Error> {
    let is_chosen = |key: &str| {
        let value = values.get(key).filter(|_| definition.is_user_level(key));
        value.is_some_and(|value| value.customer_variable_id.is_some())
    };
    if !values.keys().any(|key| is_chosen(key)) {
        return Ok(Links::new());
    }
    let mut links = shared::links(db, instance, definition, values).await?;
    links.retain(|key, link| is_chosen(key) && link.is_connected());
    Ok(links)
}
