//! The values of config variables that an instance keeps.

use std::collections::HashMap;
use std::fmt;

use anyhow::Context;
use entity::{CustomerVariableId, config_value, instance, user_level_config, user_level_value};
use flow::Definition;
use flow::definition::ConfigVar;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{config_check, connections, inputs, shared};
use crate::connection_template::{self as templates, Templates};
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

const FIELD: &str = "configVariables";
const VALUE_BYTES_MAX: usize = 1024 * 1024;

/// A value for one config variable.
#[derive(Clone, Default)]
pub struct ConfigInput {
    /// The key of the variable, which is the name people see.
    pub key: String,
    pub value: Option<String>,
    /// Inputs of a connection: JSON text of a list of `{name, type, value}`.
    pub values: Option<String>,
    pub schedule_type: Option<String>,
    pub time_zone: Option<String>,
    /// The connection of the customer to use, of those that are shared.
    pub customer_variable: Option<CustomerVariableId>,
}

impl fmt::Debug for ConfigInput {
    /// Values may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConfigInput").field("key", &self.key).finish_non_exhaustive()
    }
}

/// One stored input of a connection.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionInput {
    pub name: String,
    /// The type of an expression; plain text is `value`.
    #[serde(rename = "type", default = "plain")]
    pub kind: String,
    #[serde(default)]
    pub value: Json,
    /// Settings of whoever wrote it, as they were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Json>,
}

fn plain() -> String {
    "value".to_owned()
}

/// What happens to variables that are not named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// They return to their defaults.
    Replace,
    /// They stay as they are.
    Merge,
}

pub(super) struct Change<'a> {
    pub definition: &'a Definition,
    pub mode: Mode,
}

/// The stored values of an instance by their keys.
pub(crate) type Values = HashMap<String, config_value::Model>;

/// Whose values are meant: those of an instance, or of one of its users.
#[derive(Clone, Copy)]
pub(super) struct Holder<'a> {
    pub instance: &'a instance::Model,
    pub user: Option<&'a user_level_config::Model>,
}

impl<'a> Holder<'a> {
    pub fn instance(instance: &'a instance::Model) -> Self {
        Self { instance, user: None }
    }

    /// Whether a variable is kept here. A test instance stands for all users.
    pub fn keeps(self, definition: &Definition, key: &str) -> bool {
        match self.user {
            Some(_) => definition.is_user_level(key),
            None => self.instance.is_system || !definition.is_user_level(key),
        }
    }

    async fn values(self, db: &impl ConnectionTrait) -> Result<Values, Error> {
        match self.user {
            Some(config) => values_of_config(db, config).await,
            None => values_of(db, self.instance).await,
        }
    }

    /// Writes values in the place of all that were there.
    async fn replace(
        self,
        tx: &DatabaseTransaction,
        rows: Vec<config_value::Model>,
    ) -> Result<(), Error> {
        let organization = self.instance.organization_id;
        if let Some(config) = self.user {
            rows::delete::<user_level_value::Entity>(organization)
                .filter(user_level_value::Column::ConfigId.eq(config.id))
                .exec(tx)
                .await?;
            let of = (config.id, config.user_id);
            let rows = rows.into_iter().map(|row| user_level_value::Model::of(row, of));
            rows::insert_all::<user_level_value::Entity>(tx, rows.collect()).await?;
        } else {
            rows::delete::<config_value::Entity>(organization)
                .filter(config_value::Column::InstanceId.eq(self.instance.id))
                .exec(tx)
                .await?;
            rows::insert_all::<config_value::Entity>(tx, rows).await?;
        }
        Ok(())
    }
}

/// The stored values of a user by their keys.
pub(super) async fn values_of_config(
    db: &impl ConnectionTrait,
    config: &user_level_config::Model,
) -> Result<Values, Error> {
    let stored = Viewer::System(config.organization_id)
        .rows::<user_level_value::Entity>()
        .filter(user_level_value::Column::ConfigId.eq(config.id))
        .all(db)
        .await?;
    let values = stored.into_iter().map(user_level_value::Model::into_value);
    Ok(values.map(|value| (value.key.clone(), value)).collect())
}

