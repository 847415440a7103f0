//! A URL that is told of alerts, in words of its own.

use sea_orm::entity::prelude::*;

use crate::{AlertWebhookId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertWebhookId,
    pub organization_id: OrganizationId,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// JSON object of texts, encrypted: headers carry keys.
    pub sealed_headers: Option<Vec<u8>>,
    #[sea_orm(column_type = "Text")]
    pub payload_template: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
