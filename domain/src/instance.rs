//! Instances: an integration version, configured for one customer.
//!
//! What is stored here is what the next deployment will freeze; what runs is the last deployment.

mod config;
mod config_check;
mod configured;
mod connections;
mod copy;
mod deploy;
mod flows;
mod inputs;
mod remove;
mod resolve;
mod shared;
mod test_instance;
#[cfg(test)]
mod tests;
mod upgrade;
mod users;
mod version;
pub mod wizard;

use entity::{CustomerId, InstanceId, InstanceProfileId, IntegrationId};
use entity::{customer, instance, integration};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, Set};

use crate::alert::{self, Trigger};
use crate::connection_template::templates_of;
use crate::env::Env;
use crate::error::{Error, OnUnique, Unique};
use crate::event::{self, EventType};
use crate::input::Problems;
use crate::instance_profile;
use crate::integration as integrations;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::schedule;
use crate::usage;
use crate::viewer::Viewer;

use config::Holder;
pub use config::{ConfigInput, ConnectionInput};
pub(crate) use config::{Mode, Values, merge as merge_inputs};
pub use configured::is_configured;
pub(crate) use connections::place_of;
pub use connections::{
    Configured, Names, by_key, connection_to_change, disconnect, oauth2, update_connection,
};
pub(crate) use copy::{disable_copy, enable_copy};
pub use deploy::deploy;
pub(crate) use deploy::{deploy_on_behalf, deploy_queued};
pub(crate) use flows::configs_of;
pub use flows::{FlowInput, api_keys, trigger_url, webhook_url};
pub(crate) use inputs::text as shown_text;
pub use inputs::{ShownInput, shown_inputs};
pub use remove::delete;
pub(crate) use remove::{flow_configs_of, mark};
pub(crate) use resolve::value_of as connection_value;
pub(crate) use shared::evaluated;
pub use test_instance::{
    LISTENING_SECONDS_MAX, ensure_test_deployment, is_listening, test_instance_of,
};
pub(crate) use test_instance::{deploy_draft, keep_test_instance};
pub use upgrade::upgrade_all;
pub(crate) use users::{overlay_of_user, save_of_user};
use version::{check_choice, selected_version, version_of};

#[derive(Clone, Debug)]
pub struct Create {
    pub name: String,
    pub description: Option<String>,
    pub customer: CustomerId,
    pub integration: IntegrationId,
    /// None takes over the labels of the integration.
    pub labels: Option<Vec<String>>,
    pub config_variables: Vec<ConfigInput>,
    pub flow_configs: Vec<FlowInput>,
    pub outputs: Outputs,
}

/// What its executions leave behind. What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    /// None follows the default of the organization.
    pub profile: Option<Option<InstanceProfileId>>,
    pub logs_disabled: Option<bool>,
    pub step_results_disabled: Option<bool>,
}

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    pub labels: Option<Vec<String>>,
    pub enabled: Option<bool>,
    pub global_debug: Option<bool>,
    /// Another version of the same integration, newer or older.
    pub integration: Option<IntegrationId>,
    /// The whole set: a variable that is not in it returns to its default.
    pub config_variables: Option<Vec<ConfigInput>>,
    pub flow_configs: Option<Vec<FlowInput>>,
    pub outputs: Outputs,
    /// Leaves the mark that a deployment is needed as it was.
    pub preserve_deploy_state: bool,
}

const CONFLICTS: [Unique; 1] = [Unique {
    index: "instance_customer_id_name",
    field: "name",
    message: "Another instance of this customer has this name.",
}];

