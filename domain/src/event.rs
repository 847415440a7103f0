//! Events: what others may hear of.
//!
//! A change writes its event in its own transaction: there is no event without the change, and no
//! change without its event. Who hears of it is found out after the commit, see
//! [`crate::delivery`]. Call [`Env::deliveries_arrived`] when the transaction is committed, so that
//! nobody waits for the next look.

mod kind;
mod slots;

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use entity::integration::Variant;
use entity::{
    CustomerId, EventId, IntegrationId, OrganizationId, SequenceId, customer, event,
    event_sequence, instance, integration,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter,
};

use crate::delivery::Content;
use crate::env::Env;
use crate::error::Error;
use crate::integration::draft_of;
use crate::rows;
use crate::viewer::Viewer;

pub use kind::EventType;
pub(crate) use slots::time;
pub use slots::{Slot, Slots, Subject};

/// Writes an event of the viewer's organization in the transaction of the change.
pub async fn record(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    slots: Slots,
) -> Result<(), Error> {
    record_all(env, tx, viewer, vec![(event_type, slots)]).await
}

/// Writes events in the order given.
pub async fn record_all(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    events: Vec<(EventType, Slots)>,
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let organization_id = viewer.signed_in()?;
    let count = i64::try_from(events.len()).context("counting events")?;
    let newest = advance(tx, organization_id, count).await?;
    let now = env.now();
    let user = viewer.user();
    let row = |(sequence, (event_type, slots)): (i64, (EventType, Slots))| event::Model {
        id: env.ids.next::<EventId>(),
        organization_id,
        sequence,
        event_type: event_type.name().to_owned(),
        occurred_at: now,
        user_id: user.map(|user| user.id),
        user_email: user.map(|user| user.email.clone()),
        user_name: user.map(|user| user.name.clone()),
        slots: slots.to_json(),
        fanned_out_at: None,
    };
    let rows = (newest - count + 1..).zip(events).map(row).collect();
    Ok(rows::insert_all::<event::Entity>(tx, rows).await?)
}

/// Takes the next sequences. The counter stays locked until the commit, so that sequences show up
/// in their order: whoever has seen one has not missed any before it.
async fn advance(
    tx: &DatabaseTransaction,
    organization_id: OrganizationId,
    count: i64,
) -> Result<i64, DbErr> {
    use event_sequence::{Column, Entity, Model};
    let counted_up = Expr::col((Entity, Column::Newest)).add(count);
    let upsert =
        OnConflict::column(Column::OrganizationId).value(Column::Newest, counted_up).to_owned();
    let first = Model { organization_id, newest: count }.into_active_model().reset_all();
    let row = Entity::insert(first).on_conflict(upsert).exec_with_returning(tx).await?;
    Ok(row.newest)
}

/// Writes an event about an instance. Test instances are nobody's business.
pub(crate) async fn record_of_instance(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    row: &instance::Model,
) -> Result<(), Error> {
    record_of_instances(env, tx, viewer, event_type, std::slice::from_ref(row)).await
}

/// Writes an event about each of these instances, but for test instances.
pub(crate) async fn record_of_instances(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    instances: &[instance::Model],
) -> Result<(), Error> {
    let told = instances.iter().filter(|row| !row.is_system);
    let told = told.filter_map(|row| Some((row, event_type.of_variant(row.variant)?)));
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return Ok(());
    }
    let instances: Vec<_> = told.iter().map(|(row, _)| *row).collect();
    let context = Owners::load(tx, viewer.signed_in()?, &instances).await?;
    let events = told.iter().map(|(row, event)| (*event, context.slots(row))).collect();
    record_all(env, tx, viewer, events).await
}

/// The slots of an event about an instance, its customer and its integration.
pub async fn of_instance(db: &impl ConnectionTrait, row: &instance::Model) -> Result<Slots, Error> {
    Ok(Owners::load(db, row.organization_id, &[row]).await?.slots(row))
}

