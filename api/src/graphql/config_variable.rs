//! Config variables that an integration asks for.

use std::sync::Arc;

use entity::{ConfigVariableId, config_variable, integration, scoped_variable};
use flow::definition::{Choice, ConfigVar};

use super::argument::{flag, list, text};
use super::builder::{Registry, Type};
use super::component::Operation;
use super::connection::Listing;
use super::expression::{self, ShownExpression};
use super::filter::Filter;
use super::integration::definition::definition;
use super::order::Order;
use super::reuse::facts::Named;
use super::reuse::scoped::connection_of;
use super::reuse::template;
use super::{component, id, page};
use crate::ApiError;
use crate::context::Ask;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

impl page::Noun for config_variable::Entity {
    type Id = ConfigVariableId;
    const ID: config_variable::Column = config_variable::Column::Id;

    fn id(row: &config_variable::Model) -> ConfigVariableId {
        row.id
    }
}

pub fn position() -> Order {
    Order::number("SORT_ORDER", "The order of the definition.", config_variable::Column::Position)
}

pub fn listing() -> Listing<config_variable::Entity> {
    use config_variable::Column as C;
    Listing::new("RequiredConfigVariable")
        .filters([
            Filter::new(("dataType", "String", "Only those that hold this type."), |value| {
                Ok(C::DataType.is_in(spellings([text("dataType", value)?])).into_condition())
            }),
            Filter::new(
                ("dataType_In", "[String]", "Only those that hold one of the types."),
                |value| {
                    let types: Result<Vec<_>, ApiError> =
                        list(value).map(|item| text("dataType_In", item)).collect();
                    Ok(C::DataType.is_in(spellings(types?)).into_condition())
                },
            ),
            Filter::text("key", C::Key),
            Filter::texts("key_In", C::Key),
            Filter::new(
                ("orgOnly", "Boolean", "Only those that the organization sets, or the others."),
                |value| Ok(C::OrgOnly.eq(flag("orgOnly", value)?).into_condition()),
            ),
        ])
        .orders([position()])
        .tie_break(position())
}

/// Definitions spell types in camel case, clients in any case.
fn spellings(types: impl IntoIterator<Item = String>) -> Vec<&'static str> {
    let known = types.into_iter().filter_map(|text| flow::definition::DataType::named(&text));
    known.map(Choice::name).collect()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    enumerations(registry);
    registry.add(object());
}

fn object() -> Type<config_variable::Model> {
    let of = Type::<config_variable::Model>::new(
        "RequiredConfigVariable",
        "A setting that an instance has to have.",
    )
    .id(|variable| id::encode(variable.id))
    .fixed()
    .field("key", "String!", "The name that people see.", |variable| variable.key.clone())
    .field("stableKey", "String", "Survives a rename.", |variable| variable.stable_key.clone())
    .field("description", "String", "What it is for.", |variable| variable.description.clone())
    .field("dataType", "RequiredConfigVariableDataType!", "What it holds.", |variable| {
        variable.data_type.to_uppercase()
    })
    .field("defaultValue", "String", "Used where no value is given.", |variable| {
        variable.default_value.clone()
    })
    .field("orgOnly", "Boolean", "Whether only the organization sees it.", |variable| {
        variable.org_only
    })
    .field("sortOrder", "Int", "The place in the definition, from 0.", |variable| variable.position)
    .row::<integration::Entity>(
        "integration",
        "Integration!",
        "The draft or version that asks for it.",
        |variable| Some(variable.integration_id),
    );
    sources(settings(declarations(of)))
}

/// What fills it, and where it stands in the wizard.
fn sources(of: Type<config_variable::Model>) -> Type<config_variable::Model> {
    of.resolve(
        "dataSource",
        "Action",
        "What finds the values, or the form, that it offers.",
        |variable, ask| async move {
            declared(&variable, &ask, |variable| {
                let source = variable.data_source.as_ref()?;
                Some(Arc::new(Operation::data_source(&source.component.key, &source.key)))
            })
            .await
        },
    )
    .short_list::<ShownExpression, _>(
        ("inputs", "Expression", "What the integration sets of its connection or data source."),
        &expression::FILTERS,
        |variable, ask| async move {
            let definition = definition(&ask, variable.integration_id).await?;
            let Some(of) = definition.config_var(&variable.key) else { return Ok(Vec::new()) };
            let (env, viewer) = (ask.env(), ask.viewer());
            let template = template::named(&ask, variable.template_reference.as_ref()).await?;
            let of = (of, template.as_deref());
            let inputs = domain::instance::shown_inputs(env, viewer, of, None).await?;
            expression::shown(&ask, &variable.id.0.to_string(), inputs)
        },
    )
    .resolve(
        "userLevelConfigured",
        "Boolean!",
        "Whether each user of a customer sets it.",
        |variable, ask| async move {
            let definition = definition(&ask, variable.integration_id).await?;
            Ok(definition.is_user_level(&variable.key))
        },
    )
    .field("header", "String", "A heading above it.", |variable| {
        written(variable)["header"].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    })
    .field("hasDivider", "Boolean!", "Whether a line stands above it.", |variable| {
        written(variable)["hasDivider"] == true
    })
}

/// The entry of the definition.
fn written(variable: &config_variable::Model) -> serde_json::Value {
    serde_json::from_str(&variable.definition).unwrap_or_default()
}

