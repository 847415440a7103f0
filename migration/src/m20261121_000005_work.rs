//! The work queue: nodes, lanes, and executions that have not ended.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes_or_null, create, drop, id, index, number, table, text_or_null, time, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["work", "lane", "node"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("node", [id("id"), time("started_at"), time("lease_until")]),
        table("lane", [id("id"), uuid("organization_id"), time("last_turn")]),
        table(
            "work",
            [
                id("execution_id"),
                uuid("lane_id"),
                uuid("organization_id"),
                time("due_at"),
                uuid_or_null("node_id"),
                number("fence"),
                text_or_null("begun_step"),
                bytes_or_null("journal"),
            ],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("work", &["node_id"]), index("work", &["lane_id", "execution_id"])]
}
