//! The hidden instance of each integration that test runs use.

use entity::{InstanceId, Timestamp, instance, integration, integration_flow};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, PaginatorTrait, QueryFilter};

use super::{deploy, flows};
use crate::endpoint;
use crate::env::Env;
use crate::error::{Error, Kind, WHOLE_INPUT};
use crate::integration as integrations;
use crate::organization;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// How long a test instance records calls unless it is told to stop.
pub const LISTENING_SECONDS_MAX: i64 = 1_200;

/// Whether calls of the instance's URLs are recorded instead of run.
pub fn is_listening(row: &instance::Model, now: Timestamp) -> bool {
    row.is_system && row.listening_until.is_some_and(|until| now < until)
}

/// The test instance of the integration that a draft or version belongs to.
pub async fn test_instance_of(
    db: &impl ConnectionTrait,
    row: &integration::Model,
) -> Result<instance::Model, Error> {
    let draft = integrations::draft_of(db, row).await?;
    find(db, &draft).await?.ok_or(Error::NotFound(Kind::Instance))
}

/// Makes the test instance follow its draft, which has just changed.
///
/// Whatever is configured for the draft now differs from what is deployed.
pub(crate) async fn keep_test_instance(
    env: &Env,
    tx: &DatabaseTransaction,
    draft: &integration::Model,
    flows: &[integration_flow::Model],
) -> Result<InstanceId, Error> {
    rows::update::<instance::Entity>(draft.organization_id)
        .col_expr(instance::Column::NeedsDeploy, true.into())
        .filter(instance::Column::IntegrationId.eq(draft.id))
        .exec(tx)
        .await?;
    let row = match find(tx, draft).await? {
        Some(row) => row,
        None => insert(env, tx, draft).await?,
    };
    flows::sync(env, tx, &row, flows).await?;
    endpoint::keep_for_integration(env, tx, draft).await?;
    Ok(row.id)
}

/// Deploys the draft as it is now, unless that is what is deployed already.
///
/// Drafts are tested while they are unfinished: what only publishing refuses does not stop a test.
pub async fn ensure_test_deployment(
    env: &Env,
    integration: &integration::Model,
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let row = deploy_draft(env, &tx, integration).await?;
    tx.commit().await?;
    env.instances_changed(&[row.id]);
    Ok(row)
}

pub(crate) async fn deploy_draft(
    env: &Env,
    tx: &DatabaseTransaction,
    integration: &integration::Model,
) -> Result<instance::Model, Error> {
    let draft = integrations::draft_of(tx, integration).await?;
    let row = find(tx, &draft).await?.ok_or(Error::NotFound(Kind::Instance))?;
    if row.deployment_id.is_some() && !row.needs_deploy {
        return Ok(row);
    }
    let definition = integrations::definition(&draft)?;
    for flow in &definition.flows {
        if let Err(problems) = flow::compile(flow) {
            let mut problems = integrations::as_input_problems(WHOLE_INPUT, &problems);
            for problem in &mut problems {
                problem.message = format!("flow `{}`: {}", flow.name, problem.message);
            }
            return Err(Error::Invalid(problems));
        }
    }
    let system = Viewer::System(row.organization_id);
    let permit = system.permit::<instance::Entity>(tx, Action::Release, row.id).await?;
    deploy::freeze(env, tx, &permit, &draft, &definition).await
}

async fn find(
    db: &impl ConnectionTrait,
    draft: &integration::Model,
) -> Result<Option<instance::Model>, Error> {
    let found = Viewer::System(draft.organization_id)
        .rows::<instance::Entity>()
        .filter(instance::Column::IntegrationId.eq(draft.id))
        .filter(instance::Column::IsSystem.eq(true));
    Ok(found.one(db).await?)
}

async fn insert(
    env: &Env,
    tx: &DatabaseTransaction,
    draft: &integration::Model,
) -> Result<instance::Model, Error> {
    let owner = organization::system_customer(tx, draft.organization_id).await?;
    let now = env.now();
    let id = env.ids.next();
    let row = instance::Model {
        id,
        organization_id: owner.organization_id,
        customer_id: owner.id,
        integration_id: draft.id,
        name: free_name(tx, draft, &owner.id, id).await?,
        description: String::new(),
        labels: draft.labels.clone(),
        enabled: true,
        is_system: true,
        global_debug: false,
        listening_until: None,
        needs_deploy: true,
        deployment_id: None,
        deployed_version: 0,
        last_deployed_at: None,
        profile_id: None,
        logs_disabled: false,
        step_results_disabled: false,
        created_at: now,
        updated_at: now,
        removed_at: None,
    };
    Ok(rows::insert::<instance::Entity>(tx, row).await?)
}

/// The name of the integration; integrations may share a name, instances of a customer may not.
async fn free_name(
    db: &impl ConnectionTrait,
    draft: &integration::Model,
    owner: &entity::CustomerId,
    id: InstanceId,
) -> Result<String, Error> {
    let taken = Viewer::System(draft.organization_id)
        .rows::<instance::Entity>()
        .filter(instance::Column::CustomerId.eq(*owner))
        .filter(instance::Column::Name.eq(&draft.name))
        .filter(instance::Column::RemovedAt.is_null())
        .count(db)
        .await?;
    Ok(if taken == 0 { draft.name.clone() } else { format!("{} ({})", draft.name, id.0) })
}
