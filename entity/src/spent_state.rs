//! The `state` of an authorization that came back: none is taken twice.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth2_spent_state")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce: Uuid,
    pub organization_id: OrganizationId,
    /// From then on it is refused for its age.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
