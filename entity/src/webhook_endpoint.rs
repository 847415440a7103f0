//! A URL of the organization's own that hears of events.

use sea_orm::entity::prelude::*;

use crate::{Labels, OrganizationId, TenantOwned, Timestamp, WebhookEndpointId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub description: String,
    pub url: String,
    /// Published names; stored as labels are, so that one of them can be found with `LIKE`.
    pub event_types: Labels,
    pub enabled: bool,
    /// Why the platform switched it off; null when people did.
    pub disabled_reason: Option<String>,
    /// JSON text of an object, name to text.
    pub sealed_headers: Option<Vec<u8>>,
    pub sealed_secret: Option<Vec<u8>>,
    /// The secret before the last rotation, and how long it still signs.
    pub sealed_old_secret: Option<Vec<u8>>,
    pub old_secret_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
