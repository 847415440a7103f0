//! What is due, and taking it.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, anyhow};
use entity::delivery::{State, TargetKind};
use entity::{
    DeliveryId, EventId, OrganizationId, Timestamp, delivery, delivery_target, event,
    webhook_endpoint,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::ladder::BREAKER_FAILURES;
use super::{Addressee, Content, Request, ended, place};
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;
use crate::viewer::Viewer;
use crate::webhook;

/// How long a claim is good for, in seconds: longer than any exchange takes.
const LEASE_SECONDS: i64 = 25;

/// Whoever claims deliveries. Each has a name of its own, under which nobody else writes results.
#[derive(Clone, Copy, Debug)]
pub struct Engine(pub(super) Uuid);

impl Engine {
    pub fn new(env: &Env) -> Self {
        Self(Uuid::from_u128(env.ids.bits()))
    }
}

/// A delivery whose time has come.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub row: delivery::Model,
    /// The target has failed so often that only one goes at a time, to see.
    pub is_probe: bool,
}

/// A delivery that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Due {
    pub row: delivery::Model,
    pub request: Request,
}

/// Who gets nothing more for now.
#[derive(Debug, Default)]
pub struct Except {
    pub targets: HashSet<Uuid>,
    pub hosts: HashSet<String>,
}

/// What is due, the longest first. The second answer is whether there may be more than `limit`.
pub async fn due(env: &Env, except: &Except, limit: u64) -> Result<(Vec<Waiting>, bool), Error> {
    let rows = token::due_deliveries(env, except, limit).await?;
    let may_be_more = u64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let mut waiting = Vec::with_capacity(rows.len());
    for (organization, rows) in by_organization(rows, |row| row.organization_id) {
        let broken = broken_targets(env, organization, &rows).await?;
        let row = |row: delivery::Model| Waiting { is_probe: broken.contains(&row.target_id), row };
        waiting.extend(rows.into_iter().map(row));
    }
    Ok((waiting, may_be_more))
}

async fn broken_targets(
    env: &Env,
    organization: OrganizationId,
    rows: &[delivery::Model],
) -> Result<HashSet<Uuid>, Error> {
    use delivery_target::Column as C;
    let targets: HashSet<_> = rows.iter().map(|row| row.target_id).collect();
    let broken = Viewer::System(organization)
        .rows::<delivery_target::Entity>()
        .filter(C::TargetId.is_in(targets))
        .filter(C::Failures.gte(BREAKER_FAILURES))
        .all(env.db.read())
        .await?;
    Ok(broken.into_iter().map(|row| row.target_id).collect())
}

/// Makes requests of deliveries. Ends what nobody waits for any more.
pub async fn prepare(env: &Env, waiting: Vec<Waiting>) -> Result<Vec<Due>, Error> {
    let mut due = Vec::with_capacity(waiting.len());
    let rows = waiting.into_iter().map(|waiting| waiting.row);
    for (organization, rows) in by_organization(rows, |row| row.organization_id) {
        prepare_some(env, organization, rows, &mut due).await?;
    }
    Ok(due)
}

pub(super) fn by_organization<T>(
    rows: impl IntoIterator<Item = T>,
    organization: impl Fn(&T) -> OrganizationId,
) -> HashMap<OrganizationId, Vec<T>> {
    let mut sorted: HashMap<_, Vec<T>> = HashMap::new();
    for row in rows {
        sorted.entry(organization(&row)).or_default().push(row);
    }
    sorted
}

/// What deliveries of one organization need to become requests.
struct Parts {
    endpoints: HashMap<Uuid, Addressee>,
    contents: HashMap<EventId, Content>,
}

async fn prepare_some(
    env: &Env,
    organization: OrganizationId,
    rows: Vec<delivery::Model>,
    due: &mut Vec<Due>,
) -> Result<(), Error> {
    let parts = Parts::load(env, organization, &rows).await?;
    let (mut orphans, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        match parts.request(env, &row).await {
            Ok(Some(request)) => due.push(Due { row, request }),
            Ok(None) => orphans.push(row.id),
            Err(error) => {
                tracing::error!(?error, delivery = %row.id.0, "a delivery cannot be prepared");
                unreadable.push(row.id);
            }
        }
    }
    end(env, organization, State::Canceled, orphans).await?;
    end(env, organization, State::Failed, unreadable).await
}

