//! One attempt to deliver, and what came of it.

use sea_orm::entity::prelude::*;

use crate::{DeliveryAttemptId, DeliveryId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryAttemptId,
    pub organization_id: OrganizationId,
    pub delivery_id: DeliveryId,
    /// Counts from 1.
    pub number: i32,
    pub started_at: Timestamp,
    pub latency_ms: i32,
    /// The status of the answer; null when there was none.
    pub status: Option<i32>,
    /// The beginning of the answer's body.
    #[sea_orm(column_type = "Text")]
    pub response: String,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
