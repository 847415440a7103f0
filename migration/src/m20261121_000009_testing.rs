//! Testing integrations: listening, payloads to try, test cases; and attachments.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs, create, drop, id, index, table, text, text_or_null, time, time_or_null, uuid,
    uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in added() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
        }
        create(manager, vec![test_case()], vec![index("test_case", &["integration_id"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["test_case"]).await?;
        for (table, column) in added() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        Ok(())
    }
}

/// Tables with their new columns.
fn added() -> [(&'static str, ColumnDef); 9] {
    let attachments = || text("attachments").default("[]").take();
    [
        ("customer", attachments()),
        ("integration", attachments()),
        ("integration", text_or_null("test_payload")),
        ("integration", text_or_null("test_headers")),
        ("integration", text_or_null("test_content_type")),
        ("instance", time_or_null("listening_until")),
        ("flow_config", text_or_null("test_payload")),
        ("flow_config", text_or_null("test_headers")),
        ("flow_config", text_or_null("test_content_type")),
    ]
}

fn test_case() -> TableCreateStatement {
    table(
        "test_case",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("integration_id"),
            uuid_or_null("flow_id"),
            text("name"),
            text_or_null("payload"),
            text_or_null("headers"),
            text_or_null("content_type"),
            text_or_null("result"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs("test_case", "integration_id", "integration"))
    .take()
}
