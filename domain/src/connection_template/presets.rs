//! What a template presets, and where that goes.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use entity::{Labels, OrganizationId, connection_template};
use flow::Definition;
use flow::definition::ConfigVar;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use serde_json::Value as Json;

use crate::env::Env;
use crate::error::Error;
use crate::instance::ConnectionInput;
use crate::secrets::Place;
use crate::viewer::Viewer;

/// Texts by the keys of inputs.
pub(super) type Presets = BTreeMap<String, String>;

/// The templates of a definition, by the keys of its config variables.
pub(crate) type Templates = HashMap<String, connection_template::Model>;

const COLUMN: &str = "connection_template.sealed_presets";

/// What starts a slot that is filled from another input or variable.
const SLOT: &str = "{{#";

/// What a config variable calls its template, among all of the organization.
pub fn reference(variable: &ConfigVar) -> Option<String> {
    let (kind, name) = (variable.connection.as_ref()?, variable.connection_template.as_ref()?);
    if variable.scoped_config_var.is_some() {
        return None;
    }
    Some(reference_to(&kind.component.key, &kind.key, name))
}

pub(super) fn reference_to(component: &str, connection: &str, name: &str) -> String {
    format!("{component}:{connection}:{name}")
}

pub(super) fn merged(mut presets: Presets, given: Vec<super::Preset>) -> Presets {
    presets.extend(given);
    presets.retain(|_, value| !value.is_empty());
    presets
}

/// Writes presets into a row that is not stored yet.
pub(super) async fn seal(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &mut connection_template::Model,
    presets: &Presets,
) -> Result<(), Error> {
    row.input_keys = Labels(presets.keys().cloned().collect());
    row.sealed_presets = None;
    if !presets.is_empty() {
        let plain = serde_json::to_vec(presets).context("writing presets")?;
        let place = Place::new(COLUMN, row.id);
        row.sealed_presets = Some(env.secrets.seal(db, row.organization_id, place, &plain).await?);
    }
    Ok(())
}

pub(super) async fn open(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &connection_template::Model,
) -> Result<Presets, Error> {
    let Some(sealed) = &row.sealed_presets else { return Ok(Presets::new()) };
    let place = Place::new(COLUMN, row.id);
    let plain = env.secrets.open(db, row.organization_id, place, sealed).await?;
    Ok(serde_json::from_slice(&plain).context("reading presets")?)
}

/// The templates that config variables name, with one statement; none is there for those that name
/// what does not exist.
pub(crate) async fn templates_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    definition: &Definition,
) -> Result<Templates, Error> {
    let variables = definition.config_vars.iter();
    let wanted: Vec<_> = variables.filter_map(|it| Some((&it.key, reference(it)?))).collect();
    if wanted.is_empty() {
        return Ok(Templates::new());
    }
    let references = wanted.iter().map(|(_, reference)| reference.as_str());
    let found = Viewer::System(organization)
        .rows::<connection_template::Entity>()
        .filter(connection_template::Column::Reference.is_in(references))
        .all(db)
        .await?;
    let templates = wanted.iter().filter_map(|(key, reference)| {
        let row = found.iter().find(|row| row.reference == *reference)?;
        Some(((*key).clone(), row.clone()))
    });
    Ok(templates.collect())
}

/// The presets as inputs of a connection. Text with slots is filled from the other inputs.
pub(crate) async fn presets_of(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &connection_template::Model,
) -> Result<Vec<ConnectionInput>, Error> {
    let presets = open(env, db, row).await?.into_iter();
    let inputs = presets.map(|(name, value)| ConnectionInput {
        name,
        kind: if value.contains(SLOT) { "template" } else { "value" }.to_owned(),
        value: Json::String(value),
        meta: None,
    });
    Ok(inputs.collect())
}

/// A preset as people get to see it.
#[derive(Clone, Debug)]
pub struct ShownPreset {
    pub key: String,
    /// None where it is never shown.
    pub value: Option<String>,
}

/// The presets of a template for people of the organization; nobody else learns of values, and
/// nobody of secrets.
pub async fn shown(
    env: &Env,
    viewer: &Viewer,
    row: &connection_template::Model,
) -> Result<Vec<ShownPreset>, Error> {
    if viewer.customer_id().is_some() {
        return Ok(Vec::new());
    }
    let readable = env.vocabulary.open_inputs(&row.component_key, &row.connection_key);
    let presets = open(env, env.db.read(), row).await?.into_iter();
    let shown = presets.map(|(key, value)| {
        let value = readable.contains(&key).then_some(value);
        ShownPreset { key, value }
    });
    Ok(shown.collect())
}
