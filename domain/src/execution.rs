//! Executions that somebody asks for: tests and replays.

mod endpoint_test;
mod origin;
mod replay;
#[cfg(test)]
mod tests;

use anyhow::Context;
use bytes::Bytes;
use entity::execution::InvokeType;
use entity::{ExecutionId, FlowConfigId, FlowId, execution, flow_config, instance, integration};
use entity::{idempotency_key, integration_flow, payload::Payload};
use flow::{Map, Value};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde_json::Value as Json;

use crate::env::Env;
use crate::error::{Error, Kind};
use crate::instance::{deploy_draft, test_instance_of};
use crate::integration as integrations;
use crate::policy::Action;
use crate::sample::PAYLOAD_BYTES_MAX;
use crate::viewer::Viewer;

pub use endpoint_test::test_endpoint;
pub use replay::{Replayed, Which, replay, replay_failed};

pub(crate) use origin::{Origin, Request, Start, scheduled};

/// A test call, as the test pane sends it.
#[derive(Clone, Debug, Default)]
pub struct Test {
    pub payload: Option<String>,
    /// JSON text of an object, name to text.
    pub headers: Option<String>,
    /// JSON where it is not given.
    pub content_type: Option<String>,
    /// The caller waits for the result.
    pub is_synchronous: bool,
}

/// Starts a flow of the draft in the integration's test instance, deploying it first where needed.
pub async fn test_flow(
    env: &Env,
    viewer: &Viewer,
    flow: FlowId,
    test: Test,
) -> Result<execution::Model, Error> {
    viewer.signed_in()?;
    let tx = env.db.begin().await?;
    let found = viewer.rows::<integration_flow::Entity>();
    let found = found.filter(integration_flow::Column::Id.eq(flow)).one(&tx).await?;
    let flow = found.ok_or(Error::NotFound(Kind::Flow))?;
    let permit = integrations::permit(&tx, viewer, Action::Run, flow.integration_id).await?;
    let instance = test_instance_of(&tx, permit.row()).await?;
    let configs = Viewer::System(instance.organization_id)
        .rows::<flow_config::Entity>()
        .filter(flow_config::Column::InstanceId.eq(instance.id))
        .filter(flow_config::Column::FlowKey.eq(&flow.stable_key));
    let config = configs.one(&tx).await?.ok_or(Error::NotFound(Kind::FlowConfig))?;
    start_test(env, tx, config, test, InvokeType::IntegrationFlowTest).await
}

/// Starts a flow of an instance.
pub async fn test(
    env: &Env,
    viewer: &Viewer,
    flow_config: FlowConfigId,
    test: Test,
) -> Result<execution::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<flow_config::Entity>(&tx, Action::Run, flow_config).await?;
    start_test(env, tx, permit.into_row(), test, InvokeType::IntegrationFlowTest).await
}

async fn start_test(
    env: &Env,
    tx: DatabaseTransaction,
    config: flow_config::Model,
    test: Test,
    invoke_type: InvokeType,
) -> Result<execution::Model, Error> {
    let request = request_of(&test)?;
    let instance = running(env, &tx, &config).await?;
    let origin = Origin::load(&tx, &instance).await?;
    let (flow, config) = origin.flow_of(&config)?;
    let start = Start { invoke_type, is_test: true, is_synchronous: test.is_synchronous, request };
    let execution = origin.execution(env, flow, config, start)?;
    enqueue(env, tx, execution).await
}

async fn enqueue(
    env: &Env,
    tx: DatabaseTransaction,
    execution: execution::Model,
) -> Result<execution::Model, Error> {
    jobs::enqueue(&tx, execution.clone()).await?;
    tx.commit().await?;
    env.work_arrived();
    Ok(execution)
}

/// The instance of a flow config, if it can run: deployed and not paused.
async fn running(
    env: &Env,
    tx: &DatabaseTransaction,
    config: &flow_config::Model,
) -> Result<instance::Model, Error> {
    let system = Viewer::System(config.organization_id);
    let row = system.find::<instance::Entity>(tx, config.instance_id).await?;
    if row.is_system {
        let draft = system.find::<integration::Entity>(tx, row.integration_id).await?;
        return deploy_draft(env, tx, &draft).await;
    }
    if row.deployment_id.is_none() {
        return Err(Error::invalid("id", "The instance is not deployed."));
    }
    if !row.enabled {
        return Err(Error::invalid("id", "The instance is paused."));
    }
    Ok(row)
}

fn request_of(test: &Test) -> Result<Request, Error> {
    let mut headers = Map::new();
    if let Some(text) = test.headers.as_deref().filter(|text| !text.trim().is_empty()) {
        let Ok(Json::Object(given)) = serde_json::from_str(text) else {
            return Err(Error::invalid("headers", "This is not the JSON text of an object."));
        };
        for (name, value) in given {
            let value = Value::from(value);
            headers.insert(name.as_str().into(), value.to_text().into());
        }
    }
    let content_type = test.content_type.clone().filter(|text| !text.trim().is_empty());
    let content_type = content_type.unwrap_or_else(|| "application/json".to_owned());
    let Some(payload) = test.payload.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(Request { headers, ..Request::default() });
    };
    if payload.len() > PAYLOAD_BYTES_MAX {
        let limit = format!("a test payload has at most {PAYLOAD_BYTES_MAX} bytes");
        return Err(Error::LimitReached(limit));
    }
    if !headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
        headers.insert("Content-Type".into(), content_type.as_str().into());
    }
    let body = Bytes::copy_from_slice(payload.as_bytes());
    Ok(Request { headers, body, content_type: Some(content_type) })
}

/// How long the name of a call is remembered.
pub const KEY_SECONDS: i64 = 24 * 60 * 60;

/// Queues an execution under the name that its caller gave the call; gives the id of the first
/// execution of that name within a day, which may be an earlier one.
pub async fn enqueue_once(
    env: &Env,
    key: String,
    execution: execution::Model,
    entry: jobs::Entry,
) -> Result<ExecutionId, Error> {
    use idempotency_key::{Column, Entity, Model};
    let organization = execution.organization_id;
    let row = Model {
        flow_config_id: execution.flow_config_id,
        key: key.clone(),
        organization_id: organization,
        customer_id: execution.customer_id,
        execution_id: execution.id,
        created_at: env.now(),
    };
    let tx = env.db.begin().await?;
    // What was forgotten may not be deleted yet.
    let forgotten = Expr::col((Entity, Column::CreatedAt));
    let once = OnConflict::columns([Column::FlowConfigId, Column::Key])
        .update_columns([Column::ExecutionId, Column::CreatedAt])
        .action_and_where(forgotten.lt(env.now().plus_seconds(-KEY_SECONDS)))
        .to_owned();
    let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(once);
    insert.exec_without_returning(&tx).await?;
    let known = Viewer::System(organization)
        .rows::<Entity>()
        .filter(Column::FlowConfigId.eq(execution.flow_config_id))
        .filter(Column::Key.eq(key));
    let first = known.one(&tx).await?.context("a key that is not there")?.execution_id;
    if first != execution.id {
        return Ok(first);
    }
    let holder = jobs::enqueue_call(&tx, execution, entry).await?;
    tx.commit().await?;
    env.work_arrived();
    Ok(holder.unwrap_or(first))
}

/// A value as the payload column keeps it.
fn payload_column(value: &Value) -> anyhow::Result<Vec<u8>> {
    let bytes = rmp_serde::to_vec(value)?;
    Ok(Payload::Inline(&bytes).to_column())
}
