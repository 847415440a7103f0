//! The rows of flows and config variables that copy a definition.

use entity::{config_variable, integration, integration_flow};
use flow::Definition;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use super::name_of;
use crate::connection_template;
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;

/// Makes the rows of a draft or version say what its definition says. A flow or variable that was
/// there before keeps its id: it is known by its stable key, or else by its name.
pub(super) async fn write(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &integration::Model,
    definition: &Definition,
) -> Result<Vec<integration_flow::Model>, Error> {
    let organization = row.organization_id;
    let system = Viewer::System(organization);
    let flows_here = integration_flow::Column::IntegrationId.eq(row.id);
    let variables_here = config_variable::Column::IntegrationId.eq(row.id);

    let mut flows = flow_rows(env, row, definition);
    let old = system.rows::<integration_flow::Entity>().filter(flows_here.clone());
    keep_ids(old.all(tx).await?, &mut flows);
    rows::delete::<integration_flow::Entity>(organization).filter(flows_here).exec(tx).await?;
    rows::insert_all::<integration_flow::Entity>(tx, flows.clone()).await?;

    let mut variables = variable_rows(env, row, definition);
    let old = system.rows::<config_variable::Entity>().filter(variables_here.clone());
    keep_ids(old.all(tx).await?, &mut variables);
    rows::delete::<config_variable::Entity>(organization).filter(variables_here).exec(tx).await?;
    rows::insert_all::<config_variable::Entity>(tx, variables).await?;
    Ok(flows)
}

fn flow_rows(
    env: &Env,
    row: &integration::Model,
    definition: &Definition,
) -> Vec<integration_flow::Model> {
    let flows = (0..).zip(&definition.flows);
    flows
        .map(|(position, flow)| {
            let trigger = flow.trigger().map(|step| &step.action);
            integration_flow::Model {
                id: env.ids.next(),
                organization_id: row.organization_id,
                customer_id: row.customer_id,
                integration_id: row.id,
                position,
                name: flow.name.clone(),
                stable_key: flow.stable_key.clone().unwrap_or_else(|| flow.name.clone()),
                description: flow.description.clone(),
                is_synchronous: flow.is_synchronous,
                uses_fifo_queue: flow.queue.as_ref().is_some_and(|queue| queue.uses_fifo_queue),
                endpoint_security: name_of(flow.endpoint_security),
                trigger_component: trigger.map_or_else(String::new, |it| it.component.key.clone()),
                trigger_key: trigger.map_or_else(String::new, |action| action.key.clone()),
            }
        })
        .collect()
}

fn variable_rows(
    env: &Env,
    row: &integration::Model,
    definition: &Definition,
) -> Vec<config_variable::Model> {
    let entries = &definition.document()["requiredConfigVars"];
    let variables = (0..).zip(definition.config_vars.iter().enumerate());
    variables
        .map(|(position, (index, variable))| config_variable::Model {
            id: env.ids.next(),
            organization_id: row.organization_id,
            customer_id: row.customer_id,
            integration_id: row.id,
            position,
            key: variable.key.clone(),
            stable_key: variable.stable_key.clone().unwrap_or_else(|| variable.key.clone()),
            description: variable.description.clone(),
            data_type: name_of(variable.data_type),
            default_value: variable.default_value.clone(),
            org_only: variable.org_only,
            scoped_key: variable.scoped_config_var.clone(),
            template_reference: connection_template::reference(variable),
            definition: entries[index].to_string(),
        })
        .collect()
}

/// A row that outlives changes of its definition.
trait Part {
    fn stable_key(&self) -> &str;
    fn name(&self) -> &str;
    fn take_id(&mut self, old: &Self);
}

impl Part for integration_flow::Model {
    fn stable_key(&self) -> &str {
        &self.stable_key
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn take_id(&mut self, old: &Self) {
        self.id = old.id;
    }
}

impl Part for config_variable::Model {
    fn stable_key(&self) -> &str {
        &self.stable_key
    }

    fn name(&self) -> &str {
        &self.key
    }

    fn take_id(&mut self, old: &Self) {
        self.id = old.id;
    }
}

/// Gives new rows the ids of the old rows they replace: first all that share a stable key, so that
/// nobody takes an id by name from a row that has the key.
fn keep_ids<P: Part>(mut old: Vec<P>, new: &mut [P]) {
    let mut waiting: Vec<&mut P> = new.iter_mut().collect();
    let same: [fn(&P, &P) -> bool; 2] =
        [|a, b| a.stable_key() == b.stable_key(), |a, b| a.name() == b.name()];
    for same in same {
        waiting.retain_mut(|row| {
            let found = old.iter().position(|old| same(old, row));
            if let Some(index) = found {
                row.take_id(&old.swap_remove(index));
            }
            found.is_none()
        });
    }
}
