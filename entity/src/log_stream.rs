//! A URL of the organization's own that log lines are sent to.

use sea_orm::entity::prelude::*;

use crate::{LogStreamId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LogStreamId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub url: String,
    #[sea_orm(column_type = "Text")]
    pub payload_template: String,
    /// One bit for each severity that is sent: the lowest is that with the number 0.
    pub severity_bits: i32,
    /// Many lines in one request.
    pub is_batched: bool,
    /// JSON text of an object, name to text.
    pub sealed_headers: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
