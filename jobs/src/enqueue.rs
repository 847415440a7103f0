//! Work that another change brings with it: written in that change's transaction.

use entity::{execution, lane, work};
use sea_orm::{ConnectionTrait, DbErr};

use crate::rows;

/// Writes an execution that waits for any node. After the commit, somebody should look for work.
pub async fn enqueue(
    transaction: &impl ConnectionTrait,
    execution: execution::Model,
) -> Result<(), DbErr> {
    enqueue_all(transaction, vec![execution]).await
}

/// Writes executions that wait for any node, with few statements however many they are.
pub async fn enqueue_all(
    transaction: &impl ConnectionTrait,
    executions: Vec<execution::Model>,
) -> Result<(), DbErr> {
    let lanes: Vec<_> = executions.iter().map(lane_of).collect();
    let works: Vec<_> = executions.iter().map(waiting).collect();
    rows::insert::<lane::Entity>(transaction, &lanes, "ON CONFLICT DO NOTHING").await?;
    rows::insert::<work::Entity>(transaction, &works, "").await?;
    rows::insert::<execution::Entity>(transaction, &executions, "").await
}

/// The lane an execution waits in.
pub fn lane_of(execution: &execution::Model) -> lane::Model {
    lane::Model {
        id: execution.flow_config_id,
        organization_id: execution.organization_id,
        last_turn: 0,
    }
}

/// The work row of an execution that nobody runs yet.
pub fn waiting(execution: &execution::Model) -> work::Model {
    work::Model {
        execution_id: execution.id,
        lane_id: execution.flow_config_id,
        organization_id: execution.organization_id,
        due_at: execution.started_at,
        node_id: None,
        fence: 0,
        begun_step: None,
        journal: None,
    }
}
