//! Log lines of one config variable, among all those of its instance.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Few lines are of config variables.
const OF_VARIABLES: &str = "CREATE INDEX \"log_variable\" \
                            ON \"log\" (instance_id, variable_key, id) \
                            WHERE variable_key IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(OF_VARIABLES).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop();
        index.name("log_variable").table("log");
        manager.drop_index(index).await
    }
}
