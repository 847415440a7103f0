//! A deployment in memory: everything its executions need, read once.

use std::sync::Arc;

use components::Named;
use domain::component::Own;
use domain::endpoint;
use domain::instance::{api_keys, webhook_url};
use domain::oauth::Owner;
use entity::{
    CustomerId, DeploymentId, FlowConfigId, FlowId, Id, InstanceId, IntegrationId, OrganizationId,
    SequenceId, customer, deployment, flow_config, instance, integration,
};
use flow::definition::EndpointSecurity;
use flow::{Map, Value};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::bundle::Host;
use crate::plan::{Plan, Published};
use crate::route::Rules;
use crate::rules::CallRules;
use crate::seats::Tenant;
use crate::tokens::{self, Owners};

/// An instance with its configuration, frozen and compiled.
#[derive(Debug)]
pub struct Deployment {
    pub id: DeploymentId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub integration_id: IntegrationId,
    pub sequence_id: SequenceId,
    /// It belongs to a test instance.
    pub is_test: bool,
    pub debug: bool,
    pub customer: Named,
    pub instance: Named,
    pub integration: Named,
    pub config_vars: Arc<Map>,
    /// Config variables that hold OAuth2 connections, and whose tokens they use.
    pub connections: Arc<Owners>,
    /// Users configure some of it for themselves.
    pub has_users: bool,
    /// What the log, errors and stored results never show.
    pub secrets: Arc<[String]>,
    /// Flow name to URL.
    pub webhook_urls: Map,
    /// Flow name to the URL that leads to this flow alone.
    pub flow_urls: Map,
    /// Flow name to the keys of which its callers need one.
    pub webhook_api_keys: Map,
    pub flows: Vec<DeployedFlow>,
    /// The published components that it uses.
    pub published: Arc<Own>,
    /// How requests at a URL that flows share find theirs.
    pub rules: Arc<Rules>,
    /// About how much memory it takes.
    pub(crate) bytes: u32,
}

/// How much larger a definition is when it is compiled than in its row.
const COMPILED_BYTES_PER_BYTE: usize = 8;

/// One flow of a deployment.
#[derive(Debug)]
pub struct DeployedFlow {
    pub id: FlowId,
    pub config_id: FlowConfigId,
    /// Last part of its own URL.
    pub webhook_id: String,
    pub name: String,
    /// Survives a rename; the name where the definition gives none.
    pub stable_key: String,
    pub is_synchronous: bool,
    pub security: EndpointSecurity,
    /// Keys that the definition itself sets.
    pub organization_keys: Vec<String>,
    pub trigger_component: String,
    pub trigger_key: String,
    /// How its calls wait, and what follows a failure.
    pub rules: CallRules,
    /// What it runs, or why it cannot run here.
    pub plan: Result<Plan, String>,
}

