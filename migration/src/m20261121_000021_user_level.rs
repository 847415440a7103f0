//! What users of customers configure for themselves.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes_or_null, create, drop, id, index, table, text, text_or_null, time, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["user_level_value", "user_level_config"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let config = table(
        "user_level_config",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("user_id"),
            text("url_key"),
            time("created_at"),
            time("updated_at"),
        ],
    );
    let value = table(
        "user_level_value",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("config_id"),
            uuid("user_id"),
            text("key"),
            text_or_null("value"),
            bytes_or_null("sealed_inputs"),
            text_or_null("schedule_type"),
            text_or_null("time_zone"),
            time("updated_at"),
        ],
    );
    vec![config, value]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("user_level_config", &["instance_id", "user_id"]),
        index("user_level_config", &["user_id"]),
        unique("user_level_value", &["config_id", "key"]),
        index("user_level_value", &["instance_id"]),
    ]
}
