//! Which versions of integrations instances may have.

use entity::integration::Variant;
use entity::{IntegrationId, SequenceId, customer, instance, integration};
use sea_orm::sea_query::SelectStatement;
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
    if version.variant == Variant::Workflow {
        let message = "A workflow has no instances but the copy that enabling it makes.";
        return Err(Error::invalid("integration", message));
    }
    if version.customer_id.is_some_and(|owner| owner != customer.id) {
        return Err(Error::invalid("integration", "Another customer owns this integration."));
    }
    check_available(version)?;
    let is_offer = viewer.customer_id().is_some() && version.customer_id.is_none();
    if !is_offer {
        return Ok(());
    }
    check_offer(version)?;
    if version.allow_multiple_marketplace_instances {
        return Ok(());
    }
    // Two of its users at the same moment are one after the other.
    let this = Viewer::System(customer.organization_id).rows::<customer::Entity>();
    this.filter(customer::Column::Id.eq(customer.id)).lock_exclusive().one(tx).await?;
    if count_of_sequence(tx, viewer, version).await? > 0 {
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
    newest_available(db, viewer, row.sequence_id).await
}

/// The newest version that there is to choose.
pub(super) async fn newest_available(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    sequence: SequenceId,
) -> Result<integration::Model, Error> {
    let newest = viewer
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq(sequence))
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
    let instances = viewer
        .rows::<instance::Entity>()
        .filter(instance::Column::IntegrationId.in_subquery(versions_of_sequence(version)));
    Ok(instances.count(db).await?)
}

/// The ids of all versions that belong together with this one.
pub(super) fn versions_of_sequence(version: &integration::Model) -> SelectStatement {
    Viewer::System(version.organization_id)
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq(version.sequence_id))
        .select_only()
        .column(integration::Column::Id)
        .into_query()
}

/// Customers' users activate what the organization lets them.
fn check_offer(version: &integration::Model) -> Result<(), Error> {
    let deployable = integration::MarketplaceConfiguration::AvailableAndDeployable;
    if version.marketplace_configuration == deployable { Ok(()) } else { Err(Error::Forbidden) }
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
    if viewer.customer_id().is_some() && version.customer_id.is_none() {
        check_offer(&version)?;
    }
    Ok(version)
}
