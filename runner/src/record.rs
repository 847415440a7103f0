//! What a run leaves for people to read: step results and log lines not yet written.

use components::{LogLine, Severity};
use entity::{Clock, Ids, StepResultId, Timestamp, execution, log, step_result};

use crate::plan::StepName;

/// Step results of one execution: a loop without an end must not fill the disk.
pub const STEP_RESULTS_MAX: i32 = 250_000;

/// Collects rows between two writes.
pub struct Record {
    ids: Ids,
    steps: Vec<step_result::Model>,
    logs: Vec<log::Model>,
    /// Place of the next step result.
    position: i32,
    last_line_at: Timestamp,
}

/// Where in the flow something happened.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub loop_path: String,
    pub innermost_loop: Option<(String, usize)>,
}

/// One finished step.
pub struct Finished<'a> {
    pub step: &'a StepName,
    pub place: Place,
    pub branch: Option<&'a str>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub error: Option<String>,
    /// The stored result.
    pub result: Vec<u8>,
}

impl Record {
    pub fn new(ids: Ids, position: i32) -> Self {
        Self {
            ids,
            steps: Vec::new(),
            logs: Vec::new(),
            position,
            last_line_at: Timestamp::default(),
        }
    }

    pub fn step(&mut self, execution: &execution::Model, finished: Finished<'_>) -> StepResultId {
        let (loop_step_name, loop_step_index) = match finished.place.innermost_loop {
            Some((name, index)) => (Some(name), i32::try_from(index).ok()),
            None => (None, None),
        };
        let id = self.ids.at(finished.ended_at);
        self.steps.push(step_result::Model {
            id,
            organization_id: execution.organization_id,
            customer_id: execution.customer_id,
            instance_id: execution.instance_id,
            execution_id: execution.id,
            position: self.position,
            step_name: finished.step.key.to_string(),
            display_name: finished.step.display.to_string(),
            loop_path: finished.place.loop_path,
            loop_step_name,
            loop_step_index,
            branch_name: finished.branch.map(ToOwned::to_owned),
            started_at: finished.started_at,
            ended_at: finished.ended_at,
            error: finished.error,
            result: finished.result,
        });
        self.position += 1;
        id
    }

    /// Adds a line. No two lines of a run have the same time, so their order is never in doubt.
    pub fn log(
        &mut self,
        clock: &dyn Clock,
        execution: &execution::Model,
        step: Option<&str>,
        loop_path: &str,
        line: LogLine,
    ) {
        let timestamp = clock.now().max(Timestamp(self.last_line_at.0 + 1));
        self.last_line_at = timestamp;
        self.logs.push(log::Model {
            id: self.ids.at(timestamp),
            organization_id: execution.organization_id,
            customer_id: execution.customer_id,
            instance_id: execution.instance_id,
            integration_id: execution.integration_id,
            flow_config_id: execution.flow_config_id,
            execution_id: execution.id,
            is_test: execution.is_test,
            timestamp,
            severity: severity(line.severity),
            message: line.message,
            step_name: step.map(ToOwned::to_owned),
            loop_path: loop_path.to_owned(),
        });
    }

    /// Whether the execution has all the step results it may have.
    pub fn is_full(&self) -> bool {
        self.position >= STEP_RESULTS_MAX
    }

    /// How many rows are not yet written.
    pub fn len(&self) -> usize {
        self.steps.len() + self.logs.len()
    }

    /// Everything not yet written.
    pub fn take(&mut self) -> (Vec<step_result::Model>, Vec<log::Model>) {
        (std::mem::take(&mut self.steps), std::mem::take(&mut self.logs))
    }
}

fn severity(severity: Severity) -> log::Severity {
    match severity {
        Severity::Trace => log::Severity::Trace,
        Severity::Debug => log::Severity::Debug,
        Severity::Info => log::Severity::Info,
        Severity::Warn => log::Severity::Warn,
        Severity::Error => log::Severity::Error,
        Severity::Fatal => log::Severity::Fatal,
        Severity::Metric => log::Severity::Metric,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_results_have_an_end() {
        let ids = Ids::seeded(std::sync::Arc::new(entity::SystemClock), 1);
        assert!(!Record::new(ids.clone(), STEP_RESULTS_MAX - 1).is_full());
        assert!(Record::new(ids, STEP_RESULTS_MAX).is_full());
    }
}
