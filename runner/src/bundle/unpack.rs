//! Packages of components, unpacked where processes can read them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use domain::component::{self, Version};
use entity::ComponentId;
use futures::TryStreamExt;
use jobs::PayloadStore;
use moka::future::Cache;
use moka::notification::RemovalCause;

/// The environment of packages, beside them.
const HOST: &str = include_str!("host.js");

/// Packages that stay unpacked; those used the longest ago go first.
const PACKAGES_MAX: u64 = 200;

/// What has been unpacked since the server started.
pub struct Packages {
    folder: PathBuf,
    store: PayloadStore,
    unpacked: Cache<ComponentId, Arc<Package>>,
    /// Folders made so far: none is used twice.
    made: AtomicU64,
}

/// A package in a folder.
pub struct Package {
    pub folder: PathBuf,
    /// What runs it.
    pub host: PathBuf,
    /// Where sockets of its processes are.
    pub sockets: PathBuf,
}

impl Packages {
    pub fn new(folder: PathBuf, store: PayloadStore) -> Self {
        // What an earlier server left there is not looked at again.
        let _ = std::fs::remove_dir_all(&folder);
        let forget = |_: Arc<ComponentId>, package: Arc<Package>, _: RemovalCause| {
            // Best effort: what stays behind goes with the next start.
            let _ = std::fs::remove_dir_all(&package.folder);
        };
        let unpacked = Cache::builder().max_capacity(PACKAGES_MAX).eviction_listener(forget);
        Self { folder, store, unpacked: unpacked.build(), made: AtomicU64::new(0) }
    }

    /// The folder with the package of a version; unpacks it at its first use.
    pub async fn folder(&self, version: &Version) -> anyhow::Result<Arc<Package>> {
        let id = version.row.id;
        let unpacked = self.unpacked.try_get_with(id, self.unpack(version)).await;
        unpacked.map_err(|error: Arc<anyhow::Error>| anyhow!("{error:#}"))
    }

    async fn unpack(&self, version: &Version) -> anyhow::Result<Arc<Package>> {
        let object = version.row.package.as_ref().context("a version without its package")?;
        let stored = self.store.open(object).await?;
        let chunks: Vec<_> = stored.body.try_collect().await.context("reading a package")?;
        let bytes = bytes::Bytes::from(chunks.concat());
        let package = Package {
            folder: self.folder.join(self.made.fetch_add(1, Ordering::Relaxed).to_string()),
            host: self.folder.join("host.js"),
            sockets: self.folder.join("run"),
        };
        let (folder, host) = (package.folder.clone(), package.host.clone());
        let sockets = package.sockets.clone();
        tokio::task::spawn_blocking(move || write(&bytes, &folder, &host, &sockets)).await??;
        Ok(Arc::new(package))
    }
}

fn write(bytes: &bytes::Bytes, folder: &Path, host: &Path, sockets: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).context("making a folder for a package")?;
    std::fs::create_dir_all(sockets).context("making a folder for sockets")?;
    std::fs::write(host, HOST).context("writing the environment of packages")?;
    component::unpack(bytes, folder).map_err(|message| anyhow!(message))
}
