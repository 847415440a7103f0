//! State that outlives a step: per execution, flow, instance or integration.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow::{Map, Value};

/// Bytes that the state of an instance may hold on all levels together.
pub const STATE_BYTES_MAX: usize = 67_108_864;

/// How far a value reaches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// This execution only.
    Execution,
    /// One flow of one instance.
    Flow,
    /// All flows of one instance.
    CrossFlow,
    /// All instances of one integration.
    Integration,
}

/// The state of all levels that one execution sees.
#[derive(Clone, Debug, Default)]
pub struct States {
    pub execution: State,
    pub flow: State,
    pub cross_flow: State,
    pub integration: State,
}

impl States {
    pub fn level(&self, level: Level) -> &State {
        match level {
            Level::Execution => &self.execution,
            Level::Flow => &self.flow,
            Level::CrossFlow => &self.cross_flow,
            Level::Integration => &self.integration,
        }
    }

    pub fn level_mut(&mut self, level: Level) -> &mut State {
        match level {
            Level::Execution => &mut self.execution,
            Level::Flow => &mut self.flow,
            Level::CrossFlow => &mut self.cross_flow,
            Level::Integration => &mut self.integration,
        }
    }

    /// Bytes of what outlives the execution, as JSON; an empty level counts two.
    pub fn stored_bytes(&self) -> usize {
        self.flow.bytes() + self.cross_flow.bytes() + self.integration.bytes()
    }

    /// Whether anything changed that outlives the execution.
    pub fn is_changed(&self) -> bool {
        [&self.flow, &self.cross_flow, &self.integration].into_iter().any(State::is_changed)
    }
}

/// The values of one level, and which keys this execution changed.
#[derive(Clone, Debug, Default)]
pub struct State {
    values: Map,
    changed: BTreeSet<Arc<str>>,
}

impl State {
    /// State as it was stored; nothing counts as changed.
    pub fn loaded(values: Map) -> Self {
        Self { values, changed: BTreeSet::new() }
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    pub fn values(&self) -> &Map {
        &self.values
    }

    pub fn set(&mut self, key: &str, value: Value) {
        let key: Arc<str> = key.into();
        self.changed.insert(key.clone());
        self.values.insert(key, value);
    }

    /// The value to change in place, created by `initial` when missing; counts as changed.
    pub fn edit(&mut self, key: &str, initial: impl FnOnce() -> Value) -> &mut Value {
        let key: Arc<str> = key.into();
        self.changed.insert(key.clone());
        self.values.entry(key).or_insert_with(initial)
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let removed = self.values.shift_remove(key)?;
        self.changed.insert(key.into());
        Some(removed)
    }

    pub fn clear(&mut self) {
        self.changed.extend(self.values.keys().cloned());
        self.values.clear();
    }

    /// Takes over a whole new set of values; only keys that differ count as changed.
    pub fn replace(&mut self, values: Map) {
        let gone = self.values.keys().filter(|key| !values.contains_key(*key));
        let new = values.iter().filter(|(key, value)| self.values.get(*key) != Some(value));
        let changed: Vec<Arc<str>> = gone.chain(new.map(|(key, _)| key)).cloned().collect();
        self.changed.extend(changed);
        self.values = values;
    }

    /// Sets the given keys and leaves the others.
    pub fn merge(&mut self, values: &Map) {
        for (key, value) in values {
            self.set(key, value.clone());
        }
    }

    /// Changed keys with their new value; `None` where the key was removed.
    pub fn changes(&self) -> impl Iterator<Item = (&Arc<str>, Option<&Value>)> {
        self.changed.iter().map(|key| (key, self.values.get(key)))
    }

    /// Bytes of the values as JSON.
    pub fn bytes(&self) -> usize {
        Value::from(self.values.clone()).to_json().len()
    }

    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }
}
