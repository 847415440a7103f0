//! Running flows again on request: one execution, or all that failed.

use std::sync::Arc;

use domain::execution::{Replayed, Which};

use crate::graphql::argument::time;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::id;
use crate::graphql::mutation::Mutation;

pub fn register(registry: &mut Registry) {
    one(registry);
    many(registry);
}

fn one(registry: &mut Registry) {
    let payload = ("instanceExecutionResult", "InstanceExecutionResult", "The new execution.");
    let about = "Runs a flow again with the payload of an earlier execution.";
    Mutation::new("replayExecution", about, payload)
        .inputs([("id", "ID", "The execution to repeat.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::execution::replay(ask.env(), ask.viewer(), id).await?))
        });
}

const ABOUT: &str = "Runs failed executions again with their payloads, the oldest first, at most \
    1,000 per call. Left out are those that repeat another one, and those of which a repetition \
    waits, runs or went well: calling it twice repeats nothing twice.";

fn many(registry: &mut Registry) {
    registry.add(
        Type::<Replayed>::new("ReplayedExecutions", "What came of repeating many executions.")
            .field("executionIds", "[ID!]!", "The new executions.", |replayed: &Replayed| {
                replayed.started.iter().map(|id| id::encode(*id)).collect::<Vec<_>>()
            })
            .field(
                "refused",
                "[String!]!",
                "Those that could not be repeated: id and reason.",
                |replayed| {
                    let refused = replayed.refused.iter();
                    refused
                        .map(|(id, reason)| format!("{}: {reason}", id::encode(*id)))
                        .collect::<Vec<_>>()
                },
            )
            .field("hasMore", "Boolean!", "Whether another call would go on.", |replayed| {
                replayed.has_more
            }),
    );
    let payload = ("replayed", "ReplayedExecutions", "What came of it; null on errors.");
    Mutation::new("replayFailedExecutions", ABOUT, payload)
        .inputs([
            ("customer", "ID", "Only those of this customer."),
            ("instance", "ID", "Only those of this instance."),
            ("flowConfig", "ID", "Only those of this flow of an instance."),
            ("startedFrom", "DateTime", "Only those that started then or later."),
            ("startedUntil", "DateTime", "Only those that started then or earlier."),
        ])
        .run(registry, |input, ask| async move {
            let at = |name| input.value(name).map(|value| time(name, value)).transpose();
            let which = Which {
                customer: input.id("customer")?,
                instance: input.id("instance")?,
                flow_config: input.id("flowConfig")?,
                started_from: at("startedFrom")?,
                started_until: at("startedUntil")?,
            };
            let replayed = domain::execution::replay_failed(ask.env(), ask.viewer(), which);
            Ok(Arc::new(replayed.await?))
        });
}
