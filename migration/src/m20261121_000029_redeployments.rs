//! Instances that are to be deployed again, since what they use has changed.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs, create, drop, index, number, table, time, uuid, uuid_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![queue()], vec![index("redeployment", &["due_at"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["redeployment"]).await
    }
}

fn queue() -> TableCreateStatement {
    let columns = [
        uuid("instance_id").primary_key().take(),
        uuid("organization_id"),
        uuid("customer_id"),
        uuid_or_null("user_id"),
        number("failures"),
        time("due_at"),
    ];
    table("redeployment", columns)
        .foreign_key(&mut belongs("redeployment", "instance_id", "instance"))
        .take()
}
