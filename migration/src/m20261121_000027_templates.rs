//! Templates that preset inputs of connections.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{
    bytes_or_null, create, drop, id, index, table, text, text_or_null, time, unique, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut reference = text_or_null("template_reference");
        let alter = Table::alter().table("config_variable").add_column(&mut reference).take();
        manager.alter_table(alter).await?;
        create(manager, vec![template()], indexes()).await?;
        manager.get_connection().execute_unprepared(backfill(manager)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = "config_variable_organization_id_template_reference";
        let mut index = Index::drop();
        index.name(name).table("config_variable");
        manager.drop_index(index).await?;
        drop(manager, &["connection_template"]).await?;
        let alter =
            Table::alter().table("config_variable").drop_column("template_reference").take();
        manager.alter_table(alter).await
    }
}

fn template() -> TableCreateStatement {
    table(
        "connection_template",
        [
            id("id"),
            uuid("organization_id"),
            text("name"),
            text("component_key"),
            text("connection_key"),
            text("reference"),
            text("input_keys"),
            bytes_or_null("sealed_presets"),
            time("created_at"),
            time("updated_at"),
        ],
    )
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("connection_template", &["organization_id", "reference"]),
        index("config_variable", &["organization_id", "template_reference"]),
    ]
}

/// What definitions named before it meant anything.
fn backfill(manager: &SchemaManager<'_>) -> &'static str {
    if manager.get_database_backend() == DbBackend::Sqlite {
        "UPDATE config_variable SET template_reference = \
         json_extract(definition, '$.connection.component.key') || ':' || \
         json_extract(definition, '$.connection.key') || ':' || \
         NULLIF(json_extract(definition, '$.connection.template'), '')"
    } else {
        "UPDATE config_variable SET template_reference = \
         (definition::json #>> '{connection,component,key}') || ':' || \
         (definition::json #>> '{connection,key}') || ':' || \
         NULLIF(definition::json #>> '{connection,template}', '')"
    }
}
