//! What a run leaves for people to read: step results and log lines not yet written.

use components::{LogLine, Severity};
use domain::instance_profile::Kept;
use entity::{Clock, Ids, StepResultId, Timestamp, execution, log, step_result};

use crate::plan::StepName;

/// Step results of one execution: a loop without an end must not fill the disk.
pub const STEP_RESULTS_MAX: i32 = 250_000;

/// Bytes of one step's result, files included.
pub const STEP_RESULT_BYTES_MAX: u64 = 500_000_000;

/// Bytes of all step results of one execution, files included.
pub const STEP_RESULTS_BYTES_MAX: u64 = 1_000_000_000;

/// Bytes of all log lines of one execution.
pub const LOG_BYTES_MAX: u64 = 64_000_000;

/// What a log line takes besides its text.
const LOG_LINE_BYTES: u64 = 100;

/// Collects rows between two writes.
pub struct Record {
    ids: Ids,
    pub kept: Kept,
    /// Some result is an object of its own.
    pub has_objects: bool,
    steps: Vec<step_result::Model>,
    logs: Vec<log::Model>,
    /// Place of the next step result.
    position: i32,
    result_bytes: u64,
    log_bytes: u64,
    last_line_at: Timestamp,
}

/// Step results and log lines.
pub type Rows = (Vec<step_result::Model>, Vec<log::Model>);

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
    pub fn new(ids: Ids) -> Self {
        Self {
            ids,
            kept: Kept::EVERYTHING,
            has_objects: false,
            steps: Vec::new(),
            logs: Vec::new(),
            position: 0,
            result_bytes: 0,
            log_bytes: 0,
            last_line_at: Timestamp::default(),
        }
    }

    /// Goes on behind what another node has written.
    pub fn resume(&mut self, position: i32, result_bytes: u64, log_bytes: u64) {
        self.position = position;
        self.result_bytes = result_bytes;
        self.log_bytes = log_bytes;
    }

    /// Counts a result that is about to be stored; the error is for people.
    pub fn count_result(&mut self, bytes: u64) -> Result<(), String> {
        let sum = self.result_bytes.saturating_add(bytes);
        if bytes > STEP_RESULT_BYTES_MAX {
            return Err(format!(
                "The result of a step has at most {STEP_RESULT_BYTES_MAX} bytes, not {bytes}."
            ));
        }
        if sum > STEP_RESULTS_BYTES_MAX {
            return Err(format!(
                "The step results of an execution have at most {STEP_RESULTS_BYTES_MAX} bytes."
            ));
        }
        self.result_bytes = sum;
        Ok(())
    }

    /// What keeps the execution from going on, in words for people.
    pub fn full(&self) -> Option<String> {
        if self.position >= STEP_RESULTS_MAX {
            return Some(format!("An execution has at most {STEP_RESULTS_MAX} step results."));
        }
        (self.log_bytes > LOG_BYTES_MAX)
            .then(|| format!("The log of an execution has at most {LOG_BYTES_MAX} bytes."))
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

    /// Adds a step's line, unless the log is full. No two lines of a run have the same time, so
    /// their order is never in doubt.
    pub fn log(
        &mut self,
        clock: &dyn Clock,
        execution: &execution::Model,
        step: Option<&str>,
        loop_path: &str,
        line: LogLine,
    ) {
        // The platform's own few lines always find room.
        if step.is_some() {
            if self.log_bytes > LOG_BYTES_MAX {
                return;
            }
            if self.kept.logs {
                self.log_bytes += line.message.len() as u64 + LOG_LINE_BYTES;
            }
        }
        let line = self.line(clock, execution, step, loop_path, line);
        self.logs.push(line);
    }

    /// A line with the next place in the log.
    pub fn line(
        &mut self,
        clock: &dyn Clock,
        execution: &execution::Model,
        step: Option<&str>,
        loop_path: &str,
        line: LogLine,
    ) -> log::Model {
        let timestamp = clock.now().max(Timestamp(self.last_line_at.0 + 1));
        self.last_line_at = timestamp;
        log::Model {
            id: self.ids.at(timestamp),
            organization_id: execution.organization_id,
            customer_id: Some(execution.customer_id),
            instance_id: Some(execution.instance_id),
            integration_id: Some(execution.integration_id),
            flow_config_id: Some(execution.flow_config_id),
            execution_id: Some(execution.id),
            is_test: execution.is_test,
            timestamp,
            severity: severity(line.severity),
            message: line.message,
            step_name: step.map(ToOwned::to_owned),
            loop_path: loop_path.to_owned(),
            kind: None,
            owner_id: None,
            variable_key: None,
        }
    }

    /// How many steps have ended.
    pub fn step_count(&self) -> i32 {
        self.position
    }

    /// How many rows are not yet written.
    pub fn len(&self) -> usize {
        self.steps.len() + self.logs.len()
    }

    /// What is written of these lines. Monitors hear of the others as well.
    pub fn kept_lines(&self, lines: Vec<log::Model>) -> Vec<log::Model> {
        if self.kept.logs { lines } else { Vec::new() }
    }

    /// Everything not yet written that stays when the run has ended.
    pub fn take_last(&mut self, answer: Option<StepResultId>) -> Rows {
        let (mut steps, logs) = self.take();
        if !self.kept.step_results {
            steps.retain(|step| step.error.is_some() || Some(step.id) == answer);
        }
        (steps, logs)
    }

    /// Everything not yet written.
    pub fn take(&mut self) -> Rows {
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

    fn record() -> Record {
        Record::new(Ids::seeded(std::sync::Arc::new(entity::SystemClock), 1))
    }

    #[test]
    fn step_results_and_logs_have_an_end() {
        for (position, log_bytes, is_full) in [
            (STEP_RESULTS_MAX - 1, LOG_BYTES_MAX, false),
            (STEP_RESULTS_MAX, 0, true),
            (0, LOG_BYTES_MAX + 1, true),
        ] {
            let mut record = record();
            record.resume(position, 0, log_bytes);
            assert_eq!(record.full().is_some(), is_full, "{position}, {log_bytes}");
        }
    }

    #[test]
    fn bytes_are_counted_up_to_the_last_one() {
        let mut record = record();
        assert!(record.count_result(STEP_RESULT_BYTES_MAX + 1).is_err());
        record.count_result(STEP_RESULT_BYTES_MAX).unwrap();
        let rest = STEP_RESULTS_BYTES_MAX - STEP_RESULT_BYTES_MAX;
        assert!(record.count_result(rest + 1).is_err());
        record.count_result(rest).unwrap();
        assert!(record.count_result(1).is_err());
    }
}
