//! Which components somebody has marked as favourites.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::Component;
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::loader::Key;

/// All favourites of the viewer.
#[derive(Clone, Eq, Hash, PartialEq)]
struct Favourites;

impl Key for Favourites {
    type Value = Arc<HashSet<String>>;

    fn load(
        _: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let starred = domain::component::starred(&context.env, &context.viewer).await?;
            Ok(HashMap::from([(Self, Arc::new(starred))]))
        }
        .boxed()
    }
}

pub async fn is_starred(component: Arc<Component>, ask: Ask) -> Result<bool, ApiError> {
    let favourites = ask.load(Favourites).await?;
    Ok(favourites.is_some_and(|starred| starred.contains(&component.star_name())))
}
