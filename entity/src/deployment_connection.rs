//! Which shared connection a deployment uses.

use sea_orm::entity::prelude::*;

use crate::{
    CustomerId, CustomerVariableId, DeploymentId, OrganizationId, ScopedVariableId, TenantOwned,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deployment_connection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub deployment_id: DeploymentId,
    /// Key of the config variable.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub scoped_variable_id: ScopedVariableId,
    /// None where the scoped variable itself is the connection.
    pub customer_variable_id: Option<CustomerVariableId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
