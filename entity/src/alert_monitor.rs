//! Who is told when something happens to an instance, or in the whole organization.

use sea_orm::entity::prelude::*;

use crate::{AlertMonitorId, CustomerId, FlowConfigId, InstanceId};
use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_monitor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertMonitorId,
    pub organization_id: OrganizationId,
    /// The customer of the instance.
    pub customer_id: Option<CustomerId>,
    /// Null watches the whole organization.
    pub instance_id: Option<InstanceId>,
    /// The one flow it watches; null watches all flows of the instance.
    pub flow_config_id: Option<FlowConfigId>,
    pub name: String,
    /// One bit for each trigger.
    pub triggers: i32,
    /// How long an execution may run.
    pub duration_seconds: Option<i32>,
    /// How long there may be no execution.
    pub overdue_minutes: Option<i32>,
    /// The least severe log line that counts, as [`crate::log::Severity`] numbers them.
    pub log_severity: Option<i32>,
    /// Something has happened since it was cleared.
    pub triggered: bool,
    pub last_triggered_at: Option<Timestamp>,
    /// When people were last told; null since it was cleared.
    pub notified_at: Option<Timestamp>,
    /// What happened since people were last told.
    pub waiting_count: i32,
    /// When people are told of that.
    pub notify_at: Option<Timestamp>,
    /// The last deployment or end of a pause, from which executions are missed.
    pub idle_since: Option<Timestamp>,
    /// When to look whether an execution is missing.
    pub overdue_at: Option<Timestamp>,
    /// Drawn with every change: other nodes see by it that they know something old.
    pub revision: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
