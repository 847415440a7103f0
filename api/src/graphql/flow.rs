//! Flows of integrations, and what starts them.

use std::sync::Arc;

use entity::{FlowId, Id, execution, flow_config, integration, integration_flow};
use flow::definition::{Flow, Step};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::builder::{Registry, Type};
use super::component::Operation;
use super::connection::Listing;
use super::integration::definition::definition;
use super::integration::object::test_instance;
use super::order::Order;
use super::page::{self, RowKey};
use super::workflow::last_run as last_run_of_workflow;
use super::{execution as executions, id};
use crate::ApiError;
use crate::context::Ask;

impl page::Noun for integration_flow::Entity {
    type Id = FlowId;
    const ID: integration_flow::Column = integration_flow::Column::Id;

    fn id(row: &integration_flow::Model) -> FlowId {
        row.id
    }
}

/// Flows come in the order of the definition.
pub fn listing() -> Listing<integration_flow::Entity> {
    Listing::new("IntegrationFlow").tie_break(position())
}

pub fn position() -> Order {
    Order::number("SORT_ORDER", "The order of the definition.", integration_flow::Column::Position)
}

/// What starts a flow.
struct Trigger {
    flow: Arc<integration_flow::Model>,
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.enumeration(
        "IntegrationFlowEndpointSecurityType",
        "Who sets the keys that callers of a flow need.",
        &[
            ("CUSTOMER_OPTIONAL", "The customer may set keys."),
            ("CUSTOMER_REQUIRED", "The customer has to set keys."),
            ("ORGANIZATION", "The organization sets the keys."),
            ("UNSECURED", "Nobody needs a key."),
        ],
    );
    registry.add(samples(settings(object())));
    registry.add(workflow_flow());
    registry.add(trigger());
}

fn object() -> Type<integration_flow::Model> {
    let flow = Type::<integration_flow::Model>::new("IntegrationFlow", "A flow of an integration.")
        .field("usesFifoQueue", "Boolean!", "Whether its runs take turns.", |flow| {
            flow.uses_fifo_queue
        });
    let flags: [(&str, &str, Get<bool>); 2] = [
        ("singletonExecutions", "Whether it runs once at a time.", |flow| {
            flow.queue.as_ref().is_some_and(|queue| queue.singleton_executions)
        }),
        ("isAgentFlow", "Whether agents may call it.", |flow| flow.is_agent_flow),
    ];
    flags.into_iter().fold(facts(flow), |of, (name, about, get)| {
        of.resolve(name, "Boolean!", about, move |flow, ask| async move {
            declared(&flow, &ask, get).await
        })
    })
}

/// The one flow of a workflow, which people call the workflow itself.
fn workflow_flow() -> Type<integration_flow::Model> {
    let flow = Type::<integration_flow::Model>::new("WorkflowFlow", "What a workflow does.");
    let flow = flow.resolve(
        "lastExecutedAt",
        "DateTime",
        "When the copy that runs ran last.",
        |flow, ask| async move {
            let key = RowKey::<integration::Entity>(flow.integration_id);
            let workflow = ask.load(key).await?.ok_or(ApiError::NotFound)?;
            last_run_of_workflow(&workflow, ask).await
        },
    );
    samples(settings(facts(flow)))
}

type Get<V> = fn(&Flow) -> V;

fn facts(of: Type<integration_flow::Model>) -> Type<integration_flow::Model> {
    of.id(|flow| id::encode(flow.id))
        .fixed()
        .field("name", "String!", "The name.", |flow| flow.name.clone())
        .field("description", "String", "What it does.", |flow| flow.description.clone())
        .field("stableKey", "String", "Survives a rename.", |flow| flow.stable_key.clone())
        .field("sortOrder", "Int!", "The place in the definition, from 0.", |flow| flow.position)
        .field("isSynchronous", "Boolean!", "Whether callers wait for the result.", |flow| {
            flow.is_synchronous
        })
        .field(
            "endpointSecurityType",
            "IntegrationFlowEndpointSecurityType!",
            "Who sets the keys that callers need.",
            |flow| flow.endpoint_security.to_uppercase(),
        )
        .connection::<execution::Entity>(
            "testExecutionResults",
            "Its runs in the test instance, the latest first.",
            executions::listing(),
            |flow| flow.id.uuid(),
            |id| {
                let configs = executions::filters::flow_configs_of(FlowId(id));
                let of_flow = execution::Column::FlowConfigId.in_subquery(configs);
                of_flow.into_condition().add(execution::Column::IsTest.eq(true))
            },
        )
        .resolve("trigger", "IntegrationAction!", "What starts it.", |flow, _| async move {
            Ok(Arc::new(Trigger { flow }))
        })
        .resolve("testUrl", "String!", "Starts it in the test instance.", |flow, ask| async move {
            test_url(&flow, &ask).await
        })
}

