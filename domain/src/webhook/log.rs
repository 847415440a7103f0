//! Sending again what was sent before.

use entity::delivery::{State, TargetKind};
use entity::{DeliveryId, Timestamp, WebhookEndpointId, delivery, webhook_endpoint};
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, Set};

use crate::env::Env;
use crate::error::Error;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// Sends one delivery again, whatever came of it, with all its attempts before it.
pub async fn resend(env: &Env, viewer: &Viewer, id: DeliveryId) -> Result<delivery::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<delivery::Entity>(&tx, Action::Run, id).await?;
    if permit.row().target_kind == TargetKind::WebhookEndpoint {
        let endpoint = permit.row().target_id.into();
        require_enabled(&viewer.find::<webhook_endpoint::Entity>(&tx, endpoint).await?)?;
    }
    if permit.row().ended_at.is_none() {
        return Err(Error::invalid("id", "This has not come to its end yet."));
    }
    let edit = permit.edit();
    let again = delivery::ActiveModel { id: edit.id, ..waiting(env.now()) }.update(&tx).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(again)
}

/// Sends everything again that was made since then and did not arrive.
pub async fn resend_failed(
    env: &Env,
    viewer: &Viewer,
    id: WebhookEndpointId,
    since: Timestamp,
) -> Result<webhook_endpoint::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<webhook_endpoint::Entity>(&tx, Action::Run, id).await?;
    let row = permit.into_row();
    require_enabled(&row)?;
    rows::update::<delivery::Entity>(row.organization_id)
        .set(waiting(env.now()))
        .filter(delivery::Column::TargetId.eq(id.0))
        .filter(delivery::Column::CreatedAt.gte(since))
        .filter(delivery::Column::State.is_in([State::Failed, State::Canceled]))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}

fn waiting(now: Timestamp) -> delivery::ActiveModel {
    delivery::ActiveModel {
        state: Set(State::Waiting),
        step: Set(0),
        next_at: Set(Some(now)),
        ended_at: Set(None),
        ..Default::default()
    }
}

fn require_enabled(row: &webhook_endpoint::Model) -> Result<(), Error> {
    if row.enabled {
        return Ok(());
    }
    Err(Error::invalid("id", "The endpoint is switched off: enable it first."))
}
