//! Components that organizations publish.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, create, drop, flag, id, index, number, table, text, text_or_null, time, time_or_null,
    unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COMPONENT: &str = "component";
const FILE: &str = "component_file";
const STARRED: &str = "starred_component";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            unique(COMPONENT, &["sequence_id", "version_number"]),
            index(COMPONENT, &["organization_id", "key"]),
            index(COMPONENT, &["customer_id"]),
            unique(FILE, &["component_id", "kind", "name"]),
            index(FILE, &["organization_id"]),
            index(STARRED, &["organization_id"]),
        ];
        create(manager, vec![component(), file(), starred()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[STARRED, FILE, COMPONENT]).await
    }
}

fn component() -> TableCreateStatement {
    table(
        COMPONENT,
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("sequence_id"),
            text("key"),
            number("version_number"),
            text("label"),
            text("description"),
            text("definition"),
            flag("is_code_native"),
            text("comment"),
            text_or_null("attributes"),
            text("signature"),
            text_or_null("package"),
            time_or_null("available_at"),
            uuid_or_null("created_by"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs(COMPONENT, "organization_id", "organization"))
    .foreign_key(&mut belongs(COMPONENT, "customer_id", "customer"))
    .take()
}

fn file() -> TableCreateStatement {
    table(
        FILE,
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("component_id"),
            text("kind"),
            text("name"),
            text("object"),
            time("created_at"),
        ],
    )
    .foreign_key(&mut belongs(FILE, "component_id", COMPONENT))
    .take()
}

fn starred() -> TableCreateStatement {
    table(STARRED, [uuid("user_id"), text("component"), uuid("organization_id")])
        .primary_key(Index::create().col("user_id").col("component"))
        .foreign_key(&mut belongs(STARRED, "user_id", "user"))
        .take()
}
