//! One version of a component that an organization published.
//!
//! Versions of one component share `sequence_id`, which follows from its owner and its key.

use sea_orm::entity::prelude::*;

use crate::{ComponentId, CustomerId, OrganizationId, SequenceId, TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "component")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ComponentId,
    pub organization_id: OrganizationId,
    /// Set for components that one customer owns.
    pub customer_id: Option<CustomerId>,
    pub sequence_id: SequenceId,
    /// As definitions name it; unique together with its owner.
    pub key: String,
    /// From 1.
    pub version_number: i32,
    pub label: String,
    pub description: String,
    /// What it says of itself, as JSON text.
    #[sea_orm(column_type = "Text")]
    pub definition: String,
    /// The code of an integration, and of nothing else.
    pub is_code_native: bool,
    pub comment: String,
    /// JSON text given at publishing, for example the commit.
    #[sea_orm(column_type = "Text", nullable)]
    pub attributes: Option<String>,
    /// SHA-1 of the package in hexadecimal digits; empty until it has arrived.
    pub signature: String,
    /// The object with the package.
    pub package: Option<String>,
    /// When the package had arrived: from then on the version can be used.
    pub available_at: Option<Timestamp>,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
