//! Monitors: what is watched, and under which conditions.

use entity::{
    AlertGroupId, AlertMonitorId, AlertWebhookId, CustomerId, FlowConfigId, InstanceId,
    OrganizationId, UserId, alert_event, alert_group, alert_monitor, alert_webhook, flow_config,
    instance, integration, user,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, PaginatorTrait};
use sea_orm::{IntoActiveModel, QueryFilter, Set};

use super::Trigger;
use super::condition::{self, Conditions, check_triggers};
use super::link::{Links, forget_one};
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slot, Slots, Subject};
use crate::input::Problems;
use crate::integration as integrations;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

/// Monitors of one instance, and those of an organization that watch no instance.
const MONITORS_MAX: u64 = 100;

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct MonitorInput {
    pub name: Option<String>,
    pub instance: Option<InstanceId>,
    pub flow_config: Option<FlowConfigId>,
    pub triggers: Option<Vec<Trigger>>,
    pub conditions: Conditions,
    pub groups: Option<Vec<AlertGroupId>>,
    pub users: Option<Vec<UserId>>,
    pub webhooks: Option<Vec<AlertWebhookId>>,
}

/// What a monitor watches.
#[derive(Clone, Copy)]
struct Place {
    organization: OrganizationId,
    customer: Option<CustomerId>,
    instance: Option<InstanceId>,
    flow_config: Option<FlowConfigId>,
}

pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: MonitorInput,
) -> Result<alert_monitor::Model, Error> {
    let tx = env.db.begin().await?;
    let organization = viewer.signed_in()?;
    let nowhere = Place { organization, customer: None, instance: None, flow_config: None };
    let place = place(&tx, viewer, nowhere, &input).await?;
    match place.instance {
        Some(id) => {
            let noun = Noun::AlertMonitor;
            viewer.permit_within::<instance::Entity>(&tx, noun, id).await?;
        }
        None => drop(viewer.permit_in_organization(&tx, Noun::AlertMonitor).await?),
    }
    limit(&tx, place).await?;
    let now = env.now();
    let blank = alert_monitor::Model {
        id: env.ids.next(),
        organization_id: organization,
        customer_id: None,
        instance_id: None,
        flow_config_id: None,
        name: String::new(),
        triggers: 0,
        duration_seconds: None,
        overdue_minutes: None,
        log_severity: None,
        triggered: false,
        last_triggered_at: None,
        notified_at: None,
        waiting_count: 0,
        notify_at: None,
        idle_since: None,
        overdue_at: None,
        revision: 0,
        created_at: now,
        updated_at: now,
    };
    let row = changed(env, blank, place, &input)?;
    let created = rows::insert::<alert_monitor::Entity>(&tx, row).await?;
    set_targets(&tx, viewer, &created, input).await?;
    tell(env, &tx, viewer, EventType::AlertMonitorCreated, &created).await?;
    tx.commit().await?;
    announce(env, &created).await?;
    Ok(created)
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: AlertMonitorId,
    input: MonitorInput,
) -> Result<alert_monitor::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_monitor::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.into_row();
    let before = Place {
        organization: row.organization_id,
        customer: row.customer_id,
        instance: row.instance_id,
        flow_config: row.flow_config_id,
    };
    let place = place(&tx, viewer, before, &input).await?;
    if place.instance != before.instance {
        limit(&tx, place).await?;
    }
    let old = row.clone();
    let row = changed(env, row, place, &input)?;
    let updated = row.into_active_model().reset_all().update(&tx).await?;
    let has_other_targets = set_targets(&tx, viewer, &updated, input).await?;
    if has_other_targets || !is_same(&old, &updated) {
        tell(env, &tx, viewer, EventType::AlertMonitorUpdated, &updated).await?;
    }
    tx.commit().await?;
    if let Some(left) = before.instance.filter(|left| place.instance != Some(*left)) {
        env.watches.refresh(env, left).await?;
    }
    announce(env, &updated).await?;
    Ok(updated)
}