pub(super) async fn values_of(
    db: &impl ConnectionTrait,
    row: &instance::Model,
) -> Result<Values, Error> {
    let stored = Viewer::System(row.organization_id)
        .rows::<config_value::Entity>()
        .filter(config_value::Column::InstanceId.eq(row.id))
        .all(db)
        .await?;
    Ok(stored.into_iter().map(|value| (value.key.clone(), value)).collect())
}

/// Stores values, and says whether that changed anything.
pub(super) async fn apply(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    holder: Holder<'_>,
    change: &Change<'_>,
    inputs: &[ConfigInput],
) -> Result<bool, Error> {
    let row = holder.instance;
    let checked = check(viewer, holder, change.definition, inputs)?;
    let old = holder.values(tx).await?;
    let links = shared::links(tx, row, change.definition, &old).await?;
    shared::check(tx, viewer, (holder, change.definition), &links, inputs).await?;
    let templates = templates::templates_of(tx, row.organization_id, change.definition);
    check_preset(&templates.await?, &checked)?;
    let is_hidden = |key: &str| {
        let variable = change.definition.config_var(key);
        variable.is_some_and(|it| it.org_only) || shared::is_managed(&links, key)
    };
    // Customers' users never touch what only the organization sets.
    let is_kept = |key: &str| {
        change.mode == Mode::Merge || (viewer.customer_id().is_some() && is_hidden(key))
    };
    let mut new: Values =
        old.iter().filter(|(key, _)| is_kept(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    for (input, connection) in checked {
        let previous = old.get(&input.key);
        let value = stored(env, tx, row, input, connection, previous).await?;
        new.insert(input.key.clone(), value);
    }
    if new == old {
        return Ok(false);
    }
    let mut rows: Vec<_> = new.into_values().collect();
    rows.sort_by_key(|row| row.id);
    holder.replace(tx, rows).await?;
    connections::keep(env, tx, holder, change.definition).await?;
    Ok(true)
}

type Checked<'a> = Vec<(&'a ConfigInput, Option<Vec<ConnectionInput>>)>;

/// Finds everything that is wrong with the inputs at once.
fn check<'a>(
    viewer: &Viewer,
    holder: Holder<'_>,
    definition: &Definition,
    inputs: &'a [ConfigInput],
) -> Result<Checked<'a>, Error> {
    let mut problems = Problems::default();
    let mut checked = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let Some(variable) = definition.config_var(&input.key) else {
            problems.add(FIELD, unknown(definition, &input.key));
            continue;
        };
        let key = &input.key;
        if viewer.customer_id().is_some() && variable.org_only {
            problems.add(FIELD, format!("{key}: only the organization sets this."));
        }
        if !holder.keeps(definition, key) {
            let whose = if holder.user.is_some() { "the instance has" } else { "each user sets" };
            problems.add(FIELD, format!("{key}: {whose} this."));
        }
        if inputs[..index].iter().any(|earlier| earlier.key == *key) {
            problems.add(FIELD, format!("{key}: this is given twice."));
        }
        if input.value.as_ref().is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
            problems.add(FIELD, format!("{key}: this is longer than {VALUE_BYTES_MAX} bytes."));
        }
        if let Err(message) = config_check::check(variable, input) {
            problems.add(FIELD, format!("{key}: {message}."));
        }
        let connection: Result<Option<Vec<ConnectionInput>>, _> =
            input.values.as_deref().map(serde_json::from_str).transpose();
        if let Ok(connection) = connection {
            let inputs = connection.iter().flatten().filter(|_| viewer.customer_id().is_some());
            for name in names_of_org_only(variable, inputs) {
                problems.add(FIELD, format!("{key}: only the organization sets `{name}`."));
            }
            checked.push((input, connection));
        } else {
            let message = "`values` must be the JSON text of a list of {name, type, value}";
            problems.add(FIELD, format!("{key}: {message}."));
        }
    }
    problems.finish()?;
    Ok(checked)
}

