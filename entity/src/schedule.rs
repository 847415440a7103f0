//! When a deployed flow of an instance starts by itself. Made by a deployment, gone with the next.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, DeploymentId, FlowConfigId, FlowId, InstanceId, IntegrationId};
use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub flow_config_id: FlowConfigId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    /// The version that is deployed, and its flow.
    pub integration_id: IntegrationId,
    pub flow_id: FlowId,
    pub deployment_id: DeploymentId,
    /// Five fields; empty for once after the deployment.
    pub cron: String,
    /// An IANA name; empty for UTC.
    pub time_zone: String,
    /// How long after its slots it starts something, so that not everything starts at once.
    pub delay_seconds: i32,
    /// When it starts something next, which is a slot and the delay; null while the instance is
    /// paused, and where nothing comes.
    pub next_at: Option<Timestamp>,
    /// The slot that came last. No slot comes twice, whatever the clocks of the nodes say.
    pub last_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
