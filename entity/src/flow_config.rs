//! One flow of one instance: its URL and its own settings. Lives as long as the instance.

use sea_orm::entity::prelude::*;

use crate::Timestamp;
use crate::{CustomerId, FlowConfigId, FlowId, InstanceId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_config")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowConfigId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    /// The flow in the version the instance is configured for.
    pub flow_id: FlowId,
    /// The flow's stable key: a new version finds its flow configs, and so keeps its URLs, by it.
    pub flow_key: String,
    /// Last part of the trigger URL: 128 random bits, the only secret of an unsecured endpoint.
    #[sea_orm(unique)]
    pub webhook_id: String,
    /// JSON list of API keys, encrypted; none means no key is asked for.
    pub sealed_api_keys: Option<Vec<u8>>,
    /// What test calls send; JSON text of an object for the headers.
    #[sea_orm(column_type = "Text", nullable)]
    pub test_payload: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub test_headers: Option<String>,
    pub test_content_type: Option<String>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
