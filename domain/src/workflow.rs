//! Workflows: integrations that customers build for themselves.
//!
//! A workflow has one flow, a draft and versions like any integration. Enabling it makes the
//! newest version run, in a copy with a URL of its own that no later draft touches.

use entity::integration::Variant;
use entity::{CustomerId, IntegrationId, WorkflowId, customer, instance, integration};
use flow::Definition;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseTransaction, IntoActiveModel, Set};
use serde_json::{Value as Json, json};

use crate::component::Own;
use crate::env::Env;
use crate::error::{Error, Kind, OnUnique};
use crate::event;
use crate::input::Problems;
use crate::instance::{disable_copy, enable_copy};
use crate::integration::{self as integrations, CONFLICTS, Imported, Publish};
use crate::policy::{Action, Noun};
use crate::viewer::{Permit, Viewer};

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Whose draft is replaced; none makes a new workflow.
    pub workflow: Option<WorkflowId>,
    /// Whose a new workflow is; of users of customers, always their customer's.
    pub customer: Option<CustomerId>,
    /// YAML or JSON with one flow; a new workflow without it waits for webhooks and does nothing.
    pub definition: Option<String>,
    /// None takes the name of the definition.
    pub name: Option<String>,
    /// Unique for the customer; empty takes it away.
    pub external_id: Option<String>,
    /// The kind of place in the organization's product that it is made in.
    pub context_key: Option<String>,
    /// JSON text that the product keeps with it.
    pub context_data: Option<String>,
}

/// Texts of an import that were found to be good.
struct Checked {
    name: Option<String>,
    /// Empty takes it away.
    external_id: Option<String>,
    context_key: Option<String>,
    context_data: Option<String>,
}

/// Makes a workflow, or replaces its draft.
pub async fn import(env: &Env, viewer: &Viewer, input: Import) -> Result<Imported, Error> {
    viewer.signed_in()?;
    let checked = check(&input)?;
    let given = input.definition.as_deref().map(integrations::read).transpose()?;
    let tx = env.db.begin().await?;
    let (row, changed) = match input.workflow {
        None => (create(env, viewer, &tx, input.customer, given, checked).await?, None),
        Some(id) => {
            let permit = draft(&tx, viewer, Action::Modify, id).await?;
            let (row, test) = replace(env, &tx, &permit, given, checked).await?;
            event::record_integration_update(env, &tx, viewer, permit.row(), &row).await?;
            (row, test)
        }
    };
    tx.commit().await?;
    env.instances_changed(changed.as_slice());
    env.deliveries_arrived();
    let definition = integrations::definition(&row)?;
    let owner = (row.organization_id, row.customer_id);
    let own = Own::of(env.db.read(), owner, &definition).await?;
    let problems = integrations::check(env, &own, &definition);
    Ok(Imported { integration: row, problems })
}

fn check(input: &Import) -> Result<Checked, Error> {
    let mut problems = Problems::default();
    let name = match &input.name {
        Some(name) => Some(problems.name("name", name)),
        None if input.workflow.is_none() && input.definition.is_none() => {
            Some(problems.name("name", ""))
        }
        None => None,
    };
    if let Some(data) = &input.context_data {
        problems.text("contextData", data);
        if serde_json::from_str::<Json>(data).is_err() {
            problems.add("contextData", "This is not JSON text.");
        }
    }
    let external_id = input.external_id.as_deref();
    let checked = Checked {
        name,
        external_id: external_id.map(|id| problems.external_id(Some(id)).unwrap_or_default()),
        context_key: input.context_key.as_deref().map(|key| problems.line("contextStableKey", key)),
        context_data: input.context_data.clone(),
    };
    problems.finish()?;
    Ok(checked)
}

async fn create(
    env: &Env,
    viewer: &Viewer,
    tx: &DatabaseTransaction,
    customer: Option<CustomerId>,
    given: Option<Definition>,
    checked: Checked,
) -> Result<integration::Model, Error> {
    let customer = owner(tx, viewer, customer).await?;
    let name = checked.name.as_deref();
    let definition = match given {
        Some(definition) => named(definition, name)?,
        None => integrations::parse_stored(&empty(name.unwrap_or_default()).to_string())?,
    };
    integrations::check_flows(Variant::Workflow, &definition)?;
    let row = integration::Model {
        customer_id: Some(customer.row().id),
        variant: Variant::Workflow,
        external_id: checked.external_id.filter(|id| !id.is_empty()),
        context_key: checked.context_key,
        context_data: checked.context_data,
        ..integrations::draft_row(env, customer.row().organization_id, &definition)
    };
    integrations::write_draft(env, viewer, tx, row, &definition).await
}

