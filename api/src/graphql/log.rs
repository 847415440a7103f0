//! Log lines of executions, connections and data sources.

use std::sync::Arc;

use entity::log::{Kind, Severity};
use entity::{
    CustomerId, CustomerVariableId, ExecutionId, FlowConfigId, FlowId, Id, InstanceId,
    IntegrationId, LogId, ScopedVariableId, customer, customer_variable, execution, flow_config,
    instance, integration, log, scoped_variable,
};
use sea_orm::sea_query::{ExprTrait, IntoCondition, Query};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, Iterable};
use uuid::Uuid;

use super::argument::{flag, list, text};
use super::builder::{Registry, Type};
use super::connection::Listing;
use super::execution::filters::{
    flow_configs_of, in_sequence, instances_of, is_system, of_instance_type, of_integration,
};
use super::filter::{Filter, constant};
use super::order::Order;
use super::page::{Children, Part, RowKey};
use super::{id, page};

impl page::Noun for log::Entity {
    type Id = LogId;
    const ID: log::Column = log::Column::Id;

    fn id(row: &log::Model) -> LogId {
        row.id
    }
}

pub fn listing() -> Listing<log::Entity> {
    use log::Column as C;
    Listing::new("Log")
        .filters([
            Filter::is_null("configVariable_Isnull", C::VariableKey),
            Filter::id::<CustomerId>("customer", C::CustomerId),
            Filter::id::<CustomerVariableId>("customerConfigVariable", C::OwnerId),
            Filter::id::<ExecutionId>("executionResult", C::ExecutionId),
            Filter::flag("executionResult_IsTestExecution", C::IsTest),
            Filter::id_through::<FlowId>("flow", C::FlowConfigId, flow_configs_of),
            Filter::id::<FlowConfigId>("flowConfig", C::FlowConfigId),
            Filter::id_through::<FlowId>("flowConfig_Flow", C::FlowConfigId, flow_configs_of),
            Filter::id::<InstanceId>("instance", C::InstanceId),
            of_instance_type(C::InstanceId),
            Filter::id::<CustomerId>("instance_Customer", C::CustomerId),
            Filter::id_through::<IntegrationId>(
                "instance_Integration",
                C::InstanceId,
                instances_of,
            ),
            is_system("instance_IsSystem", C::InstanceId),
            of_integration("integration", C::IntegrationId),
            in_sequence("integrationVersionSequenceId", C::IntegrationId),
            in_sequence("integration_VersionSequenceId", C::IntegrationId),
            Filter::flag("isTestExecution", C::IsTest),
            of_type(("logType", "String", "Only those of this type.")),
            of_type(("logType_In", "[String]", "Only those of one of these types.")),
            Filter::text("loopPath", C::LoopPath),
            Filter::starts_with("loopPath_Istartswith", C::LoopPath),
            Filter::contains("message_Icontains", C::Message),
            Filter::text("requiredConfigVariableKey", C::VariableKey),
            Filter::new(
                ("scopedConfigVariable", "ID", "Only those of this shared connection."),
                |value| {
                    let id = id::decode::<ScopedVariableId>(&text("scopedConfigVariable", value)?)?;
                    Ok(of_scoped(id.uuid()))
                },
            ),
            Filter::int("severity", C::Severity),
            Filter::since_by_id::<LogId>("timestamp_Gte", C::Timestamp, C::Id),
            Filter::until_by_id::<LogId>("timestamp_Lte", C::Timestamp, C::Id),
            Filter::new(
                (
                    "userLevelConfigVariable_Isnull",
                    "Boolean",
                    "Only those that are not of a user's own connection, or only those.",
                ),
                |value| {
                    let of_user = C::OwnerId.is_not_null().and(C::VariableKey.is_not_null());
                    let is_null = flag("userLevelConfigVariable_Isnull", value)?;
                    Ok(if is_null { of_user.not() } else { of_user }.into_condition())
                },
            ),
        ])
        .orders([
            Order::text("MESSAGE", "The text.", C::Message),
            Order::number("SEVERITY", "How important it is.", C::Severity),
            Order::age("TIMESTAMP", "When it was written."),
        ])
}

/// By what wrote them; other types have no lines.
fn of_type(parameter: super::builder::Parameter) -> Filter {
    Filter::new(parameter, move |value| {
        let mut any = Condition::any().add(constant(false));
        for word in list(value) {
            any = match text(parameter.0, word)?.to_uppercase().as_str() {
                "EXECUTION" => any.add(log::Column::Kind.is_null()),
                "CONNECTION" => any.add(log::Column::Kind.eq(Kind::Connection)),
                "DATA_SOURCE" => any.add(log::Column::Kind.eq(Kind::DataSource)),
                "MANAGEMENT" => any.add(log::Column::Kind.eq(Kind::Management)),
                _ => any,
            };
        }
        Ok(any)
    })
}

/// Lines of a scoped variable, and of what was entered for it.
pub fn of_scoped(id: Uuid) -> Condition {
    let values = Query::select()
        .column(customer_variable::Column::Id)
        .from(customer_variable::Entity)
        .and_where(customer_variable::Column::ScopedVariableId.eq(id))
        .take();
    let own = log::Column::OwnerId.eq(id);
    Condition::any().add(own).add(log::Column::OwnerId.in_subquery(values))
}

/// Lines of what one row stores.
pub fn of_owner(id: Uuid) -> Condition {
    log::Column::OwnerId.eq(id).into_condition()
}

