//! How people sign in: passwords, links that set them, codes and refresh tokens; hashes only.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, create, drop, index, number, table, text, text_or_null, time, time_or_null, unique,
    uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In the order in which they are dropped.
const TABLES: [&str; 4] = ["refresh_token", "sign_in_code", "invitation", "password"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![password(), invitation(), sign_in_code(), refresh_token()];
        let indexes = vec![
            unique("invitation", &["hash"]),
            index("invitation", &["mail_at"]),
            index("sign_in_code", &["organization_id", "expires_at"]),
            index("refresh_token", &["user_id", "used_at"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &TABLES).await
    }
}

fn key(mut column: ColumnDef) -> ColumnDef {
    column.primary_key().take()
}

fn password() -> TableCreateStatement {
    let columns = [
        key(uuid("user_id")),
        uuid("organization_id"),
        text("hash"),
        time("created_at"),
        time("updated_at"),
    ];
    table("password", columns).foreign_key(&mut belongs("password", "user_id", "user")).take()
}

fn invitation() -> TableCreateStatement {
    let columns = [
        key(uuid("user_id")),
        uuid("organization_id"),
        text("purpose"),
        text_or_null("hash"),
        time("expires_at"),
        number("attempts"),
        time_or_null("mail_at"),
        time("created_at"),
    ];
    table("invitation", columns).foreign_key(&mut belongs("invitation", "user_id", "user")).take()
}

fn sign_in_code() -> TableCreateStatement {
    let columns = [
        key(text("hash")),
        uuid("organization_id"),
        uuid("user_id"),
        text("redirect_uri"),
        text("challenge"),
        text("scope"),
        text_or_null("nonce"),
        time("expires_at"),
    ];
    table("sign_in_code", columns)
        .foreign_key(&mut belongs("sign_in_code", "user_id", "user"))
        .take()
}

fn refresh_token() -> TableCreateStatement {
    let columns = [
        key(text("hash")),
        uuid("organization_id"),
        uuid("user_id"),
        text("scope"),
        time("used_at"),
        time("created_at"),
    ];
    table("refresh_token", columns)
        .foreign_key(&mut belongs("refresh_token", "user_id", "user"))
        .take()
}
