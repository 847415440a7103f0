//! Config variables of an instance: what the version asks for, with what was entered.

pub mod oauth2;

use std::sync::Arc;

use domain::instance::ConfigInput;
use domain::reuse::{Link, Wanted};
use domain::{Action, Noun};
use entity::{
    ConfigValueId, Id, InstanceId, IntegrationId, config_value, config_variable, customer_variable,
    instance, user_level_config,
};
use flow::definition::DataType;
use indexmap::IndexMap;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::Arguments;
use super::builder::{Parameter, Registry, Type, parameter};
use super::config_variable::position;
use super::connection::register_pages;
use super::expression::{self, ShownExpression};
use super::integration::{definition::definition, is_organization};
use super::order::Order;
use super::page::{self, RowKey, all_of};
use super::reuse::facts::{self, LinkOf};
use super::reuse::template;
use super::user_level;
use super::{id, log as logs};
use crate::ApiError;
use crate::context::Ask;

impl page::Noun for config_value::Entity {
    type Id = ConfigValueId;
    const ID: config_value::Column = config_value::Column::Id;

    fn id(row: &config_value::Model) -> ConfigValueId {
        row.id
    }
}

/// A variable of an instance, or of one of its users, whether a value was entered or not.
#[derive(Clone)]
pub struct ConfigVariable {
    pub instance: Arc<instance::Model>,
    pub user: Option<Arc<user_level_config::Model>>,
    pub variable: Arc<config_variable::Model>,
    pub value: Option<Arc<config_value::Model>>,
}

impl AsRef<Self> for ConfigVariable {
    fn as_ref(&self) -> &Self {
        self
    }
}

pub const STATUSES: [(&str, &str); 4] = [
    ("ACTIVE", "It has what it needs."),
    ("ERROR", "Its connection does not work."),
    ("FAILED", "Its connection could not be made."),
    ("PENDING", "It lacks something."),
];

pub const STATUS_FILTERS: [Parameter; 2] = [
    ("status", "String", "Only those with this status, in any case."),
    ("status_In", "[String]", "Only those with one of these statuses, in any case."),
];

pub fn register(registry: &mut Registry) {
    register_pages::<ConfigVariable>(registry, "InstanceConfigVariable");
    registry.add(oauth2::fields(chosen(object())));
    oauth2::mutations(registry);
    registry.enumeration(
        "InstanceConfigVariableStatus",
        "Whether a config variable is ready.",
        &STATUSES,
    );
    let input = async_graphql::dynamic::InputObject::new("InputInstanceConfigVariable");
    let input = input.description("A value for one config variable of an instance.");
    registry.add(
        INPUT.into_iter().map(parameter).fold(input, async_graphql::dynamic::InputObject::field),
    );
}

const INPUT: [Parameter; 7] = [
    ("key", "String!", "The name of the variable that people see."),
    ("value", "String", "The value as text; lists and objects as JSON."),
    ("values", "JSONString", "Inputs of a connection: a JSON list of {name, type, value}."),
    ("scheduleType", "String", "How the schedule is entered."),
    ("timeZone", "String", "Where the schedule is read."),
    ("customerConfigVariableId", "ID", "Which connection of the customer to use, of those shared."),
    ("onPremiseResourceId", "ID", "Not supported by this installation; must not be given."),
];

/// Reads a list of `InputInstanceConfigVariable`.
pub fn read_inputs(inputs: &[Arguments]) -> Result<Vec<ConfigInput>, ApiError> {
    let read = inputs.iter().map(|input| {
        if input.value("onPremiseResourceId").is_some() {
            let message = "onPremiseResourceId is not supported by this installation.";
            return Err(ApiError::problem("configVariables", message));
        }
        Ok(ConfigInput {
            key: input.require_text("key")?,
            value: input.text("value")?,
            values: input.text("values")?,
            schedule_type: input.text("scheduleType")?,
            time_zone: input.text("timeZone")?,
            customer_variable: input.id("customerConfigVariableId")?,
        })
    });
    read.collect()
}