impl Parts {
    async fn load(
        env: &Env,
        organization: OrganizationId,
        rows: &[delivery::Model],
    ) -> Result<Self, Error> {
        let db = env.db.read();
        let system = Viewer::System(organization);
        let targets: HashSet<_> = rows.iter().map(|row| row.target_id).collect();
        let rows_of_endpoints = system
            .rows::<webhook_endpoint::Entity>()
            .filter(webhook_endpoint::Column::Id.is_in(targets))
            .filter(webhook_endpoint::Column::Enabled.eq(true))
            .all(db)
            .await?;
        let mut endpoints = HashMap::new();
        for row in rows_of_endpoints {
            endpoints.insert(row.id.0, webhook::addressee(env, db, &row).await?);
        }
        let ids: HashSet<_> = rows.iter().filter_map(|row| row.event_id).collect();
        let events =
            system.rows::<event::Entity>().filter(event::Column::Id.is_in(ids)).all(db).await?;
        let contents = events.iter().map(|row| Ok((row.id, Content::of_event(row)?)));
        Ok(Self { endpoints, contents: contents.collect::<Result<_, Error>>()? })
    }

    /// None if nobody waits for it any more.
    async fn request(&self, env: &Env, row: &delivery::Model) -> Result<Option<Request>, Error> {
        match row.target_kind {
            TargetKind::WebhookEndpoint => {
                let Some(endpoint) = self.endpoints.get(&row.target_id) else { return Ok(None) };
                let content = row.event_id.and_then(|id| self.contents.get(&id));
                let content = content.ok_or_else(|| anyhow!("its event is gone"))?;
                Ok(Some(content.to(endpoint, env.now())?))
            }
            TargetKind::AlertWebhook => {
                let sealed = row.sealed_message.as_ref().context("it has no message")?;
                let (db, place) = (env.db.read(), place(row.id));
                let plain = env.secrets.open(db, row.organization_id, place, sealed).await?;
                let message = serde_json::from_slice(&plain).context("reading a message")?;
                Ok(Some(Request::of_message(message)?))
            }
        }
    }
}

async fn end(
    env: &Env,
    organization: OrganizationId,
    state: State,
    ids: Vec<DeliveryId>,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let tx = env.db.begin().await?;
    rows::update::<delivery::Entity>(organization)
        .set(ended(state, env.now()))
        .filter(delivery::Column::Id.is_in(ids))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Takes deliveries for an engine; those that others took meanwhile are left out.
pub async fn claim(env: &Env, engine: Engine, due: Vec<Due>) -> Result<Vec<Due>, Error> {
    use delivery::Column as C;
    if due.is_empty() {
        return Ok(due);
    }
    let tx = env.db.begin().await?;
    let mut claimed = Vec::with_capacity(due.len());
    let now = env.now();
    for (organization, due) in by_organization(due, |due| due.row.organization_id) {
        let taken: HashSet<DeliveryId> = rows::update::<delivery::Entity>(organization)
            .col_expr(C::Lease, engine.0.into())
            .col_expr(C::NextAt, now.plus_seconds(LEASE_SECONDS).into())
            .filter(C::Id.is_in(due.iter().map(|due| due.row.id)))
            .filter(C::NextAt.lte(now))
            .exec_with_returning(&tx)
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        claimed.extend(due.into_iter().filter(|due| taken.contains(&due.row.id)));
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Frees what an earlier process of this machine had claimed. Only where there is no other.
pub async fn release(env: &Env) -> Result<(), Error> {
    use delivery::Column as C;
    let nobody: Option<Uuid> = None;
    let tx = env.db.begin().await?;
    for organization in token::organizations(env).await? {
        rows::update::<delivery::Entity>(organization)
            .col_expr(C::Lease, nobody.into())
            .col_expr(C::NextAt, env.now().into())
            .filter(C::Lease.is_not_null())
            .exec(&tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// When the next delivery is due; it may be already.
pub async fn next_due(env: &Env) -> Result<Option<Timestamp>, Error> {
    token::next_delivery(env).await
}
