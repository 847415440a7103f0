//! A database of one's own: on PostgreSQL a copy of a template that is migrated once.

use std::sync::Arc;

use entity::{Ids, SystemClock};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use server::{Installation, InstallationOptions, MasterKey};

use super::MASTER_KEY;

/// Names an administrative connection, such as `postgres://user@host/postgres`. Without it every
/// story has a file of SQLite.
const VARIABLE: &str = "TEST_DATABASE_URL";

const TEMPLATE: &str = "marquetry_template";

/// The URL of a fresh database; `None` where the default of the server does.
pub async fn fresh() -> Option<String> {
    let admin_url = std::env::var_os(VARIABLE)?.into_string().unwrap();
    let admin = connect(&admin_url).await;
    // Tests run in processes of their own, so the lock is one of the database's.
    run(&admin, "SELECT pg_advisory_lock(8231)").await;
    if !has_template(&admin).await {
        run(&admin, &format!("CREATE DATABASE {TEMPLATE}")).await;
        migrate(&sibling(&admin_url, TEMPLATE)).await;
    }
    let name = format!("marquetry_{}", Ids::random(Arc::new(SystemClock)).secret());
    run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
    run(&admin, "SELECT pg_advisory_unlock(8231)").await;
    admin.close().await.unwrap();
    Some(sibling(&admin_url, &name))
}

async fn migrate(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let options = InstallationOptions {
        data_dir: folder.path().to_owned(),
        database_url: Some(url.parse().unwrap()),
        master_key: Some(MasterKey::new(MASTER_KEY)),
        public_url: String::new(),
        login: domain::sign_in::Settings::default(),
        schedule_jitter_seconds: 0,
        clock: Arc::new(SystemClock),
        ids: Ids::random(Arc::new(SystemClock)),
    };
    let installation = Installation::open(options).await.unwrap();
    // A database cannot be copied while somebody is connected to it.
    installation.env.db.writer().close_by_ref().await.unwrap();
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // Locks belong to a session, so there must be exactly one.
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap();
}

async fn has_template(connection: &DatabaseConnection) -> bool {
    let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'");
    let query = Statement::from_string(DbBackend::Postgres, sql);
    connection.query_one_raw(query).await.unwrap().is_some()
}

/// The URL of another database on the same server.
fn sibling(url: &str, name: &str) -> String {
    let (base, query) =
        url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let (server, _) = base.rsplit_once('/').expect("a database URL has a path");
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{server}/{name}{query}")
}
