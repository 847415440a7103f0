//! OAuth2 connections among the config variables of an instance.

use std::sync::Arc;

use domain::instance::{Configured, Names};
use domain::oauth;
use entity::authorization::{self, Status};
use entity::{AuthorizationId, Id, InstanceId, IntegrationId, config_variable, instance};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{ConfigVariable, definition, values_of};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::config_variable::position;
use crate::graphql::id;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::page::{self, all_of};
use crate::graphql::user_level;
use crate::graphql::{Arguments, argument};

impl page::Noun for authorization::Entity {
    type Id = AuthorizationId;
    const ID: authorization::Column = authorization::Column::Id;

    fn id(row: &authorization::Model) -> AuthorizationId {
        row.id
    }
}

const PAYLOAD: (&str, &str, &str) =
    ("instanceConfigVariable", "InstanceConfigVariable", "The connection; null on errors.");

/// The status of an OAuth2 connection; `None` for any other variable.
pub async fn status(ask: &Ask, of: &ConfigVariable) -> Result<Option<&'static str>, ApiError> {
    if !is_oauth2(ask, of).await? {
        return Ok(None);
    }
    let row = authorization_of(ask, of).await?;
    Ok(Some(name_of(row.map_or(Status::Pending, |row| row.status))))
}

/// How clients spell a status.
pub fn name_of(status: Status) -> &'static str {
    match status {
        Status::Pending => "PENDING",
        Status::Active => "ACTIVE",
        Status::Error => "ERROR",
        Status::Failed => "FAILED",
    }
}

/// What only OAuth2 connections have.
pub fn fields<T>(object: Type<T>) -> Type<T>
where
    T: AsRef<ConfigVariable> + Send + Sync + 'static,
{
    object
        .resolve_with(
            (
                "authorizeUrl",
                "String",
                "Where a browser starts the authorization, of connections that need one; good for \
                 ten minutes and for one use.",
            ),
            &[("newSession", "Boolean", "The provider asks again who the user is.")],
            |of, ask| async move { authorize_url((*of).as_ref(), &ask).await },
        )
        .resolve(
            "lastSuccessfulRefreshAt",
            "DateTime",
            "When the provider last handed out a token.",
            |of, ask| async move {
                let row = oauth2_row(&ask, (*of).as_ref()).await?;
                Ok(row.and_then(|row| row.last_refreshed_at))
            },
        )
        .resolve(
            "refreshAt",
            "DateTime",
            "When the next token is asked for; null where none is.",
            |of, ask| async move {
                Ok(oauth2_row(&ask, (*of).as_ref()).await?.and_then(|row| row.refresh_at))
            },
        )
        .resolve(
            "meta",
            "JSONString",
            "Of OAuth2 connections: what the provider said with the token and beside it, without \
             what would let anybody in.",
            |of, ask| async move { meta((*of).as_ref(), &ask).await },
        )
}

pub fn mutations(registry: &mut Registry) {
    Mutation::new(
        "disconnectConnection",
        "Forgets the token of an OAuth2 connection and stops renewing it.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The config variable of the instance.")])
    .run(registry, |input, ask| async move {
        let (instance, key) = named(&input)?;
        let env = &ask.context.env;
        domain::instance::disconnect(env, ask.viewer(), instance, &key).await?;
        variable(&ask, instance, &key).await
    });
    Mutation::new(
        "updateOAuth2Connection",
        "Sets the token of an OAuth2 connection by hand; what is not given stays.",
        PAYLOAD,
    )
    .inputs([("id", "ID", "The config variable of the instance.")])
    .inputs(UPDATE)
    .run(registry, |input, ask| async move {
        let (instance, key) = named(&input)?;
        let update = read_update(&input)?;
        let (env, viewer) = (ask.env(), ask.viewer());
        domain::instance::update_connection(env, viewer, instance, &key, &update).await?;
        variable(&ask, instance, &key).await
    });
}

/// What can be said of a token by hand.
pub const UPDATE: [Parameter; 8] = [
    ("accessToken", "String", "What lets steps in."),
    ("refreshToken", "String", "What the next token is asked for with."),
    ("tokenType", "String", "How the token is sent, such as `Bearer`."),
    ("expiresIn", "Int", "Seconds until the token ends."),
    ("refreshAt", "DateTime", "When to ask for the next token."),
    ("additionalTokenFields", "String", "More fields of the token: a JSON object."),
    ("context", "String", "What the provider said beside the token: JSON."),
    ("status", "String", "PENDING, ACTIVE, ERROR or FAILED."),
];

/// Reads what [`UPDATE`] declares.
pub fn read_update(input: &Arguments) -> Result<oauth::Update, ApiError> {
    Ok(oauth::Update {
        access_token: input.text("accessToken")?,
        refresh_token: input.text("refreshToken")?,
        token_type: input.text("tokenType")?,
        expires_in: input.int("expiresIn")?,
        refresh_at: input
            .value("refreshAt")
            .map(|value| argument::time("refreshAt", value))
            .transpose()?,
        additional_token_fields: input.text("additionalTokenFields")?,
        context: input.text("context")?,
        status: input.text("status")?,
    })
}

