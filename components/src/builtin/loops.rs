//! `loop`: repeating steps. The runner does the repeating; this only describes it.

use crate::{Action, Component, Input, InputKind, LoopKind, Perform};

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "loopOverItems",
                "Loop Over Items",
                "Runs its steps once for each item of a list",
                Perform::Loop(LoopKind::Items),
            )
            .inputs([Input::new("items", "Items")
                .kind(InputKind::Data)
                .comments("The list to go through, usually the result of an earlier step.")
                .required()]),
            Action::new(
                "loopNTimes",
                "Loop N Times",
                "Runs its steps a number of times",
                Perform::Loop(LoopKind::Times),
            )
            .inputs([Input::new("iterationCount", "Number of iterations")
                .comments("How often the steps run, unless a Break Loop step ends it earlier.")
                .default("1000")
                .required()]),
            Action::new(
                "breakLoop",
                "Break Loop",
                "Leaves the innermost loop; the flow goes on behind it",
                Perform::BreakLoop,
            ),
        ],
        ..Component::new("loop", "Loop", "Repeats steps", "Logic")
    }
}
