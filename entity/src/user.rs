//! People (and programs) who sign in: of the organization, or of one of its customers.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub organization_id: OrganizationId,
    /// Set for customer users.
    pub customer_id: Option<CustomerId>,
    pub email: String,
    pub name: String,
    pub phone: String,
    /// The user's id in the organization's own product.
    pub external_id: Option<String>,
    pub role: Role,
    /// Made by a token of the organization's own product: signs in in no other way, so that the
    /// address is what somebody said, and not unique.
    pub is_embedded: bool,
    pub dark_mode: bool,
    pub dark_mode_sync_with_os: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// What a user is to the organization or customer they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Integrator,
    CustomerManager,
    Guest,
    ThirdParty,
    CustomerAdmin,
    CustomerMember,
    MarketplaceAdmin,
    MarketplaceUser,
}
