//! An instance with its configuration, frozen: what executions run. Never changed once written.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, DeploymentId, InstanceId, IntegrationId, OrganizationId};
use crate::{TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deployment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeploymentId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub integration_id: IntegrationId,
    pub version_number: i32,
    /// The definition it runs, as JSON text.
    #[sea_orm(column_type = "Text")]
    pub definition: String,
    /// Key to run-time value of every configuration variable, MessagePack, encrypted.
    pub sealed_config: Vec<u8>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
