//! What a browser brings to a client after somebody has signed in; good once, for a minute.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub redirect_uri: String,
    /// Of the client's verifier, as S256 makes it.
    pub challenge: String,
    pub scope: String,
    /// Of the client, for its identity token.
    pub nonce: Option<String>,
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
