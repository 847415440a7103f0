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
    /// Sleeps until then; null once it may run.
    pub wakes_at: Option<Timestamp>,
    /// The node that runs it; null while it waits.
    pub node_id: Option<NodeId>,
    /// Counts up with each change of hands: a result that carries an older number is refused.
    pub fence: i32,
    /// While this is in the queue, further calls with the same id are dropped.
    pub dedupe_id: Option<String>,
    /// A newer call with the same id makes this retry needless.
    pub request_id: Option<String>,
    /// The failed execution that this one repeats.
    pub retry_after_id: Option<ExecutionId>,
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
