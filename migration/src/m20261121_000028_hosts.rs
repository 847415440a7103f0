//! Deliveries know their hosts, so that those to a busy one need not be looked at.

use sea_orm_migration::prelude::*;

use crate::columns::{index, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What is on its way already counts as one host.
        let mut column = text("host").default("").take();
        let alter = Table::alter().table("delivery").add_column(&mut column).take();
        manager.alter_table(alter).await?;
        manager.drop_index(dropped(&BEFORE)).await?;
        manager.create_index(waiting(&AFTER)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(dropped(&AFTER)).await?;
        manager.create_index(waiting(&BEFORE)).await?;
        let alter = Table::alter().table("delivery").drop_column("host").take();
        manager.alter_table(alter).await
    }
}

const BEFORE: [&str; 2] = ["next_at", "target_id"];
const AFTER: [&str; 3] = ["next_at", "host", "target_id"];

fn waiting(columns: &'static [&'static str]) -> IndexCreateStatement {
    index("delivery", columns).and_where(Expr::col("next_at").is_not_null()).take()
}

fn dropped(columns: &[&str]) -> IndexDropStatement {
    let name = format!("delivery_{}", columns.join("_"));
    Index::drop().name(name).table("delivery").to_owned()
}
