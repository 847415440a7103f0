//! Something that happened and that a monitor watches for.

use sea_orm::entity::prelude::*;

use crate::{AlertEventId, AlertMonitorId, CustomerId, ExecutionId, FlowConfigId, InstanceId};
use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertEventId,
    pub organization_id: OrganizationId,
    pub customer_id: Option<CustomerId>,
    pub monitor_id: AlertMonitorId,
    pub instance_id: Option<InstanceId>,
    /// The flow that ran.
    pub flow_config_id: Option<FlowConfigId>,
    pub execution_id: Option<ExecutionId>,
    /// The bit of the trigger.
    pub trigger: i32,
    /// Names what happened: recorded twice, it counts once.
    #[sea_orm(column_type = "Text")]
    pub occurrence: String,
    /// What happened, in words for people.
    #[sea_orm(column_type = "Text")]
    pub details: String,
    /// The step it happened in.
    pub step: Option<String>,
    pub created_at: Timestamp,
    /// Null once the monitor knows of it.
    pub pending_since: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
