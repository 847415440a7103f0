//! The history leads to the tables that the code expects. Only here do the two meet.

use std::collections::BTreeMap;

use entity::{Db, DbUrl};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Schema, Statement};
use sea_orm_migration::MigratorTrait;

use crate::Migrator;

/// Column name to type, whether it may be null, and its place in the primary key.
type Columns = BTreeMap<String, (String, bool, i32)>;

async fn columns(connection: &DatabaseConnection, table: &str) -> Columns {
    let sql = format!("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')");
    let query = Statement::from_string(DbBackend::Sqlite, sql);
    let rows = connection.query_all_raw(query).await.unwrap();
    let column = |row: &sea_orm::QueryResult| {
        let kind: String = row.try_get_by_index(1).unwrap();
        let must: i32 = row.try_get_by_index(2).unwrap();
        let key: i32 = row.try_get_by_index(3).unwrap();
        // SQLite lets the columns of a key be null unless told; they never are.
        (row.try_get_by_index(0).unwrap(), (affinity(&kind), must == 0 && key == 0, key))
    };
    rows.iter().map(column).collect()
}

/// What SQLite makes of a declared type.
fn affinity(kind: &str) -> String {
    let kind = kind.to_lowercase();
    let is = |parts: &[&str]| parts.iter().any(|part| kind.contains(part));
    let name = match () {
        () if is(&["int"]) => "integer",
        () if is(&["char", "text"]) => "text",
        () if is(&["blob"]) => "blob",
        () => return kind,
    };
    name.to_owned()
}

async fn compare<E: EntityTrait>(connection: &DatabaseConnection, entity: E) {
    let table = entity.table_name();
    let migrated = columns(connection, table).await;
    let other = tempfile::tempdir().unwrap();
    let declared = Db::connect(&DbUrl::in_folder(other.path())).await.unwrap();
    let create = Schema::new(DbBackend::Sqlite).create_table_from_entity(entity);
    declared.writer().execute(&create).await.unwrap();
    assert_eq!(migrated, columns(declared.writer(), table).await, "{table}");
}

#[tokio::test]
async fn the_history_makes_the_tables_of_the_code() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
    Migrator::up(db.writer(), None).await.unwrap();
    let connection = db.writer();
    compare(connection, entity::authorization::Entity).await;
    compare(connection, entity::alert_event::Entity).await;
    compare(connection, entity::alert_group::Entity).await;
    compare(connection, entity::alert_link::Entity).await;
    compare(connection, entity::alert_monitor::Entity).await;
    compare(connection, entity::alert_notice::Entity).await;
    compare(connection, entity::alert_webhook::Entity).await;
    compare(connection, entity::config_value::Entity).await;
    compare(connection, entity::config_variable::Entity).await;
    compare(connection, entity::customer::Entity).await;
    compare(connection, entity::customer_variable::Entity).await;
    compare(connection, entity::delivery::Entity).await;
    compare(connection, entity::delivery_attempt::Entity).await;
    compare(connection, entity::delivery_target::Entity).await;
    compare(connection, entity::deployment::Entity).await;
    compare(connection, entity::deployment_connection::Entity).await;
    compare(connection, entity::enabled_span::Entity).await;
    compare(connection, entity::endpoint::Entity).await;
    compare(connection, entity::event::Entity).await;
    compare(connection, entity::event_sequence::Entity).await;
    compare(connection, entity::execution::Entity).await;
    compare(connection, entity::flow_config::Entity).await;
    compare(connection, entity::history_late::Entity).await;
    compare(connection, entity::history_mark::Entity).await;
    compare(connection, entity::history_size::Entity).await;
    compare(connection, entity::idempotency_key::Entity).await;
    compare(connection, entity::instance::Entity).await;
    compare(connection, entity::instance_profile::Entity).await;
    compare(connection, entity::instance_usage::Entity).await;
    compare(connection, entity::integration::Entity).await;
    compare(connection, entity::integration_flow::Entity).await;
    compare(connection, entity::invitation::Entity).await;
    compare(connection, entity::kept_object::Entity).await;
    compare(connection, entity::lane::Entity).await;
    compare(connection, entity::latest_request::Entity).await;
    compare(connection, entity::linked_identity::Entity).await;
    compare(connection, entity::log::Entity).await;
    compare(connection, entity::log_stream::Entity).await;
    compare(connection, entity::node::Entity).await;
    compare(connection, entity::organization::Entity).await;
    compare(connection, entity::organization_key::Entity).await;
    compare(connection, entity::organization_signing_key::Entity).await;
    compare(connection, entity::organization_total::Entity).await;
    compare(connection, entity::customer_total::Entity).await;
    compare(connection, entity::organization_usage::Entity).await;
    compare(connection, entity::password::Entity).await;
    compare(connection, entity::redeployment::Entity).await;
    compare(connection, entity::refresh_token::Entity).await;
    compare(connection, entity::schedule::Entity).await;
    compare(connection, entity::scoped_variable::Entity).await;
    compare(connection, entity::connection_template::Entity).await;
    compare(connection, entity::sign_in_code::Entity).await;
    compare(connection, entity::spent_state::Entity).await;
    compare(connection, entity::state_value::Entity).await;
    compare(connection, entity::step_result::Entity).await;
    compare(connection, entity::test_case::Entity).await;
    compare(connection, entity::usage_cursor::Entity).await;
    compare(connection, entity::user::Entity).await;
    compare(connection, entity::user_level_config::Entity).await;
    compare(connection, entity::user_level_value::Entity).await;
    compare(connection, entity::webhook_endpoint::Entity).await;
    compare(connection, entity::work::Entity).await;
}

#[tokio::test]
async fn every_step_can_be_taken_back_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
    Migrator::up(db.writer(), None).await.unwrap();
    Migrator::down(db.writer(), None).await.unwrap();
    Migrator::up(db.writer(), None).await.unwrap();
    assert!(!columns(db.writer(), "execution").await.is_empty());
}

/// Work that waits on the day of an upgrade goes on waiting in lanes of the new kind.
#[tokio::test]
async fn lanes_are_made_again_with_what_waits_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
    Migrator::up(db.writer(), Some(5)).await.unwrap();
    let run = async |sql: &str| db.writer().execute_unprepared(sql).await.unwrap();
    run("PRAGMA foreign_keys = OFF").await;
    run("INSERT INTO \"instance\" VALUES (x'01', x'02', x'03', x'04', 'n', '', '[]', 0, 0, 0, 0, \
         NULL, 0, NULL, 0, 0)")
    .await;
    run(
        "INSERT INTO \"flow_config\" VALUES (x'05', x'02', x'03', x'01', x'06', 'k', 'w', NULL, 0)",
    )
    .await;
    run("INSERT INTO \"lane\" VALUES (x'05', x'02', 7)").await;
    run("INSERT INTO \"work\" VALUES (x'08', x'05', x'02', 9, NULL, 1, NULL, NULL)").await;
    Migrator::up(db.writer(), None).await.unwrap();
    let sql = "SELECT \"lane\".is_held AND \"lane\".customer_id = x'03' AND wakes_at IS NULL \
               AND fence = 1 FROM \"work\" JOIN \"lane\" ON \"lane\".id = lane_id";
    let query = Statement::from_string(DbBackend::Sqlite, sql);
    let row = db.writer().query_one_raw(query).await.unwrap().unwrap();
    assert!(row.try_get_by_index::<bool>(0).unwrap(), "the paused instance holds its lane");
}
