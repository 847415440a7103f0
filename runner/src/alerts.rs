//! What runs tell alert monitors. A run whose instance nobody watches does nothing here.

use std::sync::Arc;

use domain::alert::{self, Trigger, Watch};
use entity::execution::Status;
use entity::{AlertMonitorId, Timestamp, alert_event, execution, log};
use tokio::task::AbortHandle;

use crate::executor::{Executor, Stop};
use crate::runner::Inner;

/// What a run has for monitors and has not written yet.
#[derive(Debug, Default)]
pub struct Alerts {
    pending: Vec<alert_event::Model>,
    /// Monitors that know of a severe line already: one of an execution is enough for each.
    heard_lines: Vec<AlertMonitorId>,
    /// The step that made the run fail.
    pub failed_step: Option<String>,
}

/// Wait for runs that take too long; end with the run.
#[derive(Debug, Default)]
pub struct Timers(Vec<AbortHandle>);

impl Drop for Timers {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// What the end of a run has for monitors.
#[derive(Debug, Default)]
pub struct EndAlerts {
    pub events: Vec<alert_event::Model>,
    /// Written if the failure really is followed by another attempt.
    pub if_retried: Vec<alert_event::Model>,
}

impl EndAlerts {
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.if_retried.is_empty()
    }
}

impl Alerts {
    /// What is to be written now, with what these lines mean for monitors.
    pub fn take(
        &mut self,
        inner: &Inner,
        execution: &execution::Model,
        lines: &[log::Model],
    ) -> Vec<alert_event::Model> {
        for watch in watches(inner, execution) {
            let is_new =
                watch.is_for(Trigger::LogLevel) && !self.heard_lines.contains(&watch.monitor);
            let severe = lines.iter().find(|line| watch.counts(line.severity)).filter(|_| is_new);
            let Some(line) = severe else { continue };
            self.heard_lines.push(watch.monitor);
            let facts = (line.message.as_str(), line.step_name.as_deref());
            let trigger = Trigger::LogLevel;
            self.pending.push(alert::of_execution(&inner.env, &watch, execution, trigger, facts));
        }
        std::mem::take(&mut self.pending)
    }

    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
}

impl Executor {
    /// Tells monitors that the run begins, and sets timers for those who wait for it to be late.
    pub async fn watch(&mut self) -> Result<Timers, Stop> {
        let mut timers = Timers::default();
        for watch in watches(&self.inner, &self.execution) {
            if watch.is_for(Trigger::ExecutionStarted) {
                let (trigger, facts) =
                    (Trigger::ExecutionStarted, ("The execution started.", None));
                let env = &self.inner.env;
                let event = alert::of_execution(env, &watch, &self.execution, trigger, facts);
                self.alerts.pending.push(event);
            }
            if let Some(seconds) = watch.duration_seconds {
                let timer = late(self.inner.clone(), self.execution.clone(), watch, seconds);
                timers.0.push(tokio::spawn(timer).abort_handle());
            }
        }
        if self.owner.is_some() && !self.alerts.is_empty() {
            self.write(None).await?;
        }
        Ok(timers)
    }

    /// What the end of the run means for monitors.
    pub fn end_alerts(
        &mut self,
        ended: &execution::Model,
        retried_at: Option<Timestamp>,
        lines: &[log::Model],
    ) -> EndAlerts {
        let step = self.alerts.failed_step.take();
        let mut alerts = of_end(&self.inner, ended, retried_at, step.as_deref());
        let waiting = self.alerts.take(&self.inner, &self.execution, lines);
        alerts.events.extend(waiting);
        alerts
    }
}

/// What the end of an execution means for monitors.
pub fn of_end(
    inner: &Inner,
    ended: &execution::Model,
    retried_at: Option<Timestamp>,
    step: Option<&str>,
) -> EndAlerts {
    let mut alerts = EndAlerts::default();
    for watch in watches(inner, ended) {
        let event = |trigger, details: &str| {
            alert::of_execution(&inner.env, &watch, ended, trigger, (details, step))
        };
        let error = ended.error.as_deref().unwrap_or("The execution failed.");
        match (ended.status, retried_at) {
            (Status::Success, _) if watch.is_for(Trigger::ExecutionCompleted) => {
                alerts.events.push(event(Trigger::ExecutionCompleted, "The execution completed."));
            }
            (Status::Error, None) if watch.is_for(Trigger::ExecutionFailed) => {
                alerts.events.push(event(Trigger::ExecutionFailed, error));
            }
            (Status::Error, Some(at)) if watch.is_for(Trigger::ExecutionRetryPending) => {
                let details = format!("{error} It is tried again at {}.", at.to_iso());
                alerts.if_retried.push(event(Trigger::ExecutionRetryPending, &details));
            }
            _ => {}
        }
        if let Some(seconds) = watch.duration_seconds.filter(|seconds| is_late(ended, *seconds)) {
            alerts.events.push(event(Trigger::ExecutionDuration, &duration(seconds)));
        }
    }
    alerts
}

fn watches(inner: &Inner, execution: &execution::Model) -> Vec<Watch> {
    inner.env.watches.of(execution.instance_id, execution.flow_config_id)
}

fn is_late(ended: &execution::Model, seconds: i32) -> bool {
    let limit = ended.started_at.plus_seconds(seconds.into());
    ended.ended_at.is_some_and(|at| limit <= at)
}

fn duration(seconds: i32) -> String {
    format!("The execution ran for {seconds} seconds or longer.")
}

/// Waits until the run is late, and tells the monitor so unless it has ended.
async fn late(inner: Arc<Inner>, execution: execution::Model, watch: Watch, seconds: i32) {
    let due = execution.started_at.plus_seconds(seconds.into());
    inner.env.clock.wait_until(due).await;
    let tracker = inner.tasks.clone();
    // In a task of its own: the end of the run must not cut a write.
    tracker.spawn(async move {
        if let Err(error) = tell_late(&inner, &execution, &watch, seconds).await {
            let execution = execution.id.0;
            tracing::error!(error = ?error, %execution, "could not record that a run is late");
        }
    });
}

async fn tell_late(
    inner: &Inner,
    execution: &execution::Model,
    watch: &Watch,
    seconds: i32,
) -> Result<(), domain::Error> {
    let env = &inner.env;
    if !alert::still_running(env, execution.organization_id, execution.id).await? {
        return Ok(());
    }
    let details = duration(seconds);
    let (trigger, facts) = (Trigger::ExecutionDuration, (details.as_str(), None));
    alert::record(env, vec![alert::of_execution(env, watch, execution, trigger, facts)]).await
}

/// Tells who watches for it of customers that run about as much as they may.
pub async fn warn_of_customers(inner: &Inner) -> Result<(), domain::Error> {
    for warning in inner.seats.take_warnings() {
        let tenant = (warning.tenant.organization, warning.tenant.customer);
        alert::customer_is_busy(&inner.env, tenant, (warning.running, warning.limit)).await?;
    }
    Ok(())
}
