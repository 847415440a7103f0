//! Events, who hears of them, and what is on its way to them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, bytes_or_null, create, drop, flag, id, index, number, number_or_null, table, text,
    text_or_null, time, time_or_null, unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            vec![event(), event_sequence(), endpoint(), delivery(), attempt(), delivery_target()];
        let indexes = vec![
            unique("event", &["organization_id", "sequence"]),
            some("event", &["fanned_out_at"], Expr::col("fanned_out_at").is_null()),
            index("event", &["occurred_at"]),
            index("webhook_endpoint", &["organization_id"]),
            some("delivery", &["next_at", "target_id"], Expr::col("next_at").is_not_null()),
            some("delivery", &["lease"], Expr::col("lease").is_not_null()),
            // An event goes to a target once, however often somebody begins to send it out.
            unique("delivery", &["event_id", "target_id"]),
            index("delivery", &["target_id", "created_at"]),
            index("delivery", &["ended_at"]),
            index("delivery_attempt", &["delivery_id"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "delivery_target",
            "delivery_attempt",
            "delivery",
            "webhook_endpoint",
            "event_sequence",
            "event",
        ];
        drop(manager, &tables).await
    }
}

/// An index of some of the rows.
fn some(table: &'static str, columns: &[&'static str], which: Expr) -> IndexCreateStatement {
    index(table, columns).and_where(which).take()
}

fn event() -> TableCreateStatement {
    table(
        "event",
        [
            id("id"),
            uuid("organization_id"),
            time("sequence"),
            text("event_type"),
            time("occurred_at"),
            uuid_or_null("user_id"),
            text_or_null("user_email"),
            text_or_null("user_name"),
            text("slots"),
            time_or_null("fanned_out_at"),
        ],
    )
    .foreign_key(&mut belongs("event", "organization_id", "organization"))
    .take()
}

fn event_sequence() -> TableCreateStatement {
    table("event_sequence", [id("organization_id"), time("newest")])
        .foreign_key(&mut belongs("event_sequence", "organization_id", "organization"))
        .take()
}

fn endpoint() -> TableCreateStatement {
    table(
        "webhook_endpoint",
        [
            id("id"),
            uuid("organization_id"),
            text("name"),
            text("description"),
            text("url"),
            text("event_types"),
            flag("enabled"),
            text_or_null("disabled_reason"),
            bytes_or_null("sealed_headers"),
            bytes_or_null("sealed_secret"),
            bytes_or_null("sealed_old_secret"),
            time_or_null("old_secret_until"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("webhook_endpoint", "organization_id", "organization"))
    .take()
}

fn delivery() -> TableCreateStatement {
    table(
        "delivery",
        [
            id("id"),
            uuid("organization_id"),
            text("target_kind"),
            uuid("target_id"),
            uuid_or_null("event_id"),
            text("subject"),
            bytes_or_null("sealed_message"),
            text("state"),
            number("attempts"),
            number("step"),
            time_or_null("next_at"),
            uuid_or_null("lease"),
            time("created_at"),
            time_or_null("ended_at"),
        ],
    )
}

fn attempt() -> TableCreateStatement {
    table(
        "delivery_attempt",
        [
            id("id"),
            uuid("organization_id"),
            uuid("delivery_id"),
            number("number"),
            time("started_at"),
            number("latency_ms"),
            number_or_null("status"),
            text("response"),
            text_or_null("error"),
        ],
    )
    .foreign_key(&mut belongs("delivery_attempt", "delivery_id", "delivery"))
    .take()
}

fn delivery_target() -> TableCreateStatement {
    table(
        "delivery_target",
        [
            id("target_id"),
            uuid("organization_id"),
            number("failures"),
            time("failing_since"),
            time_or_null("open_until"),
        ],
    )
}