/// What instances belong to.
struct Owners {
    customers: HashMap<CustomerId, customer::Model>,
    integrations: HashMap<IntegrationId, integration::Model>,
    /// The drafts of those that are workflows.
    workflows: HashMap<SequenceId, integration::Model>,
}

impl Owners {
    /// Finds what is being removed too.
    async fn load(
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        instances: &[&instance::Model],
    ) -> Result<Self, Error> {
        let system = Viewer::System(organization);
        let ids: HashSet<_> = instances.iter().map(|row| row.customer_id).collect();
        let customers = system
            .rows::<customer::Entity>()
            .filter(customer::Column::Id.is_in(ids))
            .all(db)
            .await?;
        let ids: HashSet<_> = instances.iter().map(|row| row.integration_id).collect();
        let integrations = system
            .rows::<integration::Entity>()
            .filter(integration::Column::Id.is_in(ids))
            .all(db)
            .await?;
        let workflows = integrations.iter().filter(|row| row.variant == Variant::Workflow);
        let sequences: HashSet<_> = workflows.map(|row| row.sequence_id).collect();
        let drafts = if sequences.is_empty() {
            Vec::new()
        } else {
            let drafts = system.rows::<integration::Entity>();
            let drafts = drafts.filter(integration::Column::SequenceId.is_in(sequences));
            drafts.filter(integration::Column::IsDraft.eq(true)).all(db).await?
        };
        Ok(Self {
            workflows: drafts.into_iter().map(|row| (row.sequence_id, row)).collect(),
            customers: customers.into_iter().map(|row| (row.id, row)).collect(),
            integrations: integrations.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    fn slots(&self, row: &instance::Model) -> Slots {
        let mut slots = Slots::default().with_instance(row);
        if let Some(customer) = self.customers.get(&row.customer_id) {
            slots = slots.with_customer(customer);
        }
        if let Some(integration) = self.integrations.get(&row.integration_id) {
            slots = match self.workflows.get(&integration.sequence_id) {
                Some(draft) => slots.with_workflow(draft),
                None => slots.with_integration(integration),
            };
        }
        slots
    }
}

/// Writes that an integration has changed, if it has. Whether it differs from what was published
/// follows from that, or from nothing but publishing.
pub(crate) async fn record_integration_update(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    before: &integration::Model,
    after: &integration::Model,
) -> Result<(), Error> {
    let otherwise_same = integration::Model {
        has_unpublished_changes: after.has_unpublished_changes,
        updated_at: after.updated_at,
        ..before.clone()
    };
    if *after == otherwise_same {
        return Ok(());
    }
    record_of_integration(env, tx, viewer, EventType::IntegrationUpdated, after).await
}

/// Writes an event about an integration or a workflow, as it is by now.
pub(crate) async fn record_of_integration(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    row: &integration::Model,
) -> Result<(), Error> {
    let Some(event_type) = event_type.of_variant(row.variant) else { return Ok(()) };
    let slots = of_integration(tx, row).await?;
    record(env, tx, viewer, event_type, slots).await
}

/// The slots of an event about an integration, its owner and what it was forked from.
async fn of_integration(
    db: &impl ConnectionTrait,
    row: &integration::Model,
) -> Result<Slots, Error> {
    let system = Viewer::System(row.organization_id);
    let mut slots = match row.variant {
        Variant::Integration => Slots::default().with_integration(row),
        Variant::Workflow => Slots::default().with_workflow(&draft_of(db, row).await?),
    };
    if let Some(id) = row.customer_id {
        slots = slots.with_customer(&system.find::<customer::Entity>(db, id).await?);
    }
    if let Some(id) = row.parent_id {
        let parents = system.rows::<integration::Entity>();
        let parent = parents.filter(integration::Column::Id.eq(id)).one(db).await?;
        if let Some(parent) = parent {
            slots = slots.with_parent_integration(&parent);
        }
    }
    Ok(slots)
}

/// What endpoints are told of an event, but for their own id: JSON text.
pub fn body(row: &event::Model) -> Result<String, Error> {
    Ok(serde_json::Value::Object(Content::of_event(row)?.body).to_string())
}
