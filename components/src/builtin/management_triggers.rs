//! `management-triggers`: flows that run when an instance is deployed or removed.

use crate::{Component, PerformTrigger, Trigger, TriggerOutput};

pub fn component() -> Component {
    Component {
        triggers: vec![
            Trigger::new(
                "instanceDeploy",
                "Instance Deploy",
                "Starts the flow each time an instance is deployed",
                PerformTrigger::Quick(|_, payload, _| Ok(TriggerOutput::pass(payload))),
            ),
            Trigger::new(
                "instanceRemove",
                "Instance Remove",
                "Starts the flow before an instance is removed",
                PerformTrigger::Quick(|_, payload, _| Ok(TriggerOutput::pass(payload))),
            ),
        ],
        ..Component::new(
            "management-triggers",
            "Management Triggers",
            "Starts flows when integrations are activated and removed",
            "Triggers",
        )
    }
}
