//! Workflows: integrations that customers build for themselves, with one copy that runs.

mod copy;
mod mutation;
mod object;
mod variant;

use std::sync::Arc;

use entity::integration::Variant;
use entity::{IntegrationId, WorkflowId, integration};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::builder::Registry;
use super::category::{WHICH, which};
use super::connection::Listing;
use super::filter::Filter;
use super::integration::{is_latest, orders, plain_filters};
use super::order::Order;
use super::page::RowKey;
use crate::ApiError;
use crate::context::Ask;

pub use copy::last_run;

/// What lists of workflows are narrowed by, beside [`Filter::flag`] of drafts.
const FILTERS: [&str; 16] = [
    "category",
    "category_Icontains",
    "createdAt_Gte",
    "createdAt_Lte",
    "customer",
    "customer_Isnull",
    "description",
    "description_Icontains",
    "labels_Contains",
    "labels_Icontains",
    "name",
    "name_Icontains",
    "updatedAt_Gte",
    "updatedAt_Lte",
    "versionIsAvailable",
    "versionNumber",
];

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object::object());
    registry.query(|query| {
        query
            .resolve_with(
                ("workflow", "Workflow", "One draft or version of a workflow."),
                &[("id", "ID!", "The id of the row.")],
                |_, ask| async move { one(&ask).await.map(Some) },
            )
            .connection(
                "workflows",
                "The workflows you may see.",
                latest(),
                |()| Uuid::nil(),
                |_| is_workflow(),
            )
            .labels_of::<integration::Entity>(
                ("workflowLabels", "The labels in use on workflows."),
                &WHICH,
                integration::Column::Labels,
                |ask| which(ask, Variant::Workflow),
            )
    });
    variant::register(registry);
    mutation::register(registry);
}

async fn one(ask: &Ask) -> Result<Arc<integration::Model>, ApiError> {
    let id = ask.args.require_id::<WorkflowId>("id")?;
    let row = ask.load(RowKey::<integration::Entity>(IntegrationId(id.0))).await?;
    row.filter(|row| row.variant == Variant::Workflow).ok_or(ApiError::NotFound)
}

/// Workflows, of all that is built.
pub fn is_workflow() -> Condition {
    integration::Column::Variant.eq(Variant::Workflow).into_condition()
}

/// One entry per workflow, unless all versions are asked for.
pub fn latest() -> Listing<integration::Entity> {
    let flag = ("allVersions", "Boolean", "True lists every version, not only the draft.");
    listing().unless(flag, |ask| is_latest(ask.viewer()))
}

/// The versions of a workflow; its draft is no version.
fn versions() -> Listing<integration::Entity> {
    listing().unless(("allVersions", "Boolean", "True lists the draft too."), |_| {
        integration::Column::IsDraft.eq(false).into_condition()
    })
}

fn listing() -> Listing<integration::Entity> {
    use integration::Column as C;
    let filters = plain_filters().into_iter();
    let filters = filters.filter(|filter| FILTERS.contains(&filter.parameter.0));
    let own = [Filter::flag("draft", C::IsDraft), Filter::uuid("versionSequenceId", C::SequenceId)];
    Listing::new("Workflow").filters(filters.chain(own)).orders(sorted_by())
}

/// What workflows, and they together with integrations, are sorted by.
fn sorted_by() -> impl Iterator<Item = Order> {
    orders().into_iter().filter(|order| order.name != "PUBLISHED_AT")
}
