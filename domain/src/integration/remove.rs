//! Deleting integrations.

use entity::{InstanceId, IntegrationId, SequenceId, instance, integration};
use sea_orm::sea_query::{IntoCondition, Query};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, QueryFilter};

use crate::env::Env;
use crate::error::{Error, Kind};
use crate::event::{self, EventType};
use crate::instance::mark;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// Deletes an integration: its draft, its versions, and the instances of all of them. All of it is
/// gone at once; see [`crate::removal`] for what follows.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
) -> Result<integration::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Remove, id).await?;
    let row = permit.into_row();
    let instances = mark_instances(env, &tx, viewer, row.sequence_id).await?;
    let sequence = integration::Column::SequenceId.eq(row.sequence_id);
    if mark_rows(env, &tx, viewer, sequence.into_condition()).await? == 0 {
        return Err(Error::NotFound(Kind::Integration));
    }
    tx.commit().await?;
    env.marked(&instances);
    env.deliveries_arrived();
    Ok(row)
}

/// Marks drafts and versions as removed; returns how many were not before.
pub(crate) async fn mark_rows(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    of: Condition,
) -> Result<u64, Error> {
    let organization = viewer.signed_in()?;
    let drafts = Viewer::System(organization)
        .rows::<integration::Entity>()
        .filter(of.clone())
        .filter(integration::Column::IsDraft.eq(true))
        .filter(integration::Column::RemovedAt.is_null())
        .all(tx)
        .await?;
    for draft in &drafts {
        let gone = EventType::IntegrationDeleted;
        event::record_of_integration(env, tx, viewer, gone, draft).await?;
    }
    let marked = rows::update::<integration::Entity>(organization)
        .col_expr(integration::Column::RemovedAt, env.now().into())
        .filter(of)
        .filter(integration::Column::RemovedAt.is_null())
        .exec(tx)
        .await?;
    Ok(marked.rows_affected)
}

/// Marks the instances of all versions as removed; returns those that were not before.
pub(crate) async fn mark_instances(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    sequence: SequenceId,
) -> Result<Vec<InstanceId>, Error> {
    let versions = Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .and_where(integration::Column::SequenceId.eq(sequence))
        .take();
    let of_versions = instance::Column::IntegrationId.in_subquery(versions);
    mark(env, tx, viewer, of_versions.into_condition()).await
}
