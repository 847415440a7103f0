//! An integration: one row for its draft and one for each published version.
//!
//! A workflow is such an integration too, built by a customer for itself.
//!
//! Rows of one integration share `sequence_id`. The draft is edited; a version never changes but
//! for its availability.

use sea_orm::entity::prelude::*;

use crate::{Attachments, CustomerId, IntegrationId, Labels, OrganizationId, SequenceId};
use crate::{TenantOwned, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    pub organization_id: OrganizationId,
    /// Set for integrations that one customer owns.
    pub customer_id: Option<CustomerId>,
    pub sequence_id: SequenceId,
    pub variant: Variant,
    pub is_draft: bool,
    /// Versions count from 1; the draft carries the number of the newest version, or 0.
    pub version_number: i32,
    pub name: String,
    pub description: String,
    pub category: String,
    pub labels: Labels,
    /// The same on the draft and all versions.
    pub attachments: Attachments,
    #[sea_orm(column_type = "Text")]
    pub documentation: String,
    #[sea_orm(column_type = "Text")]
    pub overview: String,
    /// The definition as ordered JSON text.
    #[sea_orm(column_type = "Text")]
    pub definition: String,
    /// Of a draft: the text it was imported as, which problems are located in.
    #[sea_orm(column_type = "Text", nullable)]
    pub source: Option<String>,
    /// Of a draft: it differs from the newest version.
    pub has_unpublished_changes: bool,
    pub version_comment: String,
    /// JSON text given at publishing, for example the commit.
    pub version_attributes: Option<String>,
    pub version_created_at: Option<Timestamp>,
    pub version_created_by: Option<UserId>,
    /// Offered when a version is picked for an instance.
    pub version_is_available: bool,
    pub marketplace_configuration: MarketplaceConfiguration,
    pub allow_multiple_marketplace_instances: bool,
    pub template_configuration: TemplateConfiguration,
    /// The tabs of an instance that customers see; null for all.
    pub marketplace_tabs: Option<Labels>,
    /// Of a workflow: its id in the organization's own product, unique for the customer.
    pub external_id: Option<String>,
    /// Of a workflow: the kind of place in the organization's product that it was made in, and JSON
    /// text that the product keeps with it.
    pub context_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub context_data: Option<String>,
    /// What this integration was forked from.
    pub parent_id: Option<IntegrationId>,
    /// What test calls of a URL that flows share send; JSON text of an object for the headers.
    #[sea_orm(column_type = "Text", nullable)]
    pub test_payload: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub test_headers: Option<String>,
    pub test_content_type: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When its removal began: from then on it is gone for everybody outside.
    pub removed_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// What a row is to people; both are built, published and run in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Variant {
    /// Has any number of instances.
    Integration,
    /// Belongs to a customer, has one flow, and at most one instance: the copy that runs.
    Workflow,
}

/// How the marketplace shows an integration to customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarketplaceConfiguration {
    AvailableAndDeployable,
    AvailableNotDeployable,
    NotAvailableInMarketplace,
}

/// Who may start a new integration from this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemplateConfiguration {
    Available,
    CustomerAvailable,
    NotAvailable,
    OrganizationAvailable,
}
