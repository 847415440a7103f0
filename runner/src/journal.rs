//! What a resumed run knows of its past: finished steps are answered from here, not run again.

use std::collections::HashMap;

use components::{Level, State, States, bytes_of};
use entity::step_result;
use flow::{Map, Value};
use jobs::PayloadStore;
use serde::{Deserialize, Serialize};

use crate::stored;

/// Results by step key and loop path.
#[derive(Debug, Default)]
pub struct Journal {
    results: HashMap<(String, String), Entry>,
    /// Bytes of all results.
    pub bytes: u64,
    /// Some result refers to a file outside memory.
    pub holds_blobs: bool,
    /// The step that touches the world and had begun when the last runner was lost.
    pub begun_step: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub id: entity::StepResultId,
    pub data: Option<Value>,
    pub branch: Option<String>,
    /// Set for a step whose failure was ignored.
    pub error: Option<String>,
}

impl Journal {
    pub async fn read(
        store: &PayloadStore,
        steps: Vec<step_result::Model>,
        begun_step: Option<String>,
    ) -> anyhow::Result<Self> {
        let mut journal = Self { begun_step, ..Self::default() };
        for step in steps {
            let (data, length) = stored::get(store, &step.result).await?.unzip();
            let blobs = data.as_ref().map(bytes_of).unwrap_or_default();
            journal.holds_blobs |= blobs > 0;
            journal.bytes += blobs + length.unwrap_or_default() as u64;
            let entry = Entry { id: step.id, data, branch: step.branch_name, error: step.error };
            journal.results.insert((step.step_name, step.loop_path), entry);
        }
        Ok(journal)
    }

    /// Each result answers once.
    pub fn take(&mut self, step: &str, loop_path: &str) -> Option<Entry> {
        if self.results.is_empty() {
            return None;
        }
        self.results.remove(&(step.to_owned(), loop_path.to_owned()))
    }

    /// Whether the step had begun when its runner was lost, and nobody knows how it went.
    pub fn was_cut(&self, step: &str, loop_path: &str) -> bool {
        self.begun_step.as_deref().is_some_and(|begun| begun == step_path(step, loop_path))
    }
}

/// One name for a step in its place: `eachOrder[2]/sendOrder`.
pub fn step_path(step: &str, loop_path: &str) -> String {
    if loop_path.is_empty() { step.to_owned() } else { format!("{loop_path}/{step}") }
}

/// State of a run between two writes: everything its steps have changed so far.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct StateJournal {
    execution: Map,
    changes: Vec<(u8, String, Option<Value>)>,
}

const LEVELS: [Level; 3] = [Level::Flow, Level::CrossFlow, Level::Integration];

impl StateJournal {
    /// The changes so far; `None` when there are none.
    pub fn of(states: &States) -> Option<Vec<u8>> {
        let is_changed = LEVELS.iter().any(|level| states.level(*level).is_changed());
        if !is_changed && states.execution.values().is_empty() {
            return None;
        }
        let mut journal =
            Self { execution: states.execution.values().clone(), changes: Vec::new() };
        for (number, level) in (0_u8..).zip(LEVELS) {
            let changes = states.level(level).changes();
            journal
                .changes
                .extend(changes.map(|(key, value)| (number, key.to_string(), value.cloned())));
        }
        Some(stored::pack(&journal))
    }

    /// Puts the changes of a lost runner on top of what is stored.
    pub fn restore(bytes: &[u8], states: &mut States) -> anyhow::Result<()> {
        let journal: Self = rmp_serde::from_slice(bytes)?;
        states.execution = State::loaded(journal.execution);
        for (number, key, value) in journal.changes {
            let Some(level) = LEVELS.get(usize::from(number)) else { continue };
            let state = states.level_mut(*level);
            match value {
                Some(value) => state.set(&key, value),
                None => drop(state.remove(&key)),
            }
        }
        Ok(())
    }
}
