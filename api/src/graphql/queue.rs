//! The queue of a flow: how it stands, and taking executions out of it.

use std::sync::Arc;

use domain::queue::Stats;
use entity::FlowConfigId;
use jobs::Part;

use super::builder::{Registry, Type};
use super::id;
use super::mutation::Mutation;

const PAYLOAD: (&str, &str, &str) =
    ("instanceFlowConfig", "InstanceFlowConfig", "The flow whose queue it is; null on errors.");

const FLOW: (&str, &str, &str) = ("id", "ID", "The flow of an instance.");

pub fn register(registry: &mut Registry) {
    registry.add(stats());
    registry.query(|query| {
        query.resolve_with(
            ("fifoQueueStats", "FifoQueueStats!", "How the queue of a flow stands."),
            &[("flowConfigId", "ID!", "The flow of an instance.")],
            |_, ask| async move {
                let id = ask.args.require_id::<FlowConfigId>("flowConfigId")?;
                Ok(Arc::new(domain::queue::stats(ask.env(), ask.viewer(), id).await?))
            },
        )
    });
    clear(registry, "clearFifoWorkingSet", CLEAR_RUNNING, &[Part::Running]);
    clear(registry, "clearAllFifoData", CLEAR_ALL, &[Part::Waiting, Part::Running]);
    remove(registry);
}

const CLEAR_RUNNING: &str = "Ends what runs of a flow, so that the next in its queue can \
    begin. A run stops at its next step.";

const CLEAR_ALL: &str = "Ends what runs of a flow and everything that waits in its queue.";

fn stats() -> Type<Stats> {
    Type::<Stats>::new("FifoQueueStats", "How the queue of a flow stands.")
        .field("flowConfigId", "ID", "The flow of an instance.", |stats| {
            id::encode(stats.flow_config)
        })
        .field("queueLength", "Int", "How many executions wait for their turn.", |stats| {
            i64::try_from(stats.waiting).unwrap_or(i64::MAX)
        })
        .field("workingSetItems", "[ID]", "The executions that run.", |stats| {
            stats.running.iter().map(|id| id::encode(*id)).collect::<Vec<_>>()
        })
        .field("workingSetSize", "Int", "How many executions run.", |stats| {
            i64::try_from(stats.running.len()).unwrap_or(i64::MAX)
        })
}

fn clear(registry: &mut Registry, name: &'static str, about: &'static str, parts: &'static [Part]) {
    Mutation::new(name, about, PAYLOAD).inputs([FLOW]).run(
        registry,
        move |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::queue::clear(ask.env(), ask.viewer(), id, parts).await?))
        },
    );
}

fn remove(registry: &mut Registry) {
    let about = "Ends the oldest executions that wait in the queue of a flow.";
    Mutation::new("removeFifoQueueItems", about, PAYLOAD)
        .inputs([FLOW, ("itemCount", "Int", "How many, from 1 to 100; 1 unless given.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            let count = usize::try_from(input.int("itemCount")?.unwrap_or(1)).unwrap_or(0);
            Ok(Arc::new(domain::queue::remove(ask.env(), ask.viewer(), id, count).await?))
        });
}
