//! What is being removed: gone for everybody at once, and deleted little by little.

use sea_orm_migration::prelude::*;

use crate::columns::{index, time_or_null, unique};

/// Tables whose rows are marked.
const MARKED: [&str; 3] = ["customer", "integration", "instance"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in MARKED {
            let mut column = time_or_null("removed_at");
            manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await?;
            manager.create_index(index(table, &["removed_at"])).await?;
        }
        for (table, columns) in names() {
            drop_index(manager, table, &columns).await?;
            let mut free_when_marked = unique(table, &columns);
            free_when_marked.and_where(Expr::col("removed_at").is_null());
            manager.create_index(free_when_marked).await?;
        }
        Ok(())
    }

    /// Finishes what was begun, because nobody is left who would.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in MARKED {
            let mut marked = Query::delete();
            marked.from_table(table).and_where(Expr::col("removed_at").is_not_null());
            manager.execute(marked).await?;
        }
        for (table, columns) in names() {
            drop_index(manager, table, &columns).await?;
            manager.create_index(unique(table, &columns)).await?;
        }
        for table in MARKED {
            drop_index(manager, table, &["removed_at"]).await?;
            let alter = Table::alter().table(table).drop_column("removed_at").take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}

/// What is unique among the rows that are not marked.
fn names() -> [(&'static str, [&'static str; 2]); 3] {
    [
        ("customer", ["organization_id", "name"]),
        ("customer", ["organization_id", "external_id"]),
        ("instance", ["customer_id", "name"]),
    ]
}

async fn drop_index(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
) -> Result<(), DbErr> {
    let name = format!("{table}_{}", columns.join("_"));
    let mut index = Index::drop();
    index.name(name);
    manager.drop_index(index).await
}
