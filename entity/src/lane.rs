//! A lane of the work queue: one flow of one instance. Fairness is a matter of its row.

use sea_orm::entity::prelude::*;

use crate::{FlowConfigId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lane")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowConfigId,
    pub organization_id: OrganizationId,
    /// When it was served last, in microseconds: the lane that waited longest is next.
    pub last_turn: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
