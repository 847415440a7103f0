//! How long history is kept: profiles and overrides that say so, and what purging has to remember.

use sea_orm_migration::prelude::*;

use crate::columns::{
    create, drop, flag, id, index, number, number_or_null, table, text, text_or_null, time, unique,
    uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 5] =
    ["history_size", "kept_object", "history_late", "history_mark", "instance_profile"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await?;
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
        }
        manager.create_index(index("instance", &["profile_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["instance_profile_id", "latest_request_accepted_at"] {
            manager.drop_index(Index::drop().name(name).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        drop(manager, &TABLES).await
    }
}

fn columns() -> [(&'static str, ColumnDef); 7] {
    let off = |name| flag(name).default(false).take();
    [
        ("organization", uuid_or_null("default_profile_id")),
        ("organization", number_or_null("contents_days")),
        ("organization", number_or_null("records_days")),
        ("organization", bytes_max()),
        ("instance", uuid_or_null("profile_id")),
        ("instance", off("logs_disabled")),
        ("instance", off("step_results_disabled")),
    ]
}

fn bytes_max() -> ColumnDef {
    ColumnDef::new("history_bytes_max").big_integer().take()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![profile(), mark(), late(), kept_object(), size()]
}

fn profile() -> TableCreateStatement {
    table(
        "instance_profile",
        [
            id("id"),
            uuid("organization_id"),
            text("name"),
            text_or_null("description"),
            text("stable_key"),
            uuid_or_null("instance_id"),
            flag("logs_disabled"),
            flag("step_results_disabled"),
            number("allocated_memory_mb"),
            text("billing_type"),
            number_or_null("contents_days"),
            time("created_at"),
            time("updated_at"),
        ],
    )
}

fn mark() -> TableCreateStatement {
    table(
        "history_mark",
        [
            uuid("instance_id").primary_key().take(),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("execution_id"),
        ],
    )
}

fn late() -> TableCreateStatement {
    table(
        "history_late",
        [
            uuid("execution_id").primary_key().take(),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
        ],
    )
}

fn kept_object() -> TableCreateStatement {
    table(
        "kept_object",
        [
            uuid("execution_id"),
            uuid("holder_id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
        ],
    )
    .primary_key(Index::create().col("execution_id").col("holder_id"))
    .take()
}

fn size() -> TableCreateStatement {
    table("history_size", [uuid("organization_id"), time("slot"), time("bytes")])
        .primary_key(Index::create().col("organization_id").col("slot"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("instance_profile", &["organization_id", "name"]),
        unique("instance_profile", &["organization_id", "stable_key"]),
        unique("instance_profile", &["instance_id"]),
        index("history_late", &["instance_id"]),
        index("kept_object", &["holder_id"]),
        index("kept_object", &["instance_id"]),
        index("latest_request", &["accepted_at"]),
    ]
}
