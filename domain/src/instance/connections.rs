//! The OAuth2 connections of an instance: what its variables say, and whose tokens they have.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::authorization::OwnerKind;
use entity::{InstanceId, config_value, config_variable, instance, integration, user_level_config};
use flow::definition::ConfigVar;
use flow::{Definition, Map, OAuth2Shape, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};

use super::config::{Holder, Values, values_of};
use super::resolve;
use super::users::values_of_user;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::integration as integrations;
use crate::oauth::{self, Owner, Place, Scope, Settings};
use crate::policy::Action;
use crate::viewer::Viewer;

/// What the component of a variable says about OAuth2; `None` for other kinds of variables.
pub fn oauth2(env: &Env, variable: &ConfigVar) -> Option<OAuth2Shape> {
    let connection = variable.connection.as_ref()?;
    if variable.scoped_config_var.is_some() {
        return None;
    }
    env.vocabulary.oauth2(&connection.component.key, &connection.key)
}

/// What an instance is made of, as far as its connections are concerned.
pub struct Configured<'a> {
    pub instance: &'a instance::Model,
    /// The user whose connections are meant, where they are not the instance's.
    pub user: Option<&'a user_level_config::Model>,
    pub definition: &'a Definition,
    pub values: &'a Values,
}

impl Configured<'_> {
    /// The OAuth2 connections with what they say now.
    pub async fn oauth2_connections(
        &self,
        env: &Env,
        db: &impl ConnectionTrait,
    ) -> Result<Vec<(&ConfigVar, Settings)>, Error> {
        let holder = Holder { instance: self.instance, user: self.user };
        let variables = self.definition.config_vars.iter();
        let variables = variables.filter(|it| holder.keeps(self.definition, &it.key));
        let shapes: Vec<_> =
            variables.filter_map(|it| oauth2(env, it).map(|shape| (it, shape))).collect();
        if shapes.is_empty() {
            return Ok(Vec::new());
        }
        let organization = self.instance.organization_id;
        let inputs = resolve::opened(env, db, organization, self.definition, self.values).await?;
        // What cannot be evaluated is refused when it is deployed; until then it says nothing.
        let map = resolve::resolve(self.definition, self.values, &inputs, &Map::new());
        let map = map.unwrap_or_default();
        let settings = |(variable, shape): (_, OAuth2Shape)| {
            let variable: &ConfigVar = variable;
            let value = map.get(variable.key.as_str()).unwrap_or(&Value::Null);
            (variable, Settings::read(&shape, value))
        };
        Ok(shapes.into_iter().map(settings).collect())
    }

    fn scope(&self, key: &str) -> Scope {
        let row = self.instance;
        let owner = match self.user {
            Some(config) => Owner::user_level_value(config.id, key),
            None => Owner::instance_value(row.id, key),
        };
        Scope::new(row.organization_id, Some(row.customer_id), owner)
    }

    /// One connection as something that can be authorized; `None` if it is none.
    pub async fn place(
        &self,
        env: &Env,
        key: &str,
        names: Names<'_>,
    ) -> Result<Option<Place>, Error> {
        let connections = self.oauth2_connections(env, env.db.read()).await?;
        let found = connections.into_iter().find(|(variable, _)| variable.key == key);
        Ok(found.map(|(variable, settings)| {
            let meta = |name: &str| {
                let found = variable.meta.get(name).and_then(|json| json.as_str());
                found.filter(|text| !text.is_empty()).map(str::to_owned)
            };
            Place {
                scope: self.scope(key),
                name: variable.key.clone(),
                settings,
                success_url: meta("oAuthSuccessRedirectUri"),
                failure_url: meta("oAuthFailureRedirectUri"),
                parameters: self.parameters(key, names),
            }
        }))
    }

    fn parameters(&self, key: &str, names: Names<'_>) -> Vec<(&'static str, String)> {
        let row = self.instance;
        let value = match self.user {
            Some(config) => format!("UserLevelConfigVariable:{}:{key}", config.id.0),
            None => format!("InstanceConfigVariable:{}:{key}", row.id.0),
        };
        let mut parameters = vec![
            ("instanceId", crate::global_id(row.id)),
            ("instanceName", row.name.clone()),
            ("integrationId", crate::global_id(row.integration_id)),
            ("integrationName", names.integration.to_owned()),
            ("requiredConfigVariableKey", key.to_owned()),
            ("id", STANDARD.encode(value)),
        ];
        if let Some(variable) = names.variable {
            parameters.push(("requiredConfigVariableId", crate::global_id(variable.id)));
        }
        parameters
    }
}

