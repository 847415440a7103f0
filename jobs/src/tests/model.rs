//! The queue against a small model of itself: random calls, claims, ends, crashes and waits.
//!
//! One lane at a time, with its own limit, dedupe ids, request ids and retries; after every event
//! each execution must stand where the model says.

use std::sync::Arc;

use entity::execution::{self, ResultType, Status};
use entity::{Clock, ExecutionId, FlowConfigId, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::Bench;
use crate::{Accept, Accepted, Entry, Finish, Node, Owner, Part, Retry, StateChanges, WriteError};

const DELAY_SECONDS: i64 = 60;

#[derive(Clone, Debug)]
struct Rules {
    limit: Option<u32>,
    retries: i32,
    /// All calls share a dedupe id.
    is_singleton: bool,
}

#[derive(Clone, Debug)]
enum Event {
    Call {
        dedupe: Option<u8>,
        request: Option<u8>,
    },
    Claim {
        share: usize,
    },
    /// The n-th of the running executions ends.
    End {
        which: usize,
        fails: bool,
    },
    Wait {
        seconds: i64,
    },
    /// The node dies; its late words must not count.
    Crash,
    Clear,
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Waiting,
    Sleeping { until: Timestamp },
    Running { fence: i32, node: Node },
    Ended(ResultType),
}

/// One execution as the model sees it.
#[derive(Clone, Debug)]
struct Known {
    id: ExecutionId,
    first: ExecutionId,
    attempt: i32,
    after: Option<ExecutionId>,
    dedupe: Option<u8>,
    request: Option<u8>,
    fence: i32,
    stage: Stage,
    retry_next_at: Option<Timestamp>,
    canceled_by: Option<ExecutionId>,
}

struct World<'b> {
    bench: &'b Bench,
    node: Node,
    lane: FlowConfigId,
    rules: Rules,
    /// In the order of their ids, which is the order of arrival.
    known: Vec<Known>,
}

