//! Streams of log lines, and what instances use.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, bytes_or_null, create, drop, flag, id, index, number, table, text, time, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is enabled on the day of the upgrade counts from its last change.
const ENABLED_INSTANCES: &str = "INSERT INTO \"enabled_span\" \
    (instance_id, organization_id, customer_id, counted_until) \
    SELECT id, organization_id, customer_id, updated_at FROM \"instance\" \
    WHERE enabled AND deployment_id IS NOT NULL AND NOT is_system AND removed_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![
            log_stream(),
            instance_usage(),
            organization_usage(),
            enabled_span(),
            usage_cursor(),
            organization_total(),
            customer_total(),
        ];
        let has_ended = Expr::col("ended_at").is_not_null();
        let indexes = vec![
            index("log_stream", &["organization_id"]),
            unique("instance_usage", &["instance_id", "day"]),
            index("instance_usage", &["organization_id", "day"]),
            unique("organization_usage", &["organization_id", "day"]),
            unique("organization_total", &["organization_id", "day"]),
            unique("customer_total", &["customer_id", "day"]),
            index("customer_total", &["organization_id", "day"]),
            // Grows at its end only: cheap for whoever ends executions.
            index("execution", &["ended_at"]).and_where(has_ended).take(),
        ];
        let mut steps = number("step_count").default(0).take();
        let steps = Table::alter().table("execution").add_column(&mut steps).take();
        manager.alter_table(steps).await?;
        create(manager, tables, indexes).await?;
        manager.get_connection().execute_unprepared(ENABLED_INSTANCES).await.map(std::mem::drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ended = Index::drop().name("execution_ended_at").table("execution").to_owned();
        manager.drop_index(ended).await?;
        let steps = Table::alter().table("execution").drop_column("step_count").take();
        manager.alter_table(steps).await?;
        let tables = [
            "customer_total",
            "organization_total",
            "usage_cursor",
            "enabled_span",
            "organization_usage",
            "instance_usage",
            "log_stream",
        ];
        drop(manager, &tables).await
    }
}

fn log_stream() -> TableCreateStatement {
    table(
        "log_stream",
        [
            id("id"),
            uuid("organization_id"),
            text("name"),
            text("url"),
            text("payload_template"),
            number("severity_bits"),
            flag("is_batched"),
            bytes_or_null("sealed_headers"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("log_stream", "organization_id", "organization"))
    .take()
}

/// Column types of counters and of times are the same.
fn counters() -> [ColumnDef; 5] {
    ["succeeded", "failed", "steps", "mb_micros", "enabled_micros"].map(time)
}

fn instance_usage() -> TableCreateStatement {
    let of = [
        id("id"),
        uuid("organization_id"),
        uuid("customer_id"),
        uuid("instance_id"),
        number("day"),
    ];
    table("instance_usage", of.into_iter().chain(counters()))
}

fn organization_usage() -> TableCreateStatement {
    let of = [id("id"), uuid("organization_id"), number("day")];
    table("organization_usage", of.into_iter().chain(counters()))
}

fn enabled_span() -> TableCreateStatement {
    let columns =
        [id("instance_id"), uuid("organization_id"), uuid("customer_id"), time("counted_until")];
    table("enabled_span", columns)
}

fn usage_cursor() -> TableCreateStatement {
    let key = ColumnDef::new("id").integer().not_null().primary_key().take();
    table("usage_cursor", [key, time("counted_until"), time("revision")])
}

/// What is counted of both, when, and when last.
fn totals() -> [ColumnDef; 5] {
    [
        number("day"),
        time("counted_at"),
        number("users"),
        number("deployed_instances"),
        number("deployed_integrations"),
    ]
}

fn organization_total() -> TableCreateStatement {
    let of = [id("id"), uuid("organization_id"), number("customers"), number("integrations")];
    table("organization_total", of.into_iter().chain(totals()))
        .foreign_key(&mut belongs("organization_total", "organization_id", "organization"))
        .take()
}

fn customer_total() -> TableCreateStatement {
    let of = [id("id"), uuid("organization_id"), uuid("customer_id")];
    table("customer_total", of.into_iter().chain(totals()))
        .foreign_key(&mut belongs("customer_total", "customer_id", "customer"))
        .take()
}
