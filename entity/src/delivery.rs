//! One message for one target, on its way or arrived.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{DeliveryId, EventId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub organization_id: OrganizationId,
    pub target_kind: TargetKind,
    pub target_id: Uuid,
    /// Host and port that it went to when it was made; each has a share of what is sent at once.
    pub host: String,
    /// What it tells of; null when the message is in the row.
    pub event_id: Option<EventId>,
    /// What it is about, for people: the type of the event, or the name of an alert.
    pub subject: String,
    /// URL, headers and body of a message that is in the row.
    pub sealed_message: Option<Vec<u8>>,
    pub state: State,
    /// Attempts so far, in all.
    pub attempts: i32,
    /// Attempts since it was sent, or sent again.
    pub step: i32,
    /// When to try, or, while it is being sent, when whoever sends it counts as lost. Null at the
    /// end.
    pub next_at: Option<Timestamp>,
    /// Names the claim of whoever is sending it. Results under another name are refused.
    pub lease: Option<Uuid>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}

/// Whose table `target_id` is an id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum TargetKind {
    WebhookEndpoint,
    AlertWebhook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum State {
    Waiting,
    Delivered,
    /// All attempts failed, or the target said that it wants no more.
    Failed,
    /// Its target was switched off or deleted.
    Canceled,
}
