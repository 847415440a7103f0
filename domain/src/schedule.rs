//! Schedules: what deployments make of them, and what their slots start.

use entity::execution::InvokeType;
use entity::{Timestamp, execution, instance, integration_flow, log, schedule};
use flow::definition::{Choice, Schedule, ScheduleTime, ScheduleType};
use flow::schedule::{MISSED_COUNT_MAX, Recurrence, Timing};
use flow::{Definition, Map, Value};
use jobs::schedule::{Due, Firing};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction};
use sea_orm::{IntoActiveModel, QueryFilter, Set};

use crate::env::Env;
use crate::error::Error;
use crate::execution::{Request, Start, scheduled};
use crate::instance::configs_of;
use crate::integration::flows_of;
use crate::rows;
use crate::viewer::Viewer;

/// A slot that comes later than this after its time, as after an outage, starts nothing.
pub const LATE_SECONDS_MAX: i64 = 60 * 60;

/// From this delay on, the log of the execution tells of it.
const LATE_SECONDS_SHOWN: i64 = 60;

/// Makes the schedules of an instance those of its new deployment.
pub(crate) async fn register(
    env: &Env,
    tx: &DatabaseTransaction,
    deployed: &instance::Model,
    definition: &Definition,
    config_vars: &Map,
) -> Result<(), Error> {
    let Some(deployment_id) = deployed.deployment_id else { return Ok(()) };
    let old = schedules_of(tx, deployed).await?;
    let flows = flows_of(tx, deployed.organization_id, deployed.integration_id).await?;
    let configs = configs_of(tx, deployed).await?;
    let mut new = Vec::new();
    for flow in &definition.flows {
        let Some(schedule) = flow.trigger().and_then(|step| step.schedule.as_ref()) else {
            continue;
        };
        let (cron, time_zone) = match timing(schedule, config_vars) {
            Ok(Some(timing)) => timing,
            Ok(None) => continue,
            Err(message) => {
                let message = format!("Flow {}: {message}.", flow.name);
                return Err(Error::invalid("configVariables", message));
            }
        };
        let key = flow.stable_key.as_ref().unwrap_or(&flow.name);
        let config = configs.iter().find(|config| config.flow_key == *key);
        let is_flow = |row: &&integration_flow::Model| row.stable_key == *key;
        let (Some(config), Some(flow)) = (config, flows.iter().find(is_flow)) else { continue };
        let mut row = schedule::Model {
            flow_config_id: config.id,
            organization_id: deployed.organization_id,
            customer_id: deployed.customer_id,
            instance_id: deployed.id,
            integration_id: deployed.integration_id,
            flow_id: flow.id,
            deployment_id,
            cron,
            time_zone,
            delay_seconds: 0,
            next_at: None,
            last_at: None,
        };
        // A schedule goes on where it was; what comes once, comes once for each deployment.
        if !row.cron.is_empty() {
            let before = old.iter().find(|old| old.flow_config_id == config.id);
            row.last_at = before.and_then(|before| before.last_at);
        }
        row.delay_seconds = delay_seconds(&row, env.schedule_jitter_seconds);
        row.next_at = if deployed.enabled { next_start(&row, env.now()) } else { None };
        new.push(row);
    }
    rows::delete::<schedule::Entity>(deployed.organization_id)
        .filter(schedule::Column::InstanceId.eq(deployed.id))
        .exec(tx)
        .await?;
    Ok(rows::insert_all::<schedule::Entity>(tx, new).await?)
}

/// Stops the schedules of a paused instance, or lets them go on from now. What would have come in
/// between is not made up for.
pub(crate) async fn set_enabled(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    enabled: bool,
) -> Result<(), Error> {
    for schedule in schedules_of(tx, row).await? {
        let next = if enabled { next_start(&schedule, env.now()) } else { None };
        let mut edit = schedule.into_active_model();
        edit.next_at = Set(next);
        edit.update(tx).await?;
    }
    Ok(())
}

