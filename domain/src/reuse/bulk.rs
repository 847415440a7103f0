//! Changes of all instances that use a shared connection.

use entity::{CustomerVariableId, InstanceId, OrganizationId, ScopedVariableId};
use entity::{customer_variable, scoped_variable};

use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::IntoCondition;

use super::usage::{self, Used, users_of};
use crate::env::Env;
use crate::error::Error;
use crate::instance;
use crate::policy::Action;
use crate::redeployment;
use crate::viewer::Viewer;

/// What became of an instance that was to be deployed again.
#[derive(Clone, Debug)]
pub struct Redeployed {
    pub instance: InstanceId,
    /// What keeps it from being deployed; nothing where it was.
    pub problems: Vec<String>,
}

/// Deploys every instance that runs with a value, so that it uses what the value is now.
pub async fn redeploy_users(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
) -> Result<Vec<Redeployed>, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<customer_variable::Entity>(db, Action::Modify, id).await?;
    redeploy(env, viewer, permit.row().organization_id, Used::Value(id)).await
}

/// Whoever may change a connection may have it used, whatever else they may do with the instances.
async fn redeploy(
    env: &Env,
    viewer: &Viewer,
    organization: OrganizationId,
    used: Used,
) -> Result<Vec<Redeployed>, Error> {
    let mut redeployed = Vec::new();
    for instance in users_of(env.db.read(), organization, used).await? {
        let problems = match instance::deploy_on_behalf(env, viewer, instance).await {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(problems)) => problems.iter().map(ToString::to_string).collect(),
            // It was deleted meanwhile.
            Err(Error::NotFound(_)) => continue,
            Err(error) => return Err(error),
        };
        redeployed.push(Redeployed { instance, problems });
    }
    Ok(redeployed)
}

/// Queues every instance that runs with it, in the transaction that changes it.
pub(super) async fn queue_users(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    (organization, used): (OrganizationId, Used),
) -> Result<(), Error> {
    let users =
        usage::in_use(organization, usage::runs_with(used).into_condition()).all(tx).await?;
    redeployment::enqueue(env, tx, viewer, &users).await
}

/// Pauses every instance that runs with a scoped variable.
pub async fn disable_users_of_scoped(
    env: &Env,
    viewer: &Viewer,
    id: ScopedVariableId,
) -> Result<scoped_variable::Model, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<scoped_variable::Entity>(db, Action::Modify, id).await?;
    let row = permit.into_row();
    disable(env, viewer, row.organization_id, Used::Scoped(id)).await?;
    Ok(row)
}

/// Pauses every instance that runs with a value.
pub async fn disable_users_of_value(
    env: &Env,
    viewer: &Viewer,
    id: CustomerVariableId,
) -> Result<customer_variable::Model, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<customer_variable::Entity>(db, Action::Modify, id).await?;
    let row = permit.into_row();
    disable(env, viewer, row.organization_id, Used::Value(id)).await?;
    Ok(row)
}

async fn disable(
    env: &Env,
    viewer: &Viewer,
    organization: OrganizationId,
    used: Used,
) -> Result<(), Error> {
    for instance in users_of(env.db.read(), organization, used).await? {
        match instance::disable_on_behalf(env, viewer, instance).await {
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
