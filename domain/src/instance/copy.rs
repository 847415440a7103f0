//! The copy of a workflow that runs: the one instance it has besides the one for tests.

use entity::{InstanceId, SequenceId, customer, instance, integration};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, IntoActiveModel,
    QueryFilter, QuerySelect, Set,
};

use super::deploy::{announce, deploy_within};
use super::test_instance::free_name;
use super::version::versions_of_sequence;
use super::{CONFLICTS, disable_on_behalf, flows, switch};
use crate::env::Env;
use crate::error::{Error, OnUnique};
use crate::event::{self, EventType};
use crate::instance_profile;
use crate::integration as integrations;
use crate::policy::Action;
use crate::rows;
use crate::usage;
use crate::viewer::Viewer;

/// The copy of a workflow, if it was ever enabled.
pub(crate) async fn copy_of(
    db: &impl ConnectionTrait,
    workflow: &integration::Model,
) -> Result<Option<instance::Model>, Error> {
    let copies = Viewer::System(workflow.organization_id)
        .rows::<instance::Entity>()
        .filter(instance::Column::IntegrationId.in_subquery(versions_of_sequence(workflow)))
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instance::Column::RemovedAt.is_null());
    Ok(copies.one(db).await?)
}

/// Makes a version of a workflow what runs, for somebody who may do that. Nothing happens where it
/// runs as it is already. Where it cannot run yet, the copy is of that version all the same, so
/// that what is missing can be configured; what ran before goes on.
pub(crate) async fn enable_copy(
    env: &Env,
    actor: &Viewer,
    version: &integration::Model,
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    stage(env, &tx, version).await?;
    tx.commit().await?;
    let tx = env.db.begin().await?;
    let copy = stage(env, &tx, version).await?;
    let is_current = copy.deployment_id.is_some() && !copy.needs_deploy;
    if is_current && copy.enabled {
        return Ok(copy);
    }
    let enabled = enable(env, &tx, &copy).await?;
    let (enabled, started) = if is_current {
        usage::follow(env, &tx, &enabled).await?;
        (enabled, true)
    } else {
        let system = Viewer::System(copy.organization_id);
        let permit = system.permit::<instance::Entity>(&tx, Action::Release, copy.id).await?;
        deploy_within(env, &tx, actor, &permit, false).await?
    };
    event::record_of_instance(env, &tx, actor, EventType::InstanceEnabled, &enabled).await?;
    tx.commit().await?;
    announce(env, enabled.id, started);
    Ok(enabled)
}

/// Pauses the copy of a workflow, for somebody who may do that.
pub(crate) async fn disable_copy(
    env: &Env,
    actor: &Viewer,
    workflow: &integration::Model,
) -> Result<instance::Model, Error> {
    let copy = copy_of(env.db.read(), workflow).await?;
    let copy = copy.ok_or_else(|| Error::invalid("id", "This workflow was never enabled."))?;
    disable_on_behalf(env, actor, copy.id).await?;
    Viewer::System(copy.organization_id).find::<instance::Entity>(env.db.read(), copy.id).await
}

/// Of two who enable a workflow at the same moment, one comes after the other.
async fn lock(tx: &DatabaseTransaction, version: &integration::Model) -> Result<(), Error> {
    let draft = Viewer::System(version.organization_id)
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq::<SequenceId>(version.sequence_id))
        .filter(integration::Column::IsDraft.eq(true));
    draft.lock_exclusive().one(tx).await?;
    Ok(())
}

async fn insert(
    env: &Env,
    tx: &DatabaseTransaction,
    version: &integration::Model,
) -> Result<instance::Model, Error> {
    let system = Viewer::System(version.organization_id);
    let owner = version.customer_id.ok_or(Error::Forbidden)?;
    let owner = system.find::<customer::Entity>(tx, owner).await?;
    let id: InstanceId = env.ids.next();
    let definition = integrations::definition(version)?;
    let named = definition.default_instance_profile.as_deref();
    let row = instance::Model {
        enabled: false,
        name: free_name(tx, &owner, &version.name, id).await?,
        profile_id: instance_profile::named(tx, version.organization_id, named).await?,
        ..super::new_row(env, id, &owner, version)
    };
    let row = rows::insert::<instance::Entity>(tx, row).await.on_unique(&CONFLICTS)?;
    let flows = integrations::flows_of(tx, row.organization_id, version.id).await?;
    flows::sync(env, tx, &row, &flows).await?;
    Ok(row)
}

/// The copy, to be deployed from this version.
async fn stage(
    env: &Env,
    tx: &DatabaseTransaction,
    version: &integration::Model,
) -> Result<instance::Model, Error> {
    lock(tx, version).await?;
    let Some(copy) = copy_of(tx, version).await? else { return insert(env, tx, version).await };
    if copy.integration_id == version.id {
        return Ok(copy);
    }
    let flows = integrations::flows_of(tx, copy.organization_id, version.id).await?;
    flows::sync(env, tx, &copy, &flows).await?;
    let mut edit = copy.into_active_model();
    edit.integration_id = Set(version.id);
    edit.needs_deploy = Set(true);
    edit.updated_at = Set(env.now());
    Ok(edit.update(tx).await?)
}

async fn enable(
    env: &Env,
    tx: &DatabaseTransaction,
    copy: &instance::Model,
) -> Result<instance::Model, Error> {
    switch(env, tx, copy, true).await?;
    let mut edit = copy.clone().into_active_model();
    edit.enabled = Set(true);
    edit.updated_at = Set(env.now());
    Ok(edit.update(tx).await?)
}
