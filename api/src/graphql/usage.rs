//! What is used: by days, and how much there is of what.

mod total;

use chrono::{Days, NaiveDate};
use entity::{
    InstanceId, InstanceUsageId, OrganizationUsageId, instance, instance_usage, organization_usage,
};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition};

use super::argument::text;
use super::builder::{Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::order::Order;
use super::{id, page};
use crate::ApiError;

impl page::Noun for instance_usage::Entity {
    type Id = InstanceUsageId;
    const ID: instance_usage::Column = instance_usage::Column::Id;

    fn id(row: &instance_usage::Model) -> InstanceUsageId {
        row.id
    }
}

impl page::Noun for organization_usage::Entity {
    type Id = OrganizationUsageId;
    const ID: organization_usage::Column = organization_usage::Column::Id;

    fn id(row: &organization_usage::Model) -> OrganizationUsageId {
        row.id
    }
}

const INSTANCE: &str = "InstanceDailyUsageMetrics";
const ORGANIZATION: &str = "OrgDailyUsageMetrics";

const DAY: &str = "The day in UTC: executions count on the day they end.";
const SUCCEEDED: &str = "How many executions succeeded, retries and replays included.";
const FAILED: &str = "How many executions failed, retries and replays included.";
const STEPS: &str = "How many steps ended in these executions.";
const SPEND: &str = "Memory that executions may use times how long they ran, in megabyte seconds.";
const ENABLED: &str = "For how many seconds it was deployed and not paused; counted every hour.";
const ALL_ENABLED: &str = "For how many seconds instances were deployed and not paused, all \
    together; counted every hour.";

fn of_instances() -> Listing<instance_usage::Entity> {
    use instance_usage::Column as C;
    Listing::new(INSTANCE)
        .filters([
            Filter::id::<InstanceId>("instance", C::InstanceId),
            on("snapshotDate", "Only those of this day.", |day| C::Day.eq(day).into_condition()),
            on("snapshotDate_Gte", "Only those of this day or later.", |day| {
                C::Day.gte(day).into_condition()
            }),
            on("snapshotDate_Lte", "Only those of this day or earlier.", |day| {
                C::Day.lte(day).into_condition()
            }),
        ])
        .orders([Order::number("SNAPSHOT_DATE", "The day.", C::Day)])
}

fn of_organizations() -> Listing<organization_usage::Entity> {
    use organization_usage::Column as C;
    Listing::new(ORGANIZATION)
        .filters([
            on("snapshotDate", "Only those of this day.", |day| C::Day.eq(day).into_condition()),
            on("snapshotDate_Gte", "Only those of this day or later.", |day| {
                C::Day.gte(day).into_condition()
            }),
            on("snapshotDate_Lte", "Only those of this day or earlier.", |day| {
                C::Day.lte(day).into_condition()
            }),
        ])
        .orders([Order::number("SNAPSHOT_DATE", "The day.", C::Day)])
}

pub fn register(registry: &mut Registry) {
    of_instances().register(registry);
    of_organizations().register(registry);
    registry.add(instance_day());
    registry.add(organization_day());
    registry.query(|query| {
        query
            .by_id::<instance_usage::Entity>(
                "instanceDailyUsageMetric",
                INSTANCE,
                "What an instance used on one day.",
            )
            .list(
                "instanceDailyUsageMetrics",
                "What the instances you may see used, day by day, until two minutes ago.",
                of_instances(),
            )
            .by_id::<organization_usage::Entity>(
                "orgDailyUsageMetric",
                ORGANIZATION,
                "What the organization used on one day.",
            )
            .list(
                "orgDailyUsageMetrics",
                "What the organization used, day by day, until two minutes ago.",
                of_organizations(),
            )
    });
    total::register(registry);
}

fn instance_day() -> Type<instance_usage::Model> {
    Type::<instance_usage::Model>::new(INSTANCE, "What an instance used on one day.")
        .id(|row| id::encode(row.id))
        .fixed()
        .field("snapshotDate", "Date!", DAY, |row| date(row.day))
        .field("successfulExecutionCount", "BigInt!", SUCCEEDED, |row| row.succeeded)
        .field("failedExecutionCount", "BigInt!", FAILED, |row| row.failed)
        .field("stepCount", "BigInt!", STEPS, |row| row.steps)
        .field("spendMbSecs", "BigInt!", SPEND, |row| seconds(row.mb_micros))
        .field("enabledSeconds", "BigInt!", ENABLED, |row| seconds(row.enabled_micros))
        .row::<instance::Entity>("instance", "Instance!", "The instance.", |row| {
            Some(row.instance_id)
        })
}

fn organization_day() -> Type<organization_usage::Model> {
    let about = "What all instances of the organization used on one day, also those deleted since.";
    Type::<organization_usage::Model>::new(ORGANIZATION, about)
        .id(|row| id::encode(row.id))
        .fixed()
        .field("snapshotDate", "Date!", DAY, |row| date(row.day))
        .field("successfulExecutionCount", "BigInt!", SUCCEEDED, |row| row.succeeded)
        .field("failedExecutionCount", "BigInt!", FAILED, |row| row.failed)
        .field("stepCount", "BigInt!", STEPS, |row| row.steps)
        .field("spendMbSecs", "BigInt!", SPEND, |row| seconds(row.mb_micros))
        .field("enabledSeconds", "BigInt!", ALL_ENABLED, |row| seconds(row.enabled_micros))
}

/// A filter on the day of a row.
fn on(
    name: &'static str,
    about: &'static str,
    rows: impl Fn(i32) -> Condition + Send + Sync + 'static,
) -> Filter {
    Filter::new((name, "Date", about), move |value| Ok(rows(day(name, &text(name, value)?)?)))
}

/// Days since 1970.
fn day(name: &str, text: &str) -> Result<i32, ApiError> {
    let day: NaiveDate =
        text.parse().map_err(|_| ApiError::problem(name, "must be a day like 2026-01-31"))?;
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).map_err(|_| ApiError::problem(name, "is too far away"))
}

fn date(day: i32) -> String {
    let days = Days::new(u64::try_from(day).unwrap_or_default());
    NaiveDate::default().checked_add_days(days).unwrap_or_default().to_string()
}

fn seconds(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}
