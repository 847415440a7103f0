//! Flows of instances: their URLs and settings.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{
    FlowConfigId, Id, InstanceId, alert_monitor, execution, flow_config, instance, integration,
    integration_flow, log,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use uuid::Uuid;

use super::builder::{Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::integration::definition::definition;
use super::latest::in_failed_state;
use super::order::Order;
use super::page::{self, RowKey, all_of};
use super::{argument, execution as executions, id, log as logs};
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::loader::Key;

impl page::Noun for flow_config::Entity {
    type Id = FlowConfigId;
    const ID: flow_config::Column = flow_config::Column::Id;

    fn id(row: &flow_config::Model) -> FlowConfigId {
        row.id
    }
}

/// Flows of an instance come in the order of the definition.
pub fn listing() -> Listing<flow_config::Entity> {
    Listing::new("InstanceFlowConfig")
        .filters([
            Filter::new(
                ("flow_Name", "String", "Only those of the flow with this name."),
                |value| {
                    let name = argument::text("flow_Name", value)?;
                    let flows = Query::select()
                        .column(integration_flow::Column::Id)
                        .from(integration_flow::Entity)
                        .and_where(integration_flow::Column::Name.eq(name))
                        .take();
                    Ok(flow_config::Column::FlowId.in_subquery(flows).into_condition())
                },
            ),
            in_failed_state(
                execution::Column::FlowConfigId,
                (flow_config::Entity, flow_config::Column::Id),
            ),
        ])
        .orders([position()])
        .tie_break(position())
}

fn position() -> Order {
    Order::number_of("SORT_ORDER", "The order of the definition.", || {
        flow_column(integration_flow::Column::Position)
    })
}

/// A column of the flow of a flow config.
fn flow_column(column: integration_flow::Column) -> SelectStatement {
    let flow = (integration_flow::Entity, integration_flow::Column::Id);
    Query::select()
        .column((integration_flow::Entity, column))
        .from(integration_flow::Entity)
        .and_where(Expr::col(flow).equals((flow_config::Entity, flow_config::Column::FlowId)))
        .take()
}

/// The flow configs of an instance.
pub async fn configs_of(
    ask: &Ask,
    instance: InstanceId,
) -> Result<Vec<Arc<flow_config::Model>>, ApiError> {
    let children = ("configs", of_instance as page::Children);
    all_of::<flow_config::Entity>(ask, children, instance.uuid(), position()).await
}

pub fn of_instance(id: uuid::Uuid) -> sea_orm::Condition {
    flow_config::Column::InstanceId.eq(InstanceId(id)).into_condition()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query
            .by_id::<flow_config::Entity>(
                "instanceFlowConfig",
                "InstanceFlowConfig",
                "One flow of one instance.",
            )
            .list("instanceFlowConfigs", "The flows of the instances you may see.", listing())
    });
}

const WEBHOOK_URL: &str = "Starts the flow. Flows share it where the integration's endpoint \
    type says so: then each request tells which one it is for.";

async fn webhook_url(config: &flow_config::Model, ask: &Ask) -> Result<String, ApiError> {
    let key = RowKey::<instance::Entity>(config.instance_id);
    let instance = ask.load(key).await?.ok_or(ApiError::NotFound)?;
    let key = RowKey::<integration::Entity>(instance.integration_id);
    let version = ask.load(key).await?.ok_or(ApiError::NotFound)?;
    let kind = definition(ask, version.id).await?.endpoint_type;
    let owner = domain::endpoint::owner(kind, &instance, version.sequence_id);
    let shared = match owner {
        Some(owner) => ask.load(SharedUrl(owner)).await?,
        None => None,
    };
    Ok(shared.unwrap_or_else(|| domain::instance::webhook_url(ask.env(), config)))
}

/// The URL that the flows of an instance, or the instances of an integration, share.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct SharedUrl(pub Uuid);

impl Key for SharedUrl {
    type Value = String;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, String>, ApiError>> {
        async move {
            let organization = context.viewer.signed_in()?;
            let owners = keys.iter().map(|key| key.0);
            let urls = domain::endpoint::urls(&context.env, organization, owners).await?;
            Ok(urls.into_iter().map(|(owner, url)| (Self(owner), url)).collect())
        }
        .boxed()
    }
}

fn object() -> Type<flow_config::Model> {
    Type::<flow_config::Model>::new("InstanceFlowConfig", "A flow of an instance.")
        .id(|config| id::encode(config.id))
        .editable::<flow_config::Entity>()
        .row::<integration_flow::Entity>(
            "flow",
            "IntegrationFlow!",
            "The flow in the version that the instance is configured for.",
            |config| Some(config.flow_id),
        )
        .row::<instance::Entity>("instance", "Instance!", "The instance it is part of.", |config| {
            Some(config.instance_id)
        })
        .resolve("webhookUrl", "String!", WEBHOOK_URL, |config, ask| async move {
            webhook_url(&config, &ask).await
        })
        .resolve(
            "apiKeys",
            "[String]",
            "The keys of which callers need one; only for those who may set them.",
            |config, ask| async move {
                let action = domain::Action::Modify;
                if !ask.viewer().can_on::<flow_config::Entity>(action, &config) {
                    return Ok(None);
                }
                Ok(Some(domain::instance::api_keys(ask.env(), &config).await?))
            },
        )
        .field("testPayload", "String", "The body of test calls.", |it| it.test_payload.clone())
        .field("testHeaders", "JSONString", "Headers of test calls: an object.", |config| {
            config.test_headers.clone()
        })
        .field("testContentType", "String", "What the body of test calls is.", |config| {
            config.test_content_type.clone()
        })
        .last_run()
        .connection::<execution::Entity>(
            "executionResults",
            "Its runs, the latest first.",
            executions::listing(),
            |config| config.id.uuid(),
            |id| execution::Column::FlowConfigId.eq(id).into_condition(),
        )
        .monitors(
            "The monitors that watch it alone.",
            |config| config.id.uuid(),
            |id| alert_monitor::Column::FlowConfigId.eq(id).into_condition(),
        )
        .connection::<log::Entity>(
            "logs",
            "What its runs wrote, in order.",
            logs::listing(),
            |config| config.id.uuid(),
            |id| log::Column::FlowConfigId.eq(id).into_condition(),
        )
}
