//! The components that come with the server, one file each.

mod branch;
mod change_data_format;
mod code;
mod collection_tools;
mod datetime;
mod equality;
mod hash;
mod http;
mod log;
mod loops;
mod management_triggers;
mod math;
mod persist_data;
mod schedule_triggers;
mod sleep;
mod stop_execution;
mod text_manipulation;
mod uuid;
mod webhook_triggers;

use crate::Component;

/// Every built-in component.
pub fn all() -> Vec<Component> {
    vec![
        branch::component(),
        change_data_format::component(),
        code::component(),
        collection_tools::component(),
        datetime::component(),
        hash::component(),
        http::component(),
        log::component(),
        loops::component(),
        management_triggers::component(),
        math::component(),
        persist_data::component(),
        schedule_triggers::component(),
        sleep::component(),
        stop_execution::component(),
        text_manipulation::component(),
        uuid::component(),
        webhook_triggers::component(),
    ]
}
