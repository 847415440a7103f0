//! The flow configs of an instance: URLs and keys.

use anyhow::Context;
use entity::{FlowId, flow_config, instance, integration_flow, schedule};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction};
use sea_orm::{IntoActiveModel, QueryFilter, Set};

use crate::endpoint;
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::integration::keep_sample;
use crate::rows;
use crate::sample::Sample;
use crate::secrets::Place;
use crate::viewer::Viewer;

const FIELD: &str = "flowConfigs";
const API_KEYS_MAX: usize = 20;

/// Settings of one flow of an instance.
#[derive(Clone, Debug)]
pub struct FlowInput {
    /// The flow in the version that the instance is configured for.
    pub flow: FlowId,
    /// Keys of which callers need one; an empty list asks for none.
    pub api_keys: Option<Vec<String>>,
    /// A call to try it with.
    pub sample: Sample,
}

/// The URL that triggers this flow and no other, whatever the endpoint type; see
/// [`crate::endpoint`] for those that flows share.
pub fn webhook_url(env: &Env, config: &flow_config::Model) -> String {
    trigger_url(env, &config.webhook_id)
}

/// The trigger URL with this id at its end.
pub fn trigger_url(env: &Env, webhook_id: &str) -> String {
    format!("{}/trigger/{webhook_id}", env.public_url)
}

/// The keys of which callers of the flow need one.
pub async fn api_keys(env: &Env, config: &flow_config::Model) -> Result<Vec<String>, Error> {
    open_keys(env, env.db.read(), config).await
}

async fn open_keys(
    env: &Env,
    db: &impl ConnectionTrait,
    config: &flow_config::Model,
) -> Result<Vec<String>, Error> {
    let Some(sealed) = &config.sealed_api_keys else {
        return Ok(Vec::new());
    };
    let place = Place::new("flow_config.sealed_api_keys", config.id);
    let plain = env.secrets.open(db, config.organization_id, place, sealed).await?;
    Ok(serde_json::from_slice(&plain).context("reading API keys")?)
}

pub(crate) async fn configs_of(
    db: &impl ConnectionTrait,
    row: &instance::Model,
) -> Result<Vec<flow_config::Model>, Error> {
    let configs = Viewer::System(row.organization_id)
        .rows::<flow_config::Entity>()
        .filter(flow_config::Column::InstanceId.eq(row.id));
    Ok(configs.all(db).await?)
}

/// Gives each flow its config. A flow that was there before keeps its config, and so its URL.
pub(super) async fn sync(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    flows: &[integration_flow::Model],
) -> Result<(), Error> {
    let mut old = configs_of(tx, row).await?;
    let mut new = Vec::with_capacity(flows.len());
    for flow in flows {
        let found = old
            .iter()
            .position(|config| config.flow_id == flow.id)
            .or_else(|| old.iter().position(|config| config.flow_key == flow.stable_key));
        let config = match found {
            Some(index) => old.swap_remove(index),
            None => flow_config::Model {
                id: env.ids.next(),
                organization_id: row.organization_id,
                customer_id: row.customer_id,
                instance_id: row.id,
                flow_id: flow.id,
                flow_key: flow.stable_key.clone(),
                webhook_id: env.ids.secret(),
                sealed_api_keys: None,
                test_payload: None,
                test_headers: None,
                test_content_type: None,
                created_at: env.now(),
            },
        };
        let flow_key = flow.stable_key.clone();
        new.push(flow_config::Model { flow_id: flow.id, flow_key, ..config });
    }
    // Written anew as a whole: two flows may have exchanged their keys.
    rows::delete::<flow_config::Entity>(row.organization_id)
        .filter(flow_config::Column::InstanceId.eq(row.id))
        .exec(tx)
        .await?;
    let gone = old.into_iter().map(|config| config.id);
    rows::delete::<schedule::Entity>(row.organization_id)
        .filter(schedule::Column::FlowConfigId.is_in(gone))
        .exec(tx)
        .await?;
    rows::insert_all::<flow_config::Entity>(tx, new).await?;
    endpoint::keep_for_instance(env, tx, row).await
}

/// Stores settings of flows, and says whether that changed what is deployed next. Calls to try a
/// flow with do not.
pub(super) async fn apply(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    inputs: &[FlowInput],
) -> Result<bool, Error> {
    if inputs.is_empty() {
        return Ok(false);
    }
    let configs = configs_of(tx, row).await?;
    let mut problems = Problems::default();
    for input in inputs {
        if !configs.iter().any(|config| config.flow_id == input.flow) {
            problems.add(FIELD, "This is not a flow of the version the instance is of.");
        }
        let keys = input.api_keys.as_deref().unwrap_or_default();
        if keys.len() > API_KEYS_MAX {
            problems.add(FIELD, format!("A flow has at most {API_KEYS_MAX} keys."));
        }
        for key in keys {
            problems.line(FIELD, key);
        }
        input.sample.check(&mut problems, [FIELD; 3]);
    }
    problems.finish()?;
    let mut is_changed = false;
    for input in inputs {
        let config = configs.iter().find(|config| config.flow_id == input.flow);
        let Some(config) = config else { continue };
        keep_sample(tx, config.clone(), &input.sample).await?;
        let Some(keys) = &input.api_keys else { continue };
        let keys: Vec<_> = keys.iter().filter(|key| !key.trim().is_empty()).cloned().collect();
        if keys == open_keys(env, tx, config).await? {
            continue;
        }
        is_changed = true;
        let sealed = if keys.is_empty() {
            None
        } else {
            let plain = serde_json::to_vec(&keys).context("writing API keys")?;
            let place = Place::new("flow_config.sealed_api_keys", config.id);
            Some(env.secrets.seal(tx, row.organization_id, place, &plain).await?)
        };
        let mut edit = config.clone().into_active_model();
        edit.sealed_api_keys = Set(sealed);
        edit.update(tx).await?;
    }
    Ok(is_changed)
}
