//! One log line: of an execution, or else of a connection or data source.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, ExecutionId, FlowConfigId, InstanceId, IntegrationId, LogId};
use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LogId,
    pub organization_id: OrganizationId,
    /// None where a shared connection is all customers' together, or for the organization's eyes.
    pub customer_id: Option<CustomerId>,
    pub instance_id: Option<InstanceId>,
    pub integration_id: Option<IntegrationId>,
    pub flow_config_id: Option<FlowConfigId>,
    pub execution_id: Option<ExecutionId>,
    pub is_test: bool,
    pub timestamp: Timestamp,
    pub severity: Severity,
    #[sea_orm(column_type = "Text")]
    pub message: String,
    pub step_name: Option<String>,
    pub loop_path: String,
    /// None for lines of executions.
    pub kind: Option<Kind>,
    /// What stores the connection: a scoped variable, the value of a customer, or what a user
    /// configured. None where an instance does.
    pub owner_id: Option<Uuid>,
    /// The key of the config variable, where there is one.
    pub variable_key: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// What a line is about, if not an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Kind {
    #[sea_orm(num_value = 1)]
    Connection,
    #[sea_orm(num_value = 2)]
    DataSource,
    /// What became of an instance.
    #[sea_orm(num_value = 3)]
    Management,
}

/// Severity of a line; the number is what filters of the API name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Severity {
    #[sea_orm(num_value = 0)]
    Trace,
    #[sea_orm(num_value = 1)]
    Debug,
    #[sea_orm(num_value = 2)]
    Info,
    #[sea_orm(num_value = 3)]
    Warn,
    #[sea_orm(num_value = 4)]
    Error,
    #[sea_orm(num_value = 5)]
    Fatal,
    #[sea_orm(num_value = 6)]
    Metric,
}
