//! Instances with their configuration, URLs and deployments.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, bytes, bytes_or_null, create, drop, flag, id, index, number, table, text,
    text_or_null, time, time_or_null, unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["deployment", "flow_config", "config_value", "instance"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![instance(), config_value(), flow_config(), deployment()]
}

fn instance() -> TableCreateStatement {
    table(
        "instance",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("integration_id"),
            text("name"),
            text("description"),
            text("labels"),
            flag("enabled"),
            flag("is_system"),
            flag("global_debug"),
            flag("needs_deploy"),
            uuid_or_null("deployment_id"),
            number("deployed_version"),
            time_or_null("last_deployed_at"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("instance", "customer_id", "customer"))
    .foreign_key(&mut belongs("instance", "integration_id", "integration"))
    .take()
}

fn config_value() -> TableCreateStatement {
    table(
        "config_value",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            text("key"),
            text_or_null("value"),
            bytes_or_null("sealed_inputs"),
            text_or_null("schedule_type"),
            text_or_null("time_zone"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("config_value", "instance_id", "instance"))
    .take()
}

fn flow_config() -> TableCreateStatement {
    table(
        "flow_config",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("flow_id"),
            text("flow_key"),
            text("webhook_id"),
            bytes_or_null("sealed_api_keys"),
            time("created_at"),
        ],
    )
    .foreign_key(&mut belongs("flow_config", "instance_id", "instance"))
    .take()
}

fn deployment() -> TableCreateStatement {
    table(
        "deployment",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("integration_id"),
            number("version_number"),
            text("definition"),
            bytes("sealed_config"),
            time("created_at"),
        ],
    )
    .foreign_key(&mut belongs("deployment", "instance_id", "instance"))
    .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("instance", &["customer_id", "name"]),
        index("instance", &["organization_id"]),
        index("instance", &["integration_id"]),
        unique("config_value", &["instance_id", "key"]),
        unique("flow_config", &["instance_id", "flow_key"]),
        unique("flow_config", &["webhook_id"]),
        index("flow_config", &["flow_id"]),
        index("deployment", &["instance_id"]),
    ]
}
