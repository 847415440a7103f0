//! Who a user is at a provider where they sign in.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "linked_identity")]
pub struct Model {
    /// The provider, as it calls itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// What the provider calls the person; the same for as long as they are there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub organization_id: OrganizationId,
    /// Null once the user was deleted: nobody is created for this person again.
    pub user_id: Option<UserId>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
