//! Which versions of integrations instances may have.

use entity::{IntegrationId, customer, instance, integration};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use crate::error::Error;
use crate::viewer::Viewer;

/// Whether this integration can be chosen for an instance of this customer.
pub(super) async fn check_choice(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    version: &integration::Model,
    customer: &customer::Model,
) -> Result<(), Error> {
    if customer.is_system {
        return Err(Error::invalid("customer", "This customer has only test instances."));
    }
    if version.customer_id.is_some_and(|owner| owner != customer.id) {
        return Err(Error::invalid("integration", "Another customer owns this integration."));
    }
    check_available(version)?;
    let is_offer = viewer.customer_id().is_some() && version.customer_id.is_none();
    if !is_offer {
        return Ok(());
    }
    let deployable = integration::MarketplaceConfiguration::AvailableAndDeployable;
    if version.marketplace_configuration != deployable {
        return Err(Error::Forbidden);
    }
    if !version.allow_multiple_marketplace_instances
        && count_of_sequence(tx, viewer, version).await? > 0
    {
        return Err(Error::invalid("integration", "This integration is activated already."));
    }
    Ok(())
}

/// The version with this id; of a draft, the newest version there is to choose. Instances never run
/// a draft, or publishing would not pin anything.
pub(super) async fn version_of(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    id: IntegrationId,
) -> Result<integration::Model, Error> {
    let row = viewer.find::<integration::Entity>(db, id).await?;
    if !row.is_draft {
        return Ok(row);
    }
    let newest = viewer
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq(row.sequence_id))
        .filter(integration::Column::IsDraft.eq(false))
        .filter(integration::Column::VersionIsAvailable.eq(true))
        .order_by_desc(integration::Column::VersionNumber);
    let message = "No version of this integration is available; publish one first.";
    newest.one(db).await?.ok_or_else(|| Error::invalid("integration", message))
}

async fn count_of_sequence(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    version: &integration::Model,
) -> Result<u64, Error> {
    let versions = Viewer::System(version.organization_id)
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq(version.sequence_id))
        .select_only()
        .column(integration::Column::Id)
        .into_query();
    let instances = viewer
        .rows::<instance::Entity>()
        .filter(instance::Column::IntegrationId.in_subquery(versions));
    Ok(instances.count(db).await?)
}

fn check_available(version: &integration::Model) -> Result<(), Error> {
    if version.version_is_available {
        return Ok(());
    }
    Err(Error::invalid("integration", "This version is not available."))
}

/// The version an instance is to be configured for: the one it has, unless another is named.
pub(super) async fn selected_version(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &instance::Model,
    chosen: Option<IntegrationId>,
) -> Result<integration::Model, Error> {
    let current = Viewer::System(row.organization_id)
        .find::<integration::Entity>(tx, row.integration_id)
        .await?;
    let Some(id) = chosen.filter(|id| *id != row.integration_id) else {
        return Ok(current);
    };
    let version = version_of(tx, viewer, id).await?;
    if version.sequence_id != current.sequence_id {
        let message = "This is not a version of the integration that the instance is of.";
        return Err(Error::invalid("integration", message));
    }
    if row.is_system {
        return Err(Error::invalid("integration", "A test instance always follows the draft."));
    }
    check_available(&version)?;
    Ok(version)
}
