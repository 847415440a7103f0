//! All built-in components by key.

use std::collections::HashMap;

use crate::{Action, Component, DataSource, Trigger, builtin};

/// Finds components and what they offer by the keys that definitions use.
#[derive(Debug)]
pub struct Catalog {
    components: HashMap<&'static str, Component>,
}

impl Default for Catalog {
    fn default() -> Self {
        let components = builtin::all().into_iter().map(|component| (component.key, component));
        Self { components: components.collect() }
    }
}

impl Catalog {
    pub fn component(&self, key: &str) -> Option<&Component> {
        self.components.get(key)
    }

    pub fn action(&self, component: &str, key: &str) -> Option<&Action> {
        self.component(component)?.actions.iter().find(|action| action.key == key)
    }

    pub fn trigger(&self, component: &str, key: &str) -> Option<&Trigger> {
        self.component(component)?.triggers.iter().find(|trigger| trigger.key == key)
    }

    pub fn data_source(&self, component: &str, key: &str) -> Option<&DataSource> {
        self.component(component)?.data_sources.iter().find(|source| source.key == key)
    }

    /// All components, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = &Component> {
        let mut all: Vec<_> = self.components.values().collect();
        all.sort_by_key(|component| component.key);
        all.into_iter()
    }
}
