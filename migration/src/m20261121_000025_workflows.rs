//! Workflows: integrations that customers build for themselves, with one running copy each.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, number, text, text_or_null, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
        }
        // Versions carry the id of their draft, and a removed workflow gives it back.
        let mut external_ids = unique("integration", &EXTERNAL_ID);
        external_ids.and_where(Expr::col("is_draft").eq(true));
        external_ids.and_where(Expr::col("removed_at").is_null());
        manager.create_index(external_ids).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = format!("integration_{}", EXTERNAL_ID.join("_"));
        manager.drop_index(Index::drop().name(name).to_owned()).await?;
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        Ok(())
    }
}

const EXTERNAL_ID: [&str; 2] = ["customer_id", "external_id"];

fn columns() -> [(&'static str, ColumnDef); 8] {
    let variant = || text("variant").default("INTEGRATION").take();
    [
        ("customer_total", number("workflows").default(0).take()),
        ("customer_total", number("enabled_workflows").default(0).take()),
        ("customer", flag("allow_embedded_workflow_builder").default(false).take()),
        ("integration", variant()),
        ("integration", text_or_null("external_id")),
        ("integration", text_or_null("context_key")),
        ("integration", text_or_null("context_data")),
        ("instance", variant()),
    ]
}
