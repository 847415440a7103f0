//! A message that is on its way to somebody; gone once it has arrived.

use sea_orm::entity::prelude::*;

use crate::{AlertNoticeId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertNoticeId,
    pub organization_id: OrganizationId,
    pub channel: Channel,
    /// A mail address or a phone number.
    pub recipient: String,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// How often sending was tried.
    pub attempts: i32,
    /// When it is tried next; moved on by whoever tries, so that nobody else does meanwhile.
    pub next_at: Timestamp,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    Mail,
    TextMessage,
}
