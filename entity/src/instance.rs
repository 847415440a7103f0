//! A copy of an integration version configured for one customer.

use sea_orm::entity::prelude::*;

use crate::integration::Variant;
use crate::{CustomerId, DeploymentId, InstanceId, InstanceProfileId, IntegrationId};
use crate::{Labels, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstanceId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// The version it is configured for; of a test instance, the draft.
    pub integration_id: IntegrationId,
    /// Of its integration.
    pub variant: Variant,
    pub name: String,
    pub description: String,
    pub labels: Labels,
    /// False while paused.
    pub enabled: bool,
    /// The hidden test instance of an integration.
    pub is_system: bool,
    pub global_debug: bool,
    /// Of a test instance: until then, calls of its URLs are recorded instead of run.
    pub listening_until: Option<Timestamp>,
    /// Its configuration differs from what is deployed.
    pub needs_deploy: bool,
    pub deployment_id: Option<DeploymentId>,
    /// Version number of the running deployment; 0 before the first.
    pub deployed_version: i32,
    pub last_deployed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What it was given; null follows the default of its organization.
    pub profile_id: Option<InstanceProfileId>,
    /// Whatever its profile says, its executions write no log.
    pub logs_disabled: bool,
    /// Whatever its profile says, results of its steps are not kept.
    pub step_results_disabled: bool,
    /// When its removal began: from then on it is gone for everybody outside.
    pub removed_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
