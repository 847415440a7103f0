//! What executions of an instance leave behind, and how much memory they may have.

use sea_orm::entity::prelude::*;

use crate::{InstanceId, InstanceProfileId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstanceProfileId,
    pub organization_id: OrganizationId,
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Survives a rename, and is never changed.
    pub stable_key: String,
    /// The one instance it is for; null for a profile that any instance can have.
    #[sea_orm(unique)]
    pub instance_id: Option<InstanceId>,
    pub logs_disabled: bool,
    pub step_results_disabled: bool,
    pub allocated_memory_mb: i32,
    pub billing_type: String,
    /// How long payloads, step results and logs are kept; null for what the organization does.
    pub contents_days: Option<i32>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

/// Nobody but the organization itself sees its profiles.
impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
