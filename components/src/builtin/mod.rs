//! The components that come with the server, one file each.

mod branch;
mod change_data_format;
mod code;
mod collection_tools;
mod equality;
mod http;
mod log;
mod loops;
mod management_triggers;
mod persist_data;
mod schedule_triggers;
mod sleep;
mod stop_execution;
mod webhook_triggers;

use crate::Component;

/// Every built-in component.
pub fn all() -> Vec<Component> {
    vec![
        branch::component(),
        change_data_format::component(),
        code::component(),
        collection_tools::component(),
        http::component(),
        log::component(),
        loops::component(),
        management_triggers::component(),
        persist_data::component(),
        schedule_triggers::component(),
        sleep::component(),
        stop_execution::component(),
        webhook_triggers::component(),
    ]
}
