//! What the payload of a line can be made of.

use entity::log;
use entity::log::Severity;
use serde_json::{Value as Json, json};

use super::facts::Facts;
use crate::global_id;

macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// Something that a template can name.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Field {
            $($field,)*
        }

        impl Field {
            pub const ALL: &[Self] = &[$(Self::$field,)*];

            /// The name between the braces.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }
        }
    };
}

fields! {
    Timestamp = "timestamp",
    TimestampSeconds = "timestamp_s",
    TimestampNanos = "timestamp_ns",
    TimestampIso = "timestamp_iso",
    Message = "message",
    Severity = "severity",
    SeverityNumber = "severityNumber",
    LogId = "logId",
    ExecutionId = "executionId",
    IsTestExecution = "isTestExecution",
    StepName = "stepName",
    LoopPath = "loopPath",
    FlowConfigId = "flowConfigId",
    FlowId = "flowId",
    FlowName = "flowName",
    InstanceId = "instanceId",
    InstanceName = "instanceName",
    IntegrationId = "integrationId",
    IntegrationName = "integrationName",
    IntegrationVersionNumber = "integrationVersionNumber",
    CustomerId = "customerId",
    CustomerName = "customerName",
    CustomerExternalId = "customerExternalId",
    OrganizationId = "organizationId",
}

impl Field {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// What stands for it; null where a line has no such thing.
    pub fn of(self, line: &log::Model, facts: Option<&Facts>) -> Json {
        let micros = line.timestamp.0;
        let fact = |read: fn(&Facts) -> Json| facts.map_or(Json::Null, read);
        match self {
            Self::Timestamp => json!(micros.div_euclid(1_000)),
            Self::TimestampSeconds => json!(micros.div_euclid(1_000_000)),
            Self::TimestampNanos => json!(micros.saturating_mul(1_000)),
            Self::TimestampIso => json!(line.timestamp.to_iso()),
            Self::Message => json!(line.message),
            Self::Severity => json!(severity_name(line.severity)),
            Self::SeverityNumber => json!(syslog_number(line.severity)),
            Self::LogId => json!(global_id(line.id)),
            Self::ExecutionId => json!(line.execution_id.map(global_id)),
            Self::IsTestExecution => json!(line.is_test),
            Self::StepName => json!(line.step_name),
            Self::LoopPath => json!(line.loop_path),
            Self::FlowConfigId => json!(line.flow_config_id.map(global_id)),
            Self::FlowId => fact(|facts| json!(facts.flow_id)),
            Self::FlowName => fact(|facts| json!(facts.flow_name)),
            Self::InstanceId => json!(line.instance_id.map(global_id)),
            Self::InstanceName => fact(|facts| json!(facts.instance_name)),
            Self::IntegrationId => json!(line.integration_id.map(global_id)),
            Self::IntegrationName => fact(|facts| json!(facts.integration_name)),
            Self::IntegrationVersionNumber => fact(|facts| json!(facts.integration_version)),
            Self::CustomerId => json!(line.customer_id.map(global_id)),
            Self::CustomerName => fact(|facts| json!(facts.customer_name)),
            Self::CustomerExternalId => fact(|facts| json!(facts.customer_external_id)),
            Self::OrganizationId => json!(global_id(line.organization_id)),
        }
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Trace => "trace",
        Severity::Debug => "debug",
        Severity::Info => "info",
        Severity::Warn => "warn",
        Severity::Error => "error",
        Severity::Fatal => "fatal",
        Severity::Metric => "metric",
    }
}

/// The number that syslog has for it; small numbers are severe.
fn syslog_number(severity: Severity) -> u8 {
    match severity {
        Severity::Trace | Severity::Debug => 7,
        Severity::Info | Severity::Metric => 6,
        Severity::Warn => 4,
        Severity::Error => 3,
        Severity::Fatal => 2,
    }
}
