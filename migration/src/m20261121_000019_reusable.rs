//! Connections that many instances share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{
    belongs, bytes_or_null, create, drop, flag, id, index, table, text, text_or_null, time,
    time_or_null, unique, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "config_variable", text_or_null("scoped_key")).await?;
        add(manager, "config_value", uuid_or_null("customer_variable_id")).await?;
        create(manager, tables(), indexes()).await?;
        manager.get_connection().execute_unprepared(backfill(manager)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in [
            ("config_variable", "integration_id_scoped_key"),
            ("config_value", "customer_variable_id"),
        ] {
            let mut index = Index::drop();
            index.name(format!("{table}_{columns}")).table(table);
            manager.drop_index(index).await?;
        }
        let tables =
            ["deployment_connection", "customer_config_variable", "scoped_config_variable"];
        drop(manager, &tables).await?;
        for (table, column) in
            [("config_variable", "scoped_key"), ("config_value", "customer_variable_id")]
        {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(&mut column).take()).await
}

/// What definitions referred to before anybody could look it up.
fn backfill(manager: &SchemaManager<'_>) -> &'static str {
    if manager.get_database_backend() == DbBackend::Sqlite {
        "UPDATE config_variable SET scoped_key = \
         NULLIF(json_extract(definition, '$.useScopedConfigVar'), '')"
    } else {
        "UPDATE config_variable SET scoped_key = \
         NULLIF(definition::json ->> 'useScopedConfigVar', '')"
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![scoped(), customer(), deployed()]
}

fn scoped() -> TableCreateStatement {
    table(
        "scoped_config_variable",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("owner_id"),
            text("key"),
            text("stable_key"),
            text("description"),
            text("variable_scope"),
            text("managed_by"),
            text("component_key"),
            text("connection_key"),
            bytes_or_null("sealed_inputs"),
            flag("is_ready"),
            flag("build_only"),
            flag("default_for_component"),
            text_or_null("success_url"),
            text_or_null("failure_url"),
            time_or_null("last_configured_at"),
            time("created_at"),
            time("updated_at"),
        ],
    )
}

fn customer() -> TableCreateStatement {
    table(
        "customer_config_variable",
        [
            id("id"),
            uuid("organization_id"),
            uuid_or_null("customer_id"),
            uuid("scoped_variable_id"),
            text_or_null("key"),
            flag("is_test"),
            bytes_or_null("sealed_inputs"),
            flag("is_ready"),
            time_or_null("last_configured_at"),
            time("created_at"),
            time("updated_at"),
        ],
    )
    .foreign_key(&mut belongs(
        "customer_config_variable",
        "scoped_variable_id",
        "scoped_config_variable",
    ))
    .take()
}

fn deployed() -> TableCreateStatement {
    table(
        "deployment_connection",
        [
            uuid("deployment_id"),
            text("key"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("scoped_variable_id"),
            uuid_or_null("customer_variable_id"),
        ],
    )
    .primary_key(Index::create().col("deployment_id").col("key"))
    .foreign_key(&mut belongs("deployment_connection", "deployment_id", "deployment"))
    .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("scoped_config_variable", &["owner_id", "stable_key"]),
        index("scoped_config_variable", &["organization_id"]),
        index("customer_config_variable", &["scoped_variable_id", "customer_id"]),
        index("customer_config_variable", &["organization_id", "customer_id"]),
        index("deployment_connection", &["scoped_variable_id"]),
        index("deployment_connection", &["customer_variable_id"]),
        index("config_variable", &["integration_id", "scoped_key"]),
        index("config_value", &["customer_variable_id"]),
    ]
}
