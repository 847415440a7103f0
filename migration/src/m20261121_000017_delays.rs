//! Schedules that start a little after their slots.

use sea_orm_migration::prelude::*;

use crate::columns::number;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = number("delay_seconds").default(0).take();
        let alter = Table::alter().table("schedule").add_column(&mut column).take();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter().table("schedule").drop_column("delay_seconds").take();
        manager.alter_table(alter).await
    }
}
