//! An opened installation: its folder, its database at the newest schema, its keys.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use domain::Env;
use domain::alert::Watches;
use domain::sign_in;
use entity::{Clock, Db, DbUrl, Ids, organization_key};
use migration::Migrator;
use sea_orm::{EntityTrait, QuerySelect};
use sea_orm_migration::MigratorTrait;

use crate::folder::{self, FolderLock};
use crate::master_key::MasterKey;

/// Where an installation is, and what it takes from outside.
pub struct InstallationOptions {
    pub data_dir: PathBuf,
    /// A file in the data folder unless given.
    pub database_url: Option<DbUrl>,
    /// Made and kept in the data folder if there is none yet.
    pub master_key: Option<MasterKey>,
    /// Base of trigger URLs.
    pub public_url: String,
    pub login: sign_in::Settings,
    /// See [`Env::schedule_jitter_seconds`].
    pub schedule_jitter_seconds: u32,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
}

/// What commands and the server work with.
pub struct Installation {
    pub env: Arc<Env>,
    /// On SQLite only: several servers can share PostgreSQL.
    #[expect(dead_code, reason = "held for as long as the installation is used")]
    lock: Option<FolderLock>,
}

impl Installation {
    /// Opens it as the only user of its folder; creates and migrates what is missing.
    pub async fn open(options: InstallationOptions) -> anyhow::Result<Self> {
        folder::create(&options.data_dir)?;
        let url = options.database_url();
        let lock = if url.is_sqlite() { Some(FolderLock::take(&options.data_dir)?) } else { None };
        let db = migrate(&url).await?;
        Self::assemble(options, db, lock).await
    }

    /// Opens it beside a server that may be running on it.
    pub async fn join(options: InstallationOptions) -> anyhow::Result<Self> {
        folder::create(&options.data_dir)?;
        let url = options.database_url();
        if !url.is_sqlite() {
            let db = migrate(&url).await?;
            return Self::assemble(options, db, None).await;
        }
        let lock = FolderLock::try_take(&options.data_dir)?;
        let db = match &lock {
            Some(_) => migrate(&url).await?,
            // Whoever holds the folder has migrated it.
            None => Db::connect(&url).await?,
        };
        Self::assemble(options, db, lock).await
    }

    async fn assemble(
        options: InstallationOptions,
        db: Db,
        lock: Option<FolderLock>,
    ) -> anyhow::Result<Self> {
        let folder = options.data_dir.display();
        let key = match (options.master_key, any_data_key(&db).await?) {
            (Some(key), Some(wrapped)) if !key.secrets().fits(&wrapped) => {
                let successor = MasterKey::find_successor(&options.data_dir);
                let fitting = successor.filter(|key| key.secrets().fits(&wrapped));
                let Some(key) = fitting else {
                    bail!(
                        "this is not the installation's master key: set MARQUETRY_MASTER_KEY to \
                         the one it was made with, or put master.key back into {folder}"
                    );
                };
                MasterKey::replace(&options.data_dir)?;
                key
            }
            (Some(key), _) => key,
            (None, Some(_)) => bail!(
                "the installation's master key is missing: set MARQUETRY_MASTER_KEY or put \
                 master.key back into {folder}"
            ),
            (None, None) => MasterKey::create(&options.data_dir)?,
        };
        let env = Env {
            db,
            clock: options.clock,
            ids: options.ids,
            secrets: key.secrets(),
            vocabulary: Arc::new(runner::Vocabulary),
            public_url: options.public_url,
            egress: OnceLock::new(),
            authorizations: domain::oauth::Memory::default(),
            embedding: domain::embedded::Memory::default(),
            log_streams: domain::log_stream::Hub::default(),
            sign_in: sign_in::Desk::new(options.login),
            schedule_jitter_seconds: options.schedule_jitter_seconds,
            watches: Watches::default(),
            data_sources: OnceLock::new(),
            on_alert: OnceLock::new(),
            on_instance_change: OnceLock::new(),
            on_work: OnceLock::new(),
            on_mark: OnceLock::new(),
            on_removal: OnceLock::new(),
            on_schedule_change: OnceLock::new(),
            on_limit_change: OnceLock::new(),
            on_delivery: OnceLock::new(),
            on_redeployment: OnceLock::new(),
        };
        Ok(Self { env: Arc::new(env), lock })
    }
}

impl InstallationOptions {
    fn database_url(&self) -> DbUrl {
        self.database_url.clone().unwrap_or_else(|| DbUrl::in_folder(&self.data_dir))
    }
}

/// Connects and applies what is missing.
pub async fn migrate(url: &DbUrl) -> anyhow::Result<Db> {
    let db = Db::connect(url).await?;
    Migrator::up(db.writer(), None).await.context("migrating the database")?;
    Ok(db)
}

/// What tells the master key apart from any other: it must open what is there.
#[expect(clippy::disallowed_methods, reason = "asks whether there is any row, of whomever")]
async fn any_data_key(db: &Db) -> anyhow::Result<Option<organization_key::Model>> {
    Ok(organization_key::Entity::find().limit(1).one(db.read()).await?)
}
