//! The value of one configuration variable for one instance.

use sea_orm::entity::prelude::*;

use crate::{
    ConfigValueId, CustomerId, CustomerVariableId, InstanceId, OrganizationId, TenantOwned,
    Timestamp,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "config_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConfigValueId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    /// Key of the variable: values follow their variable from version to version by it.
    pub key: String,
    /// Text as entered; lists and objects as JSON. Empty for connections.
    #[sea_orm(column_type = "Text", nullable)]
    pub value: Option<String>,
    /// Inputs of a connection, JSON list of `{name, type, value}`, encrypted.
    pub sealed_inputs: Option<Vec<u8>>,
    pub schedule_type: Option<String>,
    pub time_zone: Option<String>,
    /// The connection of the customer that was chosen, of those that are shared.
    pub customer_variable_id: Option<CustomerVariableId>,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
