//! Integrations: drafts and versions, and what hangs on them.

pub mod contents;
pub mod definition;
mod deployed;
pub mod facts;
pub mod marketplace;
mod mutation;
pub mod object;
mod query;
pub mod testing;

use domain::Viewer;
use entity::integration::Variant;
use entity::{IntegrationId, SequenceId, instance, integration};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

pub use mutation::remark_problems;

use super::argument::{flag, text};
use super::builder::Registry;
use super::connection::Listing;
use super::filter::{Filter, constant};
use super::order::Order;
use super::user::customer_name;
use super::{category, page};
use crate::context::Ask;

impl page::Noun for integration::Entity {
    type Id = IntegrationId;
    const ID: integration::Column = integration::Column::Id;

    fn id(row: &integration::Model) -> IntegrationId {
        row.id
    }
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    let integration = deployed::fields(object::object());
    registry.add(contents::components(contents::fields(testing::fields(integration))));
    contents::register(registry);
    deployed::register(registry);
    object::enumerations(registry);
    registry.query(|query| {
        query
            .by_id::<integration::Entity>("integration", "Integration", "One draft or version.")
            .connection(
                "integrations",
                "The integrations you may see.",
                latest(),
                |()| Uuid::nil(),
                |_| is_integration(),
            )
            .resolve_with(
                ("marketplaceIntegration", "Integration", "One integration of the marketplace."),
                &[("id", "ID!", "Any version; the one on offer is what comes back.")],
                |_, ask| async move { marketplace::entry(&ask).await.map(Some) },
            )
            .list(
                "marketplaceIntegrations",
                "What customers are offered: the newest available version of each integration.",
                marketplace::listing(),
            )
            .labels_of::<integration::Entity>(
                ("integrationLabels", "The labels in use on integrations."),
                &[],
                integration::Column::Labels,
                |_| Ok(is_integration()),
            )
    });
    category::register(registry);
    mutation::register(registry);
    testing::register(registry);
}

/// One entry per integration, unless all versions are asked for.
pub fn latest() -> Listing<integration::Entity> {
    listing().unless(
        ("allVersions", "Boolean", "True lists every version, not only the latest."),
        |ask| is_latest(ask.viewer()),
    )
}

/// The versions of an integration; its draft is no version.
pub fn versions() -> Listing<integration::Entity> {
    listing().unless(("allVersions", "Boolean", "True lists the draft too."), |_| {
        integration::Column::IsDraft.eq(false).into_condition()
    })
}

/// The draft is the latest; those who do not see drafts get the newest version on offer.
pub fn is_latest(viewer: &Viewer) -> Condition {
    use integration::Column as C;
    let draft = C::IsDraft.eq(true).into_condition();
    if viewer.customer_id().is_none() {
        return draft;
    }
    let newer = |column: C| Expr::col(("newer", column));
    let newer_version = Query::select()
        .expr(Expr::val(1))
        .from_as(integration::Entity, "newer")
        .and_where(newer(C::SequenceId).eq(Expr::col((integration::Entity, C::SequenceId))))
        .and_where(newer(C::VersionNumber).gt(Expr::col((integration::Entity, C::VersionNumber))))
        .and_where(newer(C::IsDraft).eq(false))
        .and_where(newer(C::VersionIsAvailable).eq(true))
        .take();
    let offered =
        Condition::all().add(C::CustomerId.is_null()).add(Expr::exists(newer_version).not());
    Condition::any().add(draft).add(offered)
}

fn listing() -> Listing<integration::Entity> {
    Listing::new("Integration").filters(filters()).orders(orders())
}

pub fn filters() -> Vec<Filter> {
    use integration::Column as C;
    let mut filters = plain_filters();
    filters.extend([
        Filter::new(
            ("hasInstances", "Boolean", "Only those with instances, or without."),
            |value| Ok(has_instances(flag("hasInstances", value)?)),
        ),
        Filter::new(
            ("marketplace", "Boolean", "Only those that the marketplace shows, or the others."),
            |value| {
                let hidden = integration::MarketplaceConfiguration::NotAvailableInMarketplace;
                let shown = flag("marketplace", value)?;
                let column = C::MarketplaceConfiguration;
                Ok(if shown { column.ne(hidden) } else { column.eq(hidden) }.into_condition())
            },
        ),
        Filter::new(
            ("templateConfiguration_Iexact", "String", "Only those where this is the word."),
            |value| {
                let word = text("templateConfiguration_Iexact", value)?.to_uppercase();
                let known = object::template_by_name(&word);
                Ok(known.map_or_else(
                    || constant(false),
                    |known| C::TemplateConfiguration.eq(known).into_condition(),
                ))
            },
        ),
        Filter::new(
            ("useAsTemplate", "Boolean", "Only those that can be started from, or the others."),
            |value| {
                let none = integration::TemplateConfiguration::NotAvailable;
                let template = flag("useAsTemplate", value)?;
                let column = C::TemplateConfiguration;
                Ok(if template { column.ne(none) } else { column.eq(none) }.into_condition())
            },
        ),
    ]);
    filters
}

