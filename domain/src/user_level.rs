//! User-level configuration: what each user of a customer fills in for themselves.
//!
//! Some pages of a wizard are each user's own ([`flow::Definition::is_user_level`]). What a user
//! saves there takes effect at once: nothing is deployed. A run is a user's when it was started at
//! one of that user's URLs, which end in a key of theirs; it sees their values in the place of
//! what the instance has.

use std::sync::Arc;

use entity::authorization::OwnerKind;
use entity::{
    DeploymentId, InstanceId, OrganizationId, UserId, UserLevelConfigId, flow_config, instance,
    integration, user, user_level_config, user_level_value,
};
use flow::{Definition, Map};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter, Set,
};

use crate::env::Env;
use crate::error::{Error, Kind};
use crate::instance::{self as instances, ConfigInput};
use crate::integration as integrations;
use crate::oauth::{self, Owner, Place};
use crate::policy::{Action, Noun};
use crate::reuse::Deployed;
use crate::rows;
use crate::viewer::Viewer;
use crate::{Whom, deployment};

/// Makes the viewer's own configuration of an instance, or finds the one they have.
pub async fn create(
    env: &Env,
    viewer: &Viewer,
    instance: InstanceId,
) -> Result<user_level_config::Model, Error> {
    let tx = env.db.begin().await?;
    let row = find_or_make(env, &tx, viewer, instance).await?;
    tx.commit().await?;
    Ok(row)
}

async fn find_or_make(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    instance: InstanceId,
) -> Result<user_level_config::Model, Error> {
    let row = viewer.find::<instance::Entity>(tx, instance).await?;
    let Some(user) = viewer.user().filter(|user| user.customer_id == Some(row.customer_id)) else {
        return Err(Error::Forbidden);
    };
    if !viewer.can(Noun::UserLevelConfig, Action::Create) {
        return Err(Error::Forbidden);
    }
    if let Some(known) = of_user(tx, &row, user.id).await? {
        return Ok(known);
    }
    if row.deployment_id.is_none() {
        return Err(Error::invalid("instance", "This is not deployed yet."));
    }
    if !has_user_pages(&definition_of(tx, &row).await?) {
        let message = "Users have nothing to configure here.";
        return Err(Error::invalid("instance", message));
    }
    let now = env.now();
    let config = user_level_config::Model {
        id: env.ids.next(),
        organization_id: row.organization_id,
        customer_id: row.customer_id,
        instance_id: row.id,
        user_id: user.id,
        url_key: env.ids.secret(),
        created_at: now,
        updated_at: now,
    };
    // Two windows of one user make one configuration.
    rows::insert_new::<user_level_config::Entity>(tx, vec![config]).await?;
    let made = of_user(tx, &row, user.id).await?;
    made.ok_or(Error::NotFound(Kind::UserLevelConfig))
}

/// Saves what the viewer entered for themselves; what is not named stays as it is.
pub async fn save(
    env: &Env,
    viewer: &Viewer,
    instance: InstanceId,
    inputs: &[ConfigInput],
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let config = find_or_make(env, &tx, viewer, instance).await?;
    let row = viewer.find::<instance::Entity>(&tx, instance).await?;
    let definition = definition_of(&tx, &row).await?;
    if instances::save_of_user(env, &tx, viewer, (&row, &config), &definition, inputs).await? {
        let touch =
            user_level_config::ActiveModel { updated_at: Set(env.now()), ..config.clone().into() };
        touch.update(&tx).await?;
    }
    tx.commit().await?;
    env.authorizations.nudge();
    env.deliveries_arrived();
    Ok(row)
}

/// Removes a user's configuration: their own, or that of anybody whose instances the viewer may
/// change.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: UserLevelConfigId,
) -> Result<user_level_config::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<user_level_config::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let is_own = viewer.user().is_some_and(|user| user.id == row.user_id);
    if !is_own && !viewer.can(Noun::Instance, Action::Modify) {
        return Err(Error::Forbidden);
    }
    remove(env, &tx, &row).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}

/// A user goes with all that they configured for themselves.
pub(crate) async fn go_with_user(
    env: &Env,
    tx: &DatabaseTransaction,
    user: &user::Model,
) -> Result<(), Error> {
    let own = Viewer::System(user.organization_id)
        .rows::<user_level_config::Entity>()
        .filter(user_level_config::Column::UserId.eq(user.id));
    for row in own.all(tx).await? {
        remove(env, tx, &row).await?;
    }
    Ok(())
}

