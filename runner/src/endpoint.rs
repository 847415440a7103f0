//! Trigger URLs in memory: from the id in the path to what runs there.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use domain::instance_profile::{self, Kept};
use domain::token;
use entity::{DeploymentId, InstanceId, IntegrationId, OrganizationId};
use entity::{flow_config, instance, integration};
use flow::definition::EndpointSecurity;
use moka::future::Cache;
use sea_orm::{ColumnTrait, QueryFilter};
use subtle::ConstantTimeEq;

use crate::bundle::Host;
use crate::inputs::resolve;
use crate::route::{Route, Rules};
use crate::{DeployedFlow, Deployment};

/// How many of the small things stay in memory.
const ENTRIES_MAX: u64 = 20_000;

/// About how much memory deployments may take, and as much again those that endpoints lead to.
const DEPLOYMENTS_BYTES_MAX: u64 = 256 << 20;

/// What an endpoint takes besides its share of a deployment.
const ENDPOINT_BYTES: u32 = 1 << 10;

/// With other nodes around, a change made there is seen here after this time at the latest.
const SHARED_LIFETIME: Duration = Duration::from_secs(2);

/// What a trigger URL leads to.
#[derive(Clone, Debug)]
pub enum Endpoint {
    Ready(Ready),
    /// Each request tells which flow it is for.
    Routed(Route),
    /// Nothing can be started here now; the text says why.
    Closed(String),
}

/// A flow that can be called.
#[derive(Clone, Debug)]
pub struct Ready {
    pub deployment: Arc<Deployment>,
    /// Place of the flow in the deployment.
    pub flow: usize,
    /// Any one of them opens the endpoint; with none it is open.
    keys: Arc<[String]>,
    instance: Arc<instance::Model>,
}

impl Endpoint {
    /// About how much memory it takes: its deployment is shared with those of the other flows.
    fn bytes(&self) -> u32 {
        let Self::Ready(ready) = self else { return ENDPOINT_BYTES };
        let flows = u32::try_from(ready.deployment.flows.len()).unwrap_or(u32::MAX);
        ENDPOINT_BYTES.saturating_add(ready.deployment.bytes / flows.max(1))
    }
}

impl Ready {
    pub fn flow(&self) -> &DeployedFlow {
        &self.deployment.flows[self.flow]
    }

    /// Whether a call that comes in now is recorded instead of run.
    pub fn is_listening(&self, env: &domain::Env) -> bool {
        domain::instance::is_listening(&self.instance, env.now())
    }

    /// Whether a call with this key may come in. Takes the same time for every wrong key.
    pub fn admits(&self, key: Option<&str>) -> bool {
        let given = key.unwrap_or_default().as_bytes();
        let fits = |known: &String| bool::from(known.as_bytes().ct_eq(given));
        self.keys.is_empty() || self.keys.iter().fold(false, |found, known| found | fits(known))
    }

    /// Asks the flow's trigger whether this payload may become an execution.
    pub fn guard(&self, payload: &flow::Map) -> Result<(), components::Refusal> {
        let Ok(plan) = &self.flow().plan else { return Ok(()) };
        let Some(guard) = plan.trigger.trigger.guard else { return Ok(()) };
        let inputs = resolve(&plan.trigger.inputs, &Configured(&self.deployment.config_vars))?;
        guard(payload, &inputs)
    }
}

/// Config variables, before any step has run.
struct Configured<'a>(&'a flow::Map);

impl flow::Scope for Configured<'_> {
    fn step(&self, _: &str) -> Option<flow::StepView<'_>> {
        None
    }

    fn config_var(&self, key: &str) -> Option<&flow::Value> {
        self.0.get(key)
    }
}

/// The endpoints this node has met.
pub struct Endpoints {
    /// Runs what deployments use of published components.
    host: Arc<Host>,
    by_webhook: Cache<String, (InstanceId, u64, Endpoint)>,
    deployments: Cache<DeploymentId, Arc<Deployment>>,
    kept: Cache<InstanceId, (u64, Kept)>,
    /// By published version, which never changes.
    pub(crate) rules: Cache<IntegrationId, Arc<Rules>>,
    /// Counts up when an instance changes; what was read before does not count any more.
    versions: DashMap<InstanceId, u64>,
}

impl Endpoints {
    /// `is_shared` says whether other nodes can change what is cached here.
    pub fn new(is_shared: bool, host: Arc<Host>) -> Self {
        let weigh = |_: &String, (_, _, endpoint): &(_, _, Endpoint)| endpoint.bytes();
        let mut by_webhook = Cache::builder().max_capacity(DEPLOYMENTS_BYTES_MAX).weigher(weigh);
        let mut kept = Cache::builder().max_capacity(ENTRIES_MAX);
        if is_shared {
            by_webhook = by_webhook.time_to_live(SHARED_LIFETIME);
            kept = kept.time_to_live(SHARED_LIFETIME);
        }
        Self {
            host,
            by_webhook: by_webhook.build(),
            kept: kept.build(),
            deployments: Cache::builder()
                .max_capacity(DEPLOYMENTS_BYTES_MAX)
                .weigher(|_, deployment: &Arc<Deployment>| deployment.bytes)
                .build(),
            rules: Cache::new(ENTRIES_MAX),
            versions: DashMap::new(),
        }
    }

