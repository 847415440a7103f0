//! What one step of an execution gave: the record people read, and the journal a resumed run
//! continues from.

use sea_orm::entity::prelude::*;

use crate::Timestamp;
use crate::{CustomerId, ExecutionId, InstanceId, OrganizationId, StepResultId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "step_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepResultId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    pub execution_id: ExecutionId,
    /// Order within the execution, from 0.
    pub position: i32,
    /// Key of the step.
    pub step_name: String,
    /// Name the author gave it.
    pub display_name: String,
    /// Where in nested loops it ran, for example `eachOrder[2].eachItem[0]`; empty outside.
    pub loop_path: String,
    pub loop_step_name: Option<String>,
    pub loop_step_index: Option<i32>,
    /// The branch it chose, for a branching step.
    pub branch_name: Option<String>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// Why it failed; null of a step that did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    /// The result, as [`crate::payload`] stores values.
    pub result: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
