//! Log lines that belong to a connection or data source instead of an execution.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{
    flag, id, index, number, number_or_null, table, text, text_or_null, time, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What only lines of executions have.
const OF_RUNS: [&str; 5] =
    ["customer_id", "instance_id", "integration_id", "flow_config_id", "execution_id"];

const OLD: &str = "id, organization_id, customer_id, instance_id, integration_id, flow_config_id, \
                   execution_id, is_test, timestamp, severity, message, step_name, loop_path";

/// Lines of no execution go by their age alone.
const LOOSE: &str = "CREATE INDEX \"log_loose\" ON \"log\" (id) WHERE execution_id IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            rebuild(manager, lines(uuid_or_null, true)).await?;
        } else {
            for column in OF_RUNS {
                alter(manager, &format!("ALTER COLUMN {column} DROP NOT NULL")).await?;
            }
            for mut column in added() {
                let alter = Table::alter().table("log").add_column(&mut column).take();
                manager.alter_table(alter).await?;
            }
        }
        manager.create_index(index("log", &["owner_id", "id"])).await?;
        run(manager, LOOSE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["log_loose", "log_owner_id_id"] {
            let mut index = Index::drop();
            index.name(name).table("log");
            manager.drop_index(index).await?;
        }
        run(manager, "DELETE FROM \"log\" WHERE execution_id IS NULL").await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            return rebuild(manager, lines(uuid, false)).await;
        }
        for column in OF_RUNS {
            alter(manager, &format!("ALTER COLUMN {column} SET NOT NULL")).await?;
        }
        for column in ["kind", "owner_id", "variable_key"] {
            alter(manager, &format!("DROP COLUMN {column}")).await?;
        }
        Ok(())
    }
}

fn added() -> [ColumnDef; 3] {
    [number_or_null("kind"), uuid_or_null("owner_id"), text_or_null("variable_key")]
}

/// The table under another name, with ids that may be null or not.
fn lines(of_runs: fn(&'static str) -> ColumnDef, with_owner: bool) -> TableCreateStatement {
    let mut columns = vec![id("id"), uuid("organization_id")];
    columns.extend(OF_RUNS.map(of_runs));
    columns.extend([
        flag("is_test"),
        time("timestamp"),
        number("severity"),
        text("message"),
        text_or_null("step_name"),
        text("loop_path"),
    ]);
    if with_owner {
        columns.extend(added());
    }
    table("log_rebuilt", columns)
}

/// SQLite cannot change whether a column may be null.
async fn rebuild(manager: &SchemaManager<'_>, new: TableCreateStatement) -> Result<(), DbErr> {
    manager.create_table(new).await?;
    run(manager, &format!("INSERT INTO \"log_rebuilt\" ({OLD}) SELECT {OLD} FROM \"log\"")).await?;
    manager.drop_table(Table::drop().table("log").take()).await?;
    run(manager, "ALTER TABLE \"log_rebuilt\" RENAME TO \"log\"").await?;
    for column in ["execution_id", "instance_id", "organization_id"] {
        manager.create_index(index("log", &[column, "id"])).await?;
    }
    Ok(())
}

async fn alter(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    run(manager, &format!("ALTER TABLE \"log\" {change}")).await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