/// Makes an instance. It runs nothing until it is deployed.
pub async fn create(env: &Env, viewer: &Viewer, input: Create) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let customer = viewer
        .permit_within::<customer::Entity>(&tx, Noun::Instance, input.customer)
        .await?
        .into_row();
    let version = version_of(&tx, viewer, input.integration).await?;
    check_choice(&tx, viewer, &version, &customer).await?;
    let mut problems = Problems::default();
    let row = instance::Model {
        name: problems.name("name", &input.name),
        description: problems.text("description", &input.description.unwrap_or_default()),
        labels: match &input.labels {
            Some(labels) => problems.labels(labels),
            None => version.labels.clone(),
        },
        ..new_row(env, env.ids.next(), &customer, &version)
    };
    problems.finish()?;
    let definition = integrations::definition(&version)?;
    let named = definition.default_instance_profile.as_deref();
    let profile_id = instance_profile::named(&tx, row.organization_id, named).await?;
    let row = instance::Model { profile_id, ..row };
    let row = input.outputs.of(&tx, viewer, &row).await?;
    let row = rows::insert::<instance::Entity>(&tx, row).await.on_unique(&CONFLICTS)?;
    let change = config::Change { definition: &definition, mode: Mode::Replace };
    config::apply(env, &tx, viewer, Holder::instance(&row), &change, &input.config_variables)
        .await?;
    let flows = integrations::flows_of(&tx, row.organization_id, version.id).await?;
    flows::sync(env, &tx, &row, &flows).await?;
    flows::apply(env, &tx, &row, &input.flow_configs).await?;
    event::record_of_instance(env, &tx, viewer, EventType::InstanceCreated, &row).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    env.authorizations.nudge();
    Ok(row)
}

