//! Categories: the texts in use on integrations.

use std::sync::Arc;

use entity::integration;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::builder::{Registry, Type};
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
                |_, ask| in_use(ask),
            )
            .resolve_with(
                (
                    "integrationCategories",
                    "[IntegrationCategory]!",
                    "The categories in use on integrations.",
                ),
                &[
                    ("fromTemplates", "Boolean", "Only of integrations that can be started from."),
                    ("onlyLatest", "Boolean", "Only of drafts."),
                    ("onlyPublished", "Boolean", "Only of published versions."),
                ],
                |_, ask| in_use(ask),
            )
    });
}

async fn in_use(ask: Ask) -> Result<Vec<Arc<Category>>, ApiError> {
    use integration::{Column as C, TemplateConfiguration};
    let mut rows = ask.viewer().rows::<integration::Entity>().filter(C::Category.ne(""));
    if ask.args.flag("fromTemplates")? == Some(true) {
        rows = rows.filter(C::TemplateConfiguration.ne(TemplateConfiguration::NotAvailable));
    }
    if ask.args.flag("onlyLatest")? == Some(true) {
        rows = rows.filter(C::IsDraft.eq(true));
    }
    if ask.args.flag("onlyPublished")? == Some(true) {
        rows = rows.filter(C::IsDraft.eq(false));
    }
    let names = rows.select_only().column(C::Category).distinct().order_by_asc(C::Category);
    let names: Vec<String> = names.into_tuple().all(ask.env().db.read()).await?;
    Ok(names.into_iter().map(|name| Arc::new(Category(name))).collect())
}
