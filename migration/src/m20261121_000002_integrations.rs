//! Integrations with their flows and configuration variables.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, create, drop, flag, id, index, number, table, text, text_or_null, time, time_or_null,
    unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["config_variable", "integration_flow", "integration"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        integration(),
        table(
            "integration_flow",
            [
                id("id"),
                uuid("organization_id"),
                uuid_or_null("customer_id"),
                uuid("integration_id"),
                number("position"),
                text("name"),
                text("stable_key"),
                text("description"),
                flag("is_synchronous"),
                flag("uses_fifo_queue"),
                text("endpoint_security"),
                text("trigger_component"),
                text("trigger_key"),
            ],
        )
        .foreign_key(&mut belongs("integration_flow", "integration_id", "integration"))
        .take(),
        table(
            "config_variable",
            [
                id("id"),
                uuid("organization_id"),
                uuid_or_null("customer_id"),
                uuid("integration_id"),
                number("position"),
                text("key"),
                text("stable_key"),
                text("description"),
                text("data_type"),
                text_or_null("default_value"),
                flag("org_only"),
                text("definition"),
            ],
        )
        .foreign_key(&mut belongs("config_variable", "integration_id", "integration"))
        .take(),
    ]
}

fn integration() -> TableCreateStatement {
    table(
        "integration",
        vec![
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("sequence_id"),
            flag("is_draft"),
            number("version_number"),
            text("name"),
            text("description"),
            text("category"),
            text("labels"),
            text("documentation"),
            text("overview"),
            text("definition"),
            flag("has_unpublished_changes"),
            text("version_comment"),
            text_or_null("version_attributes"),
            time_or_null("version_created_at"),
            uuid_or_null("version_created_by"),
            flag("version_is_available"),
            text("marketplace_configuration"),
            flag("allow_multiple_marketplace_instances"),
            text("template_configuration"),
            uuid_or_null("parent_id"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("integration", "organization_id", "organization"))
    .foreign_key(&mut belongs("integration", "customer_id", "customer"))
    .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("integration", &["sequence_id", "is_draft", "version_number"]),
        index("integration", &["organization_id"]),
        unique("integration_flow", &["integration_id", "name"]),
        unique("config_variable", &["integration_id", "key"]),
    ]
}