impl World<'_> {
    async fn apply(&mut self, event: &Event) {
        match event {
            Event::Call { dedupe, request } => {
                let dedupe = if self.rules.is_singleton { Some(0) } else { *dedupe };
                self.call(dedupe, *request).await;
            }
            Event::Claim { share } => self.claim(*share).await,
            Event::End { which, fails } => self.end(*which, *fails).await,
            Event::Wait { seconds } => {
                self.bench.clock.advance_seconds(*seconds);
                let now = self.bench.clock.now();
                crate::wake(&self.bench.db, now).await.unwrap();
                for known in &mut self.known {
                    if matches!(known.stage, Stage::Sleeping { until } if until <= now) {
                        known.stage = Stage::Waiting;
                    }
                }
            }
            Event::Crash => self.crash().await,
            Event::Clear => self.clear().await,
        }
        self.compare().await;
    }

    async fn call(&mut self, dedupe: Option<u8>, request: Option<u8>) {
        let request_id = request.map(|id| format!("r{id}"));
        let execution = execution::Model {
            status: Status::Queued,
            request_id: request_id.clone(),
            max_retry_count: self.rules.retries,
            ..self.bench.execution(self.lane)
        };
        let entry = Entry { dedupe_id: dedupe.map(|id| format!("d{id}")), request_id };
        let id = execution.id;
        let accept = Accept { execution, node: None, entry };
        let accepted = self.bench.writer.accept(accept).await.unwrap();
        let holder = self.known.iter().find(|known| {
            let in_queue = matches!(known.stage, Stage::Waiting | Stage::Running { .. });
            dedupe.is_some() && known.dedupe == dedupe && in_queue
        });
        let mut new = Known {
            id,
            first: id,
            attempt: 0,
            after: None,
            dedupe,
            request,
            fence: 0,
            stage: Stage::Waiting,
            retry_next_at: None,
            canceled_by: None,
        };
        if let Some(holder) = holder {
            assert_eq!(accepted, Accepted::DuplicateOf(holder.id));
            new.stage = Stage::Ended(ResultType::CanceledAsDuplicate);
            new.canceled_by = Some(holder.id);
            new.dedupe = None;
            new.request = None;
        } else {
            assert_eq!(accepted, Accepted::Stored);
            self.cancel_retries(id, request);
        }
        self.known.push(new);
    }

    /// A call that got in makes waiting retries of older ones needless.
    fn cancel_retries(&mut self, by: ExecutionId, request: Option<u8>) {
        let is_needless = |known: &Known| {
            let waits = matches!(known.stage, Stage::Waiting | Stage::Sleeping { .. });
            let has_begun = known.fence > 0;
            request.is_some()
                && known.request == request
                && known.after.is_some()
                && waits
                && !has_begun
        };
        let needless: Vec<_> =
            self.known.iter().filter(|known| is_needless(known)).cloned().collect();
        for retry in needless {
            for known in &mut self.known {
                if known.id == retry.id {
                    known.stage = Stage::Ended(ResultType::CanceledAsDuplicate);
                    known.canceled_by = Some(by);
                }
                if Some(known.id) == retry.after {
                    known.retry_next_at = None;
                    known.canceled_by = Some(by);
                }
            }
        }
    }

    async fn claim(&mut self, share: usize) {
        let running = self.running().len();
        let limit = self.rules.limit.map_or(usize::MAX, |limit| limit as usize);
        let count = share.min(limit.saturating_sub(running));
        let now = self.bench.clock.now();
        let shares = [(self.lane, share)];
        let claimed = crate::claim(&self.bench.db, self.node.id, now, &shares).await.unwrap();
        let waiting = self.known.iter_mut().filter(|known| known.stage == Stage::Waiting);
        let mut begun = Vec::new();
        let mut expected = Vec::new();
        for known in waiting.take(count) {
            known.fence += 1;
            known.stage = Stage::Running { fence: known.fence, node: self.node };
            expected.push((known.id, known.fence));
            begun.extend(known.after);
        }
        let claimed: Vec<_> = claimed.iter().map(|one| (one.execution_id, one.fence)).collect();
        assert_eq!(claimed, expected, "the oldest first, within the limit");
        for known in &mut self.known {
            if begun.contains(&known.id) {
                known.retry_next_at = None;
            }
        }
    }

    async fn end(&mut self, which: usize, fails: bool) {
        let running = self.running();
        let Some(index) = running.get(which % running.len().max(1)).copied() else { return };
        let known = self.known[index].clone();
        let Stage::Running { fence, node } = known.stage else { return };
        let now = self.bench.clock.now();
        let execution = self.bench.stored(known.id).await;
        let kind = if fails { ResultType::Error } else { ResultType::Completed };
        let retry = (fails && known.attempt < self.rules.retries).then(|| Retry {
            execution: execution::Model {
                id: self.bench.ids.next(),
                status: Status::Queued,
                retry_for_id: Some(known.first),
                retry_count: known.attempt + 1,
                ..execution.clone()
            },
            wakes_at: now.plus_seconds(DELAY_SECONDS),
            alerts: Vec::new(),
        });
        let ended = execution::Model {
            status: if fails { Status::Error } else { Status::Success },
            result_type: Some(kind),
            ended_at: Some(now),
            ..execution
        };
        let (steps, logs) = (Vec::new(), Vec::new());
        let state = StateChanges::default();
        let owner = Some(Owner { node: node.id, fence });
        let new = retry.as_ref().map(|retry| retry.execution.id);
        let finish = Finish {
            execution: ended,
            owner,
            steps,
            logs,
            state,
            retry,
            alerts: Vec::new(),
            file_bytes: 0,
            forgotten: None,
        };
        self.bench.writer.finish(Arc::new(finish)).await.unwrap();
        self.known[index].stage = Stage::Ended(kind);
        if let Some(id) = new {
            self.repeat(index, id);
        }
    }

    fn repeat(&mut self, index: usize, id: ExecutionId) {
        let failed = self.known[index].clone();
        let same = |known: &&Known| {
            failed.request.is_some() && known.request == failed.request && known.after.is_none()
        };
        let latest = self.known.iter().filter(same).map(|known| known.id).max();
        if let Some(latest) = latest.filter(|latest| *latest > failed.first) {
            self.known[index].canceled_by = Some(latest);
            return;
        }
        let until = self.bench.clock.now().plus_seconds(DELAY_SECONDS);
        self.known[index].retry_next_at = Some(until);
        self.known.push(Known {
            id,
            attempt: failed.attempt + 1,
            after: Some(failed.id),
            dedupe: None,
            fence: 0,
            stage: Stage::Sleeping { until },
            retry_next_at: None,
            canceled_by: None,
            ..failed
        });
    }

    async fn crash(&mut self) {
        let dead = self.node;
        self.node =
            Node::register(&self.bench.db, &*self.bench.clock, &self.bench.ids).await.unwrap();
        crate::release_dead_nodes(&self.bench.db, self.bench.clock.now()).await.unwrap();
        for index in self.running() {
            let Stage::Running { fence, .. } = self.known[index].stage else { continue };
            self.known[index].fence = fence + 1;
            self.known[index].stage = Stage::Waiting;
            let execution = self.bench.stored(self.known[index].id).await;
            let late = self.bench.finish(execution, Some(Owner { node: dead.id, fence }));
            let result = self.bench.writer.finish(late).await;
            assert!(matches!(result, Err(WriteError::Fenced)));
        }
    }

    async fn clear(&mut self) {
        let (db, now) = (&self.bench.db, self.bench.clock.now());
        crate::clear(db, self.lane, Part::Waiting, 100, now, "cleared").await.unwrap();
        for known in &mut self.known {
            if matches!(known.stage, Stage::Waiting | Stage::Sleeping { .. }) {
                known.stage = Stage::Ended(ResultType::Error);
            }
        }
    }

    /// Places of the running executions, in order of arrival.
    fn running(&self) -> Vec<usize> {
        let places = self.known.iter().enumerate();
        let running = places.filter(|(_, known)| matches!(known.stage, Stage::Running { .. }));
        running.map(|(place, _)| place).collect()
    }

    async fn compare(&self) {
        for known in &self.known {
            let stored = self.bench.stored(known.id).await;
            let expected = match known.stage {
                Stage::Ended(kind) => Some(kind),
                Stage::Waiting | Stage::Sleeping { .. } | Stage::Running { .. } => None,
            };
            assert_eq!(stored.result_type, expected, "{known:?}");
            assert_eq!(stored.ended_at.is_some(), expected.is_some(), "{known:?}");
            assert_eq!(stored.canceled_by_id, known.canceled_by, "{known:?}");
            if expected != Some(ResultType::Error) || known.retry_next_at.is_some() {
                assert_eq!(stored.retry_next_at, known.retry_next_at, "{known:?}");
            }
        }
        let (waiting, running) = crate::count(self.bench.db.read(), self.lane).await.unwrap();
        let is_waiting = |known: &&Known| known.stage == Stage::Waiting;
        assert_eq!(waiting, self.known.iter().filter(is_waiting).count() as u64);
        let expected: Vec<_> = self.running().iter().map(|place| self.known[*place].id).collect();
        assert_eq!(running, expected);
        assert!(self.rules.limit.is_none_or(|limit| running.len() <= limit as usize));
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = || proptest::option::weighted(0.7, 0_u8..2);
    let event = prop_oneof![
        5 => (id(), id()).prop_map(|(dedupe, request)| Event::Call { dedupe, request }),
        4 => (1_usize..4).prop_map(|share| Event::Claim { share }),
        5 => (0_usize..3, any::<bool>()).prop_map(|(which, fails)| Event::End { which, fails }),
        3 => (1_i64..90).prop_map(|seconds| Event::Wait { seconds }),
        1 => Just(Event::Crash),
        1 => Just(Event::Clear),
    ];
    proptest::collection::vec(event, 1..60)
}