/// Deletes a monitor with its events.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: AlertMonitorId,
) -> Result<alert_monitor::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_monitor::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    forget_one(&tx, row.organization_id, id).await?;
    rows::delete::<alert_event::Entity>(row.organization_id)
        .filter(alert_event::Column::MonitorId.eq(id))
        .exec(&tx)
        .await?;
    rows::delete::<alert_monitor::Entity>(row.organization_id)
        .filter(alert_monitor::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tell(env, &tx, viewer, EventType::AlertMonitorDeleted, &row).await?;
    tx.commit().await?;
    announce(env, &row).await?;
    Ok(row)
}

/// Tells that monitors go with their instances, in the transaction that removes those.
pub(crate) async fn go_with(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    instances: &[InstanceId],
) -> Result<(), Error> {
    let of = alert_monitor::Column::InstanceId.is_in(instances.iter().copied());
    let system = Viewer::System(viewer.signed_in()?);
    for row in system.rows::<alert_monitor::Entity>().filter(of).all(tx).await? {
        tell(env, tx, viewer, EventType::AlertMonitorDeleted, &row).await?;
    }
    Ok(())
}

/// Says that somebody has seen to it: the next occurrence is told at once.
pub async fn clear(
    env: &Env,
    viewer: &Viewer,
    id: AlertMonitorId,
) -> Result<alert_monitor::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_monitor::Entity>(&tx, Action::Modify, id).await?;
    let mut edit = permit.edit();
    edit.triggered = Set(false);
    edit.notified_at = Set(None);
    edit.waiting_count = Set(0);
    edit.notify_at = Set(None);
    let cleared = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(cleared)
}

/// What the input makes of the place.
async fn place(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    before: Place,
    input: &MonitorInput,
) -> Result<Place, Error> {
    let mut place = before;
    if let Some(id) = input.instance.filter(|id| before.instance != Some(*id)) {
        let row = viewer.find::<instance::Entity>(tx, id).await?;
        if row.is_system {
            return Err(Error::invalid("instance", "Test instances have no monitors."));
        }
        place.instance = Some(id);
        place.customer = Some(row.customer_id);
        // A flow belongs to one instance.
        place.flow_config = None;
    }
    let Some(id) = input.flow_config else { return Ok(place) };
    let config = viewer.find::<flow_config::Entity>(tx, id).await?;
    if place.instance != Some(config.instance_id) {
        return Err(Error::invalid("flowConfig", "This is not a flow of the instance."));
    }
    if is_preprocess(tx, &config).await? {
        let message = "The preprocess flow of a shared endpoint cannot be watched alone.";
        return Err(Error::invalid("flowConfig", message));
    }
    place.flow_config = Some(id);
    Ok(place)
}

async fn is_preprocess(
    tx: &DatabaseTransaction,
    config: &flow_config::Model,
) -> Result<bool, Error> {
    let system = Viewer::System(config.organization_id);
    let row = system.find::<instance::Entity>(tx, config.instance_id).await?;
    let version = system.find::<integration::Entity>(tx, row.integration_id).await?;
    let definition = integrations::definition(&version)?;
    let flow = definition.preprocess_flow_name.as_deref().and_then(|name| definition.flow(name));
    Ok(flow.is_some_and(|flow| flow.stable_key() == config.flow_key))
}

async fn limit(tx: &DatabaseTransaction, place: Place) -> Result<(), Error> {
    let rows = Viewer::System(place.organization).rows::<alert_monitor::Entity>();
    let column = alert_monitor::Column::InstanceId;
    let rows = match place.instance {
        Some(id) => rows.filter(column.eq(id)),
        None => rows.filter(column.is_null()),
    };
    if rows.count(tx).await? < MONITORS_MAX {
        return Ok(());
    }
    Err(Error::LimitReached(format!("an instance has at most {MONITORS_MAX} alert monitors")))
}

