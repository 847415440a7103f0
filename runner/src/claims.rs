//! Takes waiting work from the database while there is room for it here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use entity::FlowConfigId;
use jobs::{Claimed, Owner, WaitingLane};

use crate::alerts::of_end;
use crate::runner::Inner;
use crate::seats::{Tenant, tenant_of};
use crate::worker::{resume, survive};

/// How often the queue is looked at when nobody says that there is work.
const POLL: Duration = Duration::from_secs(1);

/// How many executions one claim takes at most.
const CLAIM_MAX: usize = 256;

/// A look at the queue costs the same for one execution as for many. So when fewer places are free
/// than this share of all, or than so many, a moment is given to others to come free.
const GATHER_SHARE: usize = 4;
const GATHER_MAX: usize = 64;
const GATHER: Duration = Duration::from_millis(2);

/// How long work waits for a paused instance.
const HELD_SECONDS_MAX: i64 = 24 * 3_600;

const FIRST: FlowConfigId = FlowConfigId(uuid::Uuid::nil());

/// Claims waiting work as long as there are free places.
pub async fn run(inner: Arc<Inner>) {
    let mut after = FIRST;
    while !inner.stopping.is_cancelled() {
        let claimed = round(&inner, &mut after).await.unwrap_or_else(|error| {
            tracing::error!(%error, "could not claim work");
            0
        });
        if claimed > 0 {
            continue;
        }
        tokio::select! {
            () = inner.work.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            () = inner.stopping.cancelled() => return,
        }
    }
}

/// Goes around the lanes, from where the last round stopped, until something is claimed.
async fn round(inner: &Arc<Inner>, after: &mut FlowConfigId) -> anyhow::Result<usize> {
    // Places are taken only for what there is: callers need them while the queue is looked at.
    drop(inner.slots.acquire().await?);
    if inner.slots.available_permits() < (inner.concurrency_max / GATHER_SHARE).min(GATHER_MAX) {
        tokio::time::sleep(GATHER).await;
    }
    jobs::wake(&inner.env.db, inner.env.clock.now()).await?;
    let start = *after;
    let mut has_wrapped = start == FIRST;
    loop {
        let look = jobs::look(&inner.env.db, *after).await?;
        let claimed = claim(inner, &look.lanes).await?;
        *after = look.next.unwrap_or(FIRST);
        let is_around = has_wrapped && (look.next.is_none() || *after >= start && start != FIRST);
        has_wrapped |= look.next.is_none();
        if claimed > 0 || is_around {
            return Ok(claimed);
        }
    }
}

async fn claim(inner: &Arc<Inner>, lanes: &[WaitingLane]) -> anyhow::Result<usize> {
    let free = inner.slots.available_permits().clamp(1, CLAIM_MAX);
    let dealt = inner.seats.deal(lanes, free);
    if dealt.is_empty() {
        return Ok(0);
    }
    let shares: Vec<_> = dealt.iter().map(|(lane, share)| (lane.id, *share)).collect();
    let (db, now) = (&inner.env.db, inner.env.clock.now());
    let claimed = match jobs::claim(db, inner.node.id, now, &shares).await {
        Ok(claimed) => claimed,
        Err(error) => {
            give_back(inner, &dealt, &[]);
            return Err(error.into());
        }
    };
    give_back(inner, &dealt, &claimed);
    let count = claimed.len();
    for claimed in claimed {
        let lane = dealt.iter().find(|(lane, _)| lane.id == claimed.lane_id);
        if let Some((lane, _)) = lane {
            start(inner, claimed, tenant_of(lane));
        }
    }
    Ok(count)
}

/// Not every lane gave what it was asked for.
fn give_back(inner: &Inner, dealt: &[(WaitingLane, usize)], claimed: &[Claimed]) {
    for (lane, share) in dealt {
        let taken = claimed.iter().filter(|claimed| claimed.lane_id == lane.id).count();
        inner.seats.give_back(tenant_of(lane), share - taken);
    }
}

fn start(inner: &Arc<Inner>, claimed: Claimed, tenant: Tenant) {
    let (inner, tasks) = (inner.clone(), &inner.tasks);
    let seat = inner.seats.dealt(tenant);
    tasks.spawn(async move {
        // The semaphore is never closed.
        let Ok(_slot) = inner.slots.clone().acquire_owned().await else { return };
        let (id, fence) = (claimed.execution_id, claimed.fence);
        let owner = Owner { node: inner.node.id, fence };
        let run = Box::pin(resume(inner.clone(), claimed));
        survive(inner.clone(), id, owner, run).await;
        drop(seat);
        // A limit may have kept others waiting for this place.
        inner.work.notify_one();
    });
}

/// Reads the limits of customers and what other nodes run, and ends what was held too long.
pub async fn refresh(inner: &Inner) -> anyhow::Result<()> {
    let env = &inner.env;
    let limits = domain::token::concurrency_limits(env).await?;
    let elsewhere = if env.db.is_sqlite() {
        HashMap::new()
    } else {
        jobs::running_elsewhere(&env.db, inner.node.id).await?
    };
    inner.seats.learn(limits, elsewhere);
    let now = env.clock.now();
    let since = now.plus_seconds(-HELD_SECONDS_MAX);
    let message = "The instance was paused for 24 hours while this execution waited.";
    let expired = jobs::expire_held(&env.db, since, now, message).await?;
    if expired.is_empty() {
        return Ok(());
    }
    tracing::info!(executions = expired.len(), "ended what waited for paused instances too long");
    let told = expired.iter().flat_map(|ended| of_end(inner, ended, None, None).events);
    Ok(domain::alert::record(env, told.collect()).await?)
}