/// Nobody sets what a template presets: it would have no effect.
fn check_preset(templates: &Templates, checked: &Checked<'_>) -> Result<(), Error> {
    let mut problems = Problems::default();
    for (input, connection) in checked {
        let Some(template) = templates.get(&input.key) else { continue };
        for given in connection.iter().flatten().filter(|it| !inputs::text(&it.value).is_empty()) {
            if template.input_keys.0.contains(&given.name) {
                let message = format!("{}: a template sets `{}`.", input.key, given.name);
                problems.add(FIELD, message);
            }
        }
    }
    problems.finish()
}

/// Which of these inputs of a connection customers may not set.
fn names_of_org_only<'a>(
    variable: &'a ConfigVar,
    inputs: impl Iterator<Item = &'a ConnectionInput>,
) -> impl Iterator<Item = &'a str> {
    let names = inputs.map(|input| input.name.as_str());
    names.filter(|name| {
        variable.inputs.get(*name).is_some_and(flow::definition::ConfigInput::org_only)
    })
}

fn unknown(definition: &Definition, key: &str) -> String {
    let known: Vec<_> = definition.config_vars.iter().map(|it| it.key.as_str()).collect();
    if known.is_empty() {
        return format!("There is no config variable `{key}`: the integration has none.");
    }
    format!("There is no config variable `{key}`. There are: {}.", known.join(", "))
}

/// The row of a value; one that says the same as before is the row from before.
async fn stored(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    input: &ConfigInput,
    connection: Option<Vec<ConnectionInput>>,
    previous: Option<&config_value::Model>,
) -> Result<config_value::Model, Error> {
    let id = previous.map_or_else(|| env.ids.next(), |previous| previous.id);
    let mut value = config_value::Model {
        id,
        organization_id: row.organization_id,
        customer_id: row.customer_id,
        instance_id: row.id,
        key: input.key.clone(),
        value: input.value.clone(),
        sealed_inputs: previous.and_then(|previous| previous.sealed_inputs.clone()),
        schedule_type: input.schedule_type.as_ref().map(|kind| kind.to_ascii_lowercase()),
        time_zone: input.time_zone.clone(),
        customer_variable_id: input.customer_variable,
        updated_at: previous.map_or_else(|| env.now(), |previous| previous.updated_at),
    };
    if let Some(connection) = connection {
        let mut inputs = match previous {
            Some(previous) => open_inputs(env, tx, previous).await?,
            None => Vec::new(),
        };
        let before = inputs.clone();
        merge(&mut inputs, connection);
        if inputs != before || value.sealed_inputs.is_none() {
            let plain = serde_json::to_vec(&inputs).context("writing connection inputs")?;
            let place = Place::new("config_value.sealed_inputs", id);
            let sealed = env.secrets.seal(tx, row.organization_id, place, &plain).await?;
            value.sealed_inputs = Some(sealed);
        }
    }
    if previous.is_none_or(|previous| *previous != value) {
        value.updated_at = env.now();
    }
    Ok(value)
}

/// Secret inputs are never shown, so clients cannot send them back: what is not named stays.
pub(crate) fn merge(inputs: &mut Vec<ConnectionInput>, new: Vec<ConnectionInput>) {
    for input in new {
        match inputs.iter_mut().find(|old| old.name == input.name) {
            Some(old) => *old = input,
            None => inputs.push(input),
        }
    }
}

/// The inputs of a connection, secrets included. Only for freezing them into a deployment.
pub(super) async fn open_inputs(
    env: &Env,
    db: &impl ConnectionTrait,
    value: &config_value::Model,
) -> Result<Vec<ConnectionInput>, Error> {
    let Some(sealed) = &value.sealed_inputs else {
        return Ok(Vec::new());
    };
    let place = Place::new("config_value.sealed_inputs", value.id);
    let plain = env.secrets.open(db, value.organization_id, place, sealed).await?;
    Ok(serde_json::from_slice(&plain).context("reading connection inputs")?)
}
