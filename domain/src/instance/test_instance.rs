//! The hidden instance of each integration that test runs use.

use entity::integration::Variant;
use entity::{InstanceId, Timestamp, customer, instance, integration, integration_flow};
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
    let (owner, name) = owner_and_name(tx, draft).await?;
    let id = env.ids.next();
    let row = instance::Model {
        name: free_name(tx, &owner, &name, id).await?,
        is_system: true,
        ..super::new_row(env, id, &owner, draft)
    };
    Ok(rows::insert::<instance::Entity>(tx, row).await?)
}

/// Customers build their workflows themselves, so they see how those do in tests.
async fn owner_and_name(
    db: &impl ConnectionTrait,
    draft: &integration::Model,
) -> Result<(customer::Model, String), Error> {
    let organization = draft.organization_id;
    match (draft.variant, draft.customer_id) {
        (Variant::Workflow, Some(id)) => {
            let owner = Viewer::System(organization).find::<customer::Entity>(db, id).await?;
            Ok((owner, format!("{} (test)", draft.name)))
        }
        _ => Ok((organization::system_customer(db, organization).await?, draft.name.clone())),
    }
}

/// This name; integrations may share a name, instances of a customer may not.
pub(super) async fn free_name(
    db: &impl ConnectionTrait,
    owner: &customer::Model,
    name: &str,
    id: InstanceId,
) -> Result<String, Error> {
    let taken = Viewer::System(owner.organization_id)
        .rows::<instance::Entity>()
        .filter(instance::Column::CustomerId.eq(owner.id))
        .filter(instance::Column::Name.eq(name))
        .filter(instance::Column::RemovedAt.is_null())
        .count(db)
        .await?;
    Ok(if taken == 0 { name.to_owned() } else { format!("{name} ({})", id.0) })
}
