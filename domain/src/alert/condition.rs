//! What triggers need to know, and where they apply.

use super::Trigger;
use crate::input::Problems;

const DURATION_SECONDS_MAX: i32 = 24 * 60 * 60;
const OVERDUE_MINUTES_MAX: i32 = 366 * 24 * 60;
/// Severities from trace to fatal; measurements are no level.
const SEVERITY_MAX: i32 = 5;

/// Numbers that triggers need: each exactly with its trigger.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    pub duration_seconds: Option<i32>,
    pub overdue_minutes: Option<i32>,
    pub log_severity: Option<i32>,
}

pub(super) fn check_triggers(problems: &mut Problems, triggers: i32, has_instance: bool) {
    if triggers == 0 {
        problems.add("triggers", "At least one trigger is needed.");
    }
    for trigger in Trigger::of(triggers) {
        let name = trigger.name();
        match (trigger.is_global(), has_instance) {
            (true, true) => {
                let message = format!("\"{name}\" is not about an instance: leave that out.");
                problems.add("triggers", message);
            }
            (false, false) => {
                problems.add("instance", format!("\"{name}\" is about an instance: name one."));
            }
            _ => {}
        }
    }
}

/// A condition and the trigger that needs it.
pub(super) struct Rule {
    field: &'static str,
    trigger: Trigger,
    min: i32,
    max: i32,
}

pub(super) const DURATION: Rule = Rule {
    field: "durationSecondsCondition",
    trigger: Trigger::ExecutionDuration,
    min: 1,
    max: DURATION_SECONDS_MAX,
};

pub(super) const OVERDUE: Rule = Rule {
    field: "executionOverdueMinutesCondition",
    trigger: Trigger::ExecutionOverdue,
    min: 1,
    max: OVERDUE_MINUTES_MAX,
};

pub(super) const LOG: Rule = Rule {
    field: "logSeverityLevelCondition",
    trigger: Trigger::LogLevel,
    min: 0,
    max: SEVERITY_MAX,
};

impl Rule {
    /// The condition from now on; it goes with its trigger.
    pub fn apply(
        &self,
        problems: &mut Problems,
        triggers: i32,
        given: Option<i32>,
        before: Option<i32>,
    ) -> Option<i32> {
        let (name, Self { field, min, max, .. }) = (self.trigger.name(), self);
        if triggers & self.trigger.bit() == 0 {
            if given.is_some() {
                problems.add(field, format!("This needs the trigger \"{name}\"."));
            }
            return None;
        }
        let value = given.or(before);
        match value {
            None => problems.add(field, format!("The trigger \"{name}\" needs this.")),
            Some(value) if !(*min..=*max).contains(&value) => {
                problems.add(field, format!("This must be from {min} to {max}."));
            }
            Some(_) => {}
        }
        value
    }
}
