//! What one user of a customer has configured of an instance for themselves.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, InstanceId, OrganizationId, TenantOwned, Timestamp};
use crate::{UserId, UserLevelConfigId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_level_config")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserLevelConfigId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub user_id: UserId,
    /// Last part of the URLs whose calls run for this user; nobody can guess it.
    pub url_key: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
