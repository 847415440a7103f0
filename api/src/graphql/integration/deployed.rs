//! How far an integration has got to customers.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Id, SequenceId, instance, integration, user_level_config};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::definition::definition;
use super::of_sequence;
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::builder::{Registry, Type};
use crate::graphql::order::{Direction, Order};
use crate::graphql::page::{PARENTS_MAX, Page, PageKey, Request};
use crate::loader::Key;

pub fn register(registry: &mut Registry) {
    registry.enumeration(
        "DeployedInstancesQuantity",
        "How many instances are deployed.",
        &[("MULTIPLE", "Several."), ("ONE", "One."), ("ZERO", "None.")],
    );
    registry.enumeration(
        "AggregateDeploymentStatus",
        "How far instances have got, taken together.",
        &[
            ("ACTIVATED", "One of them runs."),
            ("PAUSED", "They are deployed, but none runs."),
            ("UNCONFIGURED", "None is deployed yet."),
        ],
    );
}

pub fn fields(of: Type<integration::Model>) -> Type<integration::Model> {
    of.resolve(
        "deployedInstances",
        "DeployedInstancesQuantity!",
        "How many instances of it are deployed.",
        |integration, ask| async move {
            let deployed = deployed(&integration, &ask).await?;
            Ok(match deployed.map_or(0, |page| page.count) {
                0 => "ZERO",
                1 => "ONE",
                _ => "MULTIPLE",
            })
        },
    )
    .resolve(
        "deploymentStatus",
        "AggregateDeploymentStatus",
        "How far the instances that you see have got; null where there is none.",
        |integration, ask| async move { ask.load(Standing(integration.sequence_id)).await },
    )
    .resolve(
        "ulcDeploymentStatus",
        "AggregateDeploymentStatus",
        "How far you have got in configuring it for yourself; null where there is nothing to \
         configure.",
        |integration, ask| async move {
            let definition = definition(&ask, integration.id).await?;
            if !domain::user_level::has_user_pages(&definition) {
                return Ok(None);
            }
            ask.load(OwnStanding(integration.sequence_id)).await
        },
    )
    .resolve(
        "firstDeployedInstance",
        "Instance",
        "The oldest of its deployed instances.",
        |integration, ask| async move {
            let deployed = deployed(&integration, &ask).await?;
            Ok(deployed.and_then(|page| page.rows.first().map(|(row, _)| row.clone())))
        },
    )
}

/// The oldest deployed instance, and how many there are.
async fn deployed(
    integration: &integration::Model,
    ask: &Ask,
) -> Result<Option<Arc<Page<instance::Model>>>, ApiError> {
    use instance::Column as C;
    let oldest = Order::number("CREATED_AT", "When it was created.", C::CreatedAt);
    let request = Request {
        identity: "deployed".to_owned(),
        size: 1,
        wants_count: true,
        ..Request::all(
            |id| {
                let of_integration = C::IntegrationId.in_subquery(of_sequence(id));
                let deployed = of_integration.into_condition().add(C::DeploymentId.is_not_null());
                deployed.add(C::IsSystem.eq(false))
            },
            vec![(oldest, Direction::Ascending)],
        )
    };
    let sequence = integration.sequence_id.uuid();
    ask.load(PageKey::<instance::Entity>::new(sequence, Arc::new(request))).await
}

/// How far the instances of an integration have got that the viewer sees.
#[derive(Clone, Eq, Hash, PartialEq)]
struct Standing(SequenceId);

impl Key for Standing {
    type Value = &'static str;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut found = HashMap::new();
            for keys in keys.chunks(PARENTS_MAX) {
                let sequences = keys.iter().map(|key| key.0);
                let rows = context.viewer.rows::<instance::Entity>();
                let deployed = instance::Column::DeploymentId.is_not_null();
                let standings = standings(sequences, rows, deployed, &context).await?;
                found.extend(standings.into_iter().map(|(key, value)| (Self(key), value)));
            }
            Ok(found)
        }
        .boxed()
    }
}

/// How far the viewer has got in configuring the instances of an integration for themselves.
#[derive(Clone, Eq, Hash, PartialEq)]
struct OwnStanding(SequenceId);

impl Key for OwnStanding {
    type Value = &'static str;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut found = HashMap::new();
            let Some(user) = context.viewer.user() else { return Ok(found) };
            for keys in keys.chunks(PARENTS_MAX) {
                let sequences = keys.iter().map(|key| key.0);
                let rows = context.viewer.rows::<instance::Entity>();
                let rows = rows.filter(instance::Column::DeploymentId.is_not_null());
                let own = context
                    .viewer
                    .rows::<user_level_config::Entity>()
                    .filter(user_level_config::Column::UserId.eq(user.id))
                    .select_only()
                    .column(user_level_config::Column::InstanceId)
                    .into_query();
                let begun = instance::Column::Id.in_subquery(own);
                let standings = standings(sequences, rows, begun, &context).await?;
                found.extend(standings.into_iter().map(|(key, value)| (Self(key), value)));
            }
            Ok(found)
        }
        .boxed()
    }
}

/// How far these instances have got, by what they begin with.
async fn standings(
    sequences: impl Iterator<Item = SequenceId>,
    rows: Select<instance::Entity>,
    begun: Expr,
    context: &Context,
) -> Result<Vec<(SequenceId, &'static str)>, ApiError> {
    use instance::Column as C;
    let count = |what: Expr| {
        let one: SimpleExpr = Expr::case(what, 1).finally(0).into();
        one.sum().cast_as("bigint")
    };
    let of = (integration::Entity, integration::Column::SequenceId);
    let mut query = rows
        .filter(C::IsSystem.eq(false))
        .select_only()
        .column(integration::Column::SequenceId)
        .column_as(count(begun.clone()), "begun")
        .column_as(count(begun.and(C::Enabled.eq(true))), "running")
        .into_query();
    query.inner_join(
        integration::Entity,
        Expr::col((integration::Entity, integration::Column::Id))
            .equals((instance::Entity, C::IntegrationId)),
    );
    query.and_where(Expr::col(of).is_in(sequences));
    query.group_by_col(of);
    let mut found = Vec::new();
    for row in context.env.db.read().query_all(&query).await? {
        let sequence: SequenceId = row.try_get("", "sequence_id")?;
        let (begun, running): (i64, i64) = (row.try_get("", "begun")?, row.try_get("", "running")?);
        let standing = match (begun, running) {
            (0, _) => "UNCONFIGURED",
            (_, 0) => "PAUSED",
            _ => "ACTIVATED",
        };
        found.push((sequence, standing));
    }
    Ok(found)
}
