//! Publishing versions, and what may be done with them afterwards.

use entity::{IntegrationId, integration};
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value as Json, json};

use super::import::insert_draft;
use super::{as_input_problems, check, definition_as_written, of_sequence, parts, with_texts};
use crate::component::Own;
use crate::env::Env;
use crate::error::{Error, WHOLE_INPUT};
use crate::event::{self, EventType};
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

#[derive(Clone, Debug, Default)]
pub struct Publish {
    pub comment: Option<String>,
    /// A JSON object as text, for example the commit it was built from.
    pub attributes: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Fork {
    pub name: String,
    pub description: Option<String>,
}

/// Freezes the draft as the next version, and returns that version.
pub async fn publish(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    input: Publish,
) -> Result<integration::Model, Error> {
    let mut problems = Problems::default();
    let comment = problems.text("comment", &input.comment.unwrap_or_default());
    if let Some(attributes) = &input.attributes
        && !matches!(serde_json::from_str(attributes), Ok(Json::Object(_)))
    {
        problems.add("attributes", "This is not the JSON text of an object.");
    }
    problems.finish()?;
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Release, id).await?;
    let draft = permit.row();
    if !draft.is_draft {
        return Err(Error::invalid("id", "This is a published version: publish its draft."));
    }
    let definition = definition_as_written(draft)?;
    let owner = (draft.organization_id, draft.customer_id);
    let own = Own::of(&tx, owner, &definition).await?;
    let problems = check(env, &own, &definition);
    if !problems.is_empty() {
        return Err(Error::Invalid(as_input_problems(WHOLE_INPUT, &problems)));
    }
    let definition = own.pin(definition);
    let rows = of_sequence(&tx, draft.organization_id, draft.sequence_id).await?;
    let newest = rows.iter().filter(|row| !row.is_draft).map(|row| row.version_number).max();
    let number = newest.unwrap_or(0) + 1;
    let now = env.now();
    let version = integration::Model {
        id: env.ids.next(),
        is_draft: false,
        source: None,
        definition: definition.to_json(),
        version_number: number,
        has_unpublished_changes: false,
        version_comment: comment,
        version_attributes: input.attributes,
        version_created_at: Some(now),
        version_created_by: viewer.user().map(|user| user.id),
        version_is_available: true,
        created_at: now,
        updated_at: now,
        removed_at: None,
        ..draft.clone()
    };
    let version = rows::insert::<integration::Entity>(&tx, version).await?;
    parts::write(env, &tx, &version, &definition).await?;
    let mut edit = permit.edit();
    edit.version_number = Set(number);
    edit.has_unpublished_changes = Set(false);
    edit.updated_at = Set(now);
    edit.update(&tx).await?;
    let published = EventType::IntegrationPublished;
    event::record_of_integration(env, &tx, viewer, published, &version).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(version)
}

/// Offers a version for new instances, or stops offering it. Those that have it keep it.
pub async fn set_availability(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    is_available: bool,
) -> Result<integration::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = super::permit(&tx, viewer, Action::Modify, id).await?;
    if permit.row().is_draft {
        return Err(Error::invalid("id", "This is a draft: only versions are offered."));
    }
    let mut edit = permit.edit();
    edit.version_is_available = Set(is_available);
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    event::record_integration_update(env, &tx, viewer, permit.row(), &updated).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(updated)
}

/// Starts a new integration from a draft or version of another.
pub async fn fork(
    env: &Env,
    viewer: &Viewer,
    id: IntegrationId,
    input: Fork,
) -> Result<integration::Model, Error> {
    let mut problems = Problems::default();
    let name = problems.name("name", &input.name);
    let description = input.description.map(|text| problems.text("description", &text));
    problems.finish()?;
    if !viewer.can(Noun::Integration, Action::Create) {
        viewer.signed_in()?;
        return Err(Error::Forbidden);
    }
    let tx = env.db.begin().await?;
    let parent = viewer.find::<integration::Entity>(&tx, id).await?;
    let mut texts = vec![("name", json!(name))];
    texts.extend(description.map(|text| ("description", json!(text))));
    let definition = with_texts(&definition_as_written(&parent)?, &texts)?;
    let owner = parent.customer_id;
    let fork = insert_draft(env, viewer, &tx, &definition, owner, Some(parent.id)).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(fork)
}
