//! An instance that is to be deployed again, since what it uses has changed.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, InstanceId, OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "redeployment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance_id: InstanceId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// Who changed what it uses; none for the platform.
    pub user_id: Option<UserId>,
    /// How often the database refused it so far.
    pub failures: i32,
    pub due_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