/// What becomes of a schedule that is due.
pub fn decide(env: &Env, due: &Due) -> Result<Firing, Error> {
    let row = &due.schedule;
    let delay = i64::from(row.delay_seconds);
    let now = env.now().plus_seconds(-delay);
    let slot = row.next_at.map_or(now, |next| next.plus_seconds(-delay));
    let (last_at, earlier, next_at) = match recurrence(row) {
        Some(recurrence) => {
            let missed = recurrence.missed(slot.to_datetime(), now.to_datetime());
            let next = missed.next.map(|next| Timestamp::from(next).plus_seconds(delay));
            (missed.last.into(), missed.earlier, next)
        }
        None => (slot, 0, None),
    };
    let late_seconds = (now.0 - last_at.0) / 1_000_000;
    // What comes once is owed, however late.
    if late_seconds >= LATE_SECONDS_MAX && !row.cron.is_empty() {
        return Ok(Firing { last_at, next_at, execution: None, line: None, skipped: earlier + 1 });
    }
    let execution = start(env, due)?;
    let is_shown = earlier > 0 || late_seconds >= LATE_SECONDS_SHOWN;
    let line = is_shown.then(|| line(env, &execution, lateness(last_at, late_seconds, earlier)));
    Ok(Firing { last_at, next_at, execution: Some(execution), line, skipped: earlier })
}

/// Where a slot becomes an execution.
fn start(env: &Env, due: &Due) -> Result<execution::Model, Error> {
    let start = Start {
        invoke_type: InvokeType::Scheduled,
        is_test: false,
        is_synchronous: false,
        request: Request::default(),
    };
    scheduled(env, &due.schedule, &due.webhook_id, start)
}

fn lateness(slot: Timestamp, late_seconds: i64, earlier: usize) -> String {
    let more = if earlier >= MISSED_COUNT_MAX { " or more" } else { "" };
    let earlier = match earlier {
        0 => String::new(),
        _ => format!("; {earlier}{more} earlier ones were skipped"),
    };
    let slot = slot.to_datetime().format("%Y-%m-%d %H:%M");
    format!("Scheduled for {slot} UTC, started {late_seconds} s later{earlier}")
}

fn line(env: &Env, execution: &execution::Model, message: String) -> log::Model {
    log::Model {
        id: env.ids.at(execution.started_at),
        organization_id: execution.organization_id,
        customer_id: Some(execution.customer_id),
        instance_id: Some(execution.instance_id),
        integration_id: Some(execution.integration_id),
        flow_config_id: Some(execution.flow_config_id),
        execution_id: Some(execution.id),
        is_test: execution.is_test,
        timestamp: execution.started_at,
        severity: log::Severity::Warn,
        message,
        step_name: None,
        loop_path: String::new(),
        kind: None,
        owner_id: None,
        variable_key: None,
    }
}

/// The expression, empty for once, and the zone; `None` of a schedule that never comes.
fn timing(schedule: &Schedule, config_vars: &Map) -> Result<Option<(String, String)>, String> {
    let (kind, cron, zone) = match &schedule.time {
        ScheduleTime::Cron(cron) => (schedule.kind, cron.clone(), schedule.time_zone.clone()),
        ScheduleTime::ConfigVar(key) => {
            let field = |name: &str| {
                let value = config_vars.get(key.as_str()).and_then(|value| value.get(name));
                value.map(Value::to_text).unwrap_or_default()
            };
            let kind = ScheduleType::named(&field("schedule_type"));
            let cron = field("value");
            // Deployed by force, without saying when.
            let is_open = cron.trim().is_empty() && kind != Some(ScheduleType::Once);
            let kind = if is_open { Some(ScheduleType::None) } else { kind };
            (kind, cron, field("time_zone"))
        }
    };
    Ok(match Timing::read(kind, &cron, &zone)? {
        Timing::Never => None,
        Timing::Once => Some((String::new(), zone)),
        Timing::Recurring(_) => Some((cron, zone)),
    })
}

/// When a schedule starts something next, as it was registered.
fn next_start(row: &schedule::Model, now: Timestamp) -> Option<Timestamp> {
    if row.cron.is_empty() {
        return if row.last_at.is_none() { Some(now) } else { None };
    }
    let delay = i64::from(row.delay_seconds);
    let now = now.plus_seconds(-delay);
    let after = row.last_at.map_or(now, |last| last.max(now));
    let slot = recurrence(row)?.next_after(after.to_datetime())?;
    Some(Timestamp::from(slot).plus_seconds(delay))
}

