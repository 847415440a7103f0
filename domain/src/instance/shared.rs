//! What the configuration of an instance says of shared connections.

use std::collections::HashMap;

use entity::scoped_variable::Manager;
use entity::{customer_variable, instance, integration};
use flow::{Definition, EvaluationError, Map};
use sea_orm::ConnectionTrait;

use super::config::{ConfigInput, ConnectionInput, Holder, Values, values_of};
use super::resolve;
use crate::error::Error;
use crate::input::Problems;
use crate::reuse::{self, Deployed, Link};
use crate::viewer::Viewer;

const FIELD: &str = "configVariables";

/// The shared connections of an instance, by its config variables.
pub(super) type Links = HashMap<String, Link>;

pub(super) async fn links(
    db: &impl ConnectionTrait,
    row: &instance::Model,
    definition: &Definition,
    values: &Values,
) -> Result<Links, Error> {
    if definition.config_vars.iter().all(|variable| variable.scoped_config_var.is_none()) {
        return Ok(Links::new());
    }
    let system = Viewer::System(row.organization_id);
    let version = system.find::<integration::Entity>(db, row.integration_id).await?;
    reuse::links_of(db, row, version.customer_id, (definition, values)).await
}

/// The shared connections of an instance, as it is configured now.
pub(super) async fn connected(
    db: &impl ConnectionTrait,
    row: &instance::Model,
    definition: &Definition,
) -> Result<Vec<Deployed>, Error> {
    let links = links(db, row, definition, &values_of(db, row).await?).await?;
    let connected = links.into_iter().filter(|(_, link)| link.is_connected());
    Ok(connected.map(|(key, link)| link.deployed(key)).collect())
}

/// Whether only the organization has a say in this variable.
pub(super) fn is_managed(links: &Links, key: &str) -> bool {
    links.get(key).is_some_and(|link| link.scoped.managed_by == Manager::Org)
}

/// Finds what is wrong with the connections that were chosen.
pub(super) async fn check(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    (holder, definition): (Holder<'_>, &Definition),
    links: &Links,
    inputs: &[ConfigInput],
) -> Result<(), Error> {
    let mut problems = Problems::default();
    for input in inputs {
        let key = &input.key;
        let variable = definition.config_var(key);
        let Some(stable_key) = variable.and_then(|it| it.scoped_config_var.as_ref()) else {
            if input.customer_variable.is_some() {
                problems.add(FIELD, format!("{key}: this is no shared connection."));
            }
            continue;
        };
        if viewer.customer_id().is_some() && is_managed(links, key) {
            problems.add(FIELD, format!("{key}: only the organization sets this."));
        }
        if input.value.is_some() || input.values.is_some() {
            let message = "this is a shared connection: name one with `customerConfigVariableId`";
            problems.add(FIELD, format!("{key}: {message}."));
        }
        let Some(chosen) = input.customer_variable else { continue };
        let Some(link) = links.get(key) else {
            problems.add(FIELD, format!("{key}: there is no shared connection `{stable_key}`."));
            continue;
        };
        let found = viewer.find::<customer_variable::Entity>(db, chosen).await;
        let is_it = match found {
            Ok(value) => {
                value.scoped_variable_id == link.scoped.id
                    && value.customer_id == Some(holder.instance.customer_id)
            }
            Err(Error::NotFound(_)) => false,
            Err(error) => return Err(error),
        };
        if !is_it {
            let message = format!("{key}: the customer has no such connection for this.");
            problems.add(FIELD, message);
        }
    }
    problems.finish()
}

/// What a shared connection comes to on its own.
pub(crate) fn evaluated(inputs: &[ConnectionInput]) -> Result<Map, EvaluationError> {
    let inputs: Vec<_> =
        inputs.iter().map(|it| (it.name.as_str(), resolve::expression(it))).collect();
    resolve::fields(&inputs, &Map::new())
}
