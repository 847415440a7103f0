//! The tables as types: models, typed ids, times, and the handle to the database.
//!
//! Rows only: no rule about who may see or change one lives here (see `domain`). Start at
//! [`integration`] and [`instance`] for the control plane, at [`execution`] for the execution
//! plane.

#![expect(
    clippy::disallowed_methods,
    reason = "the derive macros of entities use the raw finders that are banned elsewhere"
)]

pub mod alert_event;
pub mod alert_group;
pub mod alert_link;
pub mod alert_monitor;
pub mod alert_notice;
pub mod alert_webhook;
mod attachments;
pub mod authorization;
pub mod component;
pub mod component_file;
pub mod config_value;
pub mod config_variable;
pub mod connection_template;
pub mod customer;
pub mod customer_total;
pub mod customer_variable;
mod db;
pub mod delivery;
pub mod delivery_attempt;
pub mod delivery_target;
pub mod deployment;
pub mod deployment_connection;
pub mod enabled_span;
pub mod endpoint;
pub mod event;
pub mod event_sequence;
pub mod execution;
pub mod flow_config;
pub mod history_late;
pub mod history_mark;
pub mod history_size;
pub mod idempotency_key;
pub mod ids;
pub mod instance;
pub mod instance_profile;
pub mod instance_usage;
pub mod integration;
pub mod integration_flow;
pub mod invitation;
pub mod kept_object;
mod labels;
pub mod lane;
pub mod latest_request;
pub mod linked_identity;
pub mod log;
pub mod log_stream;
mod look;
pub mod node;
pub mod organization;
pub mod organization_key;
pub mod organization_signing_key;
pub mod organization_total;
pub mod organization_usage;
pub mod password;
pub mod payload;
pub mod redeployment;
pub mod refresh_token;
pub mod schedule;
mod scope;
pub mod scoped_variable;
pub mod sign_in_code;
pub mod spent_state;
pub mod starred_component;
pub mod state_value;
pub mod step_result;
pub mod test_case;
mod time;
pub mod usage_cursor;
pub mod user;
pub mod user_level_config;
pub mod user_level_value;
pub mod webhook_endpoint;
pub mod work;

pub use attachments::{Attachment, Attachments};
pub use db::{Db, DbUrl, SQLITE_VERSION_MIN};
pub use ids::*;
pub use labels::Labels;
pub use look::{Origins, RequiredComponent, RequiredComponents, Theme, ThemeValue};
pub use scope::TenantOwned;
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
