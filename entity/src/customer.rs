//! A company that uses the organization's product and gets instances deployed.

use sea_orm::entity::prelude::*;

use crate::{Attachments, CustomerId, Labels, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub description: String,
    /// The customer's id in the organization's own product.
    pub external_id: Option<String>,
    pub labels: Labels,
    pub attachments: Attachments,
    /// The hidden customer that owns the test instances of integrations.
    pub is_system: bool,
    pub allow_embedded_designer: bool,
    /// Its users may build workflows.
    pub allow_embedded_workflow_builder: bool,
    /// How many of its executions run at once; null sets no limit.
    pub concurrent_execution_limit: Option<i32>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When its removal began: from then on it is gone for everybody outside.
    pub removed_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::Id);
}
