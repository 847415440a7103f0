//! The tenant: who builds integrations for customers.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    pub name: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::Id;
    const CUSTOMER: Option<Column> = None;

    /// Customer users may read the name of the organization that serves them.
    fn of_customer(_: crate::CustomerId) -> sea_orm::Condition {
        sea_orm::Condition::all()
    }
}
