//! Published actions, triggers and data sources, as the runner performs any other.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use components::{
    Action, Hosted, HostedTrigger, Inputs, Output, Perform, PerformTrigger, Run, Safety,
    ScheduleSupport, StepError, Trigger, TriggerOutput, action_output, keep_states, script_context,
    script_surroundings, trigger_output,
};
use domain::component::Version;
use flow::component::Operation;
use flow::{Map, Value};

use super::Host;
use super::wire::{Answer, Order};

/// Longest that somebody waits for a trigger or a data source.
const WAITED_FOR_TIME_LIMIT: Duration = Duration::from_secs(25);

/// A function of a version.
struct Call {
    host: Arc<Host>,
    version: Arc<Version>,
    key: String,
    /// The name and key of the step that calls.
    step: (Arc<str>, Arc<str>),
}

/// A published action as a step performs it.
pub fn action(
    host: &Arc<Host>,
    version: &Arc<Version>,
    operation: &Operation,
    step: (Arc<str>, Arc<str>),
) -> Action {
    let call =
        Call { host: host.clone(), version: version.clone(), key: operation.key.clone(), step };
    let is_safe = operation.perform_safety == "SAFE";
    Action {
        // Nobody can tell what it does: a second time is another time.
        safety: if is_safe { Safety::Repeatable } else { Safety::Once },
        terminates: operation.terminate_execution,
        uses_state: true,
        // Code of an integration gets what came before in the place of inputs.
        reads_step_results: version.row.is_code_native,
        ..Action::new("", "", "", Perform::Hosted(Arc::new(call)))
    }
}

/// A published trigger as a flow performs it.
pub fn trigger(
    host: &Arc<Host>,
    version: &Arc<Version>,
    operation: &Operation,
    step: (Arc<str>, Arc<str>),
) -> Trigger {
    let call =
        Call { host: host.clone(), version: version.clone(), key: operation.key.clone(), step };
    Trigger {
        schedule: ScheduleSupport::Valid,
        uses_state: true,
        ..Trigger::new("", "", "", PerformTrigger::Hosted(Arc::new(call)))
    }
}

/// What a published data source finds.
pub async fn data_source(
    host: &Host,
    version: &Version,
    key: &str,
    run: &Run,
    inputs: &Inputs,
) -> Result<Value, StepError> {
    let order = Order {
        list: "dataSources",
        key: key.to_owned(),
        name: "perform",
        arguments: vec![script_surroundings(run), Value::from(inputs.0.clone())],
        time_limit: WAITED_FOR_TIME_LIMIT,
    };
    let returned = host.call(version, order).await?.returned.map_err(|thrown| thrown.error)?;
    let result = returned.as_ref().and_then(|returned| returned.get("result")).cloned();
    result.ok_or_else(|| StepError::new("The data source must return an object with a result."))
}

impl Call {
    /// The context that the function gets.
    fn context(&self, run: &Run) -> Value {
        let (name, key) = (Value::from(&*self.step.0), Value::from(&*self.step.1));
        let frame = Value::object([
            ("invokedByExecutionJWT", Value::from("")),
            ("invokedByExecutionStartedAt", Value::from("")),
            ("executionId", Value::from(run.info.execution_id.as_str())),
            ("executionStartedAt", Value::from(run.info.started_at.as_str())),
            ("componentActionKey", Value::from(self.key.as_str())),
            ("stepName", name),
            ("loopPath", Value::from("")),
        ]);
        let batch =
            Value::object([("enabled", Value::from(false)), ("batchSize", Value::from(1_usize))]);
        let mut context = script_context(run);
        let more = [
            ("stepId", key),
            ("executionFrame", frame),
            ("batch", batch),
            ("flowSchemas", Map::new().into()),
            ("runnerAllocatedMemoryMb", self.host.options.heap_mebibytes.into()),
        ];
        context.extend(more.map(|(key, value)| (key.into(), value)));
        context.into()
    }

    /// Calls the function. What it logged and changed of the states stays, also when it throws.
    async fn call(&self, run: &mut Run, order: Order) -> Result<Option<Value>, StepError> {
        let Answer { returned, logs, states } = self.host.call(&self.version, order).await?;
        for line in logs {
            run.log(line.severity, line.message);
        }
        keep_states(run, &states);
        returned.map_err(|thrown| {
            let mut error = thrown.error;
            if thrown.is_of_connection {
                error.message = format!("The connection does not work: {}", error.message);
            }
            error
        })
    }

    fn order(&self, list: &'static str, arguments: Vec<Value>, time_limit: Duration) -> Order {
        Order { list, key: self.key.clone(), name: "perform", arguments, time_limit }
    }
}

#[async_trait]
impl Hosted for Call {
    async fn perform(&self, run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
        let params = if self.version.row.is_code_native {
            run.step_results.clone()
        } else {
            inputs.0.clone()
        };
        let arguments = vec![self.context(run), params.into()];
        let order = self.order("actions", arguments, Duration::MAX);
        let returned = self.call(run, order).await?;
        Ok(returned.map_or_else(Output::default, |returned| action_output(run, &returned)))
    }
}

#[async_trait]
impl HostedTrigger for Call {
    async fn perform(
        &self,
        run: &mut Run,
        payload: Map,
        inputs: &Inputs,
    ) -> Result<TriggerOutput, StepError> {
        let params = Value::from(inputs.0.clone());
        let arguments = vec![self.context(run), payload.clone().into(), params];
        let order = self.order("triggers", arguments, WAITED_FOR_TIME_LIMIT);
        match self.call(run, order).await? {
            Some(returned) => trigger_output(run, payload, &returned),
            None => Ok(TriggerOutput::pass(payload)),
        }
    }
}
