//! Order and limits of the queue: lanes that take one run at a time, retries that sleep until they
//! are due, calls that make others needless.

use sea_orm_migration::prelude::*;

use crate::columns::{
    create, drop, flag, id, index, number, number_or_null, table, text, text_or_null, time,
    time_or_null, uuid, uuid_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A lane is made again from the flow config it stands for; deploying sets its limit.
const FILL_LANES: &str = "INSERT INTO \"lane\" \
    (id, organization_id, customer_id, instance_id, concurrency_limit, is_held) \
    SELECT \"flow_config\".id, \"flow_config\".organization_id, \"flow_config\".customer_id, \
    \"flow_config\".instance_id, NULL, NOT \"instance\".enabled FROM \"flow_config\" \
    JOIN \"instance\" ON \"instance\".id = \"flow_config\".instance_id";

const FILL_OLD_LANES: &str = "INSERT INTO \"lane\" (id, organization_id, last_turn) \
    SELECT id, organization_id, 0 FROM \"flow_config\"";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["lane"]).await?;
        create(manager, vec![lane(), latest_request()], vec![]).await?;
        manager.get_connection().execute_unprepared(FILL_LANES).await?;
        for column in work_columns() {
            add(manager, "work", column).await?;
        }
        manager.drop_index(drop_index("work_node_id")).await?;
        remove(manager, "work", "due_at").await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        for column in execution_columns() {
            add(manager, "execution", column).await?;
        }
        for link in LINKS {
            let is_set = Expr::col(link).is_not_null();
            let index = index("execution", &[link]).and_where(is_set).take();
            manager.create_index(index).await?;
        }
        add(manager, "customer", number_or_null("concurrent_execution_limit")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        remove(manager, "customer", "concurrent_execution_limit").await?;
        for link in LINKS {
            let index =
                Index::drop().name(format!("execution_{link}")).table("execution").to_owned();
            manager.drop_index(index).await?;
        }
        for column in execution_columns() {
            remove(manager, "execution", column.get_column_name()).await?;
        }
        for index in INDEXES {
            manager.drop_index(drop_index(index)).await?;
        }
        add(manager, "work", time("due_at").default(0).take()).await?;
        manager.create_index(index("work", &["node_id"])).await?;
        for column in work_columns() {
            remove(manager, "work", column.get_column_name()).await?;
        }
        drop(manager, &["latest_request", "lane"]).await?;
        let old = table("lane", [id("id"), uuid("organization_id"), time("last_turn")]);
        create(manager, vec![old], vec![]).await?;
        manager.get_connection().execute_unprepared(FILL_OLD_LANES).await.map(std::mem::drop)
    }
}

fn lane() -> TableCreateStatement {
    table(
        "lane",
        [
            id("id"),
            uuid("organization_id"),
            uuid("customer_id"),
            uuid("instance_id"),
            number_or_null("concurrency_limit"),
            flag("is_held"),
        ],
    )
}

fn latest_request() -> TableCreateStatement {
    table(
        "latest_request",
        [
            uuid("flow_config_id"),
            text("request_id"),
            uuid("organization_id"),
            uuid("execution_id"),
            time("accepted_at"),
        ],
    )
    .primary_key(Index::create().col("flow_config_id").col("request_id"))
    .take()
}

fn work_columns() -> [ColumnDef; 4] {
    [
        time_or_null("wakes_at"),
        text_or_null("dedupe_id"),
        text_or_null("request_id"),
        uuid_or_null("retry_after_id"),
    ]
}

fn execution_columns() -> [ColumnDef; 4] {
    [
        number("max_retry_count").default(0).take(),
        time_or_null("retry_next_at"),
        text_or_null("request_id"),
        uuid_or_null("canceled_by_id"),
    ]
}

/// Executions that follow another one are found from it.
const LINKS: [&str; 2] = ["replay_for_id", "retry_for_id"];

const INDEXES: [&str; 5] =
    ["work_waiting", "work_lane_id_node_id", "work_dedupe", "work_request", "work_wakes_at"];

fn indexes() -> [IndexCreateStatement; 5] {
    let is_set = |column: &'static str| Expr::col(column).is_not_null();
    let named = |index: &mut IndexCreateStatement, name: &str| index.name(name).take();
    [
        named(&mut index("work", &["node_id", "wakes_at", "lane_id", "execution_id"]), INDEXES[0]),
        index("work", &["lane_id", "node_id"]),
        named(index("work", &["lane_id", "dedupe_id"]).unique(), INDEXES[2])
            .and_where(is_set("dedupe_id"))
            .take(),
        named(&mut index("work", &["lane_id", "request_id"]), INDEXES[3])
            .and_where(is_set("request_id"))
            .take(),
        named(&mut index("work", &["wakes_at"]), INDEXES[4]).and_where(is_set("wakes_at")).take(),
    ]
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    let change = Table::alter().table(table).add_column(&mut column).take();
    manager.alter_table(change).await
}

async fn remove(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: impl IntoIden,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).drop_column(column).take()).await
}

fn drop_index(name: &'static str) -> IndexDropStatement {
    Index::drop().name(name).table("work").to_owned()
}
