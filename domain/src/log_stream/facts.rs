//! What lines only have the ids of.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{
    CustomerId, FlowConfigId, InstanceId, IntegrationId, Timestamp, customer, flow_config,
    instance, integration, integration_flow, log,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::global_id;
use crate::viewer::{Governed, Viewer};

/// How long a name is used that may have changed, in seconds.
const KEPT_SECONDS: i64 = 60;

/// How many flows are known at the same time.
const KNOWN_MAX: usize = 10_000;

/// The names around a line; null where something is gone.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub flow_id: Option<String>,
    pub flow_name: Option<String>,
    pub instance_name: Option<String>,
    pub integration_name: Option<String>,
    pub integration_version: Option<i32>,
    pub customer_name: Option<String>,
    pub customer_external_id: Option<String>,
}

/// What the names around a line follow from.
type Key = (Option<FlowConfigId>, Option<IntegrationId>, Option<InstanceId>, Option<CustomerId>);

/// Names that were looked up lately.
#[derive(Debug, Default)]
pub struct Names {
    known: HashMap<Key, Arc<Facts>>,
    since: Timestamp,
}

impl Names {
    pub(super) async fn of(&mut self, env: &Env, line: &log::Model) -> Result<Arc<Facts>, Error> {
        let now = env.now();
        if self.since.plus_seconds(KEPT_SECONDS) < now || self.known.len() >= KNOWN_MAX {
            self.known.clear();
            self.since = now;
        }
        let key = (line.flow_config_id, line.integration_id, line.instance_id, line.customer_id);
        if let Some(facts) = self.known.get(&key) {
            return Ok(facts.clone());
        }
        let facts = Arc::new(look_up(env, line).await?);
        self.known.insert(key, facts.clone());
        Ok(facts)
    }
}

async fn look_up(env: &Env, line: &log::Model) -> Result<Facts, Error> {
    let system = Viewer::System(line.organization_id);
    let db = env.db.read();
    let instance = find::<instance::Entity>(db, &system, line.instance_id).await?;
    let integration = find::<integration::Entity>(db, &system, line.integration_id).await?;
    let customer = find::<customer::Entity>(db, &system, line.customer_id).await?;
    let config = find::<flow_config::Entity>(db, &system, line.flow_config_id).await?;
    let flow = match &config {
        Some(config) => {
            let flows = system.rows::<integration_flow::Entity>();
            flows.filter(integration_flow::Column::Id.eq(config.flow_id)).one(db).await?
        }
        None => None,
    };
    Ok(Facts {
        flow_id: config.map(|config| global_id(config.flow_id)),
        flow_name: flow.map(|flow| flow.name),
        instance_name: instance.map(|instance| instance.name),
        integration_version: integration.as_ref().map(|integration| integration.version_number),
        integration_name: integration.map(|integration| integration.name),
        customer_external_id: customer.as_ref().and_then(|it| it.external_id.clone()),
        customer_name: customer.map(|customer| customer.name),
    })
}

async fn find<E: Governed>(
    db: &impl ConnectionTrait,
    system: &Viewer,
    id: Option<E::Id>,
) -> Result<Option<E::Model>, Error> {
    let Some(id) = id else { return Ok(None) };
    Ok(system.rows::<E>().filter(E::ID.eq(id)).one(db).await?)
}
