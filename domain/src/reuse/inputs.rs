//! What was entered for a shared connection, and what it comes to.

use anyhow::Context;
use entity::scoped_variable::Manager;
use entity::{OrganizationId, customer_variable, scoped_variable};
use flow::{EvaluationError, Map};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::instance::{ConnectionInput, ShownInput, evaluated, shown_text};
use crate::secrets::Place;
use crate::viewer::Viewer;

pub(super) type Inputs = Vec<ConnectionInput>;

const SCOPED: &str = "scoped_config_variable.sealed_inputs";
const VALUE: &str = "customer_config_variable.sealed_inputs";

const FIELD: &str = "inputs";
const INPUTS_MAX: usize = 200;
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// Finds what is wrong with inputs. Only the organization composes inputs of others: what a
/// customer enters is taken as it is written.
pub(super) fn check(given: &[ConnectionInput], may_compose: bool, problems: &mut Problems) {
    if given.len() > INPUTS_MAX {
        problems.add(FIELD, format!("There are more than {INPUTS_MAX} inputs."));
    }
    for input in given {
        let name = &input.name;
        problems.name(FIELD, name);
        if input.value.to_string().len() > VALUE_BYTES_MAX {
            problems.add(FIELD, format!("{name}: this is longer than {VALUE_BYTES_MAX} bytes."));
        }
        match input.kind.to_ascii_lowercase().as_str() {
            "value" | "" => {}
            "template" if may_compose => {}
            _ => {
                let known = if may_compose { "`value` or `template`" } else { "`value`" };
                problems.add(FIELD, format!("{name}: the type must be {known}."));
            }
        }
    }
}

/// The inputs after a change: what is not named stays, what is empty goes.
pub(super) fn merged(mut old: Inputs, given: &[ConnectionInput]) -> Inputs {
    crate::instance::merge_inputs(&mut old, given.to_vec());
    old.retain(is_filled);
    old
}

fn is_filled(input: &ConnectionInput) -> bool {
    !input.value.is_null() && input.value.as_str() != Some("")
}

/// Inputs that a customer cannot set, since the scoped variable does.
pub(super) fn check_taken(
    base: &[ConnectionInput],
    given: &[ConnectionInput],
    problems: &mut Problems,
) {
    let is_taken = |input: &&ConnectionInput| {
        is_filled(input) && base.iter().any(|shared| shared.name == input.name)
    };
    for input in given.iter().filter(is_taken) {
        let message = "the shared connection sets this for all customers";
        problems.add(FIELD, format!("{}: {message}.", input.name));
    }
}

/// The inputs of a connection: what all have in common, and what is its own.
pub(super) fn combined(base: &[ConnectionInput], value: Inputs, is_test: bool) -> Inputs {
    let (mut under, over) = if is_test { (base.to_vec(), value) } else { (value, base.to_vec()) };
    crate::instance::merge_inputs(&mut under, over);
    under
}

/// What steps see of the inputs. They know nothing of the instance, so that they are the same for
/// all.
pub(super) fn fields(inputs: &[ConnectionInput]) -> Result<Map, EvaluationError> {
    evaluated(inputs)
}

/// Whether nothing is missing that the kind of connection needs, and nobody has to consent.
pub(super) fn is_ready(
    env: &Env,
    scoped: &scoped_variable::Model,
    inputs: &[ConnectionInput],
) -> bool {
    let (component, connection) = (&scoped.component_key, &scoped.connection_key);
    if env.vocabulary.oauth2(component, connection).is_some() {
        return false;
    }
    let needed = env.vocabulary.connection_inputs(component, connection);
    let mut needed = needed.iter().filter(|shape| shape.required);
    let is_given = |name: &String| inputs.iter().any(|input| input.name == *name);
    let has_all = needed.all(|shape| is_given(&shape.key) || shape.aliases.iter().any(&is_given));
    has_all && !inputs.is_empty()
}

pub(super) async fn of_scoped(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &scoped_variable::Model,
) -> Result<Inputs, Error> {
    open(env, db, row.organization_id, (SCOPED, row.id), row.sealed_inputs.as_deref()).await
}

pub(super) async fn of_value(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &customer_variable::Model,
) -> Result<Inputs, Error> {
    open(env, db, row.organization_id, (VALUE, row.id), row.sealed_inputs.as_deref()).await
}

pub(super) async fn seal_scoped(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &scoped_variable::Model,
    inputs: &[ConnectionInput],
) -> Result<Option<Vec<u8>>, Error> {
    seal(env, db, row.organization_id, (SCOPED, row.id), inputs).await
}

pub(super) async fn seal_value(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &customer_variable::Model,
    inputs: &[ConnectionInput],
) -> Result<Option<Vec<u8>>, Error> {
    seal(env, db, row.organization_id, (VALUE, row.id), inputs).await
}

async fn open(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    (column, id): (&'static str, impl Into<Uuid>),
    sealed: Option<&[u8]>,
) -> Result<Inputs, Error> {
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    let plain = env.secrets.open(db, organization, Place::new(column, id), sealed).await?;
    Ok(serde_json::from_slice(&plain).context("reading inputs of a shared connection")?)
}

async fn seal(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    (column, id): (&'static str, impl Into<Uuid>),
    inputs: &[ConnectionInput],
) -> Result<Option<Vec<u8>>, Error> {
    if inputs.is_empty() {
        return Ok(None);
    }
    let plain = serde_json::to_vec(inputs).context("writing inputs of a shared connection")?;
    let place = Place::new(column, id);
    Ok(Some(env.secrets.seal(db, organization, place, &plain).await?))
}

/// The inputs of a shared connection, as people get to see them. Secrets are never shown, and users
/// of customers see no more of what is set for all than that it is. A value shows both.
pub async fn shown(
    env: &Env,
    viewer: &Viewer,
    scoped: &scoped_variable::Model,
    value: Option<&customer_variable::Model>,
) -> Result<Vec<ShownInput>, Error> {
    let db = env.db.read();
    let base = of_scoped(env, db, scoped).await?;
    let open = env.vocabulary.open_inputs(&scoped.component_key, &scoped.connection_key);
    let is_customer = viewer.customer_id().is_some();
    let is_readable = |input: &ConnectionInput| {
        let is_shared = base.iter().any(|shared| shared.name == input.name);
        open.contains(&input.name) && !(is_customer && is_shared)
    };
    let all = match value {
        Some(value) => combined(&base, of_value(env, db, value).await?, value.is_test),
        None => base.clone(),
    };
    let shown = all.into_iter().map(|input| ShownInput {
        has_value: is_filled(&input),
        value: if is_readable(&input) { shown_text(&input.value) } else { String::new() },
        visible_to_customers: scoped.managed_by == Manager::Customer,
        visible_to_organization: true,
        meta: input.meta.map(|meta| meta.to_string()),
        kind: input.kind,
        name: input.name,
    });
    Ok(shown.collect())
}
