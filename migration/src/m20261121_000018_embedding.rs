//! Embedding: keys that verify tokens of embedded users, who they are, and how it all looks.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, create, drop, flag, id, index, table, text, text_or_null, time, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const KEYS: &str = "organization_signing_key";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![keys()], vec![index(KEYS, &["organization_id"])]).await?;
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
        }
        drop_email(manager).await?;
        // Embedded users do not sign in with their addresses: those are what others say of them.
        let mut signing_in = unique("user", &["email"]);
        signing_in.and_where(Expr::col("is_embedded").eq(false));
        manager.create_index(signing_in).await
    }

    /// Whoever came with a token comes again with the next one.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut embedded = Query::delete();
        embedded.from_table("user").and_where(Expr::col("is_embedded").eq(true));
        manager.execute(embedded).await?;
        drop_email(manager).await?;
        manager.create_index(unique("user", &["email"])).await?;
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        drop(manager, &[KEYS]).await
    }
}

async fn drop_email(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name("user_email").to_owned()).await
}

fn keys() -> TableCreateStatement {
    table(
        KEYS,
        [
            id("id"),
            uuid("organization_id"),
            text("public_key"),
            text("private_key_preview"),
            flag("is_imported"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs(KEYS, "organization_id", "organization"))
    .take()
}

fn columns() -> [(&'static str, ColumnDef); 10] {
    let list = |name| text(name).default("[]").take();
    let set = |name, on| flag(name).default(on).take();
    [
        ("organization", text_or_null("marketplace_name")),
        ("organization", text_or_null("avatar_url")),
        ("organization", list("labels")),
        ("organization", list("embedded_origins")),
        ("organization", text_or_null("branded_elements")),
        ("organization", list("required_components")),
        ("organization", text("theme").default("{}").take()),
        ("user", set("is_embedded", false)),
        ("user", set("dark_mode", false)),
        ("user", set("dark_mode_sync_with_os", true)),
    ]
}
