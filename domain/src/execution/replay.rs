//! Running flows again on request.

use entity::execution::InvokeType;
use entity::payload::Payload;
use entity::{
    CustomerId, ExecutionId, FlowConfigId, InstanceId, Timestamp, execution, flow_config,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Origin, Request, Start, enqueue, running};
use crate::env::Env;
use crate::error::Error;
use crate::policy::Action;
use crate::viewer::Viewer;

/// How many executions one call repeats at most.
pub const REPLAYS_MAX: u64 = 1_000;

/// Which failed executions are repeated; what is not given does not narrow them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    pub customer: Option<CustomerId>,
    pub instance: Option<InstanceId>,
    pub flow_config: Option<FlowConfigId>,
    pub started_from: Option<Timestamp>,
    pub started_until: Option<Timestamp>,
}

/// What came of repeating many.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// The new executions.
    pub started: Vec<ExecutionId>,
    /// Those that could not be repeated, and why.
    pub refused: Vec<(ExecutionId, String)>,
    /// There are more than one call repeats.
    pub has_more: bool,
}

/// Runs the flow of an execution again, with what started it then and what is deployed now.
pub async fn replay(
    env: &Env,
    viewer: &Viewer,
    id: ExecutionId,
) -> Result<execution::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<execution::Entity>(&tx, Action::Run, id).await?;
    let original = permit.into_row();
    if Payload::parse(&original.payload) == Some(Payload::Purged) {
        let message = "What started this execution is not kept any longer.";
        return Err(Error::invalid("id", message));
    }
    let system = Viewer::System(original.organization_id);
    let found = system.find::<flow_config::Entity>(&tx, original.flow_config_id).await;
    let config = match found {
        Err(Error::NotFound(_)) => {
            let message = "The instance does not have this flow any more.";
            return Err(Error::invalid("id", message));
        }
        found => found?,
    };
    let instance = running(env, &tx, &config).await?;
    let origin = Origin::load(&tx, &instance).await?;
    let (flow, config) = origin.flow_of(&config)?;
    let start = Start {
        invoke_type: match original.invoke_type {
            // What was recorded runs now.
            InvokeType::WebhookSnapshot => InvokeType::IntegrationFlowTest,
            known => known,
        },
        is_test: original.is_test,
        is_synchronous: false,
        request: Request::default(),
    };
    let execution = execution::Model {
        payload: original.payload,
        replay_for_id: Some(original.id),
        ..origin.execution(env, flow, config, start)?
    };
    enqueue(env, tx, execution).await
}

/// Repeats failed executions, the oldest first. Left out are those that repeat another one, and
/// those of which a repetition waits, runs or went well.
pub async fn replay_failed(env: &Env, viewer: &Viewer, which: Which) -> Result<Replayed, Error> {
    viewer.signed_in()?;
    let mut failed = failed(env, viewer, which).await?;
    let has_more = failed.len() as u64 > REPLAYS_MAX;
    failed.truncate(usize::try_from(REPLAYS_MAX).unwrap_or(usize::MAX));
    let mut replayed = Replayed { has_more, ..Replayed::default() };
    for id in failed {
        match replay(env, viewer, id).await {
            Ok(execution) => replayed.started.push(execution.id),
            Err(error @ (Error::Invalid(_) | Error::NotFound(_))) => {
                replayed.refused.push((id, error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(replayed)
}

async fn failed(env: &Env, viewer: &Viewer, which: Which) -> Result<Vec<ExecutionId>, Error> {
    use execution::{Column as C, Status};
    let mut failed = viewer
        .rows::<execution::Entity>()
        .filter(C::Status.eq(Status::Error))
        .filter(C::ReplayForId.is_null())
        .filter(C::RetryForId.is_null())
        .filter(C::RetryNextAt.is_null());
    let narrowed = [
        which.customer.map(|id| C::CustomerId.eq(id)),
        which.instance.map(|id| C::InstanceId.eq(id)),
        which.flow_config.map(|id| C::FlowConfigId.eq(id)),
        which.started_from.map(|time| C::StartedAt.gte(time)),
        which.started_until.map(|time| C::StartedAt.lte(time)),
    ];
    for condition in narrowed.into_iter().flatten() {
        failed = failed.filter(condition);
    }
    for link in [C::ReplayForId, C::RetryForId] {
        let good = Query::select()
            .column(link)
            .from(execution::Entity)
            .and_where(Expr::col(link).is_not_null())
            .and_where(C::Status.ne(Status::Error))
            .take();
        failed = failed.filter(C::Id.not_in_subquery(good));
    }
    let found = failed.select_only().column(C::Id).order_by_asc(C::Id).limit(REPLAYS_MAX + 1);
    Ok(found.into_tuple().all(env.db.read()).await?)
}
