//! What integrations and workflows tell of themselves alike.

use std::sync::Arc;

use entity::{Id, IntegrationId, SequenceId, customer, integration, user};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition};

use super::object::test_instance;
use crate::ApiError;
use crate::context::Ask;
use crate::graphql::builder::Type;
use crate::graphql::order::{Direction, Order};
use crate::graphql::page::{PageKey, Request};

/// Its texts, its times and whose it is.
pub fn of(of: Type<integration::Model>) -> Type<integration::Model> {
    of.field("name", "String!", "The name.", |integration| integration.name.clone())
        .field("description", "String", "What it does.", |integration| {
            integration.description.clone()
        })
        .field("category", "String", "Under which heading it is listed.", |integration| {
            integration.category.clone()
        })
        .field("documentation", "String", "Notes for its authors, Markdown.", |integration| {
            integration.documentation.clone()
        })
        .field("labels", "[String!]", "Free text tags.", |integration| integration.labels.clone())
        .field("createdAt", "DateTime!", "When it was created.", |integration| {
            integration.created_at
        })
        .field("updatedAt", "DateTime!", "When it was changed last.", |integration| {
            integration.updated_at
        })
        .row::<customer::Entity>("customer", "Customer", "The customer who owns it.", |it| {
            it.customer_id
        })
        .resolve(
            "systemInstance",
            "Instance!",
            "The instance that test runs use.",
            |it, ask| async move { test_instance(&ask, it.sequence_id).await },
        )
}

/// Which version a row is.
pub fn version(of: Type<integration::Model>) -> Type<integration::Model> {
    of.field("versionNumber", "Int!", "Number of the version; of a draft, the newest one.", |it| {
        it.version_number
    })
    .field("versionComment", "String", "What was noted at publishing.", |integration| {
        integration.version_comment.clone()
    })
    .field("versionAttributes", "JSONString", "What was given at publishing.", |integration| {
        integration.version_attributes.clone()
    })
    .field("versionCreatedAt", "DateTime", "When the version was published.", |integration| {
        integration.version_created_at
    })
    .field("versionIsAvailable", "Boolean!", "Whether new instances can have it.", |integration| {
        integration.version_is_available
    })
    .field("versionSequenceId", "UUID", "The same for all versions.", |integration| {
        integration.sequence_id.uuid()
    })
    .field(
        "hasUnpublishedChanges",
        "Boolean!",
        "Whether the draft differs from the newest version.",
        |integration| integration.has_unpublished_changes,
    )
    .field("versionIsLatest", "Boolean!", "Whether this is the draft.", |integration| {
        integration.is_draft
    })
    .row::<user::Entity>("versionCreatedBy", "User", "Who published the version.", |it| {
        it.version_created_by
    })
}

/// The way to other versions, which are of this type.
pub fn version_at(of: Type<integration::Model>, node: &str) -> Type<integration::Model> {
    of.resolve_with(
        ("versionAt", node, "Another version of the same."),
        &[
            ("id", "ID", "The id of the version."),
            ("latestAvailable", "Boolean", "The newest version that is available."),
            ("versionNumber", "Int", "The number of the version."),
        ],
        |integration, ask| async move { other(&integration, ask).await },
    )
}

async fn other(
    integration: &integration::Model,
    ask: Ask,
) -> Result<Option<Arc<integration::Model>>, ApiError> {
    use integration::Column as C;
    let mut filter = Condition::all();
    if let Some(id) = ask.args.id::<IntegrationId>("id")? {
        filter = filter.add(C::Id.eq(id));
    }
    if let Some(number) = ask.args.int("versionNumber")? {
        filter = filter.add(C::IsDraft.eq(false)).add(C::VersionNumber.eq(number));
    }
    if ask.args.flag("latestAvailable")? == Some(true) {
        filter = filter.add(C::IsDraft.eq(false)).add(C::VersionIsAvailable.eq(true));
    }
    let newest = Order::number("VERSION", "The number of the version.", C::VersionNumber);
    let draft = Order::flag("DRAFT", "The draft is newer than any version.", C::IsDraft);
    let request = Request {
        identity: format!("versionAt:{}", ask.args.canonical()),
        filter,
        size: 1,
        ..Request::all(
            |id| C::SequenceId.eq(SequenceId(id)).into_condition(),
            vec![(newest, Direction::Descending), (draft, Direction::Descending)],
        )
    };
    let key = PageKey::<integration::Entity>::new(integration.sequence_id.uuid(), request.into());
    let page = ask.load(key).await?;
    Ok(page.and_then(|page| page.rows.first().map(|(row, _)| row.clone())))
}
