//! From events to deliveries.

use entity::delivery::TargetKind;
use entity::{Timestamp, WebhookEndpointId, delivery, event, webhook_endpoint};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{Target, host_of, new_row, open_targets};
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;
use crate::viewer::Viewer;

/// Events looked at in one round.
const EVENTS_MAX: u64 = 100;

/// Endpoints looked at by one statement.
const PAGE: u64 = 250;

/// Deliveries written in one transaction: other writers wait for no longer than it takes.
const ROWS_MAX: usize = 1_000;

/// Makes a delivery of each new event for each endpoint that wants to hear of it. Comes back with
/// how many events there were. May be cut off and begun again anywhere, by anybody.
pub async fn fan_out(env: &Env) -> Result<usize, Error> {
    let events = token::new_events(env, EVENTS_MAX).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let mut tx = env.db.begin().await?;
    let mut written = 0;
    for event in &events {
        let mut after = None;
        loop {
            let page = subscribers(&tx, event, after).await?;
            after = page.last().map(|(id, _)| *id);
            written += page.len();
            let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            write(env, &tx, event, page).await?;
            if is_last {
                mark(&tx, event, env.now()).await?;
            }
            if written >= ROWS_MAX {
                tx.commit().await?;
                (tx, written) = (env.db.begin().await?, 0);
            }
            if is_last {
                break;
            }
        }
    }
    tx.commit().await?;
    Ok(events.len())
}

/// An endpoint, and its URL.
type Subscriber = (WebhookEndpointId, String);

/// Endpoints that were there when it happened, in the order of their ids.
async fn subscribers(
    tx: &DatabaseTransaction,
    event: &event::Model,
    after: Option<WebhookEndpointId>,
) -> Result<Vec<Subscriber>, Error> {
    use webhook_endpoint::Column as C;
    let mut rows = Viewer::System(event.organization_id)
        .rows::<webhook_endpoint::Entity>()
        .filter(C::Enabled.eq(true))
        .filter(C::CreatedAt.lte(event.occurred_at))
        // Names of types have no character that means something to `LIKE`, but for the underscore:
        // the quotes around them leave it nothing else to match.
        .filter(C::EventTypes.like(format!("%\"{}\"%", event.event_type)));
    if let Some(after) = after {
        rows = rows.filter(C::Id.gt(after));
    }
    let rows = rows.order_by_asc(C::Id).limit(PAGE).select_only().columns([C::Id, C::Url]);
    Ok(rows.into_tuple().all(tx).await?)
}

async fn write(
    env: &Env,
    tx: &DatabaseTransaction,
    event: &event::Model,
    endpoints: Vec<Subscriber>,
) -> Result<(), Error> {
    if endpoints.is_empty() {
        return Ok(());
    }
    let organization = event.organization_id;
    let ids: Vec<_> = endpoints.iter().map(|(id, _)| id.0).collect();
    let open = open_targets(tx, organization, &ids).await?;
    let row = |(id, url): Subscriber| {
        let target = Target { organization, kind: TargetKind::WebhookEndpoint, id: id.0 };
        let row = new_row(env.now(), env.ids.next(), target, &event.event_type, &open);
        let row = delivery::Model { host: host_of(&url), event_id: Some(event.id), ..row };
        row.into_active_model().reset_all()
    };
    let once = OnConflict::columns([delivery::Column::EventId, delivery::Column::TargetId])
        .do_nothing()
        .to_owned();
    delivery::Entity::insert_many(endpoints.into_iter().map(row))
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn mark(tx: &DatabaseTransaction, event: &event::Model, now: Timestamp) -> Result<(), Error> {
    rows::update::<event::Entity>(event.organization_id)
        .col_expr(event::Column::FannedOutAt, now.into())
        .filter(event::Column::Id.eq(event.id))
        .exec(tx)
        .await?;
    Ok(())
}
