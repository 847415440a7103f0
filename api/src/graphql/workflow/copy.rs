//! What runs of workflows.

use std::collections::HashMap;
use std::sync::Arc;

use entity::integration::Variant;
use entity::{IntegrationId, SequenceId, Timestamp, instance, integration};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use crate::ApiError;
use crate::context::{Ask, Context};
use crate::graphql::latest;
use crate::graphql::page::PARENTS_MAX;
use crate::loader::Key;

/// The copy of a workflow that runs, or ran, as far as the viewer sees it.
pub async fn copy_of(
    workflow: &integration::Model,
    ask: &Ask,
) -> Result<Option<Arc<instance::Model>>, ApiError> {
    ask.load(CopyOf(workflow.sequence_id)).await
}

/// When the copy of a workflow ran last.
pub async fn last_run(
    workflow: &integration::Model,
    ask: Ask,
) -> Result<Option<Timestamp>, ApiError> {
    match copy_of(workflow, &ask).await? {
        Some(copy) => latest::of_instance(ask, copy.id).await,
        None => Ok(None),
    }
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct CopyOf(SequenceId);

impl Key for CopyOf {
    type Value = Arc<instance::Model>;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut found = HashMap::new();
            for keys in keys.chunks(PARENTS_MAX) {
                found.extend(copies(keys, &context).await?);
            }
            Ok(found)
        }
        .boxed()
    }
}

async fn copies(
    keys: &[CopyOf],
    context: &Context,
) -> Result<Vec<(CopyOf, Arc<instance::Model>)>, ApiError> {
    use integration::Column as C;
    let db = context.env.db.read();
    let versions = Query::select()
        .column(C::Id)
        .from(integration::Entity)
        .and_where(C::SequenceId.is_in(keys.iter().map(|key| key.0)))
        .take();
    let rows = context.viewer.rows::<instance::Entity>();
    let rows = rows
        .filter(instance::Column::Variant.eq(Variant::Workflow))
        .filter(instance::Column::IsSystem.eq(false))
        .filter(instance::Column::IntegrationId.in_subquery(versions))
        .all(db)
        .await?;
    let chosen = rows.iter().map(|row| row.integration_id);
    let chosen = context.viewer.rows::<integration::Entity>().filter(C::Id.is_in(chosen));
    let chosen = chosen.select_only().columns([C::Id, C::SequenceId]);
    let chosen: Vec<(IntegrationId, SequenceId)> = chosen.into_tuple().all(db).await?;
    let sequences: HashMap<_, _> = chosen.into_iter().collect();
    let found = rows
        .into_iter()
        .filter_map(|row| Some((CopyOf(*sequences.get(&row.integration_id)?), Arc::new(row))));
    Ok(found.collect())
}
