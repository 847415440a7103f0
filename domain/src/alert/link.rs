//! Who monitors and groups tell.

use entity::{Id, OrganizationId, alert_link};
use sea_orm::sea_query::{IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::error::Error;
use crate::input::Problems;
use crate::rows;
use crate::viewer::{Governed, Viewer};

/// Groups, users or webhooks of one monitor or group.
const TARGETS_MAX: usize = 200;

/// The list of one kind of target of an owner.
pub(super) struct Links<'a> {
    pub tx: &'a DatabaseTransaction,
    pub viewer: &'a Viewer,
    pub organization: OrganizationId,
    pub owner: Uuid,
}

impl Links<'_> {
    /// Makes this the list, as far as the viewer sees what is on it. `None` leaves it as it is.
    /// Returns whether it was another one.
    pub async fn replace<E: Governed<Id: Id>>(
        &self,
        field: &str,
        ids: Option<Vec<E::Id>>,
    ) -> Result<bool, Error> {
        let Some(ids) = ids else { return Ok(false) };
        let mut wanted: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut problems = Problems::default();
        if wanted.len() > TARGETS_MAX {
            problems.add(field, format!("There are more than {TARGETS_MAX}."));
        }
        problems.finish()?;
        let visible = || self.viewer.rows::<E>().select_only().column(E::ID);
        let known: Vec<Uuid> =
            visible().filter(E::ID.is_in(wanted.iter().copied())).into_tuple().all(self.tx).await?;
        if known.len() < wanted.len() {
            return Err(Error::NotFound(E::KIND));
        }
        let listed = || {
            let seen = alert_link::Column::TargetId.in_subquery(visible().into_query());
            alert_link::Column::OwnerId.eq(self.owner).into_condition().add(seen)
        };
        let mut before: Vec<Uuid> = Viewer::System(self.organization)
            .rows::<alert_link::Entity>()
            .filter(listed())
            .select_only()
            .column(alert_link::Column::TargetId)
            .into_tuple()
            .all(self.tx)
            .await?;
        before.sort_unstable();
        if before == wanted {
            return Ok(false);
        }
        let old = rows::delete::<alert_link::Entity>(self.organization);
        old.filter(listed()).exec(self.tx).await?;
        let link = |target| alert_link::Model {
            owner_id: self.owner,
            target_id: target,
            organization_id: self.organization,
        };
        let links = wanted.into_iter().map(link).collect();
        rows::insert_all::<alert_link::Entity>(self.tx, links).await?;
        Ok(true)
    }
}

/// Nobody tells these any more, and they tell nobody.
pub(crate) async fn forget(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    of: impl Fn() -> SelectStatement,
) -> Result<(), Error> {
    let owns = alert_link::Column::OwnerId.in_subquery(of()).into_condition();
    let is_owned = alert_link::Column::TargetId.in_subquery(of());
    rows::delete::<alert_link::Entity>(organization)
        .filter(Condition::any().add(owns).add(is_owned))
        .exec(tx)
        .await?;
    Ok(())
}

/// As [`forget`], for one of them.
pub(crate) async fn forget_one(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    id: impl Into<Uuid>,
) -> Result<(), Error> {
    let id = id.into();
    let either = Condition::any()
        .add(alert_link::Column::OwnerId.eq(id))
        .add(alert_link::Column::TargetId.eq(id));
    rows::delete::<alert_link::Entity>(organization).filter(either).exec(tx).await?;
    Ok(())
}

/// The ids of what a monitor or group tells.
pub fn targets_of(owner: Uuid) -> SelectStatement {
    Query::select()
        .column(alert_link::Column::TargetId)
        .from(alert_link::Entity)
        .and_where(alert_link::Column::OwnerId.eq(owner))
        .take()
}