fn rules() -> impl Strategy<Value = Rules> {
    let limit = prop_oneof![Just(None), Just(Some(1)), Just(Some(2))];
    (limit, 0..4_i32, proptest::bool::weighted(0.2)).prop_map(|(limit, retries, is_singleton)| {
        let limit = if is_singleton { Some(1) } else { limit };
        Rules { limit, retries, is_singleton }
    })
}

/// Proves R093, R100.
#[test]
fn the_queue_does_what_its_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::new());
    let config = ProptestConfig { cases: 96, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&(rules(), events()), |(rules, events)| {
        runtime.block_on(play(&bench, rules, &events));
        Ok(())
    });
    result.unwrap();
}

async fn play(bench: &Bench, rules: Rules, events: &[Event]) {
    let lane: FlowConfigId = bench.ids.next();
    let node = Node::register(&bench.db, &*bench.clock, &bench.ids).await.unwrap();
    let transaction = bench.db.begin().await.unwrap();
    crate::set_limits(&transaction, [(&config(bench, lane), rules.limit)]).await.unwrap();
    transaction.commit().await.unwrap();
    let mut world = World { bench, node, lane, rules, known: Vec::new() };
    for event in events {
        world.apply(event).await;
    }
    for part in [Part::Waiting, Part::Running] {
        let now = bench.clock.now();
        crate::clear(&bench.db, lane, part, 1_000, now, "the case is over").await.unwrap();
    }
}

fn config(bench: &Bench, lane: FlowConfigId) -> entity::flow_config::Model {
    let execution = bench.execution(lane);
    entity::flow_config::Model {
        id: lane,
        organization_id: execution.organization_id,
        customer_id: execution.customer_id,
        instance_id: execution.instance_id,
        flow_id: execution.flow_id,
        flow_key: String::new(),
        webhook_id: String::new(),
        sealed_api_keys: None,
        test_payload: None,
        test_headers: None,
        test_content_type: None,
        created_at: execution.started_at,
    }
}
