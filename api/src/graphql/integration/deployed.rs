//! How far an integration has got to customers.

use std::sync::Arc;

use entity::{Id, instance, integration};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::of_sequence;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::order::{Direction, Order};
use crate::graphql::page::{Page, PageKey, Request};

pub fn register(registry: &mut Registry) {
    registry.enumeration(
        "DeployedInstancesQuantity",
        "How many instances are deployed.",
        &[("MULTIPLE", "Several."), ("ONE", "One."), ("ZERO", "None.")],
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
