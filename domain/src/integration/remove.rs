//! Deleting integrations.

use entity::{IntegrationId, instance, integration, state_value};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::of_sequence;
use crate::endpoint;
use crate::env::Env;
use crate::error::Error;
use crate::instance::purge;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// Deletes an integration: its draft, its versions, and the instances of all of them.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
) -> Result<integration::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<integration::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let organization = row.organization_id;
    let all = of_sequence(&tx, organization, row.sequence_id).await?;
    let instances = Viewer::System(organization)
        .rows::<instance::Entity>()
        .filter(instance::Column::IntegrationId.is_in(all.iter().map(|row| row.id)))
        .select_only()
        .column(instance::Column::Id)
        .into_tuple()
        .all(&tx)
        .await?;
    purge(&tx, organization, &instances).await?;
    rows::delete::<state_value::Entity>(organization)
        .filter(state_value::Column::OwnerId.eq(row.sequence_id.0))
        .exec(&tx)
        .await?;
    endpoint::remove(&tx, organization, [row.sequence_id.0]).await?;
    rows::delete::<integration::Entity>(organization)
        .filter(integration::Column::SequenceId.eq(row.sequence_id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.instances_changed(&instances);
    let owners = instances.iter().map(|id| id.0).chain([row.sequence_id.0]);
    env.owners_removed(&owners.collect::<Vec<_>>());
    Ok(row)
}
