//! Authorizations of OAuth2 connections.

use sea_orm_migration::prelude::*;

use crate::columns::{
    bytes, bytes_or_null, create, drop, id, index, number, table, text, text_or_null, time,
    time_or_null, unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["oauth2_spent_state", "oauth2_authorization"]).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let authorization = table(
        "oauth2_authorization",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            text("owner_kind"),
            uuid("owner_id"),
            text("owner_key"),
            text("status"),
            bytes("sealed_settings"),
            bytes_or_null("sealed_token"),
            bytes_or_null("sealed_context"),
            number("token_version"),
            time_or_null("expires_at"),
            time_or_null("refresh_at"),
            time_or_null("lease_until"),
            number("lease_fence"),
            number("failures"),
            time_or_null("first_failed_at"),
            text_or_null("last_error"),
            time_or_null("last_refreshed_at"),
            time("created_at"),
            time("updated_at"),
        ],
    );
    let spent = table(
        "oauth2_spent_state",
        [uuid("nonce").primary_key().take(), uuid("organization_id"), time("expires_at")],
    );
    vec![authorization, spent]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("oauth2_authorization", &["owner_id", "owner_kind", "owner_key"]),
        index("oauth2_authorization", &["refresh_at"]),
        index("oauth2_spent_state", &["organization_id", "expires_at"]),
    ]
}
