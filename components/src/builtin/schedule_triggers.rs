//! `schedule-triggers`: flows that run by the clock.

use crate::{Component, PerformTrigger, ScheduleSupport, Trigger, TriggerOutput};

pub fn component() -> Component {
    let schedule = Trigger::new(
        "schedule",
        "Schedule",
        "Starts the flow at the times of its schedule",
        PerformTrigger::Quick(|_, payload, _| Ok(TriggerOutput::pass(payload))),
    )
    .schedule(ScheduleSupport::Required)
    .common();
    Component {
        triggers: vec![schedule],
        ..Component::new("schedule-triggers", "Schedule", "Starts flows at set times", "Triggers")
    }
}
