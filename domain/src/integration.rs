//! Integrations: a draft that is edited, and versions that never change.
//!
//! The definition is the truth of a row; name, description and the rows of flows and config
//! variables are copies of it for looking things up, kept in step by every operation here.

mod import;
mod parts;
mod release;
mod remove;
mod settings;
mod testing;
#[cfg(test)]
mod tests;

use anyhow::anyhow;
use entity::integration::Variant;
use entity::{IntegrationId, OrganizationId, SequenceId, customer, integration, integration_flow};
use flow::{Definition, definition};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use serde_json::Value as Json;

use crate::component::Own;
use crate::env::Env;
use crate::error::{Error, Kind, Problem};
use crate::policy::Action;
use crate::viewer::{Permit, Viewer};

pub(crate) use import::{CONFLICTS, check_flows, draft_row, read, replace_draft, write_draft};
pub use import::{Create, Import, Imported, create, import, validate};
pub use release::{Fork, Publish, fork, publish, set_availability};
pub use remove::delete;
pub(crate) use remove::{mark_instances, mark_rows};
pub use settings::{Marketplace, Update, set_marketplace, update};
pub(crate) use testing::keep_sample;
pub use testing::{Testing, set_testing};

/// The right to do something with an integration. Users of a customer need leave to build
/// integrations or workflows of their own.
pub(crate) async fn permit(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    action: Action,
    id: IntegrationId,
) -> Result<Permit<integration::Entity>, Error> {
    let permit = viewer.permit::<integration::Entity>(db, action, id).await?;
    let Some(customer) = viewer.customer_id() else { return Ok(permit) };
    let customer = viewer.find::<customer::Entity>(db, customer).await?;
    let may_build = match permit.row().variant {
        Variant::Workflow => customer.allow_embedded_workflow_builder,
        Variant::Integration => customer.allow_embedded_designer,
    };
    if may_build { Ok(permit) } else { Err(Error::Forbidden) }
}

/// The definition of a draft or version.
pub fn definition(row: &integration::Model) -> Result<Definition, Error> {
    parse_stored(&row.definition)
}

/// As [`definition()`], with the text that a draft was imported as.
pub(crate) fn definition_as_written(row: &integration::Model) -> Result<Definition, Error> {
    let definition = definition(row)?;
    Ok(match &row.source {
        Some(source) => definition.written_as(source),
        None => definition,
    })
}

/// A definition as the database keeps it: only what was valid is ever written.
pub(crate) fn parse_stored(text: &str) -> Result<Definition, Error> {
    Definition::from_json(text).map_err(|problems| unreadable(&problems))
}

fn unreadable(problems: &[flow::Problem]) -> Error {
    let problem = problems.first().map(ToString::to_string).unwrap_or_default();
    anyhow!("a stored definition is not readable: {problem}").into()
}

/// The definition as a YAML document that imports again and means the same.
pub fn export(row: &integration::Model, use_latest_components: bool) -> Result<String, Error> {
    let definition = definition(row)?;
    if use_latest_components {
        return Ok(definition.with_versions(&|_| definition::Version::Latest).to_yaml());
    }
    Ok(definition.to_yaml())
}

/// Everything that keeps a definition from running as it should.
pub(crate) fn check(env: &Env, own: &Own, definition: &Definition) -> Vec<flow::Problem> {
    flow::validate(definition, &own.words(&*env.vocabulary))
}

/// Problems of a definition as problems of an input.
pub(crate) fn as_input_problems(field: &str, problems: &[flow::Problem]) -> Vec<Problem> {
    problems.iter().map(|problem| Problem::new(field, problem.to_string())).collect()
}

/// The draft of the integration that this draft or version belongs to.
pub(crate) async fn draft_of(
    db: &impl ConnectionTrait,
    row: &integration::Model,
) -> Result<integration::Model, Error> {
    if row.is_draft {
        return Ok(row.clone());
    }
    let rows = of_sequence(db, row.organization_id, row.sequence_id).await?;
    rows.into_iter().find(|row| row.is_draft).ok_or(Error::NotFound(Kind::Integration))
}

/// The draft and all versions of an integration, the newest version last.
pub(crate) async fn of_sequence(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    sequence: SequenceId,
) -> Result<Vec<integration::Model>, Error> {
    let rows = Viewer::System(organization)
        .rows::<integration::Entity>()
        .filter(integration::Column::SequenceId.eq(sequence))
        .order_by_desc(integration::Column::IsDraft)
        .order_by_asc(integration::Column::VersionNumber);
    Ok(rows.all(db).await?)
}

/// The flows of a draft or version, in the order of the definition.
pub(crate) async fn flows_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    id: IntegrationId,
) -> Result<Vec<integration_flow::Model>, Error> {
    let rows = Viewer::System(organization)
        .rows::<integration_flow::Entity>()
        .filter(integration_flow::Column::IntegrationId.eq(id))
        .order_by_asc(integration_flow::Column::Position);
    Ok(rows.all(db).await?)
}

/// Changes texts of a definition, so that an export tells the same as the row.
pub(crate) fn with_texts(
    definition: &Definition,
    texts: &[(&str, Json)],
) -> Result<Definition, Error> {
    let mut document = definition.document().clone();
    if let Json::Object(map) = &mut document {
        for (key, value) in texts {
            map.insert((*key).to_owned(), value.clone());
        }
    }
    definition.with_document(document).map_err(|problems| unreadable(&problems))
}

/// The name a member of an enumeration has in definitions.
fn name_of<C: definition::Choice>(member: C) -> String {
    member.name().to_owned()
}
