//! Connection templates: named sets of input values that connections of one kind start from.
//!
//! A definition names a template beside the kind of a connection (`template`). What the template
//! presets goes before everything that is written or entered elsewhere, and is shown to nobody who
//! configures an instance. It is read whenever an instance is deployed, and a change has its
//! instances deployed again; those with other changes that wait keep waiting.
//!
//! The organization owns templates. Customers who build integrations see what there is to choose
//! from, and never what is in it.

mod presets;
mod usage;

use entity::{ConnectionTemplateId, Labels, OrganizationId, connection_template};
use flow::definition::ComponentRef;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};

use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

pub use presets::{ShownPreset, reference, shown};
pub(crate) use presets::{Templates, presets_of, templates_of};
pub use usage::{deployed, instances_of, used_by};

/// Templates of one organization.
const TEMPLATES_MAX: u64 = 1_000;

const VALUE_BYTES_MAX: usize = 64 * 1024;

const CONFLICTS: [Unique; 1] = [Unique {
    index: "connection_template_organization_id_reference",
    field: "name",
    message: "Another template for this kind of connection has this name.",
}];

/// A value for the input with this key; an empty one presets nothing.
pub type Preset = (String, String);

#[derive(Clone, Default)]
pub struct Create {
    pub name: String,
    /// Keys of a component and of one of its connections.
    pub connection: (String, String),
    pub presets: Vec<Preset>,
}

/// What is not given stays as it is.
#[derive(Clone, Default)]
pub struct Update {
    pub name: Option<String>,
    pub connection: Option<(String, String)>,
    /// Those that are named; empty ones go.
    pub presets: Vec<Preset>,
}

pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: Create,
) -> Result<connection_template::Model, Error> {
    let tx = env.db.begin().await?;
    let noun = Noun::ConnectionTemplate;
    let organization = viewer.permit_in_organization(&tx, noun).await?.row().id;
    let mut problems = Problems::default();
    let now = env.now();
    let (component_key, connection_key) = input.connection;
    let mut row = connection_template::Model {
        id: env.ids.next(),
        organization_id: organization,
        name: problems.name("name", &input.name),
        component_key,
        connection_key,
        reference: String::new(),
        input_keys: Labels::default(),
        sealed_presets: None,
        created_at: now,
        updated_at: now,
    };
    row.reference = reference_of(&row);
    check(env, &row, &input.presets, &mut problems);
    problems.finish()?;
    check_count(&tx, organization).await?;
    let presets = presets::merged(presets::Presets::new(), input.presets);
    presets::seal(env, &tx, &mut row, &presets).await?;
    let row = rows::insert::<connection_template::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    tx.commit().await?;
    Ok(row)
}

/// Changes what is given. What definitions call a template changes only while nothing uses it.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: ConnectionTemplateId,
    input: Update,
) -> Result<connection_template::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<connection_template::Entity>(&tx, Action::Modify, id).await?;
    let before = permit.row();
    let mut problems = Problems::default();
    let mut row = before.clone();
    if let Some(name) = &input.name {
        row.name = problems.name("name", name);
    }
    if let Some((component, connection)) = input.connection {
        (row.component_key, row.connection_key) = (component, connection);
    }
    row.reference = reference_of(&row);
    check(env, &row, &input.presets, &mut problems);
    let old = presets::open(env, &tx, before).await?;
    let new = presets::merged(old.clone(), input.presets);
    let is_renamed = row.reference != before.reference;
    if is_renamed {
        check_keys(env, &row, new.keys().map(String::as_str), &mut problems);
    }
    problems.finish()?;
    if is_renamed {
        usage::require_unused(&tx, before, "name").await?;
    }
    if new != old {
        presets::seal(env, &tx, &mut row, &new).await?;
        usage::follow(env, &tx, viewer, before).await?;
    }
    row.updated_at = env.now();
    let row = row.into_active_model().reset_all().update(&tx).await.on_unique(&CONFLICTS)?;
    tx.commit().await?;
    env.redeployments_arrived();
    Ok(row)
}

/// Deletes a template. Refused while something uses it.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: ConnectionTemplateId,
) -> Result<connection_template::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<connection_template::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    usage::require_unused(&tx, &row, "id").await?;
    rows::delete::<connection_template::Entity>(row.organization_id)
        .filter(connection_template::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(row)
}

fn reference_of(row: &connection_template::Model) -> String {
    presets::reference_to(&row.component_key, &row.connection_key, &row.name)
}

fn check(env: &Env, row: &connection_template::Model, presets: &[Preset], problems: &mut Problems) {
    if !env
        .vocabulary
        .connections(&ComponentRef::named(&row.component_key))
        .contains(&row.connection_key)
    {
        problems.add("connection", "There is no such kind of connection.");
        return;
    }
    let given = presets.iter().filter(|(_, value)| !value.is_empty());
    check_keys(env, row, given.map(|(key, _)| key.as_str()), problems);
    for (key, value) in presets {
        if value.len() > VALUE_BYTES_MAX {
            let message = format!("{key}: this is longer than {VALUE_BYTES_MAX} bytes.");
            problems.add("presets", message);
        }
    }
}

/// Only what the kind of connection takes can be preset.
fn check_keys<'a>(
    env: &Env,
    row: &connection_template::Model,
    keys: impl Iterator<Item = &'a str>,
    problems: &mut Problems,
) {
    let shapes = env.vocabulary.connection_inputs(&row.component_key, &row.connection_key);
    for key in keys {
        let is_it = |known: &flow::InputShape| {
            known.key == key || known.aliases.iter().any(|alias| alias == key)
        };
        if !shapes.iter().any(is_it) {
            problems.add("presets", format!("{key}: the connection has no such input."));
        }
    }
}

async fn check_count(db: &impl ConnectionTrait, organization: OrganizationId) -> Result<(), Error> {
    let all = Viewer::System(organization).rows::<connection_template::Entity>();
    if all.count(db).await? >= TEMPLATES_MAX {
        let limit = format!("an organization has at most {TEMPLATES_MAX} connection templates");
        return Err(Error::LimitReached(limit));
    }
    Ok(())
}