/// What the addresses that a browser goes to in the end are told.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub integration: &'a str,
    pub variable: Option<&'a config_variable::Model>,
}

/// Makes authorizations follow the configuration, in the transaction that changes it.
pub(super) async fn keep(
    env: &Env,
    tx: &DatabaseTransaction,
    holder: Holder<'_>,
    definition: &Definition,
) -> Result<(), Error> {
    let Holder { instance, user } = holder;
    let values = match user {
        Some(config) => values_of_user(tx, instance, config).await?,
        None => values_of(tx, instance).await?,
    };
    let configured = Configured { instance, user, definition, values: &values };
    for (variable, settings) in configured.oauth2_connections(env, tx).await? {
        oauth::keep(env, tx, &configured.scope(&variable.key), &settings).await?;
    }
    Ok(())
}

/// As [`keep`], and forgets authorizations of variables that are no longer there.
pub(super) async fn settle(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    definition: &Definition,
) -> Result<(), Error> {
    keep(env, tx, Holder::instance(row), definition).await?;
    let is_kept =
        |key: &str| definition.config_var(key).is_some_and(|it| oauth2(env, it).is_some());
    oauth::forget(env, tx, row.organization_id, (OwnerKind::InstanceValue, row.id.0), is_kept).await
}

/// The connection of a variable, for a viewer who may change the instance.
pub async fn connection_to_change(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    key: &str,
) -> Result<Place, Error> {
    let permit = viewer.permit::<instance::Entity>(env.db.read(), Action::Modify, id).await?;
    place_of(env, viewer, permit.row(), None, key).await
}

/// The connection of a variable that the viewer sees: the instance's, or a user's own.
pub(crate) async fn place_of(
    env: &Env,
    viewer: &Viewer,
    instance: &instance::Model,
    user: Option<&user_level_config::Model>,
    key: &str,
) -> Result<Place, Error> {
    let db = env.db.read();
    if instance.removed_at.is_some() {
        return Err(Error::NotFound(Kind::Instance));
    }
    let system = Viewer::System(instance.organization_id);
    let version = system.find::<integration::Entity>(db, instance.integration_id).await?;
    let variable = viewer
        .rows::<config_variable::Entity>()
        .filter(config_variable::Column::IntegrationId.eq(version.id))
        .filter(config_variable::Column::Key.eq(key))
        .one(db)
        .await?;
    let variable = variable.ok_or(Error::NotFound(Kind::ConfigVariable))?;
    let definition = integrations::definition(&version)?;
    let values = match user {
        Some(config) => values_of_user(db, instance, config).await?,
        None => values_of(db, instance).await?,
    };
    let configured = Configured { instance, user, definition: &definition, values: &values };
    let names = Names { integration: &version.name, variable: Some(&variable) };
    let place = configured.place(env, key, names).await?;
    place.ok_or_else(|| Error::invalid("id", "This is no OAuth2 connection."))
}

/// Forgets the token of a connection.
pub async fn disconnect(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: InstanceId,
    key: &str,
) -> Result<(), Error> {
    let place = connection_to_change(env, viewer, id, key).await?;
    oauth::disconnect(env, &place.scope).await
}

/// Sets the token of a connection by hand.
pub async fn update_connection(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    key: &str,
    update: &oauth::Update,
) -> Result<(), Error> {
    let place = connection_to_change(env, viewer, id, key).await?;
    oauth::update(env, viewer, &place, update).await
}

/// The values of an instance by their keys.
pub fn by_key(values: impl IntoIterator<Item = config_value::Model>) -> Values {
    values.into_iter().map(|value| (value.key.clone(), value)).collect()
}
