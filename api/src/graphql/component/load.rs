//! Components as the viewer sees them: all that is built in, and what was published for them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::{ComponentId, SequenceId, component};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::filters::{ALL_VERSIONS, CODE_NATIVE};
use super::{BUILT_IN, Component};
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::{Arguments, id};

/// Which versions are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    all_versions: bool,
    code_native: bool,
}

impl Which {
    pub fn of(args: &Arguments) -> Result<Self, ApiError> {
        Ok(Self {
            all_versions: args.flag(ALL_VERSIONS)? == Some(true),
            code_native: args.flag(CODE_NATIVE)? == Some(true),
        })
    }
}

/// What is built in, then what was published, each ordered by key.
pub async fn all(ask: &Ask, which: Which) -> Result<Vec<Arc<Component>>, ApiError> {
    ask.viewer().signed_in()?;
    let heads = heads(ask, None).await?;
    let latest = latest(&heads);
    let wanted = heads.iter().filter(|head| which.code_native || !head.3);
    let wanted = wanted.filter(|head| which.all_versions || latest.contains(&head.0));
    let ids: Vec<ComponentId> = wanted.map(|head| head.0).collect();
    let rows = ask
        .viewer()
        .rows::<component::Entity>()
        .filter(component::Column::Id.is_in(ids))
        .order_by_asc(component::Column::Key)
        .order_by_desc(component::Column::VersionNumber);
    let mut all = BUILT_IN.clone();
    for row in rows.all(ask.env().db.read()).await? {
        let is_latest = latest.contains(&row.id);
        all.push(published(row, is_latest)?);
    }
    Ok(all)
}

/// The component that a global id names.
pub async fn by_id(ask: &Ask, text: &str) -> Result<Arc<Component>, ApiError> {
    by_id_part(ask, &id::decode_key("Component", text)?).await
}

/// The component that a part of a global id names: a key, or the id of a row.
pub async fn by_id_part(ask: &Ask, part: &str) -> Result<Arc<Component>, ApiError> {
    let Ok(id) = Uuid::parse_str(part) else {
        ask.viewer().signed_in()?;
        return Component::built_in(part).ok_or(ApiError::NotFound);
    };
    let found =
        ask.viewer().find::<component::Entity>(ask.env().db.read(), ComponentId(id)).await?;
    of_row(ask, found).await
}

/// A version as others see it.
pub async fn of_row(ask: &Ask, row: component::Model) -> Result<Arc<Component>, ApiError> {
    let heads = heads(ask, Some(row.sequence_id)).await?;
    let is_latest = latest(&heads).contains(&row.id);
    published(row, is_latest)
}

fn published(row: component::Model, is_latest: bool) -> Result<Arc<Component>, ApiError> {
    let about = Some(Arc::new(domain::component::definition(&row)?));
    Ok(Arc::new(Component { key: row.key.clone(), about, row: Some(row), is_latest }))
}

/// What tells versions apart: id, sequence, whether it can be used, whether it is code of an
/// integration. The newest comes first.
type Head = (ComponentId, SequenceId, Option<entity::Timestamp>, bool);

async fn heads(ask: &Ask, sequence: Option<SequenceId>) -> Result<Vec<Head>, ApiError> {
    let mut rows = ask.viewer().rows::<component::Entity>();
    if let Some(sequence) = sequence {
        rows = rows.filter(component::Column::SequenceId.eq(sequence));
    }
    let heads = rows
        .order_by_desc(component::Column::VersionNumber)
        .select_only()
        .columns([
            component::Column::Id,
            component::Column::SequenceId,
            component::Column::AvailableAt,
            component::Column::IsCodeNative,
        ])
        .into_tuple();
    Ok(heads.all(ask.env().db.read()).await?)
}

/// Of each component the newest version that can be used, or the newest if none can.
fn latest(heads: &[Head]) -> HashSet<ComponentId> {
    let mut latest: HashMap<SequenceId, (ComponentId, bool)> = HashMap::new();
    for (id, sequence, available_at, _) in heads {
        let is_available = available_at.is_some();
        let known = latest.entry(*sequence).or_insert((*id, is_available));
        if is_available && !known.1 {
            *known = (*id, true);
        }
    }
    latest.into_values().map(|(id, _)| id).collect()
}
