//! Writing rows of one organization.
//!
//! Whoever calls these holds a permit for the row that everything else belongs to.

use entity::OrganizationId;
use entity::TenantOwned;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, DeleteMany,
    EntityTrait, IntoActiveModel, QueryFilter, UpdateMany,
};

/// Rows per statement: databases limit the number of bound values.
const CHUNK: usize = 500;

/// Inserts a row as it is.
pub(crate) async fn insert<E>(db: &impl ConnectionTrait, row: E::Model) -> Result<E::Model, DbErr>
where
    E: TenantOwned,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    row.into_active_model().reset_all().insert(db).await
}

/// Inserts rows as they are.
pub(crate) async fn insert_all<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
) -> Result<(), DbErr>
where
    E: TenantOwned,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    insert_chunks::<E>(db, rows, None).await
}

/// Inserts rows as they are, without those that a unique index knows already.
pub(crate) async fn insert_new<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
) -> Result<(), DbErr>
where
    E: TenantOwned,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    insert_chunks::<E>(db, rows, Some(OnConflict::new().do_nothing().to_owned())).await
}

/// Inserts rows as they are; the rule says what becomes of those that are there already.
pub(crate) async fn insert_or<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
    rule: OnConflict,
) -> Result<(), DbErr>
where
    E: TenantOwned,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    insert_chunks::<E>(db, rows, Some(rule)).await
}

async fn insert_chunks<E>(
    db: &impl ConnectionTrait,
    rows: Vec<E::Model>,
    on_conflict: Option<OnConflict>,
) -> Result<(), DbErr>
where
    E: TenantOwned,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let mut insert = E::insert_many(rows.by_ref().take(CHUNK).collect::<Vec<_>>());
        if let Some(rule) = &on_conflict {
            insert = insert.on_conflict(rule.clone());
        }
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

/// Deletes rows of one organization; filter it further.
pub(crate) fn delete<E: TenantOwned>(organization: OrganizationId) -> DeleteMany<E> {
    <E as EntityTrait>::delete_many().filter(E::ORGANIZATION.eq(organization))
}

/// Updates rows of one organization; filter it further.
pub(crate) fn update<E: TenantOwned>(organization: OrganizationId) -> UpdateMany<E> {
    <E as EntityTrait>::update_many().filter(E::ORGANIZATION.eq(organization))
}