/// Lines of a config variable of an instance, by its key.
pub const OF_INSTANCE_VALUE: (Children, Part) = (
    |instance| {
        let own = log::Column::InstanceId.eq(InstanceId(instance));
        own.and(log::Column::OwnerId.is_null()).into_condition()
    },
    of_key,
);

/// Lines of what a user configured, by the key of the config variable.
pub const OF_USER_VALUE: (Children, Part) = (of_owner, of_key);

fn of_key(key: &str) -> Condition {
    log::Column::VariableKey.eq(key).into_condition()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.enumeration(
        "LogSeverityLevel",
        "How important a log line is.",
        &[
            ("TRACE", "Every detail."),
            ("DEBUG", "For finding faults."),
            ("INFO", "What happened."),
            ("WARN", "Something unusual."),
            ("ERROR", "Something failed."),
            ("FATAL", "Something failed for good."),
            ("METRIC", "A measurement."),
        ],
    );
    registry.enumeration(
        "LogType",
        "What a log line is about.",
        &[
            ("CONNECTION", "The authorization of a connection."),
            ("DATA_SOURCE", "What a data source was asked for."),
            ("EXECUTION", "An execution."),
            ("MANAGEMENT", "What became of an instance."),
        ],
    );
    registry.add(about(object()));
    registry.add(severity());
    registry.query(|query| {
        query
            .by_id::<log::Entity>("log", "Log", "One log line.")
            .list("logs", "The log lines you may see.", listing())
            .resolve(
                "logSeverityLevels",
                "[LogSeverity]!",
                "The severities of log lines, with the numbers that filters take.",
                |_, _| async { Ok(Severity::iter().map(Arc::new).collect::<Vec<_>>()) },
            )
    });
}

fn object() -> Type<log::Model> {
    Type::<log::Model>::new("Log", "One log line: of an execution, a connection or a data source.")
        .id(|log| id::encode(log.id))
        .field("message", "String!", "The text.", |log| log.message.clone())
        .field("severity", "LogSeverityLevel!", "How important it is.", |log| name(log.severity))
        .field("timestamp", "DateTime!", "When it was written.", |log| log.timestamp)
        .field("sectionId", "UUID", "The section it belongs to.", |_| None::<Uuid>)
        .field("logType", "LogType", "What it is about.", |log| match log.kind {
            None => "EXECUTION",
            Some(Kind::Connection) => "CONNECTION",
            Some(Kind::DataSource) => "DATA_SOURCE",
            Some(Kind::Management) => "MANAGEMENT",
        })
        .field("stepName", "String", "Key of the step that wrote it.", |log| log.step_name.clone())
        .field("loopPath", "String", "Where in nested loops it was written.", |log| {
            log.loop_path.clone()
        })
        .field("isTestExecution", "Boolean", "Whether a test wrote it.", |log| log.is_test)
        .field("fromPreprocessFlow", "Boolean", "Whether a preprocess flow wrote it.", |_| false)
        .field("executionResultId", "ID", "The execution's id.", |log| {
            log.execution_id.map(id::encode)
        })
        .field("instanceId", "ID", "The instance's id.", |log| log.instance_id.map(id::encode))
        .fixed()
        .row::<execution::Entity>(
            "executionResult",
            "InstanceExecutionResult",
            "The execution that wrote it.",
            |log| log.execution_id,
        )
        .row::<instance::Entity>("instance", "Instance", "The instance it ran for.", |log| {
            log.instance_id
        })
        .row::<integration::Entity>(
            "integration",
            "Integration",
            "The version of the integration that ran.",
            |log| log.integration_id,
        )
        .row::<flow_config::Entity>(
            "flowConfig",
            "InstanceFlowConfig",
            "The flow as the instance has it.",
            |log| log.flow_config_id,
        )
        .row::<customer::Entity>("customer", "Customer", "The customer.", |log| log.customer_id)
}

/// The connection or data source that a line is about.
fn about(of: Type<log::Model>) -> Type<log::Model> {
    of.field("requiredConfigVariableKey", "String", "The key of the config variable.", |log| {
        log.variable_key.clone()
    })
    .row::<customer_variable::Entity>(
        "customerConfigVariable",
        "CustomerConfigVariable",
        "The connection of a customer.",
        |log| owner(log).map(CustomerVariableId),
    )
    .resolve(
        "scopedConfigVariable",
        "ScopedConfigVariable",
        "The shared connection.",
        |log, ask| async move {
            let Some(id) = owner(&log) else { return Ok(None) };
            let value = ask.load(RowKey::<customer_variable::Entity>(CustomerVariableId(id)));
            let scoped = value.await?.map_or(ScopedVariableId(id), |it| it.scoped_variable_id);
            ask.load(RowKey::<scoped_variable::Entity>(scoped)).await
        },
    )
}

/// The row of a shared connection.
fn owner(line: &log::Model) -> Option<Uuid> {
    line.owner_id.filter(|_| line.variable_key.is_none())
}

fn severity() -> Type<Severity> {
    Type::<Severity>::new("LogSeverity", "A severity of log lines.")
        .field("id", "Int", "The number that filters take.", Severity::to_value)
        .field("name", "String", "Its name.", |severity| name(*severity))
}

pub fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Trace => "TRACE",
        Severity::Debug => "DEBUG",
        Severity::Info => "INFO",
        Severity::Warn => "WARN",
        Severity::Error => "ERROR",
        Severity::Fatal => "FATAL",
        Severity::Metric => "METRIC",
    }
}