/// An instance of a version before anybody has said anything about it.
fn new_row(
    env: &Env,
    id: InstanceId,
    customer: &customer::Model,
    version: &integration::Model,
) -> instance::Model {
    let now = env.now();
    instance::Model {
        id,
        organization_id: customer.organization_id,
        customer_id: customer.id,
        integration_id: version.id,
        variant: version.variant,
        name: version.name.clone(),
        description: String::new(),
        labels: version.labels.clone(),
        enabled: true,
        is_system: false,
        global_debug: false,
        listening_until: None,
        needs_deploy: true,
        deployment_id: None,
        deployed_version: 0,
        last_deployed_at: None,
        profile_id: None,
        logs_disabled: false,
        step_results_disabled: false,
        created_at: now,
        updated_at: now,
        removed_at: None,
    }
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    input: Update,
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<instance::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.row();
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    if let Some(description) = &input.description {
        edit.description = Set(problems.text("description", description));
    }
    if let Some(labels) = &input.labels {
        edit.labels = Set(problems.labels(labels));
    }
    problems.finish()?;
    if let Some(enabled) = input.enabled {
        edit.enabled = Set(enabled);
        switch(env, &tx, row, enabled).await?;
    }
    if let Some(debug) = input.global_debug {
        edit.global_debug = Set(debug);
    }
    let outputs = input.outputs.of(&tx, viewer, row).await?;
    edit.profile_id = Set(outputs.profile_id);
    edit.logs_disabled = Set(outputs.logs_disabled);
    edit.step_results_disabled = Set(outputs.step_results_disabled);
    let version = selected_version(&tx, viewer, row, input.integration).await?;
    let mut is_changed = false;
    let mut needs_deploy = version.id != row.integration_id;
    if needs_deploy {
        edit.integration_id = Set(version.id);
        let flows = integrations::flows_of(&tx, row.organization_id, version.id).await?;
        flows::sync(env, &tx, row, &flows).await?;
    }
    if let Some(variables) = &input.config_variables {
        let definition = integrations::definition(&version)?;
        let change = config::Change { definition: &definition, mode: Mode::Replace };
        needs_deploy |=
            config::apply(env, &tx, viewer, Holder::instance(row), &change, variables).await?;
    }
    if let Some(flow_configs) = &input.flow_configs {
        is_changed = flows::apply(env, &tx, row, flow_configs).await?;
    }
    is_changed |= needs_deploy;
    if needs_deploy && !input.preserve_deploy_state {
        edit.needs_deploy = Set(true);
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await.on_unique(&CONFLICTS)?;
    if updated.enabled != permit.row().enabled {
        usage::follow(env, &tx, &updated).await?;
    }
    record_update(env, &tx, viewer, (permit.row(), &updated), is_changed).await?;
    tx.commit().await?;
    env.instances_changed(&[id]);
    env.authorizations.nudge();
    env.alerts_arrived();
    env.schedules_changed();
    env.work_arrived();
    env.deliveries_arrived();
    Ok(updated)
}

/// Writes what an update was: of what is stored, of whether it runs, or of nothing.
async fn record_update(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    (before, after): (&instance::Model, &instance::Model),
    is_changed: bool,
) -> Result<(), Error> {
    let otherwise_same = instance::Model {
        enabled: after.enabled,
        needs_deploy: after.needs_deploy,
        updated_at: after.updated_at,
        ..before.clone()
    };
    if is_changed || *after != otherwise_same {
        event::record_of_instance(env, tx, viewer, EventType::InstanceUpdated, after).await?;
    }
    if after.enabled == before.enabled {
        return Ok(());
    }
    let switched =
        if after.enabled { EventType::InstanceEnabled } else { EventType::InstanceDisabled };
    event::record_of_instance(env, tx, viewer, switched, after).await
}

/// Changes the named config variables and leaves the others. Takes effect with the next deployment.
pub async fn update_config_variables(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    variables: Vec<ConfigInput>,
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<instance::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.row();
    let version = Viewer::System(row.organization_id)
        .find::<integration::Entity>(&tx, row.integration_id)
        .await?;
    let definition = integrations::definition(&version)?;
    let change = config::Change { definition: &definition, mode: Mode::Merge };
    let mut edit = permit.edit();
    let is_changed =
        config::apply(env, &tx, viewer, Holder::instance(row), &change, &variables).await?;
    if is_changed {
        edit.needs_deploy = Set(true);
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    record_update(env, &tx, viewer, (row, &updated), is_changed).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    env.authorizations.nudge();
    Ok(updated)
}

/// Pauses an instance, or lets it run again.
pub async fn set_enabled(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    enabled: bool,
) -> Result<instance::Model, Error> {
    update(env, viewer, id, Update { enabled: Some(enabled), ..Update::default() }).await
}

/// Pauses an instance for somebody who may change what it uses.
pub(crate) async fn disable_on_behalf(
    env: &Env,
    actor: &Viewer,
    id: InstanceId,
) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let system = Viewer::System(actor.signed_in()?);
    let permit = system.permit::<instance::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.row();
    if !row.enabled || row.removed_at.is_some() {
        return Ok(());
    }
    switch(env, &tx, row, false).await?;
    let mut edit = permit.edit();
    edit.enabled = Set(false);
    edit.updated_at = Set(env.now());
    let paused = edit.update(&tx).await?;
    usage::follow(env, &tx, &paused).await?;
    record_update(env, &tx, actor, (row, &paused), false).await?;
    tx.commit().await?;
    env.instances_changed(&[id]);
    env.alerts_arrived();
    env.schedules_changed();
    env.deliveries_arrived();
    Ok(())
}

/// Makes what belongs to an instance stop or go on with it.
async fn switch(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    enabled: bool,
) -> Result<(), Error> {
    if enabled != row.enabled {
        schedule::set_enabled(env, tx, row, enabled).await?;
        let trigger = if enabled { Trigger::InstanceEnabled } else { Trigger::InstanceDisabled };
        alert::instance_changed(env, tx, row.organization_id, &[row.id], trigger).await?;
    }
    jobs::hold(tx, row.organization_id, row.id, !enabled).await?;
    Ok(())
}

/// Whether the configuration lacks nothing that a deployment needs.
pub async fn lacks_configuration(env: &Env, row: &instance::Model) -> Result<bool, Error> {
    let version = Viewer::System(row.organization_id)
        .find::<integration::Entity>(env.db.read(), row.integration_id)
        .await?;
    let definition = integrations::definition(&version)?;
    let values = config::values_of(env.db.read(), row).await?;
    let links = shared::links(env.db.read(), row, &definition, &values).await?;
    let templates = templates_of(env.db.read(), row.organization_id, &definition).await?;
    let holder = Holder::instance(row);
    let mut kept = definition.config_vars.iter().filter(|it| holder.keeps(&definition, &it.key));
    Ok(kept.any(|variable| {
        if variable.scoped_config_var.is_some() {
            return !links.get(&variable.key).is_some_and(|link| link.is_configured(env));
        }
        let described = (variable, templates.get(&variable.key));
        !is_configured(env, described, values.get(&variable.key))
    }))
}
