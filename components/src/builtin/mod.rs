//! The components that come with the server, one file each.

mod branch;
mod http;
mod log;
mod loops;
mod stop_execution;
mod webhook_triggers;

use crate::Component;

/// Every built-in component.
pub fn all() -> Vec<Component> {
    vec![
        branch::component(),
        http::component(),
        log::component(),
        loops::component(),
        stop_execution::component(),
        webhook_triggers::component(),
    ]
}
