//! URLs that flows share, keys that make a repeated call harmless, and chains of executions.

use sea_orm_migration::prelude::*;

use crate::columns::{
    create, drop, flag, index, number, table, text, text_or_null, time, unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await?;
        // One statement per column: SQLite adds no two at once.
        for column in [number("lineage_depth").default(0).take(), text_or_null("invoked_by_frame")]
        {
            let alter = Table::alter().table("execution").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["invoked_by_frame", "lineage_depth"] {
            let alter = Table::alter().table("execution").drop_column(column).take();
            manager.alter_table(alter).await?;
        }
        drop(manager, &["idempotency_key", "endpoint"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let endpoint = table(
        "endpoint",
        [
            uuid("owner_id").primary_key().take(),
            flag("is_shared"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            text("webhook_id"),
            time("created_at"),
        ],
    );
    let key = table(
        "idempotency_key",
        [
            uuid("flow_config_id"),
            text("key"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("execution_id"),
            time("created_at"),
        ],
    )
    .primary_key(Index::create().col("flow_config_id").col("key"))
    .take();
    vec![endpoint, key]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("endpoint", &["webhook_id"]),
        index("idempotency_key", &["created_at"]),
        index("execution", &["invoked_by_id"]),
    ]
}