async fn owner(
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    customer: Option<CustomerId>,
) -> Result<Permit<customer::Entity>, Error> {
    let Some(customer) = customer.or(viewer.customer_id()) else {
        return Err(Error::invalid("customer", "A workflow belongs to a customer: say which."));
    };
    let owner = viewer.permit_within::<customer::Entity>(tx, Noun::Integration, customer).await?;
    if owner.row().is_system {
        return Err(Error::invalid("customer", "This customer has only test instances."));
    }
    if viewer.customer_id().is_some() && !owner.row().allow_embedded_workflow_builder {
        return Err(Error::Forbidden);
    }
    Ok(owner)
}

async fn replace(
    env: &Env,
    tx: &DatabaseTransaction,
    permit: &Permit<integration::Entity>,
    given: Option<Definition>,
    checked: Checked,
) -> Result<(integration::Model, Option<entity::InstanceId>), Error> {
    let name = checked.name.as_deref();
    let definition = match (given, name) {
        (Some(definition), name) => Some(named(definition, name)?),
        (None, None) => None,
        (None, name) => Some(named(integrations::definition_as_written(permit.row())?, name)?),
    };
    let (row, test) = match definition {
        None => (permit.row().clone(), None),
        Some(definition) => {
            integrations::check_flows(Variant::Workflow, &definition)?;
            let (row, test) = integrations::replace_draft(env, tx, permit, &definition).await?;
            (row, Some(test))
        }
    };
    let mut edit = row.into_active_model();
    if let Some(external_id) = checked.external_id {
        edit.external_id = Set(Some(external_id).filter(|id| !id.is_empty()));
    }
    if checked.context_key.is_some() {
        edit.context_key = Set(checked.context_key);
    }
    if checked.context_data.is_some() {
        edit.context_data = Set(checked.context_data);
    }
    edit.updated_at = Set(env.now());
    Ok((edit.update(tx).await.on_unique(&CONFLICTS)?, test))
}

fn named(definition: Definition, name: Option<&str>) -> Result<Definition, Error> {
    match name {
        None => Ok(definition),
        Some(name) => integrations::with_texts(&definition, &[("name", json!(name))]),
    }
}

/// The document of a workflow that nobody has built yet.
fn empty(name: &str) -> Json {
    let webhook = json!({
        "key": "webhook",
        "component": { "key": "webhook-triggers", "version": "LATEST", "isPublic": true },
    });
    let trigger = json!({ "name": "Trigger", "isTrigger": true, "action": webhook });
    let flow = json!({ "name": "Flow 1", "steps": [trigger] });
    json!({ "definitionVersion": 7, "name": name, "flows": [flow] })
}

/// Freezes the draft as the next version, and returns that version. What runs stays what it is.
pub async fn publish(
    env: &Env,
    viewer: &Viewer,
    id: WorkflowId,
    comment: Option<String>,
) -> Result<integration::Model, Error> {
    let permit = draft(env.db.read(), viewer, Action::Release, id).await?;
    let input = Publish { comment, attributes: None };
    integrations::publish(env, viewer, permit.row().id, input).await
}

/// Deletes a workflow with its versions and the copy that runs.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: WorkflowId,
) -> Result<integration::Model, Error> {
    let permit = draft(env.db.read(), viewer, Action::Remove, id).await?;
    integrations::delete(env, viewer, permit.row().id).await
}

/// Makes the newest version run, whatever ran before.
pub async fn enable(env: &Env, viewer: &Viewer, id: WorkflowId) -> Result<instance::Model, Error> {
    let db = env.db.read();
    let draft = draft(db, viewer, Action::Release, id).await?.into_row();
    let versions = integrations::of_sequence(db, draft.organization_id, draft.sequence_id).await?;
    let newest = versions.iter().rev().find(|row| !row.is_draft && row.version_is_available);
    let Some(newest) = newest else {
        return Err(Error::invalid("id", "This workflow has no version yet; publish it first."));
    };
    enable_copy(env, viewer, newest).await
}

/// Pauses what runs; a workflow that does not run stays as it is.
pub async fn disable(env: &Env, viewer: &Viewer, id: WorkflowId) -> Result<instance::Model, Error> {
    let permit = draft(env.db.read(), viewer, Action::Release, id).await?;
    disable_copy(env, viewer, permit.row()).await
}

/// The right to do something with the draft of a workflow, by the id of that or any version.
async fn draft(
    db: &impl ConnectionTrait,
    viewer: &Viewer,
    action: Action,
    id: WorkflowId,
) -> Result<Permit<integration::Entity>, Error> {
    let found = integrations::permit(db, viewer, action, IntegrationId(id.0)).await;
    let permit = match found {
        Ok(permit) if permit.row().variant == Variant::Workflow => permit,
        Ok(_) | Err(Error::NotFound(_)) => return Err(Error::NotFound(Kind::Workflow)),
        Err(error) => return Err(error),
    };
    let draft = integrations::draft_of(db, permit.row()).await?;
    integrations::permit(db, viewer, action, draft.id).await
}
