//! Log lines that belong to a connection, a data source or an instance, and to no execution.
//!
//! What the organization fills in for a customer is not the customer's to know: such a line names
//! no customer, and no user of one sees it.

use entity::authorization::{self, OwnerKind};
use entity::log::{Kind, Severity};
use entity::scoped_variable::Manager;
use entity::{
    CustomerVariableId, InstanceId, OrganizationId, ScopedVariableId, UserLevelConfigId,
    config_variable, customer_variable, execution, instance, log, scoped_variable,
    user_level_config,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::viewer::{Governed, Viewer, is_for_customers};
use crate::{instance_profile, rows};

/// The most that is kept of a message, in characters.
const MESSAGE_CHARS_MAX: usize = 4_000;

/// Writes what happened to a connection, in the transaction that makes it happen. To be told after
/// the commit; none where nothing is kept, or nobody is left to read it.
pub(crate) async fn of_connection(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &authorization::Model,
    severity: Severity,
    message: &str,
) -> Result<Option<log::Model>, Error> {
    let blank = log::Model {
        kind: Some(Kind::Connection),
        ..blank(env, row.organization_id, severity, message)
    };
    let system = Viewer::System(row.organization_id);
    let line = match row.owner_kind {
        OwnerKind::InstanceValue => {
            let id = InstanceId(row.owner_id);
            let Some(instance) = find::<instance::Entity>(tx, &system, id).await? else {
                return Ok(None);
            };
            of_variable(tx, blank, &instance, &row.owner_key).await?
        }
        OwnerKind::UserLevelValue => {
            let id = UserLevelConfigId(row.owner_id);
            let Some(config) = find::<user_level_config::Entity>(tx, &system, id).await? else {
                return Ok(None);
            };
            let instance = find::<instance::Entity>(tx, &system, config.instance_id).await?;
            let Some(instance) = instance else { return Ok(None) };
            let line = of_variable(tx, blank, &instance, &row.owner_key).await?;
            log::Model { owner_id: Some(row.owner_id), ..line }
        }
        OwnerKind::ScopedVariable => log::Model { owner_id: Some(row.owner_id), ..blank },
        OwnerKind::CustomerVariable => {
            let id = CustomerVariableId(row.owner_id);
            let Some(value) = find::<customer_variable::Entity>(tx, &system, id).await? else {
                return Ok(None);
            };
            let id: ScopedVariableId = value.scoped_variable_id;
            let scoped = find::<scoped_variable::Entity>(tx, &system, id).await?;
            let is_theirs = scoped.is_some_and(|scoped| scoped.managed_by == Manager::Customer);
            log::Model {
                customer_id: value.customer_id.filter(|_| is_theirs),
                is_test: value.is_test,
                owner_id: Some(row.owner_id),
                ..blank
            }
        }
    };
    write(env, tx, line).await
}

/// Writes that a step found a connection without a token of its own not to work.
pub(crate) async fn of_plain_connection(
    env: &Env,
    tx: &DatabaseTransaction,
    execution: &execution::Model,
    key: &str,
    message: &str,
) -> Result<Option<log::Model>, Error> {
    let organization = execution.organization_id;
    let system = Viewer::System(organization);
    let instance = find::<instance::Entity>(tx, &system, execution.instance_id).await?;
    let Some(instance) = instance else { return Ok(None) };
    let blank = log::Model {
        kind: Some(Kind::Connection),
        ..blank(env, organization, Severity::Error, message)
    };
    let line = of_variable(tx, blank, &instance, key).await?;
    write(env, tx, line).await
}

/// Writes what came of asking a data source for a config variable of the instance, or of a user.
pub(crate) async fn of_data_source(
    env: &Env,
    (instance, user): (&instance::Model, Option<UserLevelConfigId>),
    key: &str,
    (severity, message): (Severity, &str),
) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let blank = log::Model {
        kind: Some(Kind::DataSource),
        owner_id: user.map(|user| user.0),
        ..blank(env, instance.organization_id, severity, message)
    };
    let line = of_variable(&tx, blank, instance, key).await?;
    let written = write(env, &tx, line).await?;
    tx.commit().await?;
    tell(env, written.as_ref());
    Ok(())
}

/// Writes what became of an instance, in the transaction that makes it so.
pub(crate) async fn of_instance(
    env: &Env,
    tx: &DatabaseTransaction,
    (organization, id): (OrganizationId, InstanceId),
    severity: Severity,
    message: &str,
) -> Result<Option<log::Model>, Error> {
    let system = Viewer::System(organization);
    let Some(instance) = find::<instance::Entity>(tx, &system, id).await? else {
        return Ok(None);
    };
    let line = log::Model {
        customer_id: Some(instance.customer_id),
        instance_id: Some(id),
        integration_id: Some(instance.integration_id),
        is_test: instance.is_system,
        kind: Some(Kind::Management),
        ..blank(env, organization, severity, message)
    };
    write(env, tx, line).await
}

/// Takes a line to log streams; to be called after the commit.
pub(crate) fn tell(env: &Env, line: Option<&log::Model>) {
    env.log_streams.offer(env.now(), &mut line.into_iter());
}

fn blank(env: &Env, organization: OrganizationId, severity: Severity, message: &str) -> log::Model {
    let timestamp = env.now();
    log::Model {
        id: env.ids.at(timestamp),
        organization_id: organization,
        customer_id: None,
        instance_id: None,
        integration_id: None,
        flow_config_id: None,
        execution_id: None,
        is_test: false,
        timestamp,
        severity,
        message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
        step_name: None,
        loop_path: String::new(),
        kind: None,
        owner_id: None,
        variable_key: None,
    }
}

/// The line as one of an instance's config variable. One that customers do not see keeps the
/// customer out of it.
async fn of_variable(
    db: &impl ConnectionTrait,
    line: log::Model,
    instance: &instance::Model,
    key: &str,
) -> Result<log::Model, Error> {
    let shown = Viewer::System(instance.organization_id)
        .rows::<config_variable::Entity>()
        .filter(config_variable::Column::IntegrationId.eq(instance.integration_id))
        .filter(config_variable::Column::Key.eq(key))
        .filter(config_variable::Column::OrgOnly.eq(false))
        .filter(is_for_customers());
    let is_shown = shown.one(db).await?.is_some();
    Ok(log::Model {
        customer_id: is_shown.then_some(instance.customer_id),
        instance_id: Some(instance.id),
        integration_id: Some(instance.integration_id),
        is_test: instance.is_system,
        variable_key: Some(key.to_owned()),
        ..line
    })
}

async fn write(
    env: &Env,
    tx: &DatabaseTransaction,
    line: log::Model,
) -> Result<Option<log::Model>, Error> {
    if let Some(instance) = line.instance_id
        && !instance_profile::kept(env, line.organization_id, instance).await?.logs
    {
        return Ok(None);
    }
    Ok(Some(rows::insert::<log::Entity>(tx, line).await?))
}

async fn find<E: Governed>(
    db: &impl ConnectionTrait,
    system: &Viewer,
    id: E::Id,
) -> Result<Option<E::Model>, Error> {
    Ok(system.rows::<E>().filter(E::ID.eq(id)).one(db).await?)
}
