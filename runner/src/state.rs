//! The state that a run finds, and what it leaves to later runs.

use components::{LogLine, Severity, State, States};
use entity::state_value;
use flow::{Map, Value};
use jobs::{Place, StateChange, StateChanges};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::executor::{Executor, Stop};
use crate::{Deployment, StoredResult, stored};

/// Stands before the keys that another run changed as well.
const OVERWRITTEN: &str = "Another run changed state that this run changed too; what this run \
    leaves counts:";

impl Executor {
    /// Reads the state of all levels, if the flow uses any.
    pub async fn load_state(&mut self, deployment: &Deployment, is_used: bool) -> Result<(), Stop> {
        if !is_used {
            return Ok(());
        }
        let owners = self.state_owners(deployment);
        let rows = domain::Viewer::System(deployment.organization_id)
            .rows::<state_value::Entity>()
            .filter(state_value::Column::OwnerId.is_in(owners))
            .all(self.inner.env.db.read())
            .await
            .map_err(|error| unreadable(error.into()))?;
        let mut levels = [Map::new(), Map::new(), Map::new()];
        for row in rows {
            let value = stored::get(&self.inner.store, &row.value).await.map_err(unreadable)?;
            let level = owners.iter().position(|owner| *owner == row.owner_id);
            if let (Some(level), Some((value, _))) = (level, value) {
                self.seen_state.insert((row.owner_id, row.key.clone()), row.updated_at);
                levels[level].insert(row.key.into(), value);
            }
        }
        let [flow, cross_flow, integration] = levels.map(State::loaded);
        let execution = State::default();
        self.run.states = States { execution, flow, cross_flow, integration };
        self.restore_state().map_err(unreadable)
    }

    /// Who owns the state of each level: flow, instance, integration.
    fn state_owners(&self, deployment: &Deployment) -> [uuid::Uuid; 3] {
        let execution = &self.execution;
        [execution.flow_config_id.0, execution.instance_id.0, deployment.sequence_id.0]
    }

    /// What the run changed. It is an error if it leaves more than there is room for.
    pub async fn state_changes(&mut self, deployment: &Deployment) -> Result<StateChanges, Stop> {
        let states = &self.run.states;
        if !states.is_changed() {
            return Ok(StateChanges::default());
        }
        let (bytes, bytes_max) = (states.stored_bytes(), self.run.services.state_bytes_max);
        if bytes > bytes_max {
            return Err(Stop::Failed(format!(
                "State has at most {bytes_max} bytes, and this execution would leave {bytes}. \
                 Nothing of it was saved."
            )));
        }
        let levels = [&states.flow, &states.cross_flow, &states.integration];
        let mut changes = Vec::new();
        for (state, owner_id) in levels.into_iter().zip(self.state_owners(deployment)) {
            for (key, value) in state.changes() {
                let key = key.to_string();
                let value = match value {
                    Some(value) => Some(self.row(deployment, owner_id, &key, value).await?),
                    None => None,
                };
                let seen = self.seen_state.get(&(owner_id, key.clone())).copied();
                changes.push(StateChange { owner_id, key, seen, value });
            }
        }
        let line = LogLine { severity: Severity::Warn, message: OVERWRITTEN.to_owned() };
        let clock = &*self.inner.env.clock;
        let overwritten = self.record.line(clock, &self.execution, None, "", line);
        Ok(StateChanges { changes, overwritten: self.record.kept.logs.then_some(overwritten) })
    }

    async fn row(
        &self,
        deployment: &Deployment,
        owner_id: uuid::Uuid,
        key: &str,
        value: &Value,
    ) -> Result<state_value::Model, Stop> {
        let is_shared = owner_id == deployment.sequence_id.0;
        let owner = if is_shared { owner_id } else { deployment.instance_id.0 };
        let packed = stored::pack(&StoredResult::of(value));
        Ok(state_value::Model {
            owner_id,
            key: key.to_owned(),
            organization_id: deployment.organization_id,
            customer_id: (!is_shared).then_some(deployment.customer_id),
            value: self.store(Place::of_owner(owner), Some(packed)).await?,
            updated_at: self.now(),
        })
    }
}

fn unreadable(error: anyhow::Error) -> Stop {
    Stop::Lost(jobs::WriteError::Database(std::sync::Arc::new(error)))
}
