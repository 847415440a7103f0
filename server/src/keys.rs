//! New keys for an installation.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::json;

use crate::command::{installation_options, print};
use crate::config::Config;
use crate::installation::Installation;
use crate::master_key::MasterKey;

/// Gives every organization a new data key, beside a server that may be running.
pub async fn rotate_data(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<()> {
    let options = installation_options(config, folder, environment)?;
    let installation = Installation::join(options).await?;
    let env = &installation.env;
    let rotated = env.secrets.rotate_data_keys(&env.db, env.now()).await;
    let rotated = rotated.context("sealing everything with new data keys")?;
    print(&serde_json::to_string_pretty(&json!({
        "organizations": rotated.len(),
        "values": rotated.iter().map(|one| one.values).sum::<usize>(),
        "droppedKeys": rotated.iter().map(|one| one.dropped).sum::<u64>(),
    }))?)
}

/// Exchanges the master key of an installation that nobody uses.
pub async fn rotate_master(
    config: &Config,
    folder: &Path,
    environment: &HashMap<String, String>,
) -> anyhow::Result<()> {
    let options = installation_options(config, folder, environment)?;
    let installation = Installation::open(options).await?;
    let env = &installation.env;
    if jobs::Node::any(&env.db, env.now()).await? && !env.db.is_sqlite() {
        bail!("servers are running on this database: stop all of them first");
    }
    let successor = MasterKey::successor(folder, environment)?;
    let wrapped = env.secrets.rotate_master_key(&env.db, &successor.secrets()).await;
    let wrapped = wrapped.context("wrapping the data keys with the new master key")?;
    MasterKey::replace(folder)?;
    print(&serde_json::to_string_pretty(&json!({ "dataKeys": wrapped }))?)
}