/// The monitor with the input put in.
fn changed(
    env: &Env,
    row: alert_monitor::Model,
    place: Place,
    input: &MonitorInput,
) -> Result<alert_monitor::Model, Error> {
    let mut problems = Problems::default();
    let name = match &input.name {
        Some(name) => problems.name("name", name),
        None if row.name.is_empty() => problems.name("name", ""),
        None => row.name,
    };
    let triggers = match &input.triggers {
        Some(list) => list.iter().fold(0, |all, trigger| all | trigger.bit()),
        None => row.triggers,
    };
    check_triggers(&mut problems, triggers, place.instance.is_some());
    let mut condition =
        |given, before, rule: &condition::Rule| rule.apply(&mut problems, triggers, given, before);
    let given = input.conditions;
    let duration_seconds =
        condition(given.duration_seconds, row.duration_seconds, &condition::DURATION);
    let overdue_minutes =
        condition(given.overdue_minutes, row.overdue_minutes, &condition::OVERDUE);
    let log_severity = condition(given.log_severity, row.log_severity, &condition::LOG);
    problems.finish()?;
    let now = env.now();
    let is_new = row.revision == 0;
    let moves = place.instance != row.instance_id;
    Ok(alert_monitor::Model {
        customer_id: place.customer,
        instance_id: place.instance,
        flow_config_id: place.flow_config,
        name,
        triggers,
        duration_seconds,
        overdue_minutes,
        log_severity,
        idle_since: if is_new || moves { Some(now) } else { row.idle_since },
        overdue_at: overdue_minutes.map(|_| now),
        revision: revision(env),
        updated_at: now,
        ..row
    })
}

/// A number that is never 0 and hardly ever the same.
fn revision(env: &Env) -> i32 {
    let bits = u32::try_from(env.ids.bits() & 0x7fff_ffff).unwrap_or(1);
    bits.max(1).cast_signed()
}

/// Returns whether others are told than before.
async fn set_targets(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    row: &alert_monitor::Model,
    input: MonitorInput,
) -> Result<bool, Error> {
    let links = Links { tx, viewer, organization: row.organization_id, owner: row.id.0 };
    let groups = links.replace::<alert_group::Entity>("groups", input.groups).await?;
    let users = links.replace::<user::Entity>("users", input.users).await?;
    let webhooks = links.replace::<alert_webhook::Entity>("webhooks", input.webhooks).await?;
    Ok(groups || users || webhooks)
}

/// Whether two states of a monitor watch for the same.
fn is_same(before: &alert_monitor::Model, after: &alert_monitor::Model) -> bool {
    let facts = |row: &alert_monitor::Model| {
        let place = (row.instance_id, row.flow_config_id, row.triggers);
        (row.name.clone(), place, row.duration_seconds, row.overdue_minutes, row.log_severity)
    };
    facts(before) == facts(after)
}

/// Writes an event that others may hear of.
async fn tell(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    row: &alert_monitor::Model,
) -> Result<(), Error> {
    let slots = match row.instance_id {
        Some(id) => {
            let system = Viewer::System(row.organization_id);
            event::of_instance(tx, &system.find::<instance::Entity>(tx, id).await?).await?
        }
        None => Slots::default(),
    };
    let slots = slots.with(Slot::AlertMonitor, subject(row));
    event::record(env, tx, viewer, event_type, slots).await
}

fn subject(row: &alert_monitor::Model) -> Subject {
    let triggers: Vec<_> = Trigger::of(row.triggers).map(Trigger::name).collect();
    Subject::new(row.id, &row.name, row.created_at, row.updated_at)
        .field("triggers", triggers)
        .field("duration_seconds_condition", row.duration_seconds)
        .field("execution_overdue_minutes_condition", row.overdue_minutes)
        .field("log_severity_level_condition", row.log_severity)
}

/// What runs hears of the change before its author does.
async fn announce(env: &Env, row: &alert_monitor::Model) -> Result<(), Error> {
    match row.instance_id {
        Some(instance) => env.watches.refresh(env, instance).await?,
        None => env.watches.reload(env).await?,
    }
    env.deliveries_arrived();
    env.alerts_arrived();
    Ok(())
}