async fn remove(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &user_level_config::Model,
) -> Result<(), Error> {
    let organization = row.organization_id;
    let owner = (OwnerKind::UserLevelValue, row.id.0);
    oauth::forget(env, tx, organization, owner, |_| false).await?;
    rows::delete::<user_level_value::Entity>(organization)
        .filter(user_level_value::Column::ConfigId.eq(row.id))
        .exec(tx)
        .await?;
    rows::delete::<user_level_config::Entity>(organization)
        .filter(user_level_config::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// A user's connection, for a viewer who may change it: the user, or who manages instances for the
/// organization.
pub async fn connection_to_change(
    env: &Env,
    viewer: &Viewer,
    id: UserLevelConfigId,
    key: &str,
) -> Result<Place, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<user_level_config::Entity>(db, Action::Modify, id).await?;
    let config = permit.into_row();
    let is_own = viewer.user().is_some_and(|user| user.id == config.user_id);
    if !is_own && viewer.customer_id().is_some() {
        return Err(Error::Forbidden);
    }
    let system = Viewer::System(config.organization_id);
    let instance = system.find::<instance::Entity>(db, config.instance_id).await?;
    instances::place_of(env, viewer, &instance, Some(&config), key).await
}

/// Forgets the token of a user's connection.
pub async fn disconnect(
    env: &Arc<Env>,
    viewer: &Viewer,
    id: UserLevelConfigId,
    key: &str,
) -> Result<(), Error> {
    let place = connection_to_change(env, viewer, id, key).await?;
    oauth::disconnect(env, &place.scope).await
}

/// Sets the token of a user's connection by hand.
pub async fn update_connection(
    env: &Env,
    viewer: &Viewer,
    id: UserLevelConfigId,
    key: &str,
    update: &oauth::Update,
) -> Result<(), Error> {
    let place = connection_to_change(env, viewer, id, key).await?;
    oauth::update(env, viewer, &place, update).await
}

/// The user whose URLs end in this key.
pub async fn user_of_url(
    env: &Env,
    organization: OrganizationId,
    instance: InstanceId,
    key: &str,
) -> Result<Option<Whom>, Error> {
    let db = env.db.read();
    let system = Viewer::System(organization);
    let config = system
        .rows::<user_level_config::Entity>()
        .filter(user_level_config::Column::InstanceId.eq(instance))
        .filter(user_level_config::Column::UrlKey.eq(key))
        .one(db)
        .await?;
    let Some(config) = config else { return Ok(None) };
    let user = system.rows::<user::Entity>().filter(user::Column::Id.eq(config.user_id));
    Ok(user.one(db).await?.as_ref().map(Whom::of))
}

/// What a run of a user's sees, and whose tokens its connections have.
pub struct Overlay {
    pub config_vars: Map,
    pub connections: Vec<(String, Owner)>,
    /// What the user has chosen of the customer's shared connections.
    pub shared: Vec<Deployed>,
    pub definition: Definition,
}

impl std::fmt::Debug for Overlay {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Overlay").finish_non_exhaustive()
    }
}

/// The configuration of a deployment as it is for a user; `None` if they have none of their own.
pub async fn overlay(
    env: &Env,
    organization: OrganizationId,
    id: DeploymentId,
    user: UserId,
) -> Result<Option<Overlay>, Error> {
    let loaded = deployment::load(env, organization, id).await?;
    let db = env.db.read();
    let system = Viewer::System(organization);
    let instance = system.find::<instance::Entity>(db, loaded.model.instance_id).await?;
    let Some(config) = of_user(db, &instance, user).await? else { return Ok(None) };
    let definition = loaded.definition;
    let base = loaded.config_vars;
    let of = (&instance, &config);
    let overlay = instances::overlay_of_user(env, db, of, &definition, base).await?;
    let (config_vars, shared) = overlay;
    let variables = definition.config_vars.iter();
    let own = variables
        .filter(|it| definition.is_user_level(&it.key) && instances::oauth2(env, it).is_some())
        .map(|it| (it.key.clone(), Owner::user_level_value(config.id, &it.key)));
    let with_token = shared.iter().filter(|it| it.has_token(env));
    let connections = own.chain(with_token.map(|it| (it.key.clone(), it.owner.clone()))).collect();
    Ok(Some(Overlay { config_vars, connections, shared, definition }))
}

/// Whether a wizard has pages that each user fills.
pub fn has_user_pages(definition: &Definition) -> bool {
    definition.config_pages.iter().any(|page| page.user_level_configured)
}

pub(crate) async fn of_user(
    db: &impl ConnectionTrait,
    instance: &instance::Model,
    user: UserId,
) -> Result<Option<user_level_config::Model>, Error> {
    let found = Viewer::System(instance.organization_id)
        .rows::<user_level_config::Entity>()
        .filter(user_level_config::Column::InstanceId.eq(instance.id))
        .filter(user_level_config::Column::UserId.eq(user));
    Ok(found.one(db).await?)
}

async fn definition_of(
    db: &impl ConnectionTrait,
    instance: &instance::Model,
) -> Result<Definition, Error> {
    let system = Viewer::System(instance.organization_id);
    let version = system.find::<integration::Entity>(db, instance.integration_id).await?;
    integrations::definition(&version)
}

/// The URL of a flow whose calls run with what a user configured.
pub fn webhook_url(
    env: &Env,
    flow: &flow_config::Model,
    config: &user_level_config::Model,
) -> String {
    instances::trigger_url(env, &format!("{}{URL_SEPARATOR}{}", flow.webhook_id, config.url_key))
}

/// Stands between the id of a URL and the key of the user it is for.
pub const URL_SEPARATOR: char = '.';
