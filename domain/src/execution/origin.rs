//! Where an execution comes from, and what starts it.

use anyhow::Context;
use bytes::Bytes;
use entity::execution::{InvokeType, Status};
use entity::{
    CustomerId, DeploymentId, FlowConfigId, FlowId, InstanceId, IntegrationId, OrganizationId,
};
use entity::{deployment, execution, flow_config, instance, integration_flow, schedule};
use flow::{Map, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::payload_column;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::instance::trigger_url;
use crate::integration::flows_of;
use crate::viewer::Viewer;

/// A deployed instance with its flows.
pub(crate) struct Origin {
    instance: instance::Model,
    deployment: DeploymentId,
    integration_id: IntegrationId,
    flows: Vec<integration_flow::Model>,
    configs: Vec<flow_config::Model>,
}

/// How an execution starts.
pub(crate) struct Start {
    pub invoke_type: InvokeType,
    pub is_test: bool,
    pub is_synchronous: bool,
    pub request: Request,
}

/// What a caller sent; nothing where there was no caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub headers: Map,
    pub body: Bytes,
    pub content_type: Option<String>,
}

impl Origin {
    /// Of a deployed instance; flows are those of the version that is deployed.
    pub async fn load(
        db: &impl ConnectionTrait,
        instance: &instance::Model,
    ) -> Result<Self, Error> {
        let organization = instance.organization_id;
        let system = Viewer::System(organization);
        let missing = || Error::NotFound(Kind::Deployment);
        let id = instance.deployment_id.ok_or_else(missing)?;
        let deployments = system.rows::<deployment::Entity>();
        let deployments = deployments.filter(deployment::Column::Id.eq(id));
        let deployment = deployments.one(db).await?.ok_or_else(missing)?;
        let version = deployment.integration_id;
        let configs = system
            .rows::<flow_config::Entity>()
            .filter(flow_config::Column::InstanceId.eq(instance.id));
        Ok(Self {
            instance: instance.clone(),
            deployment: id,
            integration_id: version,
            flows: flows_of(db, organization, version).await?,
            configs: configs.all(db).await?,
        })
    }

    /// The flows in the order of the definition, with their configs.
    pub fn flows(&self) -> impl Iterator<Item = (&integration_flow::Model, &flow_config::Model)> {
        self.flows.iter().filter_map(|flow| {
            let mut configs = self.configs.iter();
            Some((flow, configs.find(|config| config.flow_key == flow.stable_key)?))
        })
    }

    /// The deployed flow that a config is for.
    pub fn flow_of(
        &self,
        config: &flow_config::Model,
    ) -> Result<(&integration_flow::Model, &flow_config::Model), Error> {
        let mut flows = self.flows();
        flows.find(|(_, known)| known.id == config.id).ok_or(Error::NotFound(Kind::Flow))
    }

    /// An execution that is ready to be queued.
    pub fn execution(
        &self,
        env: &Env,
        flow: &integration_flow::Model,
        config: &flow_config::Model,
        start: Start,
    ) -> Result<execution::Model, Error> {
        let is_test = start.is_test || self.instance.is_system;
        let source = Source {
            organization: self.instance.organization_id,
            customer: self.instance.customer_id,
            instance: self.instance.id,
            integration: self.integration_id,
            flow: flow.id,
            flow_config: config.id,
            deployment: self.deployment,
        };
        source.execution(env, &config.webhook_id, Start { is_test, ..start })
    }
}

/// An execution of a schedule's flow, with the URL that this flow has.
pub(crate) fn scheduled(
    env: &Env,
    row: &schedule::Model,
    webhook_id: &str,
    start: Start,
) -> Result<execution::Model, Error> {
    let source = Source {
        organization: row.organization_id,
        customer: row.customer_id,
        instance: row.instance_id,
        integration: row.integration_id,
        flow: row.flow_id,
        flow_config: row.flow_config_id,
        deployment: row.deployment_id,
    };
    source.execution(env, webhook_id, start)
}

/// The rows that an execution belongs to.
struct Source {
    organization: OrganizationId,
    customer: CustomerId,
    instance: InstanceId,
    integration: IntegrationId,
    flow: FlowId,
    flow_config: FlowConfigId,
    deployment: DeploymentId,
}

impl Source {
    /// An execution that is ready to be queued.
    fn execution(
        self,
        env: &Env,
        webhook_id: &str,
        start: Start,
    ) -> Result<execution::Model, Error> {
        let now = env.now();
        let id = env.ids.at(now);
        let (invoke_type, is_synchronous) = (start.invoke_type, start.is_synchronous);
        let is_test = start.is_test;
        let payload = payload(env, webhook_id, start);
        Ok(execution::Model {
            id,
            organization_id: self.organization,
            customer_id: self.customer,
            instance_id: self.instance,
            integration_id: self.integration,
            flow_id: self.flow,
            flow_config_id: self.flow_config,
            deployment_id: self.deployment,
            status: Status::Queued,
            result_type: None,
            invoke_type,
            is_test,
            is_synchronous,
            queued_at: Some(now),
            started_at: now,
            ended_at: None,
            error: None,
            payload: payload_column(&payload).context("writing a payload")?,
            response: None,
            replay_for_id: None,
            retry_for_id: None,
            retry_count: 0,
            max_retry_count: 0,
            retry_next_at: None,
            request_id: None,
            canceled_by_id: None,
            invoked_by_id: None,
            lineage_depth: 0,
            invoked_by_frame: None,
            step_count: 0,
        })
    }
}

/// What the caller sent. The runner adds what it knows of the instance, and parses the body.
fn payload(env: &Env, webhook_id: &str, start: Start) -> Value {
    let request = start.request;
    let mut headers = request.headers;
    headers.insert("prismatic-invoke-type".into(), invoke_name(start.invoke_type).into());
    let raw = Value::object([
        ("data", Value::Bytes(request.body)),
        ("contentType", request.content_type.into()),
    ]);
    Value::object([
        ("headers", headers.into()),
        ("queryParameters", Map::new().into()),
        ("rawBody", raw),
        ("pathFragment", "".into()),
        ("invokeUrl", trigger_url(env, webhook_id).into()),
    ])
}

/// What components compare the header with.
const fn invoke_name(invoke_type: InvokeType) -> &'static str {
    match invoke_type {
        InvokeType::Webhook => "Webhook",
        InvokeType::Scheduled => "Scheduled",
        InvokeType::CrossFlow => "Cross Flow",
        InvokeType::DeployFlow => "Deploy Flow",
        InvokeType::TearDownFlow => "Tear Down Flow",
        InvokeType::IntegrationFlowTest => "Integration Flow Test",
        InvokeType::IntegrationEndpointTest => "Integration Endpoint Test",
        InvokeType::WebhookSnapshot => "Webhook Snapshot",
        InvokeType::AiAgent => "AI Agent",
    }
}
