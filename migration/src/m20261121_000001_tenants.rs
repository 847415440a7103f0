//! Organizations with their keys, customers and users.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, bytes, create, drop, flag, id, index, number, table, text, text_or_null, time, unique,
    uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["user", "customer", "organization_key", "organization"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("organization", [id("id"), text("name"), time("created_at"), time("updated_at")]),
        table(
            "organization_key",
            [uuid("organization_id"), number("number"), bytes("wrapped"), time("created_at")],
        )
        .primary_key(Index::create().col("organization_id").col("number"))
        .foreign_key(&mut belongs("organization_key", "organization_id", "organization"))
        .take(),
        table(
            "customer",
            [
                id("id"),
                uuid("organization_id"),
                text("name"),
                text("description"),
                text_or_null("external_id"),
                text("labels"),
                flag("is_system"),
                flag("allow_embedded_designer"),
                time("created_at"),
                time("updated_at"),
            ],
        )
        .foreign_key(&mut belongs("customer", "organization_id", "organization"))
        .take(),
        table(
            "user",
            [
                id("id"),
                uuid("organization_id"),
                uuid_or_null("customer_id"),
                text("email"),
                text("name"),
                text("phone"),
                text_or_null("external_id"),
                text("role"),
                time("created_at"),
                time("updated_at"),
            ],
        )
        .foreign_key(&mut belongs("user", "organization_id", "organization"))
        .foreign_key(&mut belongs("user", "customer_id", "customer"))
        .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("customer", &["organization_id", "name"]),
        unique("customer", &["organization_id", "external_id"]),
        unique("user", &["email"]),
        unique("user", &["customer_id", "external_id"]),
        index("user", &["organization_id"]),
    ]
}