/// The calls to try flows with; whoever does not see the test instance does not see them.
fn samples(of: Type<integration_flow::Model>) -> Type<integration_flow::Model> {
    type Get = fn(&flow_config::Model) -> Option<String>;
    let fields: [(&str, &str, &str, Get); 3] = [
        ("testPayload", "String", "The body of test calls.", |it| it.test_payload.clone()),
        ("testHeaders", "JSONString", "Headers of test calls: an object.", |it| {
            it.test_headers.clone()
        }),
        ("testContentType", "String", "What the body of test calls is.", |it| {
            it.test_content_type.clone()
        }),
    ];
    fields.into_iter().fold(of, |of, (name, sdl, about, get)| {
        of.resolve(name, sdl, about, move |flow, ask| async move {
            match test_config(&flow, &ask).await {
                Ok(config) => Ok(get(&config)),
                Err(ApiError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
    })
}

async fn test_url(flow: &integration_flow::Model, ask: &Ask) -> Result<String, ApiError> {
    let config = test_config(flow, ask).await?;
    Ok(domain::instance::webhook_url(ask.env(), &config))
}

/// The flow as the test instance has it.
async fn test_config(
    flow: &integration_flow::Model,
    ask: &Ask,
) -> Result<Arc<flow_config::Model>, ApiError> {
    let key = RowKey::<integration::Entity>(flow.integration_id);
    let integration = ask.load(key).await?.ok_or(ApiError::NotFound)?;
    let instance = test_instance(ask, integration.sequence_id).await?;
    let configs = super::flow_config::configs_of(ask, instance.id).await?;
    let mut configs = configs.into_iter();
    configs.find(|config| config.flow_key == flow.stable_key).ok_or(ApiError::NotFound)
}

fn settings(of: Type<integration_flow::Model>) -> Type<integration_flow::Model> {
    let number: [(&str, &str, Get<u32>); 2] = [
        ("retryMaxAttempts", "How often a failed run is tried again.", |flow| {
            flow.retry.as_ref().map_or(0, |retry| retry.max_attempts)
        }),
        ("retryDelayMinutes", "How long to wait before that.", |flow| {
            flow.retry.as_ref().map_or(0, |retry| retry.delay_minutes)
        }),
    ];
    let of = number.into_iter().fold(of, |of, (name, about, get)| {
        of.resolve(name, "Int!", about, move |flow, ask| async move {
            Ok(i64::from(declared(&flow, &ask, get).await?))
        })
    });
    of.resolve(
        "retryUsesExponentialBackoff",
        "Boolean!",
        "Whether each wait is longer.",
        |flow, ask| async move {
            declared(&flow, &ask, |flow| {
                flow.retry.as_ref().is_some_and(|retry| retry.uses_exponential_backoff)
            })
            .await
        },
    )
    .resolve(
        "schemas",
        "JSONString",
        "What the flow takes and gives, as JSON text by purpose.",
        |flow, ask| async move {
            declared(&flow, &ask, |flow| {
                let schemas = serde_json::Value::Object(flow.schemas.clone());
                (!flow.schemas.is_empty()).then(|| schemas.to_string())
            })
            .await
        },
    )
}

/// Reads the declaration of a flow.
async fn declared<V: Default>(
    flow: &integration_flow::Model,
    ask: &Ask,
    get: fn(&Flow) -> V,
) -> Result<V, ApiError> {
    let definition = definition(ask, flow.integration_id).await?;
    Ok(definition.flow(&flow.name).map(get).unwrap_or_default())
}

fn trigger() -> Type<Trigger> {
    let text = |get: fn(&Step) -> String| {
        move |trigger: Arc<Trigger>, ask: Ask| async move {
            declared(&trigger.flow, &ask, |flow| flow.trigger().cloned())
                .await
                .map(|step| step.as_ref().map(get).unwrap_or_default())
        }
    };
    Type::<Trigger>::new("IntegrationAction", "A step of a flow.")
        .id(|trigger| id::encode_as("IntegrationAction", trigger.flow.id.uuid()))
        .fixed()
        .field("action", "Action!", "What the step does.", |trigger| {
            Arc::new(Operation::trigger(&trigger.flow.trigger_component, &trigger.flow.trigger_key))
        })
        .resolve("name", "String!", "The name of the step.", text(|step| step.name.clone()))
        .resolve(
            "description",
            "String!",
            "What the step is for.",
            text(|step| step.description.clone()),
        )
        .row::<integration::Entity>(
            "integration",
            "Integration!",
            "The integration it belongs to.",
            |trigger| Some(trigger.flow.integration_id),
        )
}
