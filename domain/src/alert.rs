//! Alerts: who watches what, what has happened, and telling people.
//!
//! An *occurrence* is recorded as an event of each monitor that watches for it: with the commit
//! that made it happen, under a name that makes recording it twice harmless. From then on
//! [`settle()`] takes over: it marks the monitor as triggered and writes the messages to send, all
//! in one transaction. What runs asks [`Watches`], which is in memory, so that an instance without
//! monitors costs nothing.

mod condition;
mod group;
mod link;
mod monitor;
mod notice;
mod notify;
mod occurrence;
mod overdue;
mod settle;
mod template;
mod trigger;
mod watch;
mod webhook;

pub use condition::Conditions;
pub use group::{GroupInput, create_group, delete_group, update_group};
pub use link::targets_of;
pub(crate) use link::{forget, forget_one};
pub(crate) use monitor::go_with;
pub use monitor::{MonitorInput, clear, create, delete, update};
pub use notice::{Channel, Notice, SendOutcome, due_notices, next_notice, record_outcome};
pub use occurrence::{
    ConnectionFailure, connection_failed, customer_is_busy, of_execution, record, still_running,
};
pub(crate) use occurrence::{deployed, instance_changed};
pub use overdue::look_for_overdue;
pub use settle::{NOTIFY_AGAIN_SECONDS, next_wake, remind, settle};
pub use trigger::Trigger;
pub use watch::{Watch, Watches};
pub use webhook::{WebhookInput, create_webhook, delete_webhook, headers_of, update_webhook};
