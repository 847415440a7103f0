//! The handle to the database: one file of SQLite, or PostgreSQL.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use sea_orm::sqlx::sqlite::{SqliteAutoVacuum, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// Older versions can corrupt a database while they reset its write-ahead log.
pub const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

const READ_CONNECTIONS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the data lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DbUrl(String);

impl DbUrl {
    /// The default: one file in the data folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self(format!("sqlite:{}", folder.join("marquetry.sqlite").display()))
    }

    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }
}

impl FromStr for DbUrl {
    type Err = anyhow::Error;

    fn from_str(url: &str) -> anyhow::Result<Self> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            bail!("the database URL must start with sqlite: or postgres://");
        }
        Ok(Self(url.to_owned()))
    }
}

/// Connections to read with, and the way to write.
///
/// On SQLite there is exactly one writing connection: transactions queue for it in order instead of
/// failing. Nobody may drop a write in the middle, so transactions run in tasks of their own.
#[derive(Clone, Debug)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    statements: Arc<AtomicU64>,
}

impl Db {
    pub async fn connect(url: &DbUrl) -> anyhow::Result<Self> {
        let statements = Arc::new(AtomicU64::new(0));
        let (read, write) = if url.is_sqlite() {
            let write = open_sqlite(url, 1).await.context("opening the SQLite database")?;
            require_sqlite_version(&write).await?;
            (open_sqlite(url, READ_CONNECTIONS_MAX).await?, write)
        } else {
            let pool = open_postgres(url).await.context("connecting to PostgreSQL")?;
            (pool.clone(), pool)
        };
        let (mut read, mut write) = (read, write);
        for connection in [&mut read, &mut write] {
            let counter = statements.clone();
            connection.set_metric_callback(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(Self { read, write, statements })
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For migrations only: everything else writes in a transaction.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        // The write lock from the start: a transaction that reads first could not always upgrade.
        let options = TransactionOptions {
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(options).await
    }

    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    pub fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// How many statements ran since the connection was opened.
    pub fn statement_count(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}

async fn open_sqlite(url: &DbUrl, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(&url.0);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            // Setting it writes to the file, which ends the snapshot of whoever is about to write:
            // only the one connection that writes may do so.
            let options = if connections == 1 {
                options.auto_vacuum(SqliteAutoVacuum::Incremental)
            } else {
                options
            };
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(512)
        });
    Database::connect(options).await
}

async fn open_postgres(url: &DbUrl) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(&url.0);
    options
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| {
            options.options([("idle_in_transaction_session_timeout", "10s")])
        });
    Database::connect(options).await
}

async fn require_sqlite_version(connection: &DatabaseConnection) -> anyhow::Result<()> {
    let query = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version()");
    let row = connection.query_one_raw(query).await?.context("SQLite names no version")?;
    let text: String = row.try_get_by_index(0)?;
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < SQLITE_VERSION_MIN {
        bail!("SQLite {text} is too old: it can corrupt its write-ahead log");
    }
    Ok(())
}
