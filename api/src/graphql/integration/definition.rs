//! What fields need of the definition behind a draft or version.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{IntegrationId, integration};
use flow::Definition;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::page::RowKey;
use crate::loader::Key;

/// The definition of a draft or version, read once per request.
pub async fn definition(ask: &Ask, id: IntegrationId) -> Result<Arc<Definition>, ApiError> {
    ask.load(DefinitionOf(id)).await?.ok_or(ApiError::NotFound)
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct DefinitionOf(IntegrationId);

impl Key for DefinitionOf {
    type Value = Arc<Definition>;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let ids = keys.into_iter().map(|key| RowKey::<integration::Entity>(key.0)).collect();
            let rows = RowKey::<integration::Entity>::load(ids, context).await?;
            let definitions = rows.into_iter().map(|(key, row)| {
                Ok((Self(key.0), Arc::new(domain::integration::definition(&row)?)))
            });
            definitions.collect()
        }
        .boxed()
    }
}

/// The wizard's pages; customers do not get the elements that only the organization fills in.
pub fn config_pages(definition: &Definition, sees_all: bool) -> serde_json::Value {
    let pages = definition.document().get("configPages").cloned();
    let mut pages = pages.unwrap_or_else(|| serde_json::json!([]));
    let is_private = |element: &serde_json::Value| {
        let key = element["value"].as_str().unwrap_or_default();
        element["type"] != "htmlElement"
            && definition.config_var(key).is_some_and(|variable| variable.org_only)
    };
    for page in pages.as_array_mut().into_iter().flatten() {
        if let (false, Some(elements)) = (sees_all, page["elements"].as_array_mut()) {
            elements.retain(|element| !is_private(element));
        }
    }
    pages
}
