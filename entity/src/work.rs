//! An execution that has not ended: its place in a lane, and who runs it. Deleted when it ends.

use sea_orm::entity::prelude::*;

use crate::{ExecutionId, FlowConfigId, NodeId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub execution_id: ExecutionId,
    pub lane_id: FlowConfigId,
    pub organization_id: OrganizationId,
    pub due_at: Timestamp,
    /// The node that runs it; null while it waits.
    pub node_id: Option<NodeId>,
    /// Counts up with each change of hands: a result that carries an older number is refused.
    pub fence: i32,
    /// Path of a step that touches the world and had begun when this was written.
    pub begun_step: Option<String>,
    /// State changes of the run so far, MessagePack; with the step results, its journal.
    pub journal: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
