//! Deploying instances again when what they use has changed: queued with the change, done one at a
//! time by whoever comes first.
//!
//! A row leaves the queue in the transaction that deploys its instance, so that neither a crash nor
//! another node loses or repeats one. An instance that cannot be deployed leaves it as well: it goes
//! on as it was, `needs_deploy` says so, and its log says why.

use entity::log::Severity;
use entity::{InstanceId, OrganizationId, instance, redeployment, user};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::viewer::{UserViewer, Viewer};
use crate::{instance as instances, log_line, rows, token};

/// How many are looked for at once.
const AT_ONCE: u64 = 50;

/// After the first failure of the database; each further one makes it longer.
const PAUSE_SECONDS: i64 = 10;
const PAUSE_SECONDS_MAX: i64 = 600;

/// Queues instances, in the transaction that changes what they use. One that waits already waits
/// for this change, too: whoever is about to deploy it is kept until the change is committed.
pub(crate) async fn enqueue(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    instances: &[instance::Model],
) -> Result<(), Error> {
    let rows = instances.iter().map(|instance| redeployment::Model {
        instance_id: instance.id,
        organization_id: instance.organization_id,
        customer_id: instance.customer_id,
        user_id: viewer.user().map(|user| user.id),
        failures: 0,
        due_at: env.now(),
    });
    let newest = OnConflict::column(redeployment::Column::InstanceId)
        .update_columns([redeployment::Column::UserId, redeployment::Column::DueAt])
        .to_owned();
    rows::insert_or::<redeployment::Entity>(tx, rows.collect(), newest).await?;
    Ok(())
}

/// Deploys what is due; false when nothing is.
pub async fn round(env: &Env) -> Result<bool, Error> {
    let due = token::redeployments::due(env, AT_ONCE).await?;
    for row in &due {
        match instances::deploy_queued(env, &actor(env, row).await?, row).await {
            Ok(()) => {}
            Err(Error::Internal(error)) => {
                tracing::error!(%error, instance = %row.instance_id.0, "could not deploy again");
                postpone(env, row).await?;
            }
            Err(refusal) => give_up(env, row, &refusal).await?,
        }
    }
    Ok(!due.is_empty())
}

/// In whose name it is deployed. Users may have gone since.
async fn actor(env: &Env, row: &redeployment::Model) -> Result<Viewer, Error> {
    let system = Viewer::System(row.organization_id);
    let Some(id) = row.user_id else { return Ok(system) };
    let found = system.rows::<user::Entity>().filter(user::Column::Id.eq(id));
    let found = found.one(env.db.read()).await?;
    Ok(found.map_or(system, |user| Viewer::User(UserViewer { user })))
}

/// Takes an instance out of the queue; false if somebody else has.
pub(crate) async fn take(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    instance: InstanceId,
) -> Result<bool, Error> {
    let taken = rows::delete::<redeployment::Entity>(organization)
        .filter(redeployment::Column::InstanceId.eq(instance))
        .exec(tx)
        .await?;
    Ok(taken.rows_affected > 0)
}

async fn give_up(env: &Env, row: &redeployment::Model, refusal: &Error) -> Result<(), Error> {
    let why = match refusal {
        Error::Invalid(problems) => {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    let tx = env.db.begin().await?;
    let mut line = None;
    if take(&tx, row.organization_id, row.instance_id).await? {
        let message = format!("It was not deployed again: {why}");
        let id = row.instance_id;
        let of = (row.organization_id, id);
        line = log_line::of_instance(env, &tx, of, Severity::Error, &message).await?;
    }
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    Ok(())
}

async fn postpone(env: &Env, row: &redeployment::Model) -> Result<(), Error> {
    let pause = PAUSE_SECONDS.saturating_mul(1 << row.failures.clamp(0, 10));
    let due_at = env.now().plus_seconds(pause.min(PAUSE_SECONDS_MAX));
    let tx = env.db.begin().await?;
    rows::update::<redeployment::Entity>(row.organization_id)
        .col_expr(redeployment::Column::DueAt, Expr::value(due_at))
        .col_expr(redeployment::Column::Failures, Expr::value(row.failures + 1))
        .filter(redeployment::Column::InstanceId.eq(row.instance_id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
