//! A link with which somebody sets their password, once. Nobody has two at a time.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub organization_id: OrganizationId,
    pub purpose: Purpose,
    /// Of the secret in the link. Null until there is a link: it is made when it is sent.
    pub hash: Option<String>,
    pub expires_at: Timestamp,
    /// How often sending was tried.
    pub attempts: i32,
    /// When it is sent next by mail; null if it is not.
    pub mail_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}

/// What the link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Purpose {
    /// The person is new.
    Invitation,
    /// They have forgotten their password.
    Reset,
}