pub fn orders() -> [Order; 8] {
    use integration::Column as C;
    [
        Order::text("CATEGORY", "The category.", C::Category),
        Order::number("CREATED_AT", "When it was created.", C::CreatedAt),
        Order::text_of("CUSTOMER", "The name of the customer who owns it.", || {
            customer_name(Expr::col((integration::Entity, C::CustomerId)))
        }),
        Order::text("DESCRIPTION", "The description.", C::Description),
        Order::text("NAME", "The name.", C::Name),
        Order::number("PUBLISHED_AT", "When the version was published.", C::VersionCreatedAt),
        Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        Order::number("VERSION_NUMBER", "The number of the version.", C::VersionNumber),
    ]
}

pub fn plain_filters() -> Vec<Filter> {
    use integration::Column as C;
    let multiple = "allowMultipleMarketplaceInstances";
    vec![
        Filter::flag(multiple, C::AllowMultipleMarketplaceInstances),
        Filter::text("category", C::Category),
        Filter::contains("category_Icontains", C::Category),
        Filter::since("createdAt_Gte", C::CreatedAt),
        Filter::until("createdAt_Lte", C::CreatedAt),
        Filter::id::<entity::CustomerId>("customer", C::CustomerId),
        Filter::is_null("customer_Isnull", C::CustomerId),
        Filter::text("description", C::Description),
        Filter::contains("description_Icontains", C::Description),
        // Built-in components have no older versions.
        Filter::always("hasOutdatedComponents", false),
        Filter::flag("hasUnpublishedChanges", C::HasUnpublishedChanges),
        Filter::label("labels_Contains", C::Labels),
        Filter::contains("labels_Icontains", C::Labels),
        Filter::word("marketplaceConfiguration_Iexact", C::MarketplaceConfiguration),
        Filter::words("marketplaceConfiguration_In", C::MarketplaceConfiguration),
        Filter::starts_with("marketplaceConfiguration_Istartswith", C::MarketplaceConfiguration),
        Filter::text("name", C::Name),
        Filter::contains("name_Icontains", C::Name),
        Filter::since("updatedAt_Gte", C::UpdatedAt),
        Filter::until("updatedAt_Lte", C::UpdatedAt),
        Filter::flag("versionIsAvailable", C::VersionIsAvailable),
        Filter::int("versionNumber", C::VersionNumber),
        Filter::uuid("versionSequenceId", C::SequenceId),
    ]
}

fn has_instances(some: bool) -> Condition {
    let sequences = Query::select()
        .column((integration::Entity, integration::Column::SequenceId))
        .from(integration::Entity)
        .inner_join(
            instance::Entity,
            Expr::col((instance::Entity, instance::Column::IntegrationId))
                .equals((integration::Entity, integration::Column::Id)),
        )
        .and_where(instance::Column::IsSystem.eq(false))
        .and_where(instance::Column::RemovedAt.is_null())
        .take();
    let column = integration::Column::SequenceId;
    if some { column.in_subquery(sequences) } else { column.not_in_subquery(sequences) }
        .into_condition()
}

/// The ids of the draft and all versions of an integration.
pub fn of_sequence(sequence: Uuid) -> SelectStatement {
    Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .and_where(integration::Column::SequenceId.eq(SequenceId(sequence)))
        .take()
}

/// The ids of the draft and all versions that belong together with one of them.
pub fn together_with(id: IntegrationId) -> SelectStatement {
    let sequence = Query::select()
        .column(integration::Column::SequenceId)
        .from(integration::Entity)
        .and_where(integration::Column::Id.eq(id))
        .take();
    Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .and_where(integration::Column::SequenceId.in_subquery(sequence))
        .take()
}

/// Integrations a customer owns.
pub fn of_customer(customer: Uuid) -> Condition {
    is_integration().add(integration::Column::CustomerId.eq(entity::CustomerId(customer)))
}

/// What is listed among integrations: workflows have lists of their own.
pub fn is_integration() -> Condition {
    integration::Column::Variant.eq(Variant::Integration).into_condition()
}

/// The name of the integration with this id, for sorting.
pub fn name_of(id: Expr, column: integration::Column) -> SelectStatement {
    Query::select()
        .column((integration::Entity, column))
        .from(integration::Entity)
        .and_where(Expr::col((integration::Entity, integration::Column::Id)).eq(id))
        .take()
}

/// Whether somebody of the organization asks.
pub fn is_organization(ask: &Ask) -> bool {
    ask.viewer().customer_id().is_none()
}
