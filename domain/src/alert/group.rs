//! Groups: people and webhooks who are told together.

use entity::{AlertGroupId, AlertWebhookId, UserId, alert_group, alert_webhook, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, PaginatorTrait};
use sea_orm::{QueryFilter, Set};

use super::link::{Links, forget_one};
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slot, Slots, Subject};
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

/// Groups of one organization.
const GROUPS_MAX: u64 = 1_000;

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct GroupInput {
    pub name: Option<String>,
    pub users: Option<Vec<UserId>>,
    pub webhooks: Option<Vec<AlertWebhookId>>,
}

pub async fn create_group(
    env: &Env,
    viewer: &Viewer,
    input: GroupInput,
) -> Result<alert_group::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::AlertGroup).await?;
    let organization = permit.row().id;
    let mut problems = Problems::default();
    let name = problems.name("name", input.name.as_deref().unwrap_or_default());
    problems.finish()?;
    let known = Viewer::System(organization).rows::<alert_group::Entity>().count(&tx).await?;
    if known >= GROUPS_MAX {
        let limit = format!("an organization has at most {GROUPS_MAX} alert groups");
        return Err(Error::LimitReached(limit));
    }
    let now = env.now();
    let row = alert_group::Model {
        id: env.ids.next(),
        organization_id: organization,
        name,
        created_at: now,
        updated_at: now,
    };
    let created = rows::insert::<alert_group::Entity>(&tx, row).await?;
    set_members(&tx, viewer, &created, input).await?;
    event::record(env, &tx, viewer, EventType::AlertGroupCreated, slots(&created)).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(created)
}

pub async fn update_group(
    env: &Env,
    viewer: &Viewer,
    id: AlertGroupId,
    input: GroupInput,
) -> Result<alert_group::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_group::Entity>(&tx, Action::Modify, id).await?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    problems.finish()?;
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    let has_other_members = set_members(&tx, viewer, &updated, input).await?;
    if has_other_members || updated.name != permit.row().name {
        event::record(env, &tx, viewer, EventType::AlertGroupUpdated, slots(&updated)).await?;
    }
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(updated)
}

/// Deletes a group. Monitors that told it tell the others.
pub async fn delete_group(
    env: &Env,
    viewer: &Viewer,
    id: AlertGroupId,
) -> Result<alert_group::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_group::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    forget_one(&tx, row.organization_id, id).await?;
    rows::delete::<alert_group::Entity>(row.organization_id)
        .filter(alert_group::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    event::record(env, &tx, viewer, EventType::AlertGroupDeleted, slots(&row)).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}

/// Returns whether the members are others than before.
async fn set_members(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &alert_group::Model,
    input: GroupInput,
) -> Result<bool, Error> {
    let links = Links { tx, viewer, organization: row.organization_id, owner: row.id.0 };
    let users = links.replace::<user::Entity>("users", input.users).await?;
    let webhooks = links.replace::<alert_webhook::Entity>("webhooks", input.webhooks).await?;
    Ok(users || webhooks)
}

fn slots(row: &alert_group::Model) -> Slots {
    let subject = Subject::new(row.id, &row.name, row.created_at, row.updated_at);
    Slots::of(Slot::AlertGroup, subject)
}
