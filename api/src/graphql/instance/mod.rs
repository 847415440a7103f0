//! Instances: integration versions configured for customers.

mod mutation;

use domain::Action;
use entity::integration::Variant;
use entity::{
    CustomerId, Id, InstanceId, IntegrationId, alert_monitor, customer, execution, flow_config,
    instance, instance_profile, integration, log, organization,
};
use sea_orm::sea_query::{Expr, IntoCondition, Query, SelectStatement};
use sea_orm::{ActiveEnum, ColumnTrait};

use super::argument::text;
use super::builder::{Registry, Type};
use super::config_value::{self, ConfigVariable, STATUS_FILTERS};
use super::connection::Listing;
use super::filter::Filter;
use super::integration::{marketplace, name_of, together_with};
use super::order::Order;
use super::page::RowKey;
use super::user::customer_name;
use super::{
    execution as executions, flow_config as flow_configs, id, latest, log as logs, page, reuse,
};

impl page::Noun for instance::Entity {
    type Id = InstanceId;
    const ID: instance::Column = instance::Column::Id;

    fn id(row: &instance::Model) -> InstanceId {
        row.id
    }
}

/// Instances can be searched by text, label, customer and integration.
pub fn listing() -> Listing<instance::Entity> {
    use instance::Column as C;
    Listing::new("Instance").filters(filters()).orders([
        Order::text_of("CATEGORY", "The category of the integration.", || {
            integration_column(integration::Column::Category)
        }),
        Order::number("CREATED_AT", "When it was created.", C::CreatedAt),
        Order::text_of("CUSTOMER", "The name of the customer.", || {
            customer_name(Expr::col((instance::Entity, C::CustomerId)))
        }),
        Order::text("DESCRIPTION", "The description.", C::Description),
        Order::flag("ENABLED", "Whether it is paused; paused ones first.", C::Enabled),
        Order::text("INSTANCE_TYPE", "What it is made of.", C::Variant),
        Order::text_of("INTEGRATION", "The name of the integration.", || {
            integration_column(integration::Column::Name)
        }),
        Order::text("NAME", "The name.", C::Name),
        Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        Order::number_of("VERSION", "The number of the version.", || {
            integration_column(integration::Column::VersionNumber)
        }),
    ])
}

/// A column of the integration of an instance.
fn integration_column(column: integration::Column) -> SelectStatement {
    name_of(Expr::col((instance::Entity, instance::Column::IntegrationId)), column)
}

fn filters() -> Vec<Filter> {
    use instance::Column as C;
    vec![
        Filter::since("createdAt_Gte", C::CreatedAt),
        Filter::until("createdAt_Lte", C::CreatedAt),
        Filter::id::<CustomerId>("customer", C::CustomerId),
        Filter::new(
            ("customer_ExternalId", "String", "Only those of the customer with this external id."),
            |value| {
                let external = text("customer_ExternalId", value)?;
                let customers = Query::select()
                    .column(customer::Column::Id)
                    .from(customer::Entity)
                    .and_where(customer::Column::ExternalId.eq(external))
                    .take();
                Ok(C::CustomerId.in_subquery(customers).into_condition())
            },
        ),
        Filter::text("description", C::Description),
        Filter::contains("description_Icontains", C::Description),
        Filter::flag("enabled", C::Enabled),
        Filter::flag("globalDebug", C::GlobalDebug),
        Filter::ids::<InstanceId>("id_In", C::Id),
        latest::in_failed_state(execution::Column::InstanceId, (instance::Entity, C::Id)),
        executions::filters::instance_type(),
        Filter::id_through::<IntegrationId>("integration", C::IntegrationId, together_with),
        executions::filters::in_sequence("integration_VersionSequenceId", C::IntegrationId),
        Filter::flag("isSystem", C::IsSystem),
        Filter::label("labels_Contains", C::Labels),
        Filter::contains("labels_Icontains", C::Labels),
        Filter::text("name", C::Name),
        Filter::contains("name_Icontains", C::Name),
        Filter::flag("needsDeploy", C::NeedsDeploy),
        Filter::since("updatedAt_Gte", C::UpdatedAt),
        Filter::until("updatedAt_Lte", C::UpdatedAt),
    ]
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    flow_configs::register(registry);
    config_value::register(registry);
    registry.add(lists(relations(object())));
    registry.enumeration(
        "InstanceType",
        "What an instance is made of.",
        &[("INTEGRATION", "An integration."), ("WORKFLOW", "A workflow.")],
    );
    registry.enumeration(
        "InstanceConfigState",
        "Whether an instance has the configuration it needs.",
        &[
            ("FULLY_CONFIGURED", "It can be deployed."),
            ("NEEDS_INSTANCE_CONFIGURATION", "Config variables lack values."),
            ("NEEDS_USER_LEVEL_CONFIGURATION", "Users have to fill pages of their own."),
        ],
    );
    registry.query(|query| {
        query
            .by_id::<instance::Entity>("instance", "Instance", "One instance.")
            .list("instances", "The instances you may see.", listing())
            .labels::<instance::Entity>(
                "instanceLabels",
                "The labels in use on instances.",
                instance::Column::Labels,
            )
    });
    mutation::register(registry);
}

const LOGS: &str = "Whether it writes no logs, whatever its profile says.";
const RESULTS: &str = "Whether it keeps no results of steps, whatever its profile says.";
const PROFILE: &str = "What it was given, or else the default of the organization.";

