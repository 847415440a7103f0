//! An RSA public key that verifies tokens of embedded users.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, SigningKeyId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    pub organization_id: OrganizationId,
    /// PEM of a subject public key info.
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    /// The end of the private key that was handed out, to tell keys apart; empty where the
    /// private key has never been here.
    pub private_key_preview: String,
    pub is_imported: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
