//! What customers see of an instance, by the author of its integration.

use sea_orm_migration::prelude::*;

use crate::columns::text_or_null;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = text_or_null("marketplace_tabs");
        let alter = Table::alter().table("integration").add_column(&mut column).take();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter().table("integration").drop_column("marketplace_tabs").take();
        manager.alter_table(alter).await
    }
}
