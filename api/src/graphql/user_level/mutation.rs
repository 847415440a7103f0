//! Beginning, connecting and deleting what users configure for themselves.

use std::sync::Arc;

use domain::user_level;
use entity::{UserLevelConfigId, user_level_config};
use uuid::Uuid;

use super::{UserVariable, variables_of};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::Registry;
use crate::graphql::config_value::oauth2;
use crate::graphql::id;
use crate::graphql::mutation::Mutation;

const PAYLOAD: (&str, &str, &str) =
    ("userLevelConfig", "UserLevelConfig", "The configuration; null on errors.");

pub fn register(registry: &mut Registry) {
    Mutation::new(
        "createUserLevelConfig",
        "Begins your own configuration of an instance, or finds the one you have.",
        PAYLOAD,
    )
    .inputs([("instance", "ID!", "The instance.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("instance")?;
        Ok(Arc::new(user_level::create(ask.env(), ask.viewer(), id).await?))
    });
    Mutation::new(
        "deleteUserLevelConfig",
        "Deletes what a user has configured for themselves.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The configuration.")])
    .run(registry, |input, ask| async move {
        let id = input.require_id("id")?;
        Ok(Arc::new(user_level::delete(ask.env(), ask.viewer(), id).await?))
    });
    let connection =
        ("userLevelConfigVariable", "UserLevelConfigVariable", "The connection; null on errors.");
    Mutation::new(
        "disconnectUserLevelConnection",
        "Forgets the token of a user's OAuth2 connection and stops renewing it.",
        connection,
    )
    .inputs([("id", "ID", "The config variable of the user.")])
    .run(registry, |input, ask| async move {
        let (config, key) = named(&input.require_text("id")?)?;
        user_level::disconnect(&ask.context.env, ask.viewer(), config, &key).await?;
        variable_of(&ask, config, &key).await
    });
    Mutation::new(
        "updateUserLevelOAuth2Connection",
        "Sets the token of a user's OAuth2 connection by hand; what is not given stays.",
        connection,
    )
    .inputs([("id", "ID", "The config variable of the user.")])
    .inputs(oauth2::UPDATE)
    .run(registry, |input, ask| async move {
        let (config, key) = named(&input.require_text("id")?)?;
        let update = oauth2::read_update(&input)?;
        let (env, viewer) = (ask.env(), ask.viewer());
        user_level::update_connection(env, viewer, config, &key, &update).await?;
        variable_of(&ask, config, &key).await
    });
}

fn named(text: &str) -> Result<(UserLevelConfigId, String), ApiError> {
    let key = id::decode_key("UserLevelConfigVariable", text)?;
    let (config, key) = key.split_once(':').ok_or(ApiError::NotFound)?;
    let config = Uuid::parse_str(config).map_err(|_| ApiError::NotFound)?;
    Ok((UserLevelConfigId(config), key.to_owned()))
}

/// A variable as it is now.
async fn variable_of(
    ask: &Ask,
    config: UserLevelConfigId,
    key: &str,
) -> Result<Arc<UserVariable>, ApiError> {
    ask.forget();
    let db = ask.env().db.read();
    let config = ask.viewer().find::<user_level_config::Entity>(db, config).await?;
    let variables = variables_of(&ask.without_arguments(), &Arc::new(config)).await?;
    let found = variables.into_iter().find(|variable| variable.0.variable.key == key);
    found.ok_or(ApiError::NotFound)
}
