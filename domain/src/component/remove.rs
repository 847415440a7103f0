//! Taking a component away, with all its versions.

use entity::{ComponentId, component, integration};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QueryOrder};

use super::slots;
use crate::env::Env;
use crate::error::{Error, WHOLE_INPUT};
use crate::event::{self, EventType};
use crate::integration::parse_stored;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// Users of a component that are named when it cannot be deleted.
const NAMED_MAX: usize = 10;

/// Deletes all versions of a component. What is published keeps running, so whatever is published
/// with it keeps it from being deleted; drafts do not.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: ComponentId,
) -> Result<component::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<component::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    let users = users_of(&tx, &row).await?;
    if !users.is_empty() {
        let (named, more) = (users.len().min(NAMED_MAX), users.len().saturating_sub(NAMED_MAX));
        let mut message = format!("It is used by {}", users[..named].join(", "));
        if more > 0 {
            message += &format!(" and {more} more");
        }
        return Err(Error::invalid(WHOLE_INPUT, message + "."));
    }
    let organization = row.organization_id;
    let of_sequence = component::Column::SequenceId.eq(row.sequence_id);
    let versions = Viewer::System(organization).rows::<component::Entity>();
    let versions = versions.filter(of_sequence.clone()).all(&tx).await?;
    rows::delete::<component::Entity>(organization).filter(of_sequence).exec(&tx).await?;
    let slots = slots(&tx, &row).await?;
    event::record(env, &tx, viewer, EventType::ComponentDeleted, slots).await?;
    tx.commit().await?;
    let owners: Vec<_> = versions.iter().map(|version| version.id.0).collect();
    env.owners_removed(&owners);
    env.deliveries_arrived();
    Ok(row)
}

/// The published versions of integrations that name the component.
async fn users_of(tx: &DatabaseTransaction, row: &component::Model) -> Result<Vec<String>, Error> {
    let mut versions = Viewer::System(row.organization_id)
        .rows::<integration::Entity>()
        .filter(integration::Column::IsDraft.eq(false))
        .filter(integration::Column::RemovedAt.is_null())
        // What a key may consist of means nothing else in JSON.
        .filter(integration::Column::Definition.contains(format!("\"{}\"", row.key)))
        .order_by_asc(integration::Column::Name)
        .order_by_asc(integration::Column::VersionNumber);
    if let Some(customer) = row.customer_id {
        versions = versions.filter(integration::Column::CustomerId.eq(customer));
    }
    let mut users = Vec::new();
    for version in versions.all(tx).await? {
        let named = parse_stored(&version.definition)?.components();
        if named.iter().any(|component| !component.is_public && component.key == row.key) {
            users.push(format!("version {} of \"{}\"", version.version_number, version.name));
        }
    }
    Ok(users)
}
