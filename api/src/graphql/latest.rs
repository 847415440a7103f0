//! When instances and their flows ran last, and how that went.

use std::collections::HashMap;
use std::sync::Arc;

use entity::execution::{Column, Entity, Status};
use entity::{FlowConfigId, Id, InstanceId, Timestamp, flow_config, instance};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoCondition, Order, Query, UnionType};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::argument::flag;
use super::builder::Type;
use super::filter::Filter;
use super::page::PARENTS_MAX;
use crate::ApiError;
use crate::context::{Ask, Context};
use crate::loader::Key;

/// The youngest execution of an instance or of one of its flows: of all, or of those that show how
/// it stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Latest {
    OfInstance(InstanceId),
    OfFlow(FlowConfigId),
    TellingOfInstance(InstanceId),
    TellingOfFlow(FlowConfigId),
}

#[derive(Clone, Copy)]
struct LastRun {
    started_at: Timestamp,
    failed: bool,
}

impl Latest {
    fn id(self) -> Uuid {
        match self {
            Self::OfInstance(id) | Self::TellingOfInstance(id) => id.uuid(),
            Self::OfFlow(id) | Self::TellingOfFlow(id) => id.uuid(),
        }
    }

    fn column(self) -> Column {
        match self {
            Self::OfInstance(_) | Self::TellingOfInstance(_) => Column::InstanceId,
            Self::OfFlow(_) | Self::TellingOfFlow(_) => Column::FlowConfigId,
        }
    }

    fn condition(self) -> Condition {
        let own = Condition::all().add(self.column().eq(self.id()));
        match self {
            Self::OfInstance(_) | Self::OfFlow(_) => own,
            Self::TellingOfInstance(_) | Self::TellingOfFlow(_) => own.add(is_telling()),
        }
    }
}

/// Runs show how things stand when they have ended. An attempt at what failed does so from its
/// beginning: as long as it waits or runs, the failure is not the last word.
fn is_telling() -> Condition {
    Condition::any().add(Column::EndedAt.is_not_null()).add(Column::RetryForId.is_not_null())
}

impl Key for Latest {
    type Value = LastRun;

    fn load(
        keys: Vec<Self>,
        context: Arc<Context>,
    ) -> BoxFuture<'static, Result<HashMap<Self, Self::Value>, ApiError>> {
        async move {
            let mut found = HashMap::new();
            for keys in keys.chunks(PARENTS_MAX) {
                found.extend(last_runs(keys, &context).await?);
            }
            Ok(found)
        }
        .boxed()
    }
}

/// One branch per key, so that each reads a single entry of an index.
async fn last_runs(keys: &[Latest], context: &Context) -> Result<Vec<(Latest, LastRun)>, ApiError> {
    let branches = (0_i64..).zip(keys).map(|(place, key)| {
        let newest = context
            .viewer
            .rows::<Entity>()
            .filter(key.condition())
            .select_only()
            .column_as(Expr::val(place).cast_as("bigint"), "place")
            .columns([Column::StartedAt, Column::Status])
            .order_by_desc(Column::Id)
            .limit(1)
            .into_query();
        Query::select()
            .columns([Alias::new("place"), Alias::new("started_at"), Alias::new("status")])
            .from_subquery(newest, Alias::new("branch"))
            .take()
    });
    let Some(query) = branches.reduce(|mut all, branch| all.union(UnionType::All, branch).take())
    else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for row in context.env.db.read().query_all(&query).await? {
        let place: i64 = row.try_get("", "place")?;
        let status: String = row.try_get("", "status")?;
        let started_at = row.try_get("", "started_at")?;
        let failed = status == Status::Error.to_value();
        let key = usize::try_from(place).ok().and_then(|place| keys.get(place));
        found.extend(key.map(|key| (*key, LastRun { started_at, failed })));
    }
    Ok(found)
}

async fn started_at(ask: Ask, key: Latest) -> Result<Option<Timestamp>, ApiError> {
    Ok(ask.load(key).await?.map(|run| run.started_at))
}

/// When an instance ran last.
pub async fn of_instance(ask: Ask, id: InstanceId) -> Result<Option<Timestamp>, ApiError> {
    started_at(ask, Latest::OfInstance(id)).await
}

async fn failed(ask: Ask, key: Latest) -> Result<bool, ApiError> {
    Ok(ask.load(key).await?.is_some_and(|run| run.failed))
}

const WHEN: &str = "When it ran last.";
const HOW: &str = "Whether the last run that ended failed, and is not being repeated.";

/// Only rows that are, or are not, in the failed state. `column` of an execution holds the `id` of
/// the row.
pub fn in_failed_state<E: EntityTrait>(column: Column, (entity, id): (E, E::Column)) -> Filter {
    Filter::new((FAILED, "Boolean", HOW), move |value| {
        let is_failed = Expr::case(Column::Status.eq(Status::Error), 1).finally(0);
        let last = Query::select()
            .expr(is_failed)
            .from(Entity)
            .and_where(Expr::col((Entity, column)).equals((entity, id)))
            .cond_where(is_telling())
            .order_by((Entity, Column::Id), Order::Desc)
            .limit(1)
            .take();
        let failed = Expr::val(1);
        let is_failed = flag(FAILED, value)?;
        let found = if is_failed { failed.in_subquery(last) } else { failed.not_in_subquery(last) };
        Ok(found.into_condition())
    })
}

const FAILED: &str = "inFailedState";

impl Type<instance::Model> {
    pub fn last_run(self) -> Self {
        self.resolve("lastExecutedAt", "DateTime", WHEN, |it, ask| {
            started_at(ask, Latest::OfInstance(it.id))
        })
        .resolve(FAILED, "Boolean", HOW, |it, ask| failed(ask, Latest::TellingOfInstance(it.id)))
    }
}

impl Type<flow_config::Model> {
    pub fn last_run(self) -> Self {
        self.resolve("lastExecutedAt", "DateTime", WHEN, |it, ask| {
            started_at(ask, Latest::OfFlow(it.id))
        })
        .resolve(FAILED, "Boolean!", HOW, |it, ask| failed(ask, Latest::TellingOfFlow(it.id)))
    }
}
