//! What users of customers configure for themselves.

mod mutation;

use std::sync::Arc;

use domain::{Action, user_level};
use entity::{
    Id, InstanceId, UserId, UserLevelConfigId, config_value, config_variable, flow_config,
    instance, user, user_level_config, user_level_value,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::builder::{Registry, Type};
use super::config_value::{ConfigVariable, STATUS_FILTERS, chosen, oauth2, with_status};
use super::config_variable::position;
use super::connection::{Listing, register_pages, register_pages_as};
use super::expression::{self, ShownExpression};
use super::filter::Filter;
use super::integration::definition::definition;
use super::order::Order;
use super::page::{self, RowKey, all_of};
use super::{flow_config as flow_configs, id, log as logs};
use crate::ApiError;
use crate::context::Ask;

impl page::Noun for user_level_config::Entity {
    type Id = UserLevelConfigId;
    const ID: user_level_config::Column = user_level_config::Column::Id;

    fn id(row: &user_level_config::Model) -> UserLevelConfigId {
        row.id
    }
}

impl page::Noun for user_level_value::Entity {
    type Id = entity::UserLevelValueId;
    const ID: user_level_value::Column = user_level_value::Column::Id;

    fn id(row: &user_level_value::Model) -> entity::UserLevelValueId {
        row.id
    }
}

/// A config variable of a user.
pub struct UserVariable(pub ConfigVariable);

/// A flow of an instance, as a user calls it.
struct UserFlow {
    config: Arc<user_level_config::Model>,
    flow: Arc<flow_config::Model>,
}

pub fn listing() -> Listing<user_level_config::Entity> {
    use user_level_config::Column as C;
    let of_user = |column: user::Column| move || user_column(column);
    Listing::new("UserLevelConfig")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::id::<InstanceId>("instance", C::InstanceId),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
            Filter::id::<UserId>("user", C::UserId),
            Filter::contains("user_Email_Icontains", user::Column::Email).through(C::UserId, users),
            Filter::text("user_ExternalId", user::Column::ExternalId).through(C::UserId, users),
            Filter::contains("user_Name_Icontains", user::Column::Name).through(C::UserId, users),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::text_of("EMAIL", "The address of the user.", of_user(user::Column::Email)),
            Order::text_of(
                "EXTERNAL_ID",
                "The id of the user outside.",
                of_user(user::Column::ExternalId),
            ),
            Order::text_of("NAME", "The name of the user.", of_user(user::Column::Name)),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

fn user_column(column: user::Column) -> SelectStatement {
    Query::select()
        .column((user::Entity, column))
        .from(user::Entity)
        .and_where(
            Expr::col((user::Entity, user::Column::Id))
                .equals((user_level_config::Entity, user_level_config::Column::UserId)),
        )
        .take()
}

/// The ids of the users that a condition is true of.
fn users(which: Condition) -> SelectStatement {
    Query::select().column(user::Column::Id).from(user::Entity).cond_where(which).take()
}

pub fn of_instance(instance: Uuid) -> Condition {
    user_level_config::Column::InstanceId.eq(InstanceId(instance)).into_condition()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    register_pages::<UserVariable>(registry, "UserLevelConfigVariable");
    register_pages_as::<UserVariable>(
        registry,
        "CustomUserLevelConfigVariable",
        "UserLevelConfigVariable",
    );
    register_pages::<UserFlow>(registry, "UserLevelFlowConfig");
    registry.add(object());
    registry.add(variable());
    registry.add(flow());
    registry.enumeration(
        "UserLevelConfigVariableStatus",
        "Whether a config variable is ready.",
        &super::config_value::STATUSES,
    );
    registry.enumeration(
        "UserLevelConfigVariableScheduleType",
        "How a schedule is entered.",
        &super::config_variable::SCHEDULES,
    );
    mutation::register(registry);
}

fn object() -> Type<user_level_config::Model> {
    Type::<user_level_config::Model>::new(
        "UserLevelConfig",
        "What one user has configured of an instance for themselves.",
    )
    .id(|config| id::encode(config.id))
    .resolve("allowUpdate", "Boolean!", "Whether you may change this.", |it, ask| async move {
        Ok(ask.viewer().user().is_some_and(|user| user.id == it.user_id))
    })
    .may_allow::<user_level_config::Entity>(
        "allowRemove",
        Action::Remove,
        "Whether you may delete this.",
    )
    .field("createdAt", "DateTime!", "When it was made.", |it| it.created_at)
    .field("updatedAt", "DateTime!", "When it was changed last.", |it| it.updated_at)
    .row::<instance::Entity>("instance", "Instance!", "The instance.", |it| Some(it.instance_id))
    .row::<user::Entity>("user", "User!", "The user.", |it| Some(it.user_id))
    .short_list::<UserVariable, _>(
        ("configVariables", "UserLevelConfigVariable", "What the user entered, on one page."),
        &STATUS_FILTERS,
        |it, ask| async move { variables_of(&ask, &it).await },
    )
    .short_list::<UserFlow, _>(
        ("flowConfigs", "UserLevelFlowConfig", "The flows, as the user calls them."),
        &[],
        |it, ask| async move {
            let flows = all_of::<flow_config::Entity>(
                &ask,
                ("flows", flow_configs::of_instance),
                it.instance_id.uuid(),
                Order::text("KEY", "The key.", flow_config::Column::FlowKey),
            );
            let flows = flows.await?.into_iter();
            let is_own = ask.viewer().user().is_some_and(|user| user.id == it.user_id);
            // The URLs run with what is the user's alone.
            let flows = flows.filter(|_| is_own);
            Ok(flows.map(|flow| Arc::new(UserFlow { config: it.clone(), flow })).collect())
        },
    )
}

/// The variables of a user that the arguments ask for.
async fn variables_of(
    ask: &Ask,
    config: &Arc<user_level_config::Model>,
) -> Result<Vec<Arc<UserVariable>>, ApiError> {
    let instance = ask.load(RowKey::<instance::Entity>(config.instance_id)).await?;
    let Some(instance) = instance else { return Ok(Vec::new()) };
    let of_integration = (
        "variables",
        (|id| config_variable::Column::IntegrationId.eq(entity::IntegrationId(id)).into_condition())
            as page::Children,
    );
    let integration = instance.integration_id.uuid();
    let variables =
        all_of::<config_variable::Entity>(ask, of_integration, integration, position()).await?;
    let values = values_of(ask, config).await?;
    let definition = definition(ask, instance.integration_id).await?;
    let own = variables.into_iter().filter(|variable| definition.is_user_level(&variable.key));
    let own = own.map(|variable| {
        let value = values.iter().find(|value| value.key == variable.key).cloned();
        let user = Some(config.clone());
        Arc::new(ConfigVariable { instance: instance.clone(), user, variable, value })
    });
    let own = with_status(ask, own.collect()).await?;
    Ok(own.into_iter().map(|own| Arc::new(UserVariable((*own).clone()))).collect())
}

/// What a user entered.
pub async fn values_of(
    ask: &Ask,
    config: &user_level_config::Model,
) -> Result<Vec<Arc<config_value::Model>>, ApiError> {
    let values = all_of::<user_level_value::Entity>(
        ask,
        ("userValues", |id| {
            user_level_value::Column::ConfigId.eq(UserLevelConfigId(id)).into_condition()
        }),
        config.id.uuid(),
        Order::text("KEY", "The key.", user_level_value::Column::Key),
    );
    let values = values.await?.into_iter();
    Ok(values.map(|value| Arc::new(user_level_value::Model::clone(&value).into_value())).collect())
}

/// The viewer's own configuration of an instance.
pub async fn own(
    ask: &Ask,
    instance: &instance::Model,
) -> Result<Option<Arc<user_level_config::Model>>, ApiError> {
    let Some(user) = ask.viewer().user() else { return Ok(None) };
    let ask = ask.without_arguments();
    let all = all_of::<user_level_config::Entity>(
        &ask,
        ("userConfigs", of_instance),
        instance.id.uuid(),
        Order::number("CREATED_AT", "When it was made.", user_level_config::Column::CreatedAt),
    );
    Ok(all.await?.into_iter().find(|config| config.user_id == user.id))
}

/// Whether the viewer still has to configure an instance for themselves.
pub async fn is_missing(ask: &Ask, instance: &instance::Model) -> Result<bool, ApiError> {
    let definition = definition(ask, instance.integration_id).await?;
    if instance.is_system || !user_level::has_user_pages(&definition) {
        return Ok(false);
    }
    if ask.viewer().customer_id().is_none() {
        return Ok(false);
    }
    let Some(config) = own(ask, instance).await? else { return Ok(true) };
    let ask = ask.without_arguments();
    for variable in variables_of(&ask, &config).await? {
        let status = super::config_value::status(&ask, &variable.0).await?;
        if matches!(status, "PENDING" | "FAILED") {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Type<instance::Model> {
    /// What users have configured of the instance.
    pub fn users(self) -> Self {
        self.connection::<user_level_config::Entity>(
            "userLevelConfigs",
            "What users have configured of it for themselves, as far as you see it.",
            listing(),
            |it| it.id.uuid(),
            of_instance,
        )
        .short_list::<UserVariable, _>(
            (
                "userLevelConfigVariables",
                "CustomUserLevelConfigVariable",
                "What you have configured of it for yourself.",
            ),
            &[],
            |it, ask| async move {
                match own(&ask, &it).await? {
                    Some(config) => variables_of(&ask, &config).await,
                    None => Ok(Vec::new()),
                }
            },
        )
    }
}

fn variable() -> Type<UserVariable> {
    let of = Type::<UserVariable>::new("UserLevelConfigVariable", "A config variable of a user.")
        .id(|of| id::encode_key("UserLevelConfigVariable", &of.key()))
        .resolve("allowUpdate", "Boolean!", "Whether you may change this.", |of, ask| async move {
            Ok(of.is_of(&ask))
        })
        .field("allowRemove", "Boolean!", "Whether you may delete this.", |_| false)
        .field("config", "UserLevelConfig!", "What it is part of.", |of| of.0.user.clone())
        .field("requiredConfigVariable", "RequiredConfigVariable!", "What is asked for.", |of| {
            of.0.variable.clone()
        })
        .field("value", "String", "What was entered, or the default; never of connections.", |of| {
            of.0.shown()
        })
        .field("scheduleType", "UserLevelConfigVariableScheduleType", "How it is entered.", |of| {
            of.0.schedule_type()
        })
        .field("timeZone", "String", "Where the schedule is read.", |of| of.0.time_zone())
        .resolve(
            "status",
            "UserLevelConfigVariableStatus",
            "Whether it is ready.",
            |of, ask| async move { super::config_value::status(&ask, &of.0).await },
        )
        .short_list::<ShownExpression, _>(
            ("inputs", "Expression", "The inputs of a connection; secrets are never shown."),
            &expression::FILTERS,
            |of, ask| async move { of.0.inputs(&ask).await },
        )
        .parts(
            ("logs", "What happened to it; of shared connections, see `customerConfigVariable`."),
            logs::listing(),
            |of| (of.0.holder(), of.0.variable.key.as_str().into()),
            logs::OF_USER_VALUE,
        );
    oauth2::fields(chosen(of))
}

impl AsRef<ConfigVariable> for UserVariable {
    fn as_ref(&self) -> &ConfigVariable {
        &self.0
    }
}

impl UserVariable {
    fn key(&self) -> String {
        let config = self.0.user.as_ref().map(|config| config.id.uuid()).unwrap_or_default();
        format!("{config}:{}", self.0.variable.key)
    }

    fn is_of(&self, ask: &Ask) -> bool {
        let user = ask.viewer().user().map(|user| user.id);
        self.0.user.as_ref().is_some_and(|config| Some(config.user_id) == user)
    }
}

fn flow() -> Type<UserFlow> {
    Type::<UserFlow>::new("UserLevelFlowConfig", "A flow of an instance, as a user calls it.")
        .id(|of| {
            let key = format!("{}:{}", of.config.id.uuid(), of.flow.id.uuid());
            id::encode_key("UserLevelFlowConfig", &key)
        })
        .fixed()
        .field("instanceFlowConfig", "InstanceFlowConfig!", "The flow.", |of| of.flow.clone())
        .field("userLevelConfig", "UserLevelConfig!", "Whose it is.", |of| of.config.clone())
        .resolve(
            "webhookUrl",
            "String!",
            "The URL whose calls run with what the user configured.",
            |of, ask| async move {
                Ok(domain::user_level::webhook_url(ask.env(), &of.flow, &of.config))
            },
        )
}
