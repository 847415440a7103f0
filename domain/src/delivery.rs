//! Deliveries: messages to URLs outside, sent until they arrive or are given up.
//!
//! There are two kinds. What tells of an event is made after the change was committed, one for each
//! endpoint that wants to hear of it ([`fan_out()`]); its body is put together when it is sent. Any
//! other message is in its row ([`enqueue`]). From there on all are the same: whoever sends claims
//! what is due ([`due`], [`prepare`], [`claim()`]), sends ([`Request::send`]), and writes what came of it
//! ([`report()`]). Nothing is lost when it dies in between: a claim that nobody answers for runs out.

mod claim;
mod fan_out;
mod ladder;
mod purge;
mod report;
mod request;

use std::collections::HashMap;

use anyhow::Context;
use entity::delivery::{State, TargetKind};
use entity::{DeliveryId, OrganizationId, Timestamp, delivery, delivery_target};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

pub use claim::{Due, Engine, Except, Waiting, claim, due, next_due, prepare, release};
pub use fan_out::fan_out;
pub use ladder::{ATTEMPTS_MAX, RETRY_AFTER_SECONDS_MAX};
pub use purge::{EVENT_DAYS_MAX, LOG_DAYS_MAX, purge};
pub use report::{Outcome, report};
use request::host_of;
pub(crate) use request::{Addressee, Content, is_reserved};
pub use request::{Answer, RESPONSE_BYTES_MAX, Request};

/// A message that is ready to be sent.
#[derive(Clone, Deserialize, Serialize)]
pub struct Message {
    pub url: String,
    /// Without a content type it is sent as JSON.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl std::fmt::Debug for Message {
    /// URLs and headers can be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Message").finish_non_exhaustive()
    }
}

/// Whom a message goes to. What one target does delays no other.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub organization: OrganizationId,
    pub kind: TargetKind,
    pub id: Uuid,
}

/// Sends a message when the transaction is committed, and again until it arrives. `subject` is what
/// people see of it. Call [`Env::deliveries_arrived`] after the commit.
pub async fn enqueue(
    env: &Env,
    tx: &DatabaseTransaction,
    target: Target,
    subject: &str,
    message: &Message,
) -> Result<DeliveryId, Error> {
    let id: DeliveryId = env.ids.next();
    let plain = serde_json::to_vec(message).context("writing a message")?;
    let sealed = env.secrets.seal(tx, target.organization, place(id), &plain).await?;
    let open = open_targets(tx, target.organization, &[target.id]).await?;
    let row = delivery::Model {
        host: host_of(&message.url),
        sealed_message: Some(sealed),
        ..new_row(env.now(), id, target, subject, &open)
    };
    rows::insert::<delivery::Entity>(tx, row).await?;
    Ok(id)
}

/// Ends what waits for a target that is gone or switched off.
pub async fn cancel(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    target: Uuid,
) -> Result<(), Error> {
    use delivery::Column as C;
    rows::update::<delivery::Entity>(organization)
        .set(ended(State::Canceled, env.now()))
        .filter(C::TargetId.eq(target))
        .filter(C::NextAt.is_not_null())
        .exec(tx)
        .await?;
    forget_failures(tx, organization, [target]).await
}

/// Whatever happened to a target before no longer counts.
pub(crate) async fn forget_failures(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    targets: impl IntoIterator<Item = Uuid>,
) -> Result<(), Error> {
    rows::delete::<delivery_target::Entity>(organization)
        .filter(delivery_target::Column::TargetId.is_in(targets))
        .exec(db)
        .await?;
    Ok(())
}

fn ended(state: State, now: Timestamp) -> delivery::ActiveModel {
    use sea_orm::Set;
    delivery::ActiveModel {
        state: Set(state),
        next_at: Set(None),
        lease: Set(None),
        ended_at: Set(Some(now)),
        ..Default::default()
    }
}

fn place(id: DeliveryId) -> Place {
    Place::new("delivery.sealed_message", id)
}

/// Targets to which nothing is sent for now, and until when.
type OpenTargets = HashMap<Uuid, Timestamp>;

async fn open_targets(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    targets: &[Uuid],
) -> Result<OpenTargets, Error> {
    let rows = Viewer::System(organization)
        .rows::<delivery_target::Entity>()
        .filter(delivery_target::Column::TargetId.is_in(targets.iter().copied()))
        .filter(delivery_target::Column::OpenUntil.is_not_null())
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.target_id, row.open_until?))).collect())
}

fn new_row(
    now: Timestamp,
    id: DeliveryId,
    target: Target,
    subject: &str,
    open: &OpenTargets,
) -> delivery::Model {
    let open_until = open.get(&target.id).copied();
    delivery::Model {
        id,
        organization_id: target.organization,
        target_kind: target.kind,
        target_id: target.id,
        host: String::new(),
        event_id: None,
        subject: subject.to_owned(),
        sealed_message: None,
        state: State::Waiting,
        attempts: 0,
        step: 0,
        next_at: Some(open_until.map_or(now, |until| until.max(now))),
        lease: None,
        created_at: now,
        ended_at: None,
    }
}
