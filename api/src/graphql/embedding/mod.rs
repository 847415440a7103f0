//! Embedding: keys that sign tokens of embedded users, where pages may be embedded, and how they
//! look.

pub mod key;
pub mod settings;
pub mod theme;

use super::builder::Registry;

pub fn register(registry: &mut Registry) {
    key::register(registry);
    settings::register(registry);
    theme::register(registry);
}