/// The variables of an instance that the viewer sees and the arguments ask for.
pub async fn variables_of(
    ask: &Ask,
    instance: &Arc<instance::Model>,
) -> Result<Vec<Arc<ConfigVariable>>, ApiError> {
    // Who only configures for themselves has no part in what the instance is configured with.
    if !ask.viewer().can(Noun::Instance, Action::View) {
        return Ok(Vec::new());
    }
    let variables = all_of::<config_variable::Entity>(
        ask,
        ("variables", |id| {
            config_variable::Column::IntegrationId.eq(IntegrationId(id)).into_condition()
        }),
        instance.integration_id.uuid(),
        position(),
    );
    let variables = variables.await?;
    let values = values_of(ask, instance.id).await?;
    let values: IndexMap<_, _> = values.into_iter().map(|row| (row.key.clone(), row)).collect();
    let sees_all = is_organization(ask);
    let definition = definition(ask, instance.integration_id).await?;
    let is_kept = |key: &str| instance.is_system || !definition.is_user_level(key);
    let all = variables.into_iter().filter(|it| is_kept(&it.key) && (sees_all || !it.org_only));
    let all = all.map(|variable| {
        let value = values.get(&variable.key).cloned();
        Arc::new(ConfigVariable { instance: instance.clone(), user: None, variable, value })
    });
    with_status(ask, all.collect()).await
}

async fn values_of(
    ask: &Ask,
    instance: InstanceId,
) -> Result<Vec<Arc<config_value::Model>>, ApiError> {
    let values = all_of::<config_value::Entity>(
        ask,
        ("values", |id| config_value::Column::InstanceId.eq(InstanceId(id)).into_condition()),
        instance.uuid(),
        Order::text("KEY", "The key.", config_value::Column::Key),
    );
    values.await
}

pub async fn with_status(
    ask: &Ask,
    all: Vec<Arc<ConfigVariable>>,
) -> Result<Vec<Arc<ConfigVariable>>, ApiError> {
    let mut wanted = ask.args.texts("status_In")?;
    if let Some(status) = ask.args.text("status")? {
        wanted.get_or_insert_default().push(status);
    }
    let Some(wanted) = wanted else {
        return Ok(all);
    };
    let mut kept = Vec::new();
    for variable in all {
        let status = status(ask, &variable).await?;
        if wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(status)) {
            kept.push(variable);
        }
    }
    Ok(kept)
}

pub async fn status(ask: &Ask, of: &ConfigVariable) -> Result<&'static str, ApiError> {
    if of.variable.scoped_key.is_some() {
        let link = link_of(ask, of).await?;
        return facts::status_of_link(ask, link.as_deref()).await;
    }
    if let Some(status) = oauth2::status(ask, of).await? {
        return Ok(status);
    }
    let definition = definition(ask, of.variable.integration_id).await?;
    let template = template::named(ask, of.variable.template_reference.as_ref()).await?;
    let is_ready = definition.config_var(&of.variable.key).is_none_or(|variable| {
        let described = (variable, template.as_deref());
        domain::instance::is_configured(ask.env(), described, of.value.as_deref())
    });
    Ok(if is_ready { "ACTIVE" } else { "PENDING" })
}

/// The shared connection that a variable stands for.
async fn link_of(ask: &Ask, of: &ConfigVariable) -> Result<Option<Arc<Link>>, ApiError> {
    let Some(stable_key) = &of.variable.scoped_key else { return Ok(None) };
    let (owner, value) = (of.variable.customer_id, of.value.as_deref());
    ask.load(LinkOf(Wanted::new(&of.instance, owner, stable_key, value))).await
}

/// Whether the instance lacks something it needs before it can be deployed.
pub async fn config_state(
    ask: &Ask,
    instance: &Arc<instance::Model>,
) -> Result<&'static str, ApiError> {
    let ask = ask.without_arguments();
    for variable in variables_of(&ask, instance).await? {
        if matches!(status(&ask, &variable).await?, "PENDING" | "FAILED") {
            return Ok("NEEDS_INSTANCE_CONFIGURATION");
        }
    }
    if user_level::is_missing(&ask, instance).await? {
        return Ok("NEEDS_USER_LEVEL_CONFIGURATION");
    }
    Ok("FULLY_CONFIGURED")
}