/// The instance and the key that an id names.
fn named(input: &Arguments) -> Result<(InstanceId, String), ApiError> {
    let key = id::decode_key("InstanceConfigVariable", &input.require_text("id")?)?;
    let (instance, key) = key.split_once(':').ok_or(ApiError::NotFound)?;
    let instance = Uuid::parse_str(instance).map_err(|_| ApiError::NotFound)?;
    Ok((InstanceId(instance), key.to_owned()))
}

/// A variable as it is now.
async fn variable(
    ask: &Ask,
    instance: InstanceId,
    key: &str,
) -> Result<Arc<ConfigVariable>, ApiError> {
    ask.forget();
    let row = ask.viewer().find::<instance::Entity>(ask.env().db.read(), instance).await?;
    let ask = ask.without_arguments();
    let variables = all_of::<config_variable::Entity>(
        &ask,
        ("variables", |id| {
            config_variable::Column::IntegrationId.eq(IntegrationId(id)).into_condition()
        }),
        row.integration_id.uuid(),
        position(),
    );
    let variables = variables.await?;
    let variable = variables.into_iter().find(|variable| variable.key == key);
    let variable = variable.ok_or(ApiError::NotFound)?;
    let values = values_of(&ask, instance).await?;
    let value = values.into_iter().find(|value| value.key == key);
    Ok(Arc::new(ConfigVariable { instance: Arc::new(row), user: None, variable, value }))
}

async fn is_oauth2(ask: &Ask, of: &ConfigVariable) -> Result<bool, ApiError> {
    let definition = definition(ask, of.variable.integration_id).await?;
    let variable = definition.config_var(&of.variable.key);
    Ok(variable.is_some_and(|it| domain::instance::oauth2(ask.env(), it).is_some()))
}

async fn authorization_of(
    ask: &Ask,
    of: &ConfigVariable,
) -> Result<Option<Arc<authorization::Model>>, ApiError> {
    let rows = all_of::<authorization::Entity>(
        ask,
        ("authorizations", |id| authorization::Column::OwnerId.eq(id).into_condition()),
        of.holder(),
        Order::text("KEY", "The key.", authorization::Column::OwnerKey),
    );
    Ok(rows.await?.into_iter().find(|row| row.owner_key == of.variable.key))
}

async fn oauth2_row(
    ask: &Ask,
    of: &ConfigVariable,
) -> Result<Option<Arc<authorization::Model>>, ApiError> {
    if is_oauth2(ask, of).await? { authorization_of(ask, of).await } else { Ok(None) }
}

async fn authorize_url(of: &ConfigVariable, ask: &Ask) -> Result<Option<String>, ApiError> {
    let viewer = ask.viewer();
    let may = match &of.user {
        Some(config) => viewer.user().is_some_and(|user| user.id == config.user_id),
        None => viewer.can_on::<instance::Entity>(domain::Action::Modify, &of.instance),
    };
    if !may || !is_oauth2(ask, of).await? {
        return Ok(None);
    }
    let definition = definition(ask, of.variable.integration_id).await?;
    let alone = ask.without_arguments();
    let mut values = values_of(&alone, of.instance.id).await?;
    if let Some(config) = &of.user {
        values.extend(user_level::values_of(&alone, config).await?);
    }
    let values = domain::instance::by_key(values.iter().map(|value| (**value).clone()));
    let configured = Configured {
        instance: &of.instance,
        user: of.user.as_deref(),
        definition: &definition,
        values: &values,
    };
    let names = Names { integration: "", variable: Some(&of.variable) };
    let place = configured.place(ask.env(), &of.variable.key, names).await?;
    let new_session = ask.args.flag("newSession")?.unwrap_or_default();
    Ok(place.and_then(|place| oauth::authorize_url(ask.env(), ask.viewer(), &place, new_session)))
}

async fn meta(of: &ConfigVariable, ask: &Ask) -> Result<Option<String>, ApiError> {
    match oauth2_row(ask, of).await? {
        Some(row) => Ok(Some(meta_of(ask, &row).await?)),
        None => Ok(None),
    }
}

/// What a provider said, without what would let anybody in.
pub async fn meta_of(ask: &Ask, row: &authorization::Model) -> Result<String, ApiError> {
    let (token, context) = oauth::token_and_context(ask.env(), row).await?;
    let token = token.map(without_secrets);
    Ok(json!({ "token": token, "context": context }).to_string())
}

/// Whatever is called a token stays here.
fn without_secrets(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let shown = map.into_iter().filter(|(name, _)| !name.ends_with("token"));
            Json::Object(shown.map(|(name, value)| (name, without_secrets(value))).collect())
        }
        Json::Array(items) => items.into_iter().map(without_secrets).collect(),
        other => other,
    }
}
