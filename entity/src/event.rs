//! A change that others may want to hear of, written in the transaction that makes it.

use sea_orm::entity::prelude::*;

use crate::{EventId, OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub organization_id: OrganizationId,
    /// Counts up without gaps, in the order in which the changes were committed.
    pub sequence: i64,
    /// The published name, such as `instance.created`.
    pub event_type: String,
    pub occurred_at: Timestamp,
    /// Who did it, as they were then; null when no person did.
    pub user_id: Option<UserId>,
    pub user_email: Option<String>,
    pub user_name: Option<String>,
    /// JSON text: what it is about, as it was then.
    #[sea_orm(column_type = "Text")]
    pub slots: String,
    /// When there was a delivery for everybody who wants to hear of it.
    pub fanned_out_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
