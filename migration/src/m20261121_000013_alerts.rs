//! Alerts: monitors, what happened to them, and who is told.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, bytes_or_null, create, drop, flag, id, index, number, number_or_null, table, text,
    text_or_null, time, time_or_null, unique, uuid, uuid_or_null,
};

const TABLES: [&str; 6] =
    ["alert_notice", "alert_link", "alert_webhook", "alert_group", "alert_event", "alert_monitor"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![monitor(), event(), group(), webhook(), link(), notice()];
        create(manager, tables, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &TABLES).await
    }
}

fn monitor() -> TableCreateStatement {
    table(
        "alert_monitor",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid_or_null("instance_id"),
            uuid_or_null("flow_config_id"),
            text("name"),
            number("triggers"),
            number_or_null("duration_seconds"),
            number_or_null("overdue_minutes"),
            number_or_null("log_severity"),
            flag("triggered"),
            time_or_null("last_triggered_at"),
            time_or_null("notified_at"),
            number("waiting_count"),
            time_or_null("notify_at"),
            time_or_null("idle_since"),
            time_or_null("overdue_at"),
            number("revision"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("alert_monitor", "organization_id", "organization"))
    .take()
}

fn event() -> TableCreateStatement {
    table(
        "alert_event",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("monitor_id"),
            uuid_or_null("instance_id"),
            uuid_or_null("flow_config_id"),
            uuid_or_null("execution_id"),
            number("trigger"),
            text("occurrence"),
            text("details"),
            text_or_null("step"),
            time("created_at"),
            time_or_null("pending_since"),
        ],
    )
}

fn group() -> TableCreateStatement {
    table(
        "alert_group",
        [id("id"), uuid("organization_id"), text("name"), time("created_at"), time("updated_at")],
    )
    .foreign_key(&mut belongs("alert_group", "organization_id", "organization"))
    .take()
}

fn webhook() -> TableCreateStatement {
    table(
        "alert_webhook",
        [
            id("id"),
            uuid("organization_id"),
            text("name"),
            text("url"),
            bytes_or_null("sealed_headers"),
            text("payload_template"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("alert_webhook", "organization_id", "organization"))
    .take()
}

fn link() -> TableCreateStatement {
    table("alert_link", [uuid("owner_id"), uuid("target_id"), uuid("organization_id")])
        .primary_key(Index::create().col("owner_id").col("target_id"))
        .take()
}

fn notice() -> TableCreateStatement {
    table(
        "alert_notice",
        [
            id("id"),
            uuid("organization_id"),
            text("channel"),
            text("recipient"),
            text("subject"),
            text("body"),
            number("attempts"),
            time("next_at"),
            time("created_at"),
        ],
    )
}

fn indexes() -> Vec<IndexCreateStatement> {
    let set = |table: &'static str, column: &'static str| {
        index(table, &[column]).and_where(Expr::col(column).is_not_null()).take()
    };
    vec![
        index("alert_monitor", &["organization_id", "id"]),
        index("alert_monitor", &["instance_id"]),
        set("alert_monitor", "notify_at"),
        set("alert_monitor", "overdue_at"),
        // An occurrence that is recorded twice counts once.
        unique("alert_event", &["monitor_id", "occurrence"]),
        index("alert_event", &["monitor_id", "id"]),
        index("alert_event", &["organization_id", "id"]),
        index("alert_event", &["instance_id", "id"]),
        set("alert_event", "pending_since"),
        index("alert_group", &["organization_id", "id"]),
        index("alert_webhook", &["organization_id", "id"]),
        index("alert_link", &["target_id"]),
        index("alert_notice", &["next_at"]),
    ]
}
