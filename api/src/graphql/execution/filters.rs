//! What executions, and what belongs to them, can be found by.

use async_graphql::Value;
use entity::{
    CustomerId, ExecutionId, FlowConfigId, FlowId, InstanceId, IntegrationId, execution,
    flow_config, instance, integration,
};
use sea_orm::sea_query::{IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use crate::graphql::Arguments;
use crate::graphql::argument::{flag, text, uuid};
use crate::graphql::builder::Parameter;
use crate::graphql::filter::{Filter, constant};

/// All filters of executions.
pub fn all() -> Vec<Filter> {
    use execution::Column as C;
    let mut filters = vec![
        Filter::since("endedAt_Gte", C::EndedAt),
        Filter::is_null("endedAt_Isnull", C::EndedAt),
        Filter::until("endedAt_Lte", C::EndedAt),
        Filter::is_null("error_Isnull", C::Error),
        Filter::id::<FlowId>("flow", C::FlowId),
        Filter::ids::<FlowId>("flow_In", C::FlowId),
        Filter::id::<FlowConfigId>("flowConfig", C::FlowConfigId),
        Filter::id_through::<FlowId>("flowConfig_Flow", C::FlowConfigId, flow_configs_of),
        Filter::id::<ExecutionId>("id", C::Id),
        Filter::ids::<ExecutionId>("id_In", C::Id),
        Filter::id::<InstanceId>("instance", C::InstanceId),
        Filter::id::<CustomerId>("instance_Customer", C::CustomerId),
        Filter::id_through::<IntegrationId>("instance_Integration", C::InstanceId, instances_of),
        in_sequence("instance_Integration_VersionSequenceId", C::IntegrationId),
        is_system("instance_IsSystem", C::InstanceId),
        Filter::always("instance_Isnull", false),
        of_integration("integration", C::IntegrationId),
        in_sequence("integration_VersionSequenceId", C::IntegrationId),
        Filter::words("invokeType_In", C::InvokeType),
        invoked_by(),
        Filter::flag("isTestExecution", C::IsTest),
        Filter::since("queuedAt_Gte", C::QueuedAt),
        Filter::is_null("queuedAt_Isnull", C::QueuedAt),
        Filter::until("queuedAt_Lte", C::QueuedAt),
        Filter::int("maxRetryCount", C::MaxRetryCount),
        Filter::int_from("maxRetryCount_Gte", C::MaxRetryCount),
        Filter::int_to("maxRetryCount_Lte", C::MaxRetryCount),
        Filter::is_null("replayForExecution_Isnull", C::ReplayForId),
        Filter::word("resultType", C::ResultType),
        Filter::words("resultType_In", C::ResultType),
        Filter::int("retryCount", C::RetryCount),
        Filter::int_from("retryCount_Gte", C::RetryCount),
        Filter::int_to("retryCount_Lte", C::RetryCount),
        Filter::is_null("retryForExecution_Isnull", C::RetryForId),
        Filter::since("retryNextAt_Gte", C::RetryNextAt),
        Filter::is_null("retryNextAt_Isnull", C::RetryNextAt),
        Filter::until("retryNextAt_Lte", C::RetryNextAt),
        Filter::text("retryUniqueRequestId", C::RequestId),
        Filter::since("startedAt_Gte", C::StartedAt),
        Filter::until("startedAt_Lte", C::StartedAt),
        status(),
    ];
    filters.extend(facts());
    filters
}

/// Filters on what no execution has: long running mode and suspension.
fn facts() -> Vec<Filter> {
    let none = |name, sdl| {
        Filter::new((name, sdl, "Only those at this value; no execution has one."), |_| {
            Ok(constant(false))
        })
    };
    vec![
        Filter::always("isLre", false),
        Filter::always("resumedAt_Isnull", true),
        none("resumedAt_Gte", "DateTime"),
        none("resumedAt_Lte", "DateTime"),
        of_instance_type(execution::Column::InstanceId),
    ]
}

/// Rows of instances that are made of this.
pub fn of_instance_type(column: impl ColumnTrait) -> Filter {
    Filter::new(INSTANCE_TYPE, move |value| {
        let instances = Query::select()
            .column(instance::Column::Id)
            .from(instance::Entity)
            .and_where(instance::Column::Variant.eq(text(INSTANCE_TYPE.0, value)?))
            .take();
        Ok(column.in_subquery(instances).into_condition())
    })
}

/// The same for instances themselves.
pub fn instance_type() -> Filter {
    Filter::new(INSTANCE_TYPE, |value| {
        let variant = text(INSTANCE_TYPE.0, value)?;
        Ok(instance::Column::Variant.eq(variant).into_condition())
    })
}

const INSTANCE_TYPE: Parameter =
    ("instanceType", "InstanceType", "Only those of this kind of instance.");

fn status() -> Filter {
    let parameter = ("status", "ExecutionStatus", "Only those that stand like this.");
    Filter::new(parameter, |value| {
        Ok(execution::Column::Status.eq(text("status", value)?).into_condition())
    })
}

fn invoked_by() -> Filter {
    let about = "Only those that this execution invoked.";
    Filter::new(("invokedBy", "ExecutionInvokedByInput", about), |value| {
        let Value::Object(fields) = value else { return Ok(constant(false)) };
        let invoker = Arguments::new(fields.iter()).require_id::<ExecutionId>("id")?;
        Ok(execution::Column::InvokedById.eq(invoker).into_condition())
    })
}

/// Rows of all versions of an integration.
pub fn in_sequence(name: &'static str, column: impl ColumnTrait) -> Filter {
    let about = "Only those of the integration whose versions share this id.";
    Filter::new((name, "UUID", about), move |value| {
        let versions = Query::select()
            .column(integration::Column::Id)
            .from(integration::Entity)
            .and_where(integration::Column::SequenceId.eq(uuid(name, value)?))
            .take();
        Ok(column.in_subquery(versions).into_condition())
    })
}

/// Rows of one version; a draft stands for all versions of its integration.
pub fn of_integration(name: &'static str, column: impl ColumnTrait) -> Filter {
    Filter::id_through::<IntegrationId>(name, column, versions_of)
}

fn versions_of(id: IntegrationId) -> SelectStatement {
    let sequence = Query::select()
        .column(integration::Column::SequenceId)
        .from(integration::Entity)
        .and_where(integration::Column::Id.eq(id))
        .and_where(integration::Column::IsDraft.eq(true))
        .take();
    Query::select()
        .column(integration::Column::Id)
        .from(integration::Entity)
        .cond_where(
            Condition::any()
                .add(integration::Column::Id.eq(id))
                .add(integration::Column::SequenceId.in_subquery(sequence)),
        )
        .take()
}

/// Rows of test instances, or of all others.
pub fn is_system(name: &'static str, column: impl ColumnTrait) -> Filter {
    Filter::new((name, "Boolean", "Only those of test instances, or of others."), move |value| {
        let instances = Query::select()
            .column(instance::Column::Id)
            .from(instance::Entity)
            .and_where(instance::Column::IsSystem.eq(flag(name, value)?))
            .take();
        Ok(column.in_subquery(instances).into_condition())
    })
}

pub fn flow_configs_of(flow: FlowId) -> SelectStatement {
    Query::select()
        .column(flow_config::Column::Id)
        .from(flow_config::Entity)
        .and_where(flow_config::Column::FlowId.eq(flow))
        .take()
}

pub fn instances_of(integration: IntegrationId) -> SelectStatement {
    Query::select()
        .column(instance::Column::Id)
        .from(instance::Entity)
        .and_where(instance::Column::IntegrationId.in_subquery(versions_of(integration)))
        .take()
}
