//! Executions with their step results, logs and state. No foreign keys: rows come at a high rate.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes, bytes_or_null, create, drop, flag, id, index, number, number_or_null, table, text,
    text_or_null, time, time_or_null, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["state_value", "log", "step_result", "execution"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![execution(), step_result(), log(), state_value()]
}

fn execution() -> TableCreateStatement {
    table(
        "execution",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("integration_id"),
            uuid("flow_id"),
            uuid("flow_config_id"),
            uuid("deployment_id"),
            text("status"),
            text_or_null("result_type"),
            text("invoke_type"),
            flag("is_test"),
            flag("is_synchronous"),
            time_or_null("queued_at"),
            time("started_at"),
            time_or_null("ended_at"),
            text_or_null("error"),
            bytes("payload"),
            bytes_or_null("response"),
            uuid_or_null("replay_for_id"),
            uuid_or_null("retry_for_id"),
            number("retry_count"),
            uuid_or_null("invoked_by_id"),
        ],
    )
}

fn step_result() -> TableCreateStatement {
    table(
        "step_result",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("execution_id"),
            number("position"),
            text("step_name"),
            text("display_name"),
            text("loop_path"),
            text_or_null("loop_step_name"),
            number_or_null("loop_step_index"),
            text_or_null("branch_name"),
            time("started_at"),
            time("ended_at"),
            text_or_null("error"),
            bytes("result"),
        ],
    )
}

fn log() -> TableCreateStatement {
    table(
        "log",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            uuid("integration_id"),
            uuid("flow_config_id"),
            uuid("execution_id"),
            flag("is_test"),
            time("timestamp"),
            number("severity"),
            text("message"),
            text_or_null("step_name"),
            text("loop_path"),
        ],
    )
}

fn state_value() -> TableCreateStatement {
    table(
        "state_value",
        [
            uuid("owner_id"),
            text("key"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            bytes("value"),
            time("updated_at"),
        ],
    )
    .primary_key(Index::create().col("owner_id").col("key"))
    .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("execution", &["organization_id", "id"]),
        index("execution", &["customer_id", "id"]),
        index("execution", &["flow_config_id", "id"]),
        index("execution", &["instance_id", "id"]),
        index("step_result", &["execution_id", "position"]),
        index("log", &["execution_id", "id"]),
        index("log", &["instance_id", "id"]),
        index("log", &["organization_id", "id"]),
    ]
}
