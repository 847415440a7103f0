//! Bringing all instances of an integration to its newest version.

use entity::{InstanceId, IntegrationId, instance, integration};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::version::{newest_available, versions_of_sequence};
use super::{Update, deploy, update};
use crate::env::Env;
use crate::error::Error;
use crate::policy::{Action, Noun};
use crate::viewer::Viewer;

/// Configures every instance that the viewer sees for the newest available version, and deploys
/// those that were deployed as they stood and lack nothing. The others wait for somebody to look
/// at them. Returns that version.
pub async fn upgrade_all(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
) -> Result<integration::Model, Error> {
    let db = env.db.read();
    let row = viewer.find::<integration::Entity>(db, id).await?;
    if !viewer.can(Noun::Instance, Action::Modify) {
        return Err(Error::Forbidden);
    }
    let newest = newest_available(db, viewer, row.sequence_id).await?;
    let behind: Vec<instance::Model> = viewer
        .rows::<instance::Entity>()
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instance::Column::IntegrationId.in_subquery(versions_of_sequence(&newest)))
        .filter(instance::Column::IntegrationId.ne(newest.id))
        .order_by_asc(instance::Column::Id)
        .all(db)
        .await?;
    for instance in behind {
        let change = Update { integration: Some(newest.id), ..Update::default() };
        match update(env, viewer, instance.id, change).await {
            Ok(_) if instance.deployment_id.is_some() && !instance.needs_deploy => {
                deploy_if_complete(env, viewer, instance.id).await?;
            }
            // Somebody deleted it meanwhile.
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(newest)
}

/// What the new version asks for besides keeps an instance on what it runs.
async fn deploy_if_complete(env: &Env, viewer: &Viewer, id: InstanceId) -> Result<(), Error> {
    match deploy(env, viewer, id, false).await {
        Ok(_) | Err(Error::Invalid(_) | Error::NotFound(_) | Error::Forbidden) => Ok(()),
        Err(error) => Err(error),
    }
}
