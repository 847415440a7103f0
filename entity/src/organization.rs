//! The tenant: who builds integrations for customers.

use sea_orm::entity::prelude::*;

use crate::{
    InstanceProfileId, Labels, OrganizationId, Origins, RequiredComponents, TenantOwned, Theme,
    Timestamp,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    pub name: String,
    /// Of instances that have none of their own.
    pub default_profile_id: Option<InstanceProfileId>,
    /// How long payloads, step results and logs are kept; null for what the installation does.
    pub contents_days: Option<i32>,
    /// How long executions are kept; null for what the installation does.
    pub records_days: Option<i32>,
    /// Bytes of history; beyond that the oldest goes. Null for what the installation does.
    pub history_bytes_max: Option<i64>,
    /// What customers read over their marketplace; the name of the organization where it is null.
    pub marketplace_name: Option<String>,
    pub avatar_url: Option<String>,
    pub labels: Labels,
    pub embedded_origins: Origins,
    /// JSON text; only clients know what it means.
    #[sea_orm(column_type = "Text")]
    pub branded_elements: Option<String>,
    pub required_components: RequiredComponents,
    pub theme: Theme,
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
