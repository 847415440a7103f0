//! The history of the schema.
//!
//! Applied migrations are never edited, and none of them knows `entity`: they must mean the same in
//! ten years. Old code runs while a new migration is applied: expand first, contract later.

use sea_orm_migration::prelude::*;

mod columns;
mod m20261121_000001_tenants;
mod m20261121_000002_integrations;
mod m20261121_000003_instances;
mod m20261121_000004_executions;
mod m20261121_000005_work;
mod m20261121_000006_queue;
mod m20261121_000007_schedules;
mod m20261121_000008_endpoints;
mod m20261121_000009_testing;
mod m20261121_000010_removals;
mod m20261121_000011_events;
mod m20261121_000012_authorizations;
mod m20261121_000013_alerts;
mod m20261121_000014_usage;
mod m20261121_000015_retention;
mod m20261121_000016_sources;
mod m20261121_000017_delays;
mod m20261121_000018_embedding;
mod m20261121_000019_reusable;
mod m20261121_000020_marketplace;
mod m20261121_000021_user_level;
mod m20261121_000023_sign_in;
mod m20261121_000024_components;
mod m20261121_000025_workflows;
mod m20261121_000026_linked_identity;
mod m20261121_000027_templates;
mod m20261121_000028_hosts;
mod m20261121_000029_lines;
mod m20261121_000029_redeployments;
mod m20261121_000029_user_choices;
mod m20261121_000029_variable_lines;
#[cfg(test)]
mod tests;

/// Applies what is missing.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_tenants::Migration),
            Box::new(m20261121_000002_integrations::Migration),
            Box::new(m20261121_000003_instances::Migration),
            Box::new(m20261121_000004_executions::Migration),
            Box::new(m20261121_000005_work::Migration),
            Box::new(m20261121_000006_queue::Migration),
            Box::new(m20261121_000007_schedules::Migration),
            Box::new(m20261121_000008_endpoints::Migration),
            Box::new(m20261121_000009_testing::Migration),
            Box::new(m20261121_000010_removals::Migration),
            Box::new(m20261121_000011_events::Migration),
            Box::new(m20261121_000012_authorizations::Migration),
            Box::new(m20261121_000013_alerts::Migration),
            Box::new(m20261121_000014_usage::Migration),
            Box::new(m20261121_000015_retention::Migration),
            Box::new(m20261121_000016_sources::Migration),
            Box::new(m20261121_000017_delays::Migration),
            Box::new(m20261121_000018_embedding::Migration),
            Box::new(m20261121_000019_reusable::Migration),
            Box::new(m20261121_000020_marketplace::Migration),
            Box::new(m20261121_000021_user_level::Migration),
            Box::new(m20261121_000023_sign_in::Migration),
            Box::new(m20261121_000024_components::Migration),
            Box::new(m20261121_000025_workflows::Migration),
            Box::new(m20261121_000026_linked_identity::Migration),
            Box::new(m20261121_000027_templates::Migration),
            Box::new(m20261121_000028_hosts::Migration),
            Box::new(m20261121_000029_lines::Migration),
            Box::new(m20261121_000029_redeployments::Migration),
            Box::new(m20261121_000029_user_choices::Migration),
            Box::new(m20261121_000029_variable_lines::Migration),
        ]
    }
}
