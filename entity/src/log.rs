//! One log line of an execution.

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
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub integration_id: IntegrationId,
    pub flow_config_id: FlowConfigId,
    pub execution_id: ExecutionId,
    pub is_test: bool,
    pub timestamp: Timestamp,
    pub severity: Severity,
    #[sea_orm(column_type = "Text")]
    pub message: String,
    pub step_name: Option<String>,
    pub loop_path: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
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
