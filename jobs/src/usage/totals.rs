//! How much there is, of everybody: one row for each day, counted again during the day.

use entity::{Db, Ids, Timestamp, customer_total, organization_total};
use sea_orm::{DbErr, QueryResult};

use super::DAY_MICROS;
use crate::rows;

const USERS: &str = "(SELECT COUNT(*) FROM \"user\" WHERE \"user\".{key} = owner.id)";

const INSTANCES: &str = "(SELECT COUNT({what}) FROM \"instance\" JOIN \"integration\" \
    ON \"integration\".id = \"instance\".integration_id WHERE \"instance\".{key} = owner.id \
    AND deployment_id IS NOT NULL AND NOT is_system AND \"instance\".variant = 'INTEGRATION' \
    AND \"instance\".removed_at IS NULL)";

const CUSTOMERS: &str = "(SELECT COUNT(*) FROM \"customer\" WHERE organization_id = owner.id \
    AND NOT is_system AND removed_at IS NULL)";

const INTEGRATIONS: &str = "(SELECT COUNT(*) FROM \"integration\" WHERE \
    organization_id = owner.id AND variant = 'INTEGRATION' AND is_draft AND removed_at IS NULL)";

const WORKFLOWS: &str = "(SELECT COUNT(*) FROM \"integration\" WHERE customer_id = owner.id \
    AND variant = 'WORKFLOW' AND is_draft AND removed_at IS NULL)";

const ENABLED_WORKFLOWS: &str = "(SELECT COUNT(*) FROM \"instance\" WHERE customer_id = owner.id \
    AND variant = 'WORKFLOW' AND NOT is_system AND enabled AND removed_at IS NULL)";

const SET_ORGANIZATION: &str = "ON CONFLICT (organization_id, day) DO UPDATE SET \
    counted_at = excluded.counted_at, customers = excluded.customers, users = excluded.users, \
    integrations = excluded.integrations, deployed_instances = excluded.deployed_instances, \
    deployed_integrations = excluded.deployed_integrations";

const SET_CUSTOMER: &str = "ON CONFLICT (customer_id, day) DO UPDATE SET \
    counted_at = excluded.counted_at, users = excluded.users, \
    deployed_instances = excluded.deployed_instances, \
    deployed_integrations = excluded.deployed_integrations, workflows = excluded.workflows, \
    enabled_workflows = excluded.enabled_workflows";

/// Counts what everybody has now.
pub async fn count_totals(db: &Db, ids: &Ids, now: Timestamp) -> anyhow::Result<()> {
    let day = i32::try_from(now.0.div_euclid(DAY_MICROS))?;
    let sql = format!(
        "SELECT owner.id, {}, {CUSTOMERS}, {INTEGRATIONS} FROM \"organization\" AS owner",
        shared("organization_id")
    );
    let found = rows::query(db.read(), &sql, Vec::new()).await?;
    let organizations: Vec<_> =
        found.iter().map(|row| organization(row, ids, now, day)).collect::<Result<_, DbErr>>()?;
    let sql = format!(
        "SELECT owner.id, {}, owner.organization_id, {WORKFLOWS}, {ENABLED_WORKFLOWS} \
         FROM \"customer\" AS owner WHERE NOT owner.is_system AND owner.removed_at IS NULL",
        shared("customer_id")
    );
    let found = rows::query(db.read(), &sql, Vec::new()).await?;
    let customers: Vec<_> =
        found.iter().map(|row| customer(row, ids, now, day)).collect::<Result<_, DbErr>>()?;
    let transaction = db.begin().await?;
    rows::insert::<organization_total::Entity>(&transaction, &organizations, SET_ORGANIZATION)
        .await?;
    rows::insert::<customer_total::Entity>(&transaction, &customers, SET_CUSTOMER).await?;
    transaction.commit().await?;
    Ok(())
}

/// Users, deployed instances, and different integrations among these.
fn shared(key: &str) -> String {
    let instances = |what| INSTANCES.replace("{key}", key).replace("{what}", what);
    let users = USERS.replace("{key}", key);
    format!("{users}, {}, {}", instances("*"), instances("DISTINCT sequence_id"))
}

fn number(row: &QueryResult, place: usize) -> Result<i32, DbErr> {
    let count: i64 = row.try_get_by_index(place)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

fn organization(
    row: &QueryResult,
    ids: &Ids,
    now: Timestamp,
    day: i32,
) -> Result<organization_total::Model, DbErr> {
    Ok(organization_total::Model {
        id: ids.at(now),
        organization_id: row.try_get_by_index(0)?,
        day,
        counted_at: now,
        users: number(row, 1)?,
        deployed_instances: number(row, 2)?,
        deployed_integrations: number(row, 3)?,
        customers: number(row, 4)?,
        integrations: number(row, 5)?,
    })
}

fn customer(
    row: &QueryResult,
    ids: &Ids,
    now: Timestamp,
    day: i32,
) -> Result<customer_total::Model, DbErr> {
    Ok(customer_total::Model {
        id: ids.at(now),
        organization_id: row.try_get_by_index(4)?,
        workflows: number(row, 5)?,
        enabled_workflows: number(row, 6)?,
        customer_id: row.try_get_by_index(0)?,
        day,
        counted_at: now,
        users: number(row, 1)?,
        deployed_instances: number(row, 2)?,
        deployed_integrations: number(row, 3)?,
    })
}
