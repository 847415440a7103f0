//! Where an execution comes from, and whether it led to others.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{ExecutionId, execution};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde_json::Value as Json;

use crate::ApiError;
use crate::context::Context;
use crate::graphql::builder::{Registry, Type};
use crate::loader::Key;

/// The place in another execution that invoked one.
struct Frame {
    execution: ExecutionId,
    place: Json,
}

pub fn with_lineage(object: Type<execution::Model>) -> Type<execution::Model> {
    object.resolve(
        "lineage",
        "InstanceExecutionLineage!",
        "Where it comes from, and whether it led to others.",
        |execution, _| async move { Ok(execution) },
    )
}

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<execution::Model>::new(
            "InstanceExecutionLineage",
            "The neighbours of an execution in a chain of executions that invoke each other.",
        )
        .resolve("hasChildren", "Boolean", "Whether it invoked others.", |it, ask| async move {
            Ok(ask.load(IsInvoker(it.id)).await?.is_some())
        })
        .resolve(
            "invokedBy",
            "InstanceExecutionFrame",
            "What invoked it; null if no other execution did.",
            |it, _| async move {
                let place = it.invoked_by_frame.as_deref().unwrap_or("{}");
                let place = serde_json::from_str(place).unwrap_or_default();
                Ok(it.invoked_by_id.map(|execution| Arc::new(Frame { execution, place })))
            },
        ),
    );
    let text =
        |key: &'static str| move |frame: &Frame| frame.place[key].as_str().map(str::to_owned);
    registry.add(
        Type::<Frame>::new("InstanceExecutionFrame", "A place in a running flow.")
            .row::<execution::Entity>(
                "execution",
                "InstanceExecutionResult",
                "The execution.",
                |frame| Some(frame.execution),
            )
            .field("stepName", "String", "The step.", text("stepName"))
            .field("loopPath", "String", "The turns of the loops around it.", text("loopPath"))
            .field("componentActionKey", "String", "What the step did.", text("componentActionKey"))
            .field("customSource", "String", "What code called itself.", text("customSource")),
    );
}

/// Whether an execution invoked another one that the viewer sees.
#[derive(Clone, Eq, Hash, PartialEq)]
struct IsInvoker(ExecutionId);

impl Key for IsInvoker {
    type Value = ();

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, ()>, ApiError>> {
        async move {
            use execution::Column as C;
            let rows = context.viewer.rows::<execution::Entity>();
            let found: Vec<Option<ExecutionId>> = rows
                .filter(C::InvokedById.is_in(keys.iter().map(|key| key.0)))
                .select_only()
                .column(C::InvokedById)
                .distinct()
                .into_tuple()
                .all(context.env.db.read())
                .await?;
            Ok(found.into_iter().flatten().map(|id| (Self(id), ())).collect())
        }
        .boxed()
    }
}
