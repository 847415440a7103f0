//! Handing waiting work to a node: lanes in turn, so that a busy one cannot starve the others.

use std::collections::HashMap;

use entity::{
    CustomerId, Db, DeploymentId, ExecutionId, FlowConfigId, FlowId, IntegrationId, NodeId,
    OrganizationId, Timestamp, execution,
};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::requests::{self, Canceled};
use crate::rows;
use crate::writer::Owner;

/// How many lanes one look at the queue sees.
const LANES_PER_LOOK: usize = 256;

/// Work that now belongs to the claiming node.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub execution_id: ExecutionId,
    /// The execution as it is now; `None` if its row is gone.
    pub execution: Option<execution::Model>,
    pub lane_id: FlowConfigId,
    pub fence: i32,
    /// Path of the step that had begun when its last runner was lost.
    pub begun_step: Option<String>,
    pub journal: Option<Vec<u8>>,
    /// The failed execution that this one repeats.
    pub retry_after: Option<ExecutionId>,
    request_id: Option<String>,
}

/// A lane with work that may run now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WaitingLane {
    pub id: FlowConfigId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// How many more of its executions may run at once.
    pub free: usize,
}

/// One look at the queue.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Lanes that may run something, in the order of their ids.
    pub lanes: Vec<WaitingLane>,
    /// Where the next look goes on; `None` when this one has reached the end.
    pub next: Option<FlowConfigId>,
}

/// The lanes after `after` that have work to hand out. Held and full ones are passed over.
pub async fn look(db: &Db, after: FlowConfigId) -> Result<Look, DbErr> {
    // Jumps from lane to lane along an index, however many rows wait in each.
    let next = "SELECT lane_id FROM \"work\" WHERE node_id IS NULL AND wakes_at IS NULL \
                AND lane_id >";
    let sql = format!(
        "WITH RECURSIVE waiting (id, place) AS \
         (SELECT ({next} $1 ORDER BY lane_id LIMIT 1), 1 UNION ALL \
         SELECT ({next} waiting.id ORDER BY lane_id LIMIT 1), place + 1 FROM waiting \
         WHERE waiting.id IS NOT NULL AND place < {LANES_PER_LOOK}) \
         SELECT {LANE} FROM waiting JOIN \"lane\" ON \"lane\".id = waiting.id \
         ORDER BY \"lane\".id"
    );
    let rows = rows::query(db.read(), &sql, vec![after.into()]).await?;
    let lanes = rows.iter().map(lane_row).collect::<Result<Vec<_>, _>>()?;
    let is_full = lanes.len() == LANES_PER_LOOK;
    let next = lanes.last().filter(|_| is_full).map(|lane| lane.id);
    Ok(Look { lanes: lanes.into_iter().filter(|lane| lane.free > 0).collect(), next })
}

const LANE: &str = "\"lane\".id, \"lane\".organization_id, \"lane\".customer_id, \
    \"lane\".concurrency_limit, \"lane\".is_held, CASE WHEN \"lane\".concurrency_limit IS NULL \
    THEN 0 ELSE (SELECT COUNT(*) FROM \"work\" AS running WHERE running.lane_id = \"lane\".id \
    AND running.node_id IS NOT NULL) END AS running";

fn lane_row(row: &QueryResult) -> Result<WaitingLane, DbErr> {
    let limit: Option<i32> = row.try_get_by_index(3)?;
    let is_held: bool = row.try_get_by_index(4)?;
    let running: i64 = row.try_get_by_index(5)?;
    let free = match limit {
        _ if is_held => 0,
        None => usize::MAX,
        Some(limit) => usize::try_from(i64::from(limit) - running).unwrap_or(0),
    };
    Ok(WaitingLane {
        id: row.try_get_by_index(0)?,
        organization_id: row.try_get_by_index(1)?,
        customer_id: row.try_get_by_index(2)?,
        free,
    })
}

/// Takes up to so many executions of each lane, in the order in which they arrived.
pub async fn claim(
    db: &Db,
    node: NodeId,
    now: Timestamp,
    shares: &[(FlowConfigId, usize)],
) -> Result<Vec<Claimed>, DbErr> {
    let transaction = db.begin().await?;
    let shares = within_limits(&transaction, db.is_sqlite(), shares).await?;
    if shares.is_empty() {
        transaction.rollback().await?;
        return Ok(Vec::new());
    }
    let claimed = take(&transaction, node, &shares).await?;
    let claimed = without_needless_retries(&transaction, claimed, now).await?;
    start(&transaction, &claimed, now).await?;
    let claimed = with_executions(&transaction, claimed).await?;
    transaction.commit().await?;
    Ok(claimed)
}

/// One read for all, so that runs begin without one each.
async fn with_executions(
    transaction: &DatabaseTransaction,
    mut claimed: Vec<Claimed>,
) -> Result<Vec<Claimed>, DbErr> {
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.execution_id).collect();
    let found = executions(transaction, &ids).await?.into_iter();
    let mut executions: HashMap<_, _> = found.map(|found| (found.id, found)).collect();
    for claimed in &mut claimed {
        claimed.execution = executions.remove(&claimed.execution_id);
    }
    Ok(claimed)
}

