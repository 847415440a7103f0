//! Trigger URLs in memory: from the id in the path to what runs there.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use domain::token;
use entity::{DeploymentId, InstanceId, OrganizationId, flow_config, instance};
use moka::future::Cache;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::Deployment;

/// How many endpoints and deployments stay in memory.
const ENTRIES_MAX: u64 = 20_000;

/// With other nodes around, a change made there is seen here after this time at the latest.
const SHARED_LIFETIME: Duration = Duration::from_secs(2);

/// What a trigger URL leads to.
#[derive(Clone, Debug)]
pub enum Endpoint {
    Ready {
        deployment: Arc<Deployment>,
        /// Place of the flow in the deployment.
        flow: usize,
    },
    /// The instance is disabled.
    Paused,
    /// The instance, or this flow of it, has never been deployed.
    NotDeployed,
}

/// The endpoints this node has met.
pub struct Endpoints {
    by_webhook: Cache<String, (InstanceId, u64, Endpoint)>,
    deployments: Cache<DeploymentId, Arc<Deployment>>,
    /// Counts up when an instance changes; what was read before does not count any more.
    versions: DashMap<InstanceId, u64>,
}

impl Endpoints {
    /// `is_shared` says whether other nodes can change what is cached here.
    pub fn new(is_shared: bool) -> Self {
        let mut by_webhook = Cache::builder().max_capacity(ENTRIES_MAX);
        if is_shared {
            by_webhook = by_webhook.time_to_live(SHARED_LIFETIME);
        }
        Self {
            by_webhook: by_webhook.build(),
            deployments: Cache::new(ENTRIES_MAX),
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

    /// A deployment, from memory if it is there: it never changes.
    pub async fn deployment(
        &self,
        env: &domain::Env,
        organization: OrganizationId,
        id: DeploymentId,
    ) -> anyhow::Result<Arc<Deployment>> {
        self.deployments
            .try_get_with(id, Deployment::load(env, organization, id))
            .await
            .map_err(|error: Arc<anyhow::Error>| anyhow::anyhow!("{error:#}"))
    }

    async fn read(
        &self,
        env: &domain::Env,
        config: &flow_config::Model,
    ) -> anyhow::Result<Endpoint> {
        let instance = domain::Viewer::System(config.organization_id)
            .rows::<instance::Entity>()
            .filter(instance::Column::Id.eq(config.instance_id))
            .one(env.db.read())
            .await?;
        let Some(instance) = instance else { return Ok(Endpoint::NotDeployed) };
        let Some(deployment) = instance.deployment_id else { return Ok(Endpoint::NotDeployed) };
        if !instance.enabled {
            return Ok(Endpoint::Paused);
        }
        let deployment = self.deployment(env, config.organization_id, deployment).await?;
        Ok(match deployment.flow(config.id) {
            Some(flow) => Endpoint::Ready { deployment, flow },
            None => Endpoint::NotDeployed,
        })
    }

    fn version(&self, instance: InstanceId) -> u64 {
        self.versions.get(&instance).map_or(0, |version| *version)
    }
}
