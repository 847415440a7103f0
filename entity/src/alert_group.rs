//! People and webhooks who are told together.

use sea_orm::entity::prelude::*;

use crate::{AlertGroupId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertGroupId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
