//! Log lines of executions.

use std::sync::Arc;

use entity::log::Severity;
use entity::{
    CustomerId, ExecutionId, FlowConfigId, FlowId, InstanceId, IntegrationId, LogId, customer,
    execution, flow_config, instance, integration, log,
};
use sea_orm::{ActiveEnum, Iterable};

use super::argument::text;
use super::builder::{Registry, Type};
use super::connection::Listing;
use super::execution::filters::{
    flow_configs_of, in_sequence, instances_of, is_system, of_instance_type, of_integration,
};
use super::filter::{Filter, constant};
use super::order::Order;
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
            Filter::always("configVariable_Isnull", true),
            Filter::id::<CustomerId>("customer", C::CustomerId),
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
            Filter::int("severity", C::Severity),
            Filter::since_by_id::<LogId>("timestamp_Gte", C::Timestamp, C::Id),
            Filter::until_by_id::<LogId>("timestamp_Lte", C::Timestamp, C::Id),
            Filter::always("userLevelConfigVariable_Isnull", true),
        ])
        .orders([
            Order::text("MESSAGE", "The text.", C::Message),
            Order::number("SEVERITY", "How important it is.", C::Severity),
            Order::age("TIMESTAMP", "When it was written."),
        ])
}

/// Executions write all the lines there are.
fn of_type(parameter: super::builder::Parameter) -> Filter {
    Filter::new(parameter, move |value| {
        let mut words = super::argument::list(value);
        Ok(constant(words.any(|word| {
            text(parameter.0, word).is_ok_and(|word| word.eq_ignore_ascii_case("execution"))
        })))
    })
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
    registry.enumeration("LogType", "What wrote a log line.", &[("EXECUTION", "An execution.")]);
    registry.add(object());
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
    Type::<log::Model>::new("Log", "One log line of an execution.")
        .id(|log| id::encode(log.id))
        .field("message", "String!", "The text.", |log| log.message.clone())
        .field("severity", "LogSeverityLevel!", "How important it is.", |log| name(log.severity))
        .field("timestamp", "DateTime!", "When it was written.", |log| log.timestamp)
        .field("sectionId", "UUID", "The section it belongs to.", |_| None::<uuid::Uuid>)
        .field("logType", "LogType", "What wrote it.", |_| "EXECUTION")
        .field("stepName", "String", "Key of the step that wrote it.", |log| log.step_name.clone())
        .field("loopPath", "String", "Where in nested loops it was written.", |log| {
            log.loop_path.clone()
        })
        .field("isTestExecution", "Boolean", "Whether a test wrote it.", |log| log.is_test)
        .field("fromPreprocessFlow", "Boolean", "Whether a preprocess flow wrote it.", |_| false)
        .field("executionResultId", "ID", "The execution's id.", |log| id::encode(log.execution_id))
        .field("instanceId", "ID", "The instance's id.", |log| id::encode(log.instance_id))
        .fixed()
        .row::<execution::Entity>(
            "executionResult",
            "InstanceExecutionResult",
            "The execution that wrote it.",
            |log| Some(log.execution_id),
        )
        .row::<instance::Entity>("instance", "Instance", "The instance it ran for.", |log| {
            Some(log.instance_id)
        })
        .row::<integration::Entity>(
            "integration",
            "Integration",
            "The version of the integration that ran.",
            |log| Some(log.integration_id),
        )
        .row::<flow_config::Entity>(
            "flowConfig",
            "InstanceFlowConfig",
            "The flow as the instance has it.",
            |log| Some(log.flow_config_id),
        )
        .row::<customer::Entity>("customer", "Customer", "The customer.", |log| {
            Some(log.customer_id)
        })
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
