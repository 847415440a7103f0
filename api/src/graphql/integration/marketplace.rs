//! The marketplace: what customers are offered, and what they have of it.
//!
//! An integration is in the marketplace when its newest available version says so. What a host page
//! asks for (a category, a label, a query) can be told to spare what is activated already, and then
//! also shows what the organization activated outside the marketplace.

use std::sync::Arc;

use domain::Viewer;
use entity::integration::{MarketplaceConfiguration, Variant};
use entity::{Id, IntegrationId, SequenceId, instance, integration};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::query;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Parameter, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::{Dialect, Filter};
use crate::graphql::order::Order;
use crate::graphql::page::{PageKey, Request, RowKey};

/// What a host page narrows the marketplace by.
const BY_HOST: [&str; 2] = ["category", "labels_Contains"];

const PARAMETERS: &[Parameter] = &[
    ("activated", "Boolean", "Only those with instances that you see, or those without."),
    ("allVersions", "Boolean", "True lists every version on offer, not only the newest."),
    ("category", "String", "Only those of exactly this category."),
    (
        "filterQuery",
        "JSONString",
        "A condition on `name`, `category` and `labels` as JSON text: [operator, field, value], \
         or [\"and\"|\"or\", …].",
    ),
    (
        "includeActiveIntegrations",
        "Boolean",
        "True also lists what has instances that you see: whatever its category, labels and the \
         query say, and even if it is not in the marketplace.",
    ),
    ("labels_Contains", "String", "Only those that carry this label."),
    (
        "strictMatchFilterQuery",
        "Boolean",
        "Of a query that is a list of conditions: all of them have to be met, not only one.",
    ),
];

pub fn listing() -> Listing<integration::Entity> {
    use integration::Column as C;
    let filters = super::filters();
    let filters = filters.into_iter().filter(|filter| !BY_HOST.contains(&filter.parameter.0));
    Listing::new("Integration")
        .filters(filters)
        .orders(super::orders())
        .together(PARAMETERS, shown)
        .unsorted([
            Order::text("CATEGORY", "The category.", C::Category),
            Order::text("NAME", "The name.", C::Name),
        ])
}

pub fn fields(of: Type<integration::Model>) -> Type<integration::Model> {
    of.field(
        "marketplaceConfiguration",
        "MarketplaceConfiguration!",
        "How the marketplace shows it.",
        |integration| integration.marketplace_configuration.to_value(),
    )
    .field(
        "allowMultipleMarketplaceInstances",
        "Boolean!",
        "Whether a customer may activate it more than once.",
        |integration| integration.allow_multiple_marketplace_instances,
    )
    .field(
        "isCustomerDeployable",
        "Boolean",
        "Whether customers activate it themselves.",
        is_deployable,
    )
    .field(
        "marketplaceTabConfiguration",
        "[String!]",
        "The tabs of an instance that customers see; null for all.",
        |integration| integration.marketplace_tabs.clone(),
    )
    .connection::<integration::Entity>(
        "embeddedVersionSequence",
        "The versions on offer, of which instances of customers may have each.",
        super::versions(),
        |integration| integration.sequence_id.uuid(),
        offered_versions,
    )
}

/// The entry of the marketplace that any version belongs to.
pub async fn entry(ask: &Ask) -> Result<Arc<integration::Model>, ApiError> {
    let id = ask.args.require_id::<IntegrationId>("id")?;
    let row = ask.load(RowKey::<integration::Entity>(id)).await?.ok_or(ApiError::NotFound)?;
    let elsewhere = is_active_elsewhere(ask.viewer());
    let entry = Condition::any().add(is_newest_offer(ROW)).add(elsewhere);
    one_of(ask, row.sequence_id, ("marketplace", entry)).await?.ok_or(ApiError::NotFound)
}

/// The version of an integration that customers are offered.
pub async fn newest(
    ask: &Ask,
    sequence: SequenceId,
) -> Result<Option<Arc<integration::Model>>, ApiError> {
    one_of(ask, sequence, ("offered", is_newest_offer(ROW))).await
}

/// Whether customers activate it themselves.
pub fn is_deployable(version: &integration::Model) -> bool {
    version.marketplace_configuration == MarketplaceConfiguration::AvailableAndDeployable
}

async fn one_of(
    ask: &Ask,
    sequence: SequenceId,
    (identity, filter): (&str, Condition),
) -> Result<Option<Arc<integration::Model>>, ApiError> {
    let request = Request {
        identity: identity.to_owned(),
        filter,
        size: 1,
        ..Request::all(
            |id| integration::Column::SequenceId.eq(SequenceId(id)).into_condition(),
            Vec::new(),
        )
    };
    let key = PageKey::<integration::Entity>::new(sequence.0, Arc::new(request));
    let page = ask.load(key).await?;
    Ok(page.and_then(|page| page.rows.first().map(|(row, _)| row.clone())))
}

