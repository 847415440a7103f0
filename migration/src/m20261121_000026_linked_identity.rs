//! Who somebody is at a provider where they sign in.

use sea_orm_migration::prelude::*;

use crate::columns::{create, drop, index, table, text, time, uuid, uuid_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "linked_identity";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![linked_identity()], vec![index(TABLE, &["user_id"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[TABLE]).await
    }
}

fn linked_identity() -> TableCreateStatement {
    let columns = [
        text("issuer"),
        text("subject"),
        uuid("organization_id"),
        uuid_or_null("user_id"),
        time("created_at"),
    ];
    // The row outlives its user: whoever was deleted does not come back as somebody new.
    let mut of_user = ForeignKey::create()
        .from(TABLE, "user_id")
        .to("user", "id")
        .on_delete(ForeignKeyAction::SetNull)
        .take();
    table(TABLE, columns)
        .primary_key(Index::create().col("issuer").col("subject"))
        .foreign_key(&mut of_user)
        .take()
}