fn declarations(of: Type<config_variable::Model>) -> Type<config_variable::Model> {
    of.resolve("pickList", "[String!]", "The values to choose from.", |variable, ask| async move {
        declared(&variable, &ask, |variable| {
            (!variable.pick_list.is_empty()).then(|| variable.pick_list.clone())
        })
        .await
    })
    .resolve(
        "collectionType",
        "RequiredConfigVariableCollectionType",
        "Whether it holds a list.",
        |variable, ask| async move {
            declared(&variable, &ask, |variable| {
                variable.collection.map(|choice| choice.name().to_uppercase())
            })
            .await
        },
    )
    .resolve(
        "scheduleType",
        "RequiredConfigVariableScheduleType",
        "How the schedule is entered.",
        |variable, ask| async move {
            declared(&variable, &ask, |variable| {
                variable.schedule_type.map(|choice| choice.name().to_uppercase())
            })
            .await
        },
    )
    .resolve(
        "codeLanguage",
        "RequiredConfigVariableCodeLanguage",
        "What kind of text it holds.",
        |variable, ask| async move {
            declared(&variable, &ask, |variable| {
                variable.code_language.map(|choice| choice.name().to_uppercase())
            })
            .await
        },
    )
    .resolve(
        "connection",
        "Connection",
        "The kind of credentials it holds.",
        |variable, ask| async move {
            if let Some(scoped) = scoped_of(&variable, &ask).await? {
                return Ok(connection_of(&scoped));
            }
            declared(&variable, &ask, |variable| {
                let connection = variable.connection.as_ref()?;
                component::connection(&connection.component.key, &connection.key)
            })
            .await
        },
    )
    .resolve(
        "connectionTemplate",
        "ConnectionTemplate",
        "The template that presets inputs of the connection.",
        |variable, ask| async move {
            template::seen(&ask, variable.template_reference.as_ref()).await
        },
    )
    .resolve(
        "scopedConfigVariable",
        "ScopedConfigVariable",
        "The shared connection that it stands for.",
        |variable, ask| async move { scoped_of(&variable, &ask).await },
    )
}

fn settings(of: Type<config_variable::Model>) -> Type<config_variable::Model> {
    of.resolve(
        "onPremiseConnectionConfig",
        "RequiredConfigVariableOnPremiseConnectionConfig!",
        "Whether an agent on the customer's premises makes the connection.",
        |variable, ask| async move {
            let declared = declared(&variable, &ask, |variable| {
                let word = variable.on_premise_connection.as_ref()?.to_uppercase();
                ON_PREMISE.iter().map(|(name, _)| *name).find(|name| *name == word)
            });
            Ok(declared.await?.unwrap_or("DISALLOWED"))
        },
    )
    .resolve("timeZone", "String", "Where the schedule is read.", |variable, ask| async move {
        declared(&variable, &ask, |variable| variable.time_zone.clone()).await
    })
    .resolve("meta", "JSONString", "Settings of the author.", |variable, ask| async move {
        declared(&variable, &ask, |variable| {
            Some(serde_json::Value::Object(variable.meta.clone()).to_string())
        })
        .await
    })
}

/// The shared connection that a variable stands for, if the viewer sees it.
async fn scoped_of(
    variable: &config_variable::Model,
    ask: &Ask,
) -> Result<Option<Arc<scoped_variable::Model>>, ApiError> {
    match &variable.scoped_key {
        Some(key) => {
            let named = Named { owner: variable.customer_id, stable_key: key.clone() };
            ask.load(named).await
        }
        None => Ok(None),
    }
}

/// Reads the declaration of a variable.
async fn declared<V>(
    variable: &config_variable::Model,
    ask: &Ask,
    get: fn(&ConfigVar) -> Option<V>,
) -> Result<Option<V>, ApiError> {
    let definition = definition(ask, variable.integration_id).await?;
    Ok(definition.config_var(&variable.key).and_then(get))
}

fn enumerations(registry: &mut Registry) {
    registry.enumeration(
        "RequiredConfigVariableDataType",
        "What a config variable holds.",
        &[
            ("BOOLEAN", "True or false."),
            ("CODE", "Text in a language."),
            ("CONNECTION", "Credentials of another system."),
            ("CREDENTIAL", "Credentials, in the older form."),
            ("DATE", "A day."),
            ("JSONFORM", "What was entered in a form."),
            ("NUMBER", "A number."),
            ("OBJECTFIELDMAP", "Fields of one system by fields of another."),
            ("OBJECTSELECTION", "A selection of objects."),
            ("PICKLIST", "One of a list of values."),
            ("SCHEDULE", "When to run."),
            ("STRING", "Text."),
            ("TIMESTAMP", "An instant."),
        ],
    );
    registry.enumeration(
        "RequiredConfigVariableCollectionType",
        "Whether a config variable holds a list.",
        &[("KEYVALUELIST", "Values by keys."), ("VALUELIST", "Values.")],
    );
    registry.enumeration(
        "RequiredConfigVariableCodeLanguage",
        "The language of a text.",
        &[("HTML", "HTML."), ("JSON", "JSON."), ("XML", "XML.")],
    );
    registry.enumeration(
        "RequiredConfigVariableOnPremiseConnectionConfig",
        "Whether an agent on the customer's premises makes a connection.",
        &ON_PREMISE,
    );
    for name in ["RequiredConfigVariableScheduleType", "InstanceConfigVariableScheduleType"] {
        registry.enumeration(name, "How a schedule is entered.", &SCHEDULES);
    }
}

const ON_PREMISE: [(&str, &str); 3] =
    [("ALLOWED", "It may."), ("DISALLOWED", "It does not."), ("REQUIRED", "It has to.")];

pub const SCHEDULES: [(&str, &str); 7] = [
    ("CUSTOM", "As a cron expression."),
    ("DAY", "Every day."),
    ("HOUR", "Every hour."),
    ("MINUTE", "Every few minutes."),
    ("NONE", "Not at all."),
    ("ONCE", "One time."),
    ("WEEK", "Every week."),
];