fn object() -> Type<instance::Model> {
    Type::<instance::Model>::new("Instance", "An integration version configured for a customer.")
        .id(|instance| id::encode(instance.id))
        .editable::<instance::Entity>()
        .may_allow::<instance::Entity>("allowDeploy", Action::Release, "Whether you may deploy it.")
        .may_allow::<instance::Entity>(
            "allowUpdateConfigVariables",
            Action::Modify,
            "Whether you may change its configuration.",
        )
        .field("name", "String!", "The name, unique for the customer.", |it| it.name.clone())
        .field("description", "String", "What it is for.", |it| it.description.clone())
        .field("labels", "[String!]", "Free text tags.", |it| it.labels.clone())
        .field("enabled", "Boolean!", "False while it is paused.", |it| it.enabled)
        .field("isSystem", "Boolean!", "Whether it is the test instance of an integration.", |it| {
            it.is_system
        })
        .field("globalDebug", "Boolean!", "Whether every run is logged in detail.", |it| {
            it.global_debug
        })
        .field("needsDeploy", "Boolean!", "Whether its configuration is not yet in use.", |it| {
            it.needs_deploy
        })
        .field("deployedVersion", "Int!", "Number of the running version; 0 before.", |it| {
            it.deployed_version
        })
        .field("lastDeployedAt", "DateTime", "When it was deployed last.", |it| it.last_deployed_at)
        .field("createdAt", "DateTime!", "When it was created.", |it| it.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |it| it.updated_at)
        .field("instanceType", "InstanceType", "What it is made of.", |it| it.variant.to_value())
        .field("logsDisabled", "Boolean!", LOGS, |it| it.logs_disabled)
        .field("stepResultsDisabled", "Boolean!", RESULTS, |it| it.step_results_disabled)
        .field("systemSuspended", "Boolean!", "Whether the platform halted it.", |_| false)
}

fn relations(of: Type<instance::Model>) -> Type<instance::Model> {
    of.row::<customer::Entity>("customer", "Customer!", "The customer it works for.", |it| {
        Some(it.customer_id)
    })
    .row::<integration::Entity>(
        "integration",
        "Integration!",
        "The version it is configured for.",
        |it| Some(it.integration_id),
    )
    .row::<integration::Entity>(
        "workflow",
        "Workflow",
        "The version of a workflow that it makes run.",
        |it| (it.variant == Variant::Workflow).then_some(it.integration_id),
    )
    .resolve("profile", "InstanceProfile", PROFILE, |it, ask| async move {
        let own = if let Some(own) = it.profile_id {
            Some(own)
        } else {
            let key = RowKey::<organization::Entity>(it.organization_id);
            ask.load(key).await?.and_then(|row| row.default_profile_id)
        };
        match own {
            Some(id) => ask.load(RowKey::<instance_profile::Entity>(id)).await,
            None => Ok(None),
        }
    })
    .resolve(
        "isCustomerDeployable",
        "Boolean",
        "Whether customers activate its integration themselves.",
        |it, ask| async move {
            let version = ask.load(RowKey::<integration::Entity>(it.integration_id)).await?;
            Ok(version.map(|version| marketplace::is_deployable(&version)))
        },
    )
    .resolve(
        "isCustomerUpgradeable",
        "Boolean",
        "Whether users of the customer may choose the newest version.",
        |it, ask| async move {
            let version = ask.load(RowKey::<integration::Entity>(it.integration_id)).await?;
            let Some(version) = version else { return Ok(false) };
            let newest = marketplace::newest(&ask, version.sequence_id).await?;
            Ok(newest.is_some_and(|newest| marketplace::is_deployable(&newest)))
        },
    )
    .resolve(
        "configState",
        "InstanceConfigState",
        "Whether it has the configuration it needs.",
        |it, ask| async move { config_value::config_state(&ask, &it).await },
    )
}

fn lists(of: Type<instance::Model>) -> Type<instance::Model> {
    reuse::lists::of_instance(of)
        .last_run()
        .users()
        .connection::<execution::Entity>(
            "executionResults",
            "Its runs, the latest first.",
            executions::listing(),
            |it| it.id.uuid(),
            |id| execution::Column::InstanceId.eq(id).into_condition(),
        )
        .connection::<log::Entity>(
            "logs",
            "What its runs wrote, in order.",
            logs::listing(),
            |it| it.id.uuid(),
            |id| log::Column::InstanceId.eq(id).into_condition(),
        )
        .connection::<flow_config::Entity>(
            "flowConfigs",
            "Its flows.",
            flow_configs::listing(),
            |it| it.id.uuid(),
            flow_configs::of_instance,
        )
        .monitors(
            "The monitors that watch it.",
            |it| it.id.uuid(),
            |id| alert_monitor::Column::InstanceId.eq(id).into_condition(),
        )
        .short_list::<ConfigVariable, _>(
            ("configVariables", "InstanceConfigVariable", "Its configuration, on one page."),
            &STATUS_FILTERS,
            |it, ask| async move { config_value::variables_of(&ask, &it).await },
        )
}

/// The instances of a customer.
pub fn of_customer(id: uuid::Uuid) -> sea_orm::Condition {
    instance::Column::CustomerId.eq(CustomerId(id)).into_condition()
}
