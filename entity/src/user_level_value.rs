//! The value of one configuration variable for one user of an instance.

use sea_orm::entity::prelude::*;

use crate::{
    ConfigValueId, CustomerId, CustomerVariableId, InstanceId, OrganizationId, TenantOwned,
    Timestamp, UserId, UserLevelConfigId, UserLevelValueId, config_value,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_level_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserLevelValueId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub config_id: UserLevelConfigId,
    pub user_id: UserId,
    pub key: String,
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

impl Model {
    /// The same value, as if the instance had it.
    pub fn into_value(self) -> config_value::Model {
        config_value::Model {
            id: ConfigValueId(self.id.0),
            organization_id: self.organization_id,
            customer_id: self.customer_id,
            instance_id: self.instance_id,
            key: self.key,
            value: self.value,
            sealed_inputs: self.sealed_inputs,
            schedule_type: self.schedule_type,
            time_zone: self.time_zone,
            customer_variable_id: self.customer_variable_id,
            updated_at: self.updated_at,
        }
    }

    /// A value of an instance, as that of a user.
    pub fn of(
        value: config_value::Model,
        (config_id, user_id): (UserLevelConfigId, UserId),
    ) -> Self {
        Self {
            id: UserLevelValueId(value.id.0),
            organization_id: value.organization_id,
            customer_id: value.customer_id,
            instance_id: value.instance_id,
            config_id,
            user_id,
            key: value.key,
            value: value.value,
            sealed_inputs: value.sealed_inputs,
            schedule_type: value.schedule_type,
            time_zone: value.time_zone,
            customer_variable_id: value.customer_variable_id,
            updated_at: value.updated_at,
        }
    }
}
