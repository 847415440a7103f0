//! Deploying: the stored configuration is frozen and becomes what runs.

use entity::execution::InvokeType;
use entity::{InstanceId, deployment, flow_config, instance, integration, redeployment};
use flow::definition::{ConfigVar, EndpointSecurity, Flow};
use flow::{Definition, Map};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, Set};

use super::config::{Holder, values_of};
use super::flows::configs_of;
use super::{config_check, connections, flows, is_configured, resolve, shared};
use crate::alert;
use crate::component::Own;
use crate::connection_template::templates_of;
use crate::deployment::seal_config;
use crate::env::Env;
use crate::error::{Error, Kind, WHOLE_INPUT};
use crate::event::{self, EventType};
use crate::execution::{Origin, Request, Start};
use crate::input::Problems;
use crate::integration as integrations;
use crate::policy::Action;
use crate::reuse::{self, Link};
use crate::rows;
use crate::schedule;
use crate::usage;
use crate::viewer::{Permit, Viewer};

/// Component and key of the triggers that a deployment can start.
const DEPLOY_TRIGGER: (&str, &str) = ("management-triggers", "instanceDeploy");
const RECURSIVE_TRIGGER: (&str, &str) = ("recursive-flow", "recursiveTrigger");

/// The input by which a recursive flow asks to be started.
const RUN_ON_DEPLOY: &str = "runOnDeploy";

/// Makes the stored configuration the running one, and starts the flows that wait for that.
/// With `force`, config variables may be without values.
pub async fn deploy(
    env: &Env,
    viewer: &Viewer,
    id: InstanceId,
    force: bool,
) -> Result<instance::Model, Error> {
    deploy_as(env, (viewer, viewer), id, force).await
}

/// Deploys an instance for somebody who has changed what it uses.
pub(crate) async fn deploy_on_behalf(
    env: &Env,
    actor: &Viewer,
    id: InstanceId,
) -> Result<instance::Model, Error> {
    let system = Viewer::System(actor.signed_in()?);
    deploy_as(env, (&system, actor), id, false).await
}

/// Deploys an instance that waits for it in the queue, in the name of who queued it.
pub(crate) async fn deploy_queued(
    env: &Env,
    actor: &Viewer,
    row: &redeployment::Model,
) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    if !crate::redeployment::take(&tx, row.organization_id, row.instance_id).await? {
        return Ok(());
    }
    let system = Viewer::System(row.organization_id);
    let permit = system.permit(&tx, Action::Release, row.instance_id).await?;
    let (_, started) = deploy_within(env, &tx, actor, &permit, false).await?;
    tx.commit().await?;
    announce(env, row.instance_id, started);
    Ok(())
}

/// With the rights of the one, in the name of the other.
async fn deploy_as(
    env: &Env,
    (rights, actor): (&Viewer, &Viewer),
    id: InstanceId,
    force: bool,
) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = rights.permit::<instance::Entity>(&tx, Action::Release, id).await?;
    let (deployed, started) = deploy_within(env, &tx, actor, &permit, force).await?;
    tx.commit().await?;
    announce(env, id, started);
    Ok(deployed)
}

/// Deploys in a transaction of the caller, who says so to everybody when it is committed; also
/// returns whether flows are queued.
pub(super) async fn deploy_within(
    env: &Env,
    tx: &DatabaseTransaction,
    actor: &Viewer,
    permit: &Permit<instance::Entity>,
    force: bool,
) -> Result<(instance::Model, bool), Error> {
    let row = permit.row();
    if row.removed_at.is_some() {
        return Err(Error::NotFound(Kind::Instance));
    }
    let version = Viewer::System(row.organization_id)
        .find::<integration::Entity>(tx, row.integration_id)
        .await?;
    let definition = integrations::definition(&version)?;
    let owner = (row.organization_id, version.customer_id);
    let own = Own::of(tx, owner, &definition).await?;
    let problems = integrations::check(env, &own, &definition);
    if !problems.is_empty() {
        let problems = integrations::as_input_problems(WHOLE_INPUT, &problems);
        return Err(Error::Invalid(problems));
    }
    let definition = own.pin(definition);
    if !force {
        require_configuration(env, tx, row, &definition).await?;
    }
    if version.is_draft {
        // Versions never change, but a draft may have got other flows since it was chosen.
        let flows = integrations::flows_of(tx, row.organization_id, version.id).await?;
        flows::sync(env, tx, row, &flows).await?;
    }
    let deployed = freeze(env, tx, permit, &version, &definition).await?;
    alert::deployed(tx, &deployed, env.now()).await?;
    usage::follow(env, tx, &deployed).await?;
    let started = start_deploy_flows(env, tx, &deployed, &definition).await?;
    event::record_of_instance(env, tx, actor, EventType::InstanceDeployed, &deployed).await?;
    Ok((deployed, started))
}

/// Tells everybody of a deployment.
pub(super) fn announce(env: &Env, id: InstanceId, started: bool) {
    env.instances_changed(&[id]);
    env.deliveries_arrived();
    env.authorizations.nudge();
    env.alerts_arrived();
    env.schedules_changed();
    if started {
        env.work_arrived();
    }
}