/// Those of the executions that are there.
pub async fn executions(
    transaction: &DatabaseTransaction,
    ids: &[ExecutionId],
) -> Result<Vec<execution::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places = numbered(1, ids.len());
    let sql = format!("SELECT * FROM \"execution\" WHERE id IN ({places})");
    let ids = ids.iter().map(|id| Value::from(*id)).collect();
    let found = rows::query(transaction, &sql, ids).await?;
    found.iter().map(|row| execution::Model::from_query_result(row, "")).collect()
}

/// Sleepers whose time has come may be claimed from now on.
pub async fn wake(db: &Db, now: Timestamp) -> Result<u64, DbErr> {
    let sql = "SELECT 1 FROM \"work\" WHERE wakes_at <= $1 LIMIT 1";
    if rows::query(db.read(), sql, vec![now.into()]).await?.is_empty() {
        return Ok(0);
    }
    let transaction = db.begin().await?;
    let sql = "UPDATE \"work\" SET wakes_at = NULL WHERE wakes_at <= $1";
    let woken = rows::execute(&transaction, sql, vec![now.into()]).await?;
    transaction.commit().await?;
    Ok(woken)
}

/// Work of nodes whose lease has run out waits again; its old runners are fenced off.
pub async fn release_dead_nodes(db: &Db, now: Timestamp) -> Result<u64, DbErr> {
    let transaction = db.begin().await?;
    let sql = "DELETE FROM \"node\" WHERE lease_until < $1";
    rows::execute(&transaction, sql, vec![now.into()]).await?;
    let sql = "UPDATE \"work\" SET node_id = NULL, fence = fence + 1 \
               WHERE node_id IS NOT NULL AND node_id NOT IN (SELECT id FROM \"node\")";
    let released = rows::execute(&transaction, sql, Vec::new()).await?;
    transaction.commit().await?;
    Ok(released)
}

/// Gives claimed work back, to be claimed again when it wakes.
pub async fn postpone(
    db: &Db,
    execution: ExecutionId,
    owner: Owner,
    wakes_at: Timestamp,
) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    let sql = "UPDATE \"work\" SET node_id = NULL, fence = fence + 1, wakes_at = $1 \
               WHERE execution_id = $2 AND node_id = $3 AND fence = $4";
    let values = vec![wakes_at.into(), execution.into(), owner.node.into(), owner.fence.into()];
    rows::execute(&transaction, sql, values).await?;
    transaction.commit().await
}

/// How many executions the other nodes run, by customer and by organization.
pub async fn running_elsewhere(db: &Db, node: NodeId) -> Result<HashMap<Uuid, usize>, DbErr> {
    let sql = "SELECT \"lane\".customer_id, \"lane\".organization_id, COUNT(*) FROM \"work\" \
               JOIN \"lane\" ON \"lane\".id = \"work\".lane_id \
               WHERE \"work\".node_id IS NOT NULL AND \"work\".node_id <> $1 \
               GROUP BY \"lane\".customer_id, \"lane\".organization_id";
    let mut running = HashMap::new();
    for row in rows::query(db.read(), sql, vec![node.into()]).await? {
        let count: i64 = row.try_get_by_index(2)?;
        for column in 0..2 {
            let id: Uuid = row.try_get_by_index(column)?;
            *running.entry(id).or_default() += usize::try_from(count).unwrap_or(0);
        }
    }
    Ok(running)
}

/// An execution that has not begun runs another deployment than it was made for.
pub async fn redirect(
    db: &Db,
    execution: ExecutionId,
    deployment: DeploymentId,
    version: IntegrationId,
    flow: FlowId,
) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    let sql = "UPDATE \"execution\" SET deployment_id = $1, integration_id = $2, flow_id = $3 \
               WHERE id = $4";
    let values = vec![deployment.into(), version.into(), flow.into(), execution.into()];
    rows::execute(&transaction, sql, values).await?;
    transaction.commit().await
}

/// What each lane may give now that nobody else can claim from it.
async fn within_limits(
    transaction: &DatabaseTransaction,
    is_sqlite: bool,
    shares: &[(FlowConfigId, usize)],
) -> Result<Vec<(FlowConfigId, usize)>, DbErr> {
    let lock = if is_sqlite { "" } else { "FOR UPDATE SKIP LOCKED" };
    let places = numbered(1, shares.len());
    let sql = format!("SELECT {LANE} FROM \"lane\" WHERE id IN ({places}) {lock}");
    let ids = shares.iter().map(|(id, _)| (*id).into()).collect();
    let mut allowed = Vec::new();
    for row in rows::query(transaction, &sql, ids).await? {
        let lane = lane_row(&row)?;
        let share = shares.iter().find(|(id, _)| *id == lane.id).map_or(0, |(_, share)| *share);
        if share.min(lane.free) > 0 {
            allowed.push((lane.id, share.min(lane.free)));
        }
    }
    Ok(allowed)
}