fn object() -> Type<ConfigVariable> {
    Type::<ConfigVariable>::new("InstanceConfigVariable", "A config variable of an instance.")
        .id(|of| {
            // There is a row only where a value was entered; the id is the same before and after.
            let key = format!("{}:{}", of.instance.id.uuid(), of.variable.key);
            id::encode_key("InstanceConfigVariable", &key)
        })
        .resolve("allowUpdate", "Boolean!", "Whether you may change this.", |of, ask| async move {
            let action = domain::Action::Modify;
            Ok(ask.viewer().can_on::<instance::Entity>(action, &of.instance))
        })
        .field("allowRemove", "Boolean!", "Whether you may delete this.", |_| false)
        .field(
            "value",
            "String",
            "What was entered, or the default; never of connections.",
            ConfigVariable::shown,
        )
        .field(
            "scheduleType",
            "InstanceConfigVariableScheduleType",
            "How it is entered.",
            ConfigVariable::schedule_type,
        )
        .field("timeZone", "String", "Where the schedule is read.", ConfigVariable::time_zone)
        .resolve(
            "status",
            "InstanceConfigVariableStatus",
            "Whether it is ready.",
            |of, ask| async move { status(&ask, &of).await },
        )
        .field("requiredConfigVariable", "RequiredConfigVariable!", "What is asked for.", |of| {
            of.variable.clone()
        })
        .field("instance", "Instance!", "The instance it belongs to.", |of| of.instance.clone())
        .short_list::<ShownExpression, _>(
            ("inputs", "Expression", "The inputs of a connection; secrets are never shown."),
            &expression::FILTERS,
            |of, ask| async move { of.inputs(&ask).await },
        )
        .parts(
            ("logs", "What happened to it; of shared connections, see `customerConfigVariable`."),
            logs::listing(),
            |of| (of.instance.id.uuid(), of.variable.key.as_str().into()),
            logs::OF_INSTANCE_VALUE,
        )
}

/// The shared connection that a config variable has.
pub fn chosen<T>(of: Type<T>) -> Type<T>
where
    T: AsRef<ConfigVariable> + Send + Sync + 'static,
{
    of.resolve(
        "customerConfigVariable",
        "CustomerConfigVariable",
        "The connection of the customer that it uses, of those that are shared.",
        |of, ask| async move {
            let link = link_of(&ask, (*of).as_ref()).await?;
            match link.as_ref().and_then(|link| link.value.as_ref()) {
                Some(value) => ask.load(RowKey::<customer_variable::Entity>(value.id)).await,
                None => Ok(None),
            }
        },
    )
}

impl ConfigVariable {
    /// The value, unless it is that of a connection.
    pub fn shown(&self) -> Option<String> {
        let stored = self.value.as_ref().and_then(|value| value.value.clone());
        let is_connection =
            self.variable.data_type == flow::definition::Choice::name(DataType::Connection);
        if is_connection { None } else { stored.or_else(|| self.variable.default_value.clone()) }
    }

    pub fn schedule_type(&self) -> Option<String> {
        self.value.as_ref()?.schedule_type.as_ref().map(|text| text.to_uppercase())
    }

    pub fn time_zone(&self) -> Option<String> {
        self.value.as_ref()?.time_zone.clone()
    }

    pub async fn inputs(&self, ask: &Ask) -> Result<Vec<Arc<ShownExpression>>, ApiError> {
        let definition = definition(ask, self.variable.integration_id).await?;
        let key = &self.variable.key;
        let Some(variable) = definition.config_var(key) else { return Ok(Vec::new()) };
        let (env, viewer) = (ask.env(), ask.viewer());
        let value = self.value.as_deref();
        let template = template::named(ask, self.variable.template_reference.as_ref()).await?;
        let of = (variable, template.as_deref());
        let inputs = domain::instance::shown_inputs(env, viewer, of, value).await?;
        expression::shown(ask, &format!("{}:{key}", self.holder()), inputs)
    }

    /// Whose it is: the instance, or what a user configured of it.
    pub fn holder(&self) -> uuid::Uuid {
        self.user.as_ref().map_or(self.instance.id.uuid(), |config| config.id.uuid())
    }
}
