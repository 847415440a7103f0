//! What an OAuth2 provider handed out for one stored connection.

use sea_orm::entity::prelude::*;

use crate::{AuthorizationId, CustomerId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth2_authorization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuthorizationId,
    pub organization_id: OrganizationId,
    /// None where it is the organization's own.
    pub customer_id: Option<CustomerId>,
    /// What kind of row stores the connection.
    pub owner_kind: OwnerKind,
    /// That row; the instance, for values of its variables.
    pub owner_id: Uuid,
    /// The key of the variable, for values of an instance; empty otherwise.
    pub owner_key: String,
    pub status: Status,
    /// All that a token request needs, so that none has to read a definition: JSON, encrypted.
    pub sealed_settings: Vec<u8>,
    /// The provider's whole answer, JSON, encrypted.
    pub sealed_token: Option<Vec<u8>>,
    /// What the provider said beside the token, JSON, encrypted.
    pub sealed_context: Option<Vec<u8>>,
    /// Counts up whenever the token changes or goes.
    pub token_version: i32,
    pub expires_at: Option<Timestamp>,
    /// When to ask for the next token; null for not by itself.
    pub refresh_at: Option<Timestamp>,
    /// Until when a node may use the refresh token; null while none does.
    pub lease_until: Option<Timestamp>,
    /// Counts up whenever the right to use the refresh token changes hands.
    pub lease_fence: i32,
    /// Failed requests since the last successful one.
    pub failures: i32,
    pub first_failed_at: Option<Timestamp>,
    /// In words that people may see.
    pub last_error: Option<String>,
    pub last_refreshed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// What stores a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OwnerKind {
    InstanceValue,
    CustomerVariable,
    ScopedVariable,
    UserLevelValue,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Nobody authorized it yet, or it was disconnected.
    Pending,
    Active,
    /// It was authorized, but does not work at the moment.
    Error,
    /// The attempt to authorize it failed.
    Failed,
}
