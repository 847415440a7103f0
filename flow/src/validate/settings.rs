//! Ranges of settings, and settings that contradict each other.

use super::Checker;
use crate::definition::{
    ConfigVar, DataType, ErrorHandler, Flow, QueueConfig, Schedule, ScheduleTime, Step,
};
use crate::problem::{Kind, property};
use crate::schedule::Timing;

const MAX_FLOW_RETRIES: u32 = 10;
const MAX_RETRY_DELAY_MINUTES: u32 = 60;
const MIN_CONCURRENCY: u32 = 2;
const MAX_CONCURRENCY: u32 = 15;
const MAX_STEP_RETRIES: u32 = 5;
const MAX_RETRY_DELAY_SECONDS: u32 = 60;

/// The component whose triggers run on deployment and removal.
const MANAGEMENT_TRIGGERS: &str = "management-triggers";

/// Checks the settings of a flow.
pub(super) fn check(checker: &Checker<'_>, flow: &Flow, path: &str) {
    if let Some(retry) = &flow.retry {
        let path = property(path, "retryConfig");
        at_most(checker, &path, "maxAttempts", retry.max_attempts, MAX_FLOW_RETRIES);
        at_most(checker, &path, "delayMinutes", retry.delay_minutes, MAX_RETRY_DELAY_MINUTES);
        if flow.is_synchronous && retry.max_attempts > 0 {
            let message = "a synchronous flow cannot be retried: its caller has the answer by then";
            checker.add(Kind::Setting, path, message);
        }
    }
    if let Some(queue) = &flow.queue {
        check_queue(checker, flow, queue, &property(path, "queueConfig"));
    }
    if flow.is_synchronous && flow.steps.first().is_some_and(|step| step.schedule.is_some()) {
        let message = "a flow with a schedule cannot be synchronous: nobody waits for it";
        checker.add(Kind::Setting, property(path, "isSynchronous"), message);
    }
}

/// Checks what a variable for a schedule says by default.
pub(super) fn check_variable(checker: &Checker<'_>, variable: &ConfigVar, path: &str) {
    if variable.data_type != DataType::Schedule {
        return;
    }
    let zone = variable.time_zone.as_deref().unwrap_or_default();
    let cron = variable.default_value.as_deref().filter(|cron| !cron.is_empty());
    // Without a default, whoever configures an instance says when.
    let cron = cron.unwrap_or("* * * * *");
    if let Err(message) = Timing::read(variable.schedule_type, cron, zone) {
        checker.add(Kind::Setting, property(path, "defaultValue"), message);
    }
}

fn check_queue(checker: &Checker<'_>, flow: &Flow, queue: &QueueConfig, path: &str) {
    if let Some(limit) = queue.concurrency_limit
        && !(MIN_CONCURRENCY..=MAX_CONCURRENCY).contains(&limit)
    {
        let message = format!("this must be from {MIN_CONCURRENCY} to {MAX_CONCURRENCY}");
        checker.add(Kind::Setting, property(path, "concurrencyLimit"), message);
    }
    let trigger = flow.steps.first();
    let is_scheduled = trigger.is_some_and(|step| step.schedule.is_some());
    let is_management =
        trigger.is_some_and(|step| step.action.component.key == MANAGEMENT_TRIGGERS);
    let is_preprocess = checker.definition.preprocess_flow_name.as_deref() == Some(&*flow.name);
    let singleton = property(path, "singletonExecutions");
    if queue.singleton_executions && !is_scheduled {
        checker.add(Kind::Setting, &singleton, "only a flow with a schedule can be a singleton");
    }
    if queue.singleton_executions && queue.uses_fifo_queue {
        checker.add(Kind::Setting, &singleton, "a singleton has no queue");
    }
    for (forbids, kind) in [
        (flow.is_synchronous, "a synchronous flow"),
        (is_scheduled, "a flow with a schedule"),
        (is_management, "a flow that runs on deployment or removal"),
        (is_preprocess, "the preprocess flow"),
    ] {
        if queue.uses_fifo_queue && forbids {
            let message = format!("{kind} cannot have a queue");
            checker.add(Kind::Setting, property(path, "usesFifoQueue"), message);
        }
    }
}

/// Checks the settings of one step.
pub(super) fn check_step(checker: &Checker<'_>, step: &Step, path: &str) {
    if let ErrorHandler::Retry { attempts, delay_seconds, .. } = step.error.handler {
        let path = property(path, "errorConfig");
        at_most(checker, &path, "maxAttempts", attempts, MAX_STEP_RETRIES);
        at_most(checker, &path, "delaySeconds", delay_seconds, MAX_RETRY_DELAY_SECONDS);
    }
    if let Some(schedule) = &step.schedule {
        let path = property(path, "schedule");
        if !step.is_trigger {
            checker.add(Kind::Setting, &path, "only a trigger has a schedule");
        }
        check_schedule(checker, schedule, &property(&path, "value"));
    }
}

fn check_schedule(checker: &Checker<'_>, schedule: &Schedule, path: &str) {
    match &schedule.time {
        ScheduleTime::ConfigVar(key) => {
            checker.known_variable(key, path, "");
            let variable = checker.definition.config_var(key);
            if variable.is_some_and(|variable| variable.data_type != DataType::Schedule) {
                let message = format!("the config variable `{key}` is not of type schedule");
                checker.add(Kind::Setting, path, message);
            }
        }
        ScheduleTime::Cron(cron) => {
            if let Err(message) = Timing::read(schedule.kind, cron, &schedule.time_zone) {
                checker.add(Kind::Setting, path, message);
            }
        }
    }
}

fn at_most(checker: &Checker<'_>, path: &str, key: &str, value: u32, most: u32) {
    if value > most {
        checker.add(Kind::Setting, property(path, key), format!("this must be from 0 to {most}"));
    }
}
