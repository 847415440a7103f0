//! What was published of an integration, and which components it is made of.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::dynamic::InputObject;
use entity::{Id, SequenceId, integration, user};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;
use serde_json::Value as Json;

use super::definition::definition;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::{Registry, Type, parameter};
use crate::graphql::component::{self, Component};
use crate::graphql::connection::register_pages;
use crate::graphql::id;
use crate::graphql::order::Order;
use crate::graphql::page::all_of;

pub fn register(registry: &mut Registry) {
    register_pages::<integration::Model>(registry, "Version");
    registry.add(version());
    registry.enumeration(
        "VersionOrderField",
        "What versions can be sorted by.",
        &[
            ("PUBLISHED_AT", "When it was published."),
            ("PUBLISHED_BY", "Who published it."),
            ("VERSION_NUMBER", "Its number."),
        ],
    );
    registry.enumeration(
        "VersionOrderDirection",
        "Which end comes first.",
        &[("ASC", "The smallest."), ("DESC", "The largest.")],
    );
    let fields = [
        ("direction", "VersionOrderDirection!", "Which end comes first."),
        ("field", "VersionOrderField!", "What to sort by."),
    ];
    let input = InputObject::new("VersionOrder").description("How to sort versions.");
    registry.add(fields.into_iter().map(parameter).fold(input, InputObject::field));
}

fn version() -> Type<integration::Model> {
    Type::<integration::Model>::new("Version", "A published version, in short.")
        .id(|version| id::encode_as("Version", version.id.uuid()))
        .field("versionNumber", "Int", "Its number, from 1.", |version| version.version_number)
        .field("comment", "String", "What was noted at publishing.", |version| {
            version.version_comment.clone()
        })
        .field("isAvailable", "Boolean", "Whether new instances can have it.", |version| {
            version.version_is_available
        })
        .field("publishedAt", "DateTime!", "When it was published.", |version| {
            version.version_created_at.unwrap_or(version.created_at)
        })
        .row::<user::Entity>("publishedBy", "User", "Who published it.", |version| {
            version.version_created_by
        })
}

pub fn fields(of: Type<integration::Model>) -> Type<integration::Model> {
    of.short_list::<integration::Model, _>(
        ("versions", "Version", "The published versions, the newest first."),
        &[("orderBy", "VersionOrder", "How to sort the list.")],
        |integration, ask| async move { versions(&integration, &ask).await },
    )
}

/// What a definition is made of.
pub fn components(of: Type<integration::Model>) -> Type<integration::Model> {
    of.short_list::<Component, _>(
        ("components", "Component", "The components that it uses."),
        &component::parameters_of_lists(),
        |integration, ask| async move {
            let definition = definition(&ask, integration.id).await?;
            let mut keys = BTreeSet::new();
            collect(definition.document(), &mut keys);
            component::with_keys(keys, &ask.args)
        },
    )
}

type Compare = fn(&integration::Model, &integration::Model) -> Ordering;

async fn versions(
    integration: &integration::Model,
    ask: &Ask,
) -> Result<Vec<Arc<integration::Model>>, ApiError> {
    let order = match ask.args.value("orderBy") {
        Some(_) => Some(ask.args.object("orderBy")?),
        None => None,
    };
    let rows = all_of::<integration::Entity>(
        ask,
        ("versions", |id| {
            let of_sequence = integration::Column::SequenceId.eq(SequenceId(id));
            of_sequence.into_condition().add(integration::Column::IsDraft.eq(false))
        }),
        integration.sequence_id.uuid(),
        Order::number("VERSION_NUMBER", "Its number.", integration::Column::VersionNumber),
    );
    let mut rows = rows.await?;
    let Some(order) = order else {
        rows.reverse();
        return Ok(rows);
    };
    let compare: Compare = match order.require_text("field")?.as_str() {
        "PUBLISHED_AT" => |a, b| a.version_created_at.cmp(&b.version_created_at),
        "PUBLISHED_BY" => |a, b| a.version_created_by.cmp(&b.version_created_by),
        _ => |a, b| a.version_number.cmp(&b.version_number),
    };
    rows.sort_by(|a, b| compare(a, b));
    if order.require_text("direction")? == "DESC" {
        rows.reverse();
    }
    Ok(rows)
}

/// The keys of all components that a document names.
fn collect(json: &Json, keys: &mut BTreeSet<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        Json::Object(map) => {
            if let Some(key) = map.get("component").and_then(|it| it["key"].as_str()) {
                keys.insert(key.to_owned());
            }
            map.values().for_each(|value| collect(value, keys));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