async fn take(
    transaction: &DatabaseTransaction,
    node: NodeId,
    shares: &[(FlowConfigId, usize)],
) -> Result<Vec<Claimed>, DbErr> {
    let mut values = vec![node.into()];
    let mut oldest = Vec::with_capacity(shares.len());
    for (lane, share) in shares {
        values.push((*lane).into());
        let (lane, place) = (values.len(), oldest.len());
        oldest.push(format!(
            "SELECT execution_id FROM (SELECT execution_id FROM \"work\" WHERE node_id IS NULL \
             AND wakes_at IS NULL AND lane_id = ${lane} ORDER BY execution_id LIMIT {share}) \
             AS lane{place}"
        ));
    }
    let sql = format!(
        "UPDATE \"work\" SET node_id = $1, fence = fence + 1 WHERE execution_id IN ({}) \
         RETURNING execution_id, fence, begun_step, journal, lane_id, retry_after_id, request_id",
        oldest.join(" UNION ALL "),
    );
    let taken = rows::query(transaction, &sql, values).await?;
    let mut claimed = taken.iter().map(claimed_row).collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|claimed| claimed.execution_id);
    Ok(claimed)
}

fn claimed_row(row: &QueryResult) -> Result<Claimed, DbErr> {
    Ok(Claimed {
        execution_id: row.try_get("", "execution_id")?,
        execution: None,
        lane_id: row.try_get("", "lane_id")?,
        fence: row.try_get("", "fence")?,
        begun_step: row.try_get("", "begun_step")?,
        journal: row.try_get("", "journal")?,
        retry_after: row.try_get("", "retry_after_id")?,
        request_id: row.try_get("", "request_id")?,
    })
}

/// Another node may have taken a newer call in while the retry was written: the last word is here.
async fn without_needless_retries(
    transaction: &DatabaseTransaction,
    claimed: Vec<Claimed>,
    now: Timestamp,
) -> Result<Vec<Claimed>, DbErr> {
    let is_retry = |claimed: &&Claimed| claimed.retry_after.is_some() && claimed.is_fresh();
    let ids: Vec<Value> =
        claimed.iter().filter(is_retry).map(|claimed| claimed.execution_id.into()).collect();
    if ids.is_empty() {
        return Ok(claimed);
    }
    let places = numbered(1, ids.len());
    let sql = format!("SELECT id, retry_for_id FROM \"execution\" WHERE id IN ({places})");
    let mut first = HashMap::new();
    for row in rows::query(transaction, &sql, ids).await? {
        let retry: ExecutionId = row.try_get_by_index(0)?;
        first.insert(retry, row.try_get_by_index::<Option<ExecutionId>>(1)?);
    }
    let retries: Vec<_> = claimed
        .iter()
        .filter_map(|claimed| {
            let (id, request_id) = (claimed.execution_id, claimed.request_id.clone()?);
            Some((id, claimed.lane_id, request_id, first.get(&id).copied()??))
        })
        .collect();
    let needless = requests::superseded(transaction, &retries).await?;
    if needless.is_empty() {
        return Ok(claimed);
    }
    let (dropped, kept): (Vec<_>, Vec<_>) =
        claimed.into_iter().partition(|claimed| needless.contains_key(&claimed.execution_id));
    let places = numbered(1, dropped.len());
    let sql = format!("DELETE FROM \"work\" WHERE execution_id IN ({places})");
    let ids = dropped.iter().map(|claimed| claimed.execution_id.into()).collect();
    rows::execute(transaction, &sql, ids).await?;
    let canceled: Vec<_> = dropped
        .iter()
        .filter_map(|claimed| {
            let by = *needless.get(&claimed.execution_id)?;
            let (retry, after) = (claimed.execution_id, claimed.retry_after?);
            Some(Canceled { retry, after, by, at: now })
        })
        .collect();
    requests::cancel(transaction, &canceled).await?;
    Ok(kept)
}

impl Claimed {
    /// Nobody has claimed it before, so it has left nothing.
    pub fn is_fresh(&self) -> bool {
        self.fence == 1
    }
}

/// What waited runs now.
async fn start(
    transaction: &DatabaseTransaction,
    claimed: &[Claimed],
    now: Timestamp,
) -> Result<(), DbErr> {
    if claimed.is_empty() {
        return Ok(());
    }
    let places = numbered(2, claimed.len());
    let sql = format!(
        "UPDATE \"execution\" SET status = 'PENDING', started_at = $1 \
         WHERE status = 'QUEUED' AND id IN ({places})"
    );
    let mut values: Vec<Value> = vec![now.into()];
    values.extend(claimed.iter().map(|claimed| Value::from(claimed.execution_id)));
    rows::execute(transaction, &sql, values).await?;
    let repeated: Vec<Value> =
        claimed.iter().filter_map(|claimed| claimed.retry_after).map(Value::from).collect();
    if repeated.is_empty() {
        return Ok(());
    }
    let places = numbered(1, repeated.len());
    let sql = format!("UPDATE \"execution\" SET retry_next_at = NULL WHERE id IN ({places})");
    rows::execute(transaction, &sql, repeated).await.map(drop)
}

/// `$4,$5,$6`
fn numbered(first: usize, count: usize) -> String {
    let places: Vec<_> = (first..first + count).map(|place| format!("${place}")).collect();
    places.join(",")
}
