//! A component that a user has marked as a favourite.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "starred_component")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The key of a built-in component, or the sequence of a published one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub component: String,
    pub organization_id: OrganizationId,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