/// Everything that is still to be configured. A value may also have stopped fitting its variable
/// when the version changed.
async fn require_configuration(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &instance::Model,
    definition: &Definition,
) -> Result<(), Error> {
    let values = values_of(tx, row).await?;
    let links = shared::links(tx, row, definition, &values).await?;
    let templates = templates_of(tx, row.organization_id, definition).await?;
    let mut problems = Problems::default();
    let holder = Holder::instance(row);
    let is_kept = |variable: &&ConfigVar| holder.keeps(definition, &variable.key);
    for variable in definition.config_vars.iter().filter(is_kept) {
        if let Some(stable_key) = &variable.scoped_config_var {
            if let Err(message) = check_link(env, stable_key, links.get(&variable.key)) {
                problems.add("configVariables", format!("{}: {message}.", variable.key));
            }
            continue;
        }
        let template = templates.get(&variable.key);
        if let (Some(name), None) = (&variable.connection_template, template) {
            let message = format!("{}: there is no connection template `{name}`.", variable.key);
            problems.add("configVariables", message);
            continue;
        }
        let value = values.get(&variable.key);
        let fits = value.map_or(Ok(()), |value| config_check::check_stored(variable, value));
        let verdict = match fits {
            Ok(()) if !is_configured(env, (variable, template), value) => {
                Err("this has no value and no default".to_owned())
            }
            fits => fits,
        };
        if let Err(message) = verdict {
            problems.add("configVariables", format!("{}: {message}.", variable.key));
        }
    }
    let configs = configs_of(tx, row).await?;
    for flow in &definition.flows {
        let key = flow.stable_key();
        let config = configs.iter().find(|config| config.flow_key == key);
        let has_keys = config.is_some_and(|config| config.sealed_api_keys.is_some());
        if flow.endpoint_security == EndpointSecurity::CustomerRequired && !has_keys {
            let message = format!("Flow {}: its endpoint needs an API key.", flow.name);
            problems.add("flowConfigs", message);
        }
    }
    problems.finish()
}

/// What a shared connection lacks.
fn check_link(env: &Env, stable_key: &str, link: Option<&Link>) -> Result<(), String> {
    match link {
        None => Err(format!("there is no shared connection `{stable_key}`")),
        Some(link) if !link.is_connected() && link.scoped.build_only => {
            Err(format!("the shared connection `{stable_key}` is for test runs only"))
        }
        Some(link) if !link.is_connected() => {
            Err(format!("the customer has no connection for `{stable_key}`"))
        }
        Some(link) if !link.is_configured(env) => {
            Err(format!("the shared connection `{stable_key}` lacks inputs"))
        }
        Some(_) => Ok(()),
    }
}

/// Writes the deployment and points the instance at it.
pub(super) async fn freeze(
    env: &Env,
    tx: &DatabaseTransaction,
    permit: &Permit<instance::Entity>,
    version: &integration::Model,
    definition: &Definition,
) -> Result<instance::Model, Error> {
    let row = permit.row();
    let now = env.now();
    let config = resolve::all(env, tx, row, definition).await?;
    connections::settle(env, tx, row, definition).await?;
    let id = env.ids.next();
    let deployment = deployment::Model {
        id,
        organization_id: row.organization_id,
        customer_id: row.customer_id,
        instance_id: row.id,
        integration_id: version.id,
        version_number: version.version_number,
        definition: version.definition.clone(),
        sealed_config: seal_config(env, tx, row.organization_id, id, &config).await?,
        created_at: now,
    };
    rows::insert::<deployment::Entity>(tx, deployment).await?;
    let values = values_of(tx, row).await?;
    let links = shared::links(tx, row, definition, &values).await?;
    reuse::write(tx, row, id, &links).await?;
    set_limits(tx, row, definition).await?;
    let mut edit = permit.edit();
    edit.deployment_id = Set(Some(id));
    edit.deployed_version = Set(version.version_number);
    edit.needs_deploy = Set(false);
    edit.last_deployed_at = Set(Some(now));
    edit.updated_at = Set(now);
    let deployed = edit.update(tx).await?;
    if !deployed.is_system {
        schedule::register(env, tx, &deployed, definition, &config).await?;
    }
    Ok(deployed)
}

/// How many executions of each flow run at once.
async fn set_limits(
    tx: &DatabaseTransaction,
    row: &instance::Model,
    definition: &Definition,
) -> Result<(), Error> {
    let configs = configs_of(tx, row).await?;
    let limit = |config: &flow_config::Model| {
        let mut flows = definition.flows.iter();
        let flow = flows.find(|flow| flow.stable_key() == config.flow_key)?;
        flow.queue.as_ref()?.limit()
    };
    let limits = configs.iter().map(|config| (config, limit(config)));
    Ok(jobs::set_limits(tx, limits).await?)
}

/// Queues the flows whose trigger is the deployment itself. How they end does not undo it.
async fn start_deploy_flows(
    env: &Env,
    tx: &DatabaseTransaction,
    deployed: &instance::Model,
    definition: &Definition,
) -> Result<bool, Error> {
    if deployed.is_system {
        return Ok(false);
    }
    let origin = Origin::load(tx, deployed).await?;
    let config = resolve::all(env, tx, deployed, definition).await?;
    let waiting =
        origin.flows().filter(|(flow, _)| match (&*flow.trigger_component, &*flow.trigger_key) {
            DEPLOY_TRIGGER => true,
            RECURSIVE_TRIGGER => is_asked_for(definition, &flow.name, &config),
            _ => false,
        });
    let mut started = false;
    for (flow, config) in waiting {
        let start = Start {
            invoke_type: InvokeType::DeployFlow,
            is_test: false,
            is_synchronous: false,
            request: Request::default(),
        };
        let execution = origin.execution(env, flow, config, start)?;
        jobs::enqueue(tx, execution).await?;
        started = true;
    }
    Ok(started)
}

/// Whether the trigger of a flow wants to be started by the deployment.
fn is_asked_for(definition: &Definition, flow: &str, config: &Map) -> bool {
    let trigger = definition.flow(flow).and_then(Flow::trigger);
    let input = trigger.and_then(|trigger| trigger.inputs.get(RUN_ON_DEPLOY));
    let value = input.and_then(|input| input.evaluate(&resolve::Configured(config)).ok().flatten());
    value.is_some_and(|value| value.to_text().eq_ignore_ascii_case("true"))
}
