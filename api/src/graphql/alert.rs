//! Alerts: who watches what, what has happened, and who is told.

mod event;
mod group;
mod monitor;
mod trigger;
mod webhook;

use super::builder::Registry;

pub fn register(registry: &mut Registry) {
    trigger::register(registry);
    webhook::register(registry);
    group::register(registry);
    event::register(registry);
    monitor::register(registry);
}
