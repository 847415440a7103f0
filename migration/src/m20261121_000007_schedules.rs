//! Schedules of deployed flows.

use sea_orm_migration::prelude::*;

use crate::columns::{create, drop, id, index, table, text, time_or_null, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![index("schedule", &["next_at"]), index("schedule", &["instance_id"])];
        create(manager, vec![schedule()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["schedule"]).await
    }
}

fn schedule() -> TableCreateStatement {
    table(
        "schedule",
        [
            id("flow_config_id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("integration_id"),
            uuid("flow_id"),
            uuid("deployment_id"),
            text("cron"),
            text("time_zone"),
            time_or_null("next_at"),
            time_or_null("last_at"),
        ],
    )
}