impl Deployment {
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant { organization: self.organization_id, customer: self.customer_id }
    }

    pub fn flow(&self, config: FlowConfigId) -> Option<usize> {
        self.flows.iter().position(|flow| flow.config_id == config)
    }

    /// Reads and compiles a deployment.
    pub async fn load(
        env: &domain::Env,
        host: &Arc<Host>,
        organization: OrganizationId,
        id: DeploymentId,
    ) -> anyhow::Result<Arc<Self>> {
        let loaded = domain::deployment::load(env, organization, id).await?;
        let model = loaded.model;
        let rows = Rows::read(env, &model).await?;
        let reused = domain::reuse::deployed(env, organization, id).await?;
        let variables = loaded.definition.config_vars.iter();
        let mut connections: Owners = variables
            .filter(|variable| domain::instance::oauth2(env, variable).is_some())
            .map(|it| (it.key.clone(), Owner::instance_value(model.instance_id, &it.key)))
            .collect();
        let with_tokens = reused.iter().filter(|it| it.has_token(env));
        connections.extend(with_tokens.map(|it| (it.key.clone(), it.owner.clone())));
        let owner = (organization, rows.integration.customer_id);
        let own = Own::of(env.db.read(), owner, &loaded.definition).await?;
        let published = Published { own: &own, host };
        let mut flows = Vec::new();
        let kind = loaded.definition.endpoint_type;
        let owner = endpoint::owner(kind, &rows.instance, rows.integration.sequence_id);
        let shared = endpoint::urls(env, organization, owner).await?.into_values().next();
        let mut webhook_urls = Map::new();
        let mut flow_urls = Map::new();
        let mut webhook_api_keys = Map::new();
        for flow in &loaded.definition.flows {
            let key = flow.stable_key();
            let Some(config) = rows.flow_configs.iter().find(|row| row.flow_key == key) else {
                continue;
            };
            let name = flow.name.as_str();
            let url = webhook_url(env, config);
            let for_callers = shared.as_ref().unwrap_or(&url).clone();
            webhook_urls.insert(name.into(), Value::from(for_callers));
            flow_urls.insert(name.into(), Value::from(url));
            let keys = api_keys(env, config).await?;
            webhook_api_keys.insert(name.into(), keys.into());
            flows.push(DeployedFlow::new(flow, config, published));
        }
        Ok(Arc::new(Self {
            id,
            organization_id: model.organization_id,
            customer_id: model.customer_id,
            instance_id: model.instance_id,
            integration_id: model.integration_id,
            sequence_id: rows.integration.sequence_id,
            is_test: rows.instance.is_system,
            debug: rows.instance.global_debug,
            customer: named(rows.customer.id, &rows.customer.name, rows.customer.external_id),
            instance: named(rows.instance.id, &rows.instance.name, None),
            integration: named(rows.integration.id, &rows.integration.name, None),
            secrets: tokens::secrets(&loaded.definition, &own, &reused, &loaded.config_vars),
            config_vars: Arc::new(loaded.config_vars),
            connections: Arc::new(connections),
            has_users: domain::user_level::has_user_pages(&loaded.definition),
            webhook_urls,
            flow_urls,
            webhook_api_keys,
            flows,
            published: Arc::new(own),
            rules: Arc::new(Rules::of(&loaded.definition)),
            bytes: u32::try_from(model.definition.len() * COMPILED_BYTES_PER_BYTE)
                .unwrap_or(u32::MAX),
        }))
    }
}

impl DeployedFlow {
    fn new(
        flow: &flow::definition::Flow,
        config: &flow_config::Model,
        published: Published<'_>,
    ) -> Self {
        let plan = flow::compile(flow)
            .map_err(|problems| {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            })
            .and_then(|program| {
                Plan::new(&program, Some(published)).map_err(|missing| missing.to_string())
            });
        let trigger = flow.trigger().map(|step| &step.action);
        let part = |read: fn(&flow::definition::ActionRef) -> &str| {
            trigger.map(read).unwrap_or_default().to_owned()
        };
        Self {
            id: config.flow_id,
            config_id: config.id,
            webhook_id: config.webhook_id.clone(),
            name: flow.name.clone(),
            stable_key: config.flow_key.clone(),
            is_synchronous: flow.is_synchronous,
            security: flow.endpoint_security,
            organization_keys: flow.organization_api_keys.clone(),
            trigger_component: part(|action| &action.component.key),
            trigger_key: part(|action| &action.key),
            rules: CallRules::of(flow),
            plan,
        }
    }
}

struct Rows {
    instance: instance::Model,
    customer: customer::Model,
    integration: integration::Model,
    flow_configs: Vec<flow_config::Model>,
}

impl Rows {
    async fn read(env: &domain::Env, model: &deployment::Model) -> anyhow::Result<Self> {
        use anyhow::Context;
        let system = domain::Viewer::System(model.organization_id);
        let db = env.db.read();
        let instance = system
            .rows::<instance::Entity>()
            .filter(instance::Column::Id.eq(model.instance_id))
            .one(db)
            .await?
            .context("a deployment without its instance")?;
        let customer = system
            .rows::<customer::Entity>()
            .filter(customer::Column::Id.eq(model.customer_id))
            .one(db)
            .await?
            .context("a deployment without its customer")?;
        let integration = system
            .rows::<integration::Entity>()
            .filter(integration::Column::Id.eq(model.integration_id))
            .one(db)
            .await?
            .context("a deployment without its integration")?;
        let flow_configs = system
            .rows::<flow_config::Entity>()
            .filter(flow_config::Column::InstanceId.eq(model.instance_id))
            .all(db)
            .await?;
        Ok(Self { instance, customer, integration, flow_configs })
    }
}

fn named<T: Id>(id: T, name: &str, external_id: Option<String>) -> Named {
    Named {
        id: domain::global_id(id),
        name: name.to_owned(),
        external_id: external_id.unwrap_or_default(),
    }
}
