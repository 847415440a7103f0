//! A call that was kept to test a flow with, and what is expected of it.

use sea_orm::entity::prelude::*;

use crate::Timestamp;
use crate::{CustomerId, FlowId, IntegrationId, OrganizationId, TenantOwned, TestCaseId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_case")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TestCaseId,
    pub organization_id: OrganizationId,
    /// The customer who owns the integration.
    pub customer_id: Option<CustomerId>,
    /// The draft.
    pub integration_id: IntegrationId,
    /// A flow of the draft, which a later import may remove.
    pub flow_id: Option<FlowId>,
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub payload: Option<String>,
    /// JSON text of an object, name to text.
    #[sea_orm(column_type = "Text", nullable)]
    pub headers: Option<String>,
    pub content_type: Option<String>,
    /// JSON text of what the flow should give.
    #[sea_orm(column_type = "Text", nullable)]
    pub result: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
