//! Categories: the texts in use on integrations.

use std::sync::Arc;

use entity::integration;
use entity::integration::Variant;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

use super::builder::{Parameter, Registry, Type};
use super::id;
use crate::ApiError;
use crate::context::Ask;

/// One category.
pub struct Category(String);

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Category>::new("IntegrationCategory", "A category in use on integrations.")
            .id(|category| id::encode_key("IntegrationCategory", &category.0))
            .field("name", "String!", "The text of the category.", |category| category.0.clone()),
    );
    registry.query(|query| {
        query
            .resolve(
                "categories",
                "[IntegrationCategory]!",
                "The categories in use on integrations.",
                |_, ask| in_use(ask, Variant::Integration),
            )
            .resolve_with(
                (
                    "integrationCategories",
                    "[IntegrationCategory]!",
                    "The categories in use on integrations.",
                ),
                &WHICH,
                |_, ask| in_use(ask, Variant::Integration),
            )
            .resolve_with(
                (
                    "workflowCategories",
                    "[IntegrationCategory]!",
                    "The categories in use on workflows.",
                ),
                &WHICH,
                |_, ask| in_use(ask, Variant::Workflow),
            )
    });
}

/// Arguments that say whose texts are listed.
pub const WHICH: [Parameter; 3] = [
    ("fromTemplates", "Boolean", "Only of what can be started from."),
    ("onlyLatest", "Boolean", "Only of drafts."),
    ("onlyPublished", "Boolean", "Only of published versions."),
];

/// Reads [`WHICH`].
pub fn which(ask: &Ask, variant: Variant) -> Result<Condition, ApiError> {
    use integration::{Column as C, TemplateConfiguration};
    let mut which = C::Variant.eq(variant).into_condition();
    if ask.args.flag("fromTemplates")? == Some(true) {
        which = which.add(C::TemplateConfiguration.ne(TemplateConfiguration::NotAvailable));
    }
    if ask.args.flag("onlyLatest")? == Some(true) {
        which = which.add(C::IsDraft.eq(true));
    }
    if ask.args.flag("onlyPublished")? == Some(true) {
        which = which.add(C::IsDraft.eq(false));
    }
    Ok(which)
}

async fn in_use(ask: Ask, variant: Variant) -> Result<Vec<Arc<Category>>, ApiError> {
    use integration::Column as C;
    let rows = ask.viewer().rows::<integration::Entity>();
    let rows = rows.filter(which(&ask, variant)?).filter(C::Category.ne(""));
    let names = rows.select_only().column(C::Category).distinct().order_by_asc(C::Category);
    let names: Vec<String> = names.into_tuple().all(ask.env().db.read()).await?;
    Ok(names.into_iter().map(|name| Arc::new(Category(name))).collect())
}