fn shown(ask: &Ask) -> Result<Condition, ApiError> {
    let (args, viewer) = (&ask.args, ask.viewer());
    let mut offered = is_offered(ROW);
    if args.flag("allVersions")? != Some(true) {
        offered = offered.add(is_newest(ROW));
    }
    let wanted = wanted_by_host(ask)?;
    let is_active = || integration::Column::SequenceId.in_subquery(active_sequences(viewer));
    let mut shown = if args.flag("includeActiveIntegrations")? == Some(true) {
        let spared = Condition::any().add(wanted).add(is_active());
        Condition::any().add(offered.add(spared)).add(is_active_elsewhere(viewer))
    } else {
        offered.add(wanted)
    };
    if let Some(activated) = args.flag("activated")? {
        let is_active = is_active();
        shown =
            Condition::all().add(shown).add(if activated { is_active } else { is_active.not() });
    }
    Ok(shown)
}

fn wanted_by_host(ask: &Ask) -> Result<Condition, ApiError> {
    use integration::Column as C;
    let dialect = Dialect { is_sqlite: ask.env().db.is_sqlite() };
    let mut wanted = Condition::all();
    for filter in
        [Filter::text("category", C::Category), Filter::label("labels_Contains", C::Labels)]
    {
        if let Some(value) = ask.args.value(filter.parameter.0) {
            wanted = wanted.add(filter.apply(value, dialect)?);
        }
    }
    if let Some(text) = ask.args.text("filterQuery")? {
        let strict = ask.args.flag("strictMatchFilterQuery")?.unwrap_or_default();
        wanted = wanted.add(query::condition(&text, strict, dialect)?);
    }
    Ok(wanted)
}

/// The name of the table in the statement that lists its rows.
const ROW: &str = "integration";

/// A version that the organization offers to all its customers.
fn is_offered(table: &'static str) -> Condition {
    use integration::Column as C;
    let column = |column: C| Expr::col((table, column));
    let hidden = MarketplaceConfiguration::NotAvailableInMarketplace;
    Condition::all()
        .add(column(C::CustomerId).is_null())
        .add(column(C::IsDraft).eq(false))
        .add(column(C::VersionIsAvailable).eq(true))
        .add(column(C::MarketplaceConfiguration).ne(hidden))
}

fn is_newest_offer(table: &'static str) -> Condition {
    is_offered(table).add(is_newest(table))
}

/// There is no newer version that is available, whether the marketplace shows it or not.
fn is_newest(table: &'static str) -> Expr {
    use integration::Column as C;
    let newer = newer_than(table)
        .and_where(Expr::col((NEWER, C::IsDraft)).eq(false))
        .and_where(Expr::col((NEWER, C::VersionIsAvailable)).eq(true))
        .take();
    Expr::exists(newer).not()
}

const NEWER: &str = "newer";
const OFFER: &str = "offer";

fn newer_than(table: &'static str) -> SelectStatement {
    use integration::Column as C;
    let newer = |column: C| Expr::col((NEWER, column));
    Query::select()
        .expr(Expr::val(1))
        .from_as(integration::Entity, NEWER)
        .and_where(newer(C::SequenceId).equals((table, C::SequenceId)))
        .and_where(newer(C::VersionNumber).gt(Expr::col((table, C::VersionNumber))))
        .take()
}

/// What the viewer sees instances of, but nobody is offered: the newest version in use.
fn is_active_elsewhere(viewer: &Viewer) -> Condition {
    use integration::Column as C;
    let offered = Query::select()
        .column((OFFER, C::SequenceId))
        .from_as(integration::Entity, OFFER)
        .cond_where(is_newest_offer(OFFER))
        .take();
    let newer_in_use = newer_than(ROW)
        .and_where(Expr::col((NEWER, C::Id)).in_subquery(versions_in_use(viewer)))
        .take();
    Condition::all()
        .add(C::Id.in_subquery(versions_in_use(viewer)))
        .add(C::SequenceId.not_in_subquery(offered))
        .add(Expr::exists(newer_in_use).not())
}

/// The versions that the viewer sees instances of.
fn versions_in_use(viewer: &Viewer) -> SelectStatement {
    viewer
        .rows::<instance::Entity>()
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instance::Column::Variant.eq(Variant::Integration))
        .select_only()
        .column(instance::Column::IntegrationId)
        .into_query()
}

fn active_sequences(viewer: &Viewer) -> SelectStatement {
    Query::select()
        .column(("used", integration::Column::SequenceId))
        .from_as(integration::Entity, "used")
        .and_where(
            Expr::col(("used", integration::Column::Id)).in_subquery(versions_in_use(viewer)),
        )
        .take()
}

/// The versions of an integration that customers may choose.
fn offered_versions(sequence: Uuid) -> Condition {
    is_offered(ROW).add(integration::Column::SequenceId.eq(SequenceId(sequence)))
}