    /// Forgets what is known of an instance.
    pub fn changed(&self, instance: InstanceId) {
        *self.versions.entry(instance).or_default() += 1;
    }

    /// What the URL with this id leads to; `None` if no such URL was ever given out.
    pub async fn find(
        &self,
        env: &domain::Env,
        webhook_id: &str,
    ) -> anyhow::Result<Option<Endpoint>> {
        match self.find_flow(env, webhook_id).await? {
            Some(endpoint) => Ok(Some(endpoint)),
            None => self.find_shared(env, webhook_id).await,
        }
    }

    /// What the URL of one flow leads to.
    pub(crate) async fn find_flow(
        &self,
        env: &domain::Env,
        webhook_id: &str,
    ) -> anyhow::Result<Option<Endpoint>> {
        if let Some((instance, version, endpoint)) = self.by_webhook.get(webhook_id).await
            && self.version(instance) == version
        {
            return Ok(Some(endpoint));
        }
        let Some(config) = token::flow_config_of_url(env, webhook_id).await? else {
            return Ok(None);
        };
        let version = self.version(config.instance_id);
        let endpoint = self.read(env, &config).await?;
        let entry = (config.instance_id, version, endpoint.clone());
        self.by_webhook.insert(webhook_id.to_owned(), entry).await;
        Ok(Some(endpoint))
    }

    /// What executions of an instance leave behind.
    pub async fn kept(&self, env: &domain::Env, of: &Deployment) -> anyhow::Result<Kept> {
        let (instance, version) = (of.instance_id, self.version(of.instance_id));
        if let Some((known, kept)) = self.kept.get(&instance).await
            && known == version
        {
            return Ok(kept);
        }
        let kept = instance_profile::kept(env, of.organization_id, instance).await?;
        self.kept.insert(instance, (version, kept)).await;
        Ok(kept)
    }

    /// A deployment, from memory if it is there: it never changes.
    pub async fn deployment(
        &self,
        env: &domain::Env,
        organization: OrganizationId,
        id: DeploymentId,
    ) -> anyhow::Result<Arc<Deployment>> {
        self.deployments
            .try_get_with(id, Deployment::load(env, &self.host, organization, id))
            .await
            .map_err(|error: Arc<anyhow::Error>| anyhow::anyhow!("{error:#}"))
    }

    async fn read(
        &self,
        env: &domain::Env,
        config: &flow_config::Model,
    ) -> anyhow::Result<Endpoint> {
        let system = domain::Viewer::System(config.organization_id);
        let instances = system.rows::<instance::Entity>();
        let of_config = instance::Column::Id.eq(config.instance_id);
        let found = instances.filter(of_config).one(env.db.read()).await?;
        let (instance, deployment) = match self.running(env, found).await? {
            Ok(running) => running,
            Err(reason) => return Ok(Endpoint::Closed(reason)),
        };
        let Some(flow) = deployment.flow(config.id) else {
            let reason = "This flow of the instance has not been deployed yet.";
            return Ok(Endpoint::Closed(reason.to_owned()));
        };
        let keys = match deployment.flows[flow].security {
            EndpointSecurity::Unsecured => Vec::new(),
            EndpointSecurity::Organization => deployment.flows[flow].organization_keys.clone(),
            EndpointSecurity::CustomerOptional | EndpointSecurity::CustomerRequired => {
                domain::instance::api_keys(env, config).await?
            }
        };
        let instance = Arc::new(instance);
        Ok(Endpoint::Ready(Ready { deployment, flow, keys: keys.into(), instance }))
    }

    fn version(&self, instance: InstanceId) -> u64 {
        self.versions.get(&instance).map_or(0, |version| *version)
    }
}

/// A test instance follows its draft: it is deployed again when that has changed. The inner error
/// says why the draft cannot run.
pub(crate) async fn ready_to_test(
    env: &domain::Env,
    instance: instance::Model,
) -> anyhow::Result<Result<instance::Model, String>> {
    if !instance.is_system || (instance.deployment_id.is_some() && !instance.needs_deploy) {
        return Ok(Ok(instance));
    }
    let system = domain::Viewer::System(instance.organization_id);
    let drafts = system.rows::<integration::Entity>();
    let of_instance = integration::Column::Id.eq(instance.integration_id);
    let Some(draft) = drafts.filter(of_instance).one(env.db.read()).await? else {
        return Ok(Ok(instance));
    };
    match domain::instance::ensure_test_deployment(env, &draft).await {
        Ok(instance) => Ok(Ok(instance)),
        Err(error @ domain::Error::Invalid(_)) => Ok(Err(error.to_string())),
        Err(error) => Err(error.into()),
    }
}
