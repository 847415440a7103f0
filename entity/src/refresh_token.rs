//! What a client gets its next access tokens with.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub scope: String,
    /// When it was used last, to the hour: from then on it is good for a while.
    pub used_at: Timestamp,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
