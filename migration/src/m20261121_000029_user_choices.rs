//! Which of a customer's shared connections a user has chosen.

use sea_orm_migration::prelude::*;

use crate::columns::{index, uuid_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "user_level_value";
const COLUMN: &str = "customer_variable_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut chosen = uuid_or_null(COLUMN);
        manager.alter_table(Table::alter().table(TABLE).add_column(&mut chosen).take()).await?;
        manager.create_index(index(TABLE, &[COLUMN])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop();
        index.name(format!("{TABLE}_{COLUMN}")).table(TABLE);
        manager.drop_index(index).await?;
        manager.alter_table(Table::alter().table(TABLE).drop_column(COLUMN).take()).await
    }
}
