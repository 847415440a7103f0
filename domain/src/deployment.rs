//! Deployments: an instance with its configuration, frozen for the runner.

use std::fmt;

use anyhow::Context;
use entity::{DeploymentId, OrganizationId, deployment};
use flow::{Definition, Map};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::secrets::Place;
use crate::viewer::Viewer;

/// A deployment as the runner needs it, its secrets opened.
pub struct Deployment {
    pub model: deployment::Model,
    pub definition: Definition,
    /// Key to run-time value of every configuration variable.
    pub config_vars: Map,
}

impl fmt::Debug for Deployment {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Deployment").field("id", &self.model.id).finish_non_exhaustive()
    }
}

/// Reads a deployment, which never changes.
pub async fn load(
    env: &Env,
    organization: OrganizationId,
    id: DeploymentId,
) -> Result<Deployment, Error> {
    let db = env.db.read();
    let rows = Viewer::System(organization).rows::<deployment::Entity>();
    let model = rows.filter(deployment::Column::Id.eq(id)).one(db).await?;
    let model = model.context("there is no such deployment")?;
    let definition = Definition::from_json(&model.definition)
        .map_err(|_| anyhow::anyhow!("a deployed definition cannot be read"))?;
    let opened = env.secrets.open(db, organization, place(id), &model.sealed_config).await?;
    let config_vars = rmp_serde::from_slice(&opened).context("reading a deployed configuration")?;
    Ok(Deployment { model, definition, config_vars })
}

/// Encrypts the configuration of a deployment for its row.
pub(crate) async fn seal_config(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    id: DeploymentId,
    config_vars: &Map,
) -> Result<Vec<u8>, Error> {
    let plain = rmp_serde::to_vec_named(config_vars).context("packing a configuration")?;
    Ok(env.secrets.seal(db, organization, place(id), &plain).await?)
}

fn place(id: DeploymentId) -> Place {
    Place::new("deployment.sealed_config", id)
}
