//! The GraphQL schema, as data.
//!
//! [`builder`] makes types from typed closures, [`connection`] makes lists from tables of filters
//! and orders, [`mutation`] makes inputs and payloads; the other modules declare one noun each.

mod alert;
mod argument;
mod attachment;
mod builder;
mod category;
mod component;
mod config_value;
mod config_variable;
mod connection;
mod customer;
mod embedding;
mod execute;
mod execution;
mod expression;
mod filter;
mod flow;
mod flow_config;
pub mod id;
mod instance;
mod instance_profile;
mod integration;
mod label;
mod latest;
mod log;
mod log_stream;
mod mutation;
mod order;
mod organization;
mod page;
mod page_info;
mod permission;
mod queue;
mod reuse;
mod role;
mod scalar;
mod step_result;
mod tenant;
mod test_case;
mod test_run;
#[cfg(test)]
mod tests;
mod usage;
mod user;
mod user_level;
mod webhook;
mod wizard;
mod workflow;

use std::sync::Arc;

use async_graphql::SDLExportOptions;
use async_graphql::dynamic::SchemaError;
use domain::Env;

pub use argument::Arguments;
pub use execute::execute;

use builder::Registry;

/// Rows per page, whatever the client asks for.
pub const PAGE_MAX: u64 = 100;

/// Levels of nesting of a document; introspection needs 15.
const DEPTH_MAX: usize = 20;

/// Fields of a document.
const COMPLEXITY_MAX: usize = 2_000;

/// The schema, and what its resolvers work with.
#[derive(Clone)]
pub struct Schema {
    env: Arc<Env>,
    schema: async_graphql::dynamic::Schema,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Schema").finish_non_exhaustive()
    }
}

/// Builds the schema, once per process.
pub fn schema(env: Arc<Env>) -> Schema {
    Schema { env, schema: build().expect("the declared types fit together") }
}

/// The schema in the schema language, sorted, as clients get to see it.
pub fn sdl() -> String {
    let schema = build().expect("the declared types fit together");
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    schema.sdl_with_options(options.prefer_single_line_descriptions().use_space_ident())
}

fn build() -> Result<async_graphql::dynamic::Schema, SchemaError> {
    let mut registry = Registry::new("RootQuery", "RootMutation");
    scalar::register(&mut registry);
    label::register(&mut registry);
    attachment::register(&mut registry);
    organization::register(&mut registry);
    embedding::register(&mut registry);
    role::register(&mut registry);
    user::register(&mut registry);
    tenant::register(&mut registry);
    customer::register(&mut registry);
    component::register(&mut registry);
    config_variable::register(&mut registry);
    flow::register(&mut registry);
    integration::register(&mut registry);
    test_case::register(&mut registry);
    instance::register(&mut registry);
    workflow::register(&mut registry);
    user_level::register(&mut registry);
    expression::register(&mut registry);
    wizard::register(&mut registry);
    instance_profile::register(&mut registry);
    reuse::register(&mut registry);
    execution::register(&mut registry);
    queue::register(&mut registry);
    step_result::register(&mut registry);
    log::register(&mut registry);
    alert::register(&mut registry);
    log_stream::register(&mut registry);
    test_run::register(&mut registry);
    webhook::register(&mut registry);
    usage::register(&mut registry);
    let schema = async_graphql::dynamic::Schema::build("RootQuery", Some("RootMutation"), None)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX);
    registry.register(schema).finish()
}
