//! Lists of all that is built: integrations and workflows.

use std::sync::Arc;

use async_graphql::dynamic::{FieldValue, Union};
use entity::integration;
use entity::integration::Variant;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{ExprTrait, IntoCondition};

use crate::ApiError;
use crate::graphql::argument::{list, text};
use crate::graphql::builder::{Output, Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::integration::{filters, is_latest};
use crate::graphql::order::Cursor;
use crate::graphql::page::Page;
use crate::graphql::page_info::PageInfo;

const NODE: &str = "IntegrationVariant";

const CONFIGURATION: &str = "marketplaceConfiguration_In";

/// A row under the name of what it is.
struct Built(Arc<integration::Model>);

impl Output for Built {
    fn output(self) -> Option<FieldValue<'static>> {
        let name = match self.0.variant {
            Variant::Integration => "Integration",
            Variant::Workflow => "Workflow",
        };
        Some(FieldValue::owned_any(self.0).with_type(name))
    }
}

pub fn register(registry: &mut Registry) {
    let union = Union::new(NODE).description("An integration or a workflow.");
    registry.add(union.possible_type("Integration").possible_type("Workflow"));
    registry.enumeration(
        "IntegrationVariantType",
        "What is built.",
        &[("INTEGRATION", "By the organization, mostly."), ("WORKFLOW", "By a customer.")],
    );
    registry.enumeration(
        "DefinitionType",
        "What a definition describes.",
        &[("INTEGRATION", "An integration."), ("WORKFLOW", "A workflow.")],
    );
    pages(registry);
    listing().register_order(registry);
    registry.query(|query| {
        let about = "The integrations and workflows you may see.";
        query.list("integrationVariants", about, listing())
    });
}

fn listing() -> Listing<integration::Entity> {
    use integration::Column as C;
    let own = [
        Filter::text("contextStableKey", C::ContextKey),
        Filter::flag("draft", C::IsDraft),
        Filter::text("externalId", C::ExternalId),
        // Unlike that of integrations, it takes one word.
        Filter::word(CONFIGURATION, C::MarketplaceConfiguration),
        Filter::new(
            ("exclude", "[IntegrationVariantType]", "Only those that are none of these."),
            |value| {
                let others: Result<Vec<_>, ApiError> =
                    list(value).map(|item| text("exclude", item)).collect();
                Ok(C::Variant.is_in(others?).not().into_condition())
            },
        ),
    ];
    Listing::new(NODE).filters(filters().into_iter().chain(own)).orders(super::sorted_by()).unless(
        ("allVersions", "Boolean", "True lists every version, not only the latest."),
        |ask| is_latest(ask.viewer()),
    )
}

fn pages(registry: &mut Registry) {
    type Edge = (Arc<integration::Model>, Cursor);
    registry.add(
        Type::<Page<integration::Model>>::new(&format!("{NODE}Connection"), "One page of a list.")
            .field("edges", &format!("[{NODE}Edge]!"), "The rows with cursors.", |page| {
                page.rows.iter().cloned().map(Arc::new).collect::<Vec<_>>()
            })
            .field("nodes", &format!("[{NODE}]!"), "The rows of the page.", |page| {
                page.rows.iter().map(|(row, _)| Built(row.clone())).collect::<Vec<_>>()
            })
            .field("pageInfo", "PageInfo!", "Where the page lies in the list.", |page| {
                Arc::new(PageInfo::of(page))
            })
            .field("totalCount", "Int!", "How many rows the whole list has.", |page| page.count),
    );
    registry.add(
        Type::<Edge>::new(&format!("{NODE}Edge"), "A row and its place in the list.")
            .field("cursor", "String!", "The place of the row in the list.", |edge| edge.1.encode())
            .field("node", NODE, "The row.", |edge| Built(edge.0.clone())),
    );
}