/// A moment of its own for each schedule, the same for all of its deployments.
fn delay_seconds(row: &schedule::Model, jitter_seconds: u32) -> i32 {
    if row.cron.is_empty() || jitter_seconds == 0 {
        return 0;
    }
    // Multiplying by the golden ratio spreads ids that lie close together.
    let (_, id) = row.flow_config_id.0.as_u64_pair();
    let spread = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let share = (spread * u64::from(jitter_seconds)) >> 32;
    i32::try_from(share).unwrap_or_default()
}

/// The row of a schedule as it should be, where it is not: as after the rules of a time zone, or
/// the setting for delays, have changed.
pub fn correction(env: &Env, row: &schedule::Model, enabled: bool) -> Option<schedule::Model> {
    let now = env.now();
    let is_due = row.next_at.is_some_and(|next| next <= now);
    if enabled && is_due {
        return None;
    }
    let delay_seconds = delay_seconds(row, env.schedule_jitter_seconds);
    let mut expected = schedule::Model { delay_seconds, ..row.clone() };
    expected.next_at = if enabled { next_start(&expected, now) } else { None };
    (expected.next_at != row.next_at).then_some(expected)
}

/// `None` of what comes once.
fn recurrence(row: &schedule::Model) -> Option<Recurrence> {
    match Timing::read(Some(ScheduleType::Custom), &row.cron, &row.time_zone) {
        Ok(Timing::Recurring(recurrence)) => Some(recurrence),
        _ => None,
    }
}

async fn schedules_of(
    db: &impl ConnectionTrait,
    row: &instance::Model,
) -> Result<Vec<schedule::Model>, Error> {
    let schedules = Viewer::System(row.organization_id)
        .rows::<schedule::Entity>()
        .filter(schedule::Column::InstanceId.eq(row.id));
    Ok(schedules.all(db).await?)
}

#[cfg(test)]
mod tests {
    use entity::{FlowConfigId, Ids, ManualClock};

    use super::*;
    use crate::testing::World;

    /// A schedule of ten to every hour.
    fn hourly(world: &World, id: FlowConfigId) -> schedule::Model {
        let ids = &world.env.ids;
        schedule::Model {
            flow_config_id: id,
            organization_id: ids.next(),
            customer_id: ids.next(),
            instance_id: ids.next(),
            integration_id: ids.next(),
            flow_id: ids.next(),
            deployment_id: ids.next(),
            cron: "50 * * * *".to_owned(),
            time_zone: String::new(),
            delay_seconds: 0,
            next_at: None,
            last_at: None,
        }
    }

    #[tokio::test]
    async fn delays_spread_starts_and_stay_the_same() {
        let mut world = World::new().await;
        world.env.schedule_jitter_seconds = 600;
        let ids = Ids::seeded(world.clock.clone(), 7);
        let mut minutes = [0; 10];
        for _ in 0..500 {
            let row = hourly(&world, ids.next());
            let row = correction(&world.env, &row, true).unwrap();
            minutes[usize::try_from(row.delay_seconds / 60).unwrap()] += 1;
            let next = row.next_at.unwrap();
            let slot = next.plus_seconds(-i64::from(row.delay_seconds)).to_datetime();
            assert_eq!(slot.format("%M:%S").to_string(), "50:00");
            assert_eq!(correction(&world.env, &row, true), None);

            let clock = ManualClock::starting_at(next);
            world.env.clock = std::sync::Arc::new(clock);
            let due = Due { schedule: row.clone(), webhook_id: String::new(), is_singleton: false };
            let fired = decide(&world.env, &due).unwrap();
            assert_eq!((fired.last_at, fired.skipped), (slot.into(), 0));
            assert_eq!(fired.next_at, Some(next.plus_seconds(60 * 60)));
            assert!(fired.execution.is_some() && fired.line.is_none());
            world.env.clock = world.clock.clone();
        }
        assert!(minutes.iter().all(|count| (25..100).contains(count)), "{minutes:?}");
    }

    #[tokio::test]
    async fn what_a_paused_instance_would_start_is_corrected() {
        let world = World::new().await;
        let row = hourly(&world, world.env.ids.next());
        let enabled = correction(&world.env, &row, true).unwrap();
        assert_eq!(correction(&world.env, &row, false), None);
        assert_eq!(correction(&world.env, &enabled, false), Some(row.clone()));
        // What is due is about to be started.
        let due = schedule::Model { next_at: Some(world.env.now()), ..row };
        assert_eq!(correction(&world.env, &due, true), None);
    }
}
