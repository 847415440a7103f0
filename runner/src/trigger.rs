//! How a run begins: its trigger decides what the flow gets and what the caller hears.

use components::{PerformTrigger, Response, TriggerOutput};
use entity::execution::ResultType;
use flow::{Map, Value};

use crate::executor::{Executor, Stop};
use crate::inputs::resolve;
use crate::machine::Machine;
use crate::plan::Plan;
use crate::record::{Finished, Place};
use crate::simulated;

impl Executor {
    /// Performs the trigger, unless the journal has its result.
    pub async fn trigger<'p>(
        &mut self,
        plan: &'p Plan,
        machine: &mut Machine<'p>,
        payload: Map,
    ) -> Result<(), Stop> {
        let trigger = &plan.trigger;
        if let Some(entry) = self.journal.take(&trigger.step.key, "") {
            let payload = entry.data.unwrap_or_default();
            let branch = entry.branch.as_deref();
            machine.triggered(&trigger.step.key, payload, branch, &trigger.branches);
            return Ok(());
        }
        let started_at = self.now();
        self.platform_line("Starting Instance Execution");
        let payload = crate::payload::complete(payload, &self.run.info)
            .await
            .map_err(|error| Stop::Failed(error.to_string()))?;
        let is_waiting = !matches!(trigger.trigger.perform, PerformTrigger::Quick(_));
        self.connect_inputs(&trigger.inputs, is_waiting, machine)
            .await
            .map_err(|error| Stop::Failed(error.message))?;
        let inputs =
            resolve(&trigger.inputs, machine).map_err(|error| Stop::Failed(error.message))?;
        let simulated = if self.may_be_simulated { simulated::payload(&payload) } else { Ok(None) };
        let simulated = simulated.map_err(Stop::Failed)?;
        let output = match (simulated, &trigger.trigger.perform) {
            (Some(payload), _) => Ok(TriggerOutput::pass(payload)),
            (None, PerformTrigger::Quick(perform)) => perform(&mut self.run, payload, &inputs),
            (None, PerformTrigger::Waiting(perform)) => {
                if self.owner.is_none() {
                    self.make_durable().await?;
                }
                perform(&mut self.run, payload, &inputs).await
            }
            (None, PerformTrigger::Hosted(hosted)) => {
                if self.owner.is_none() {
                    self.make_durable().await?;
                }
                hosted.perform(&mut self.run, payload, &inputs).await
            }
        };
        self.take_lines(&trigger.step.key, "");
        let output = output.map_err(|error| {
            let message = format!("Trigger \"{}\" failed: {error}", trigger.step.display);
            Stop::Failed(self.tokens.hide_in(message))
        })?;
        self.trigger_response = output.response.filter(Response::is_set);
        if self.owner.is_some() {
            self.answer(Ok(()));
        }
        let payload = Value::from(output.payload);
        let result = self.store_result(Some(&payload)).await?;
        let finished = Finished {
            step: &trigger.step,
            place: Place::default(),
            branch: output.branch.as_deref(),
            started_at,
            ended_at: self.now(),
            error: None,
            result,
        };
        self.last_step = Some(self.record.step(&self.execution, finished));
        let branch = output.branch.as_deref();
        machine.triggered(&trigger.step.key, payload, branch, &trigger.branches);
        if output.found_no_changes {
            self.result_type = ResultType::PolledNoChanges;
            machine.stop();
        }
        Ok(())
    }
}
