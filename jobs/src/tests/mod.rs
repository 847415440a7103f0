//! The work queue against a real database file.
#![expect(clippy::disallowed_methods, reason = "a test looks at everything")]

mod model;

use std::sync::Arc;

use crate::{
    Accept, Claimed, Entry, Finish, Journal, Node, Owner, StateChanges, WriteError, Writer,
};
use entity::execution::{self, InvokeType, ResultType, Status};
use entity::{
    Clock, CustomerId, Db, DbUrl, ExecutionId, FlowConfigId, Ids, ManualClock, NodeId,
    OrganizationId, Timestamp, log, step_result, work,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use sea_orm_migration::MigratorTrait;

struct Bench {
    db: Db,
    clock: Arc<ManualClock>,
    ids: Ids,
    writer: Writer,
    node: Node,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
        migration::Migrator::up(db.writer(), None).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_800_000_000_000_000)));
        let ids = Ids::seeded(clock.clone(), 1);
        let node = Node::register(&db, &*clock, &ids).await.unwrap();
        let (writer, _) = Writer::start(db.clone(), Box::new(|_| ()));
        Self { db, clock, ids, writer, node, _folder: folder }
    }

    fn execution(&self, lane: FlowConfigId) -> execution::Model {
        let now = self.clock.now();
        execution::Model {
            id: self.ids.next(),
            organization_id: OrganizationId(lane.0),
            customer_id: CustomerId(lane.0),
            instance_id: lane.0.into(),
            integration_id: lane.0.into(),
            flow_id: lane.0.into(),
            flow_config_id: lane,
            deployment_id: lane.0.into(),
            status: Status::Pending,
            result_type: None,
            invoke_type: InvokeType::Webhook,
            is_test: false,
            is_synchronous: false,
            queued_at: None,
            started_at: now,
            ended_at: None,
            error: None,
            payload: vec![0],
            response: None,
            replay_for_id: None,
            retry_for_id: None,
            retry_count: 0,
            max_retry_count: 0,
            retry_next_at: None,
            request_id: None,
            canceled_by_id: None,
            invoked_by_id: None,
            lineage_depth: 0,
            invoked_by_frame: None,
            step_count: 0,
        }
    }

    fn step(&self, execution: &execution::Model, position: i32) -> step_result::Model {
        step_result::Model {
            id: self.ids.next(),
            organization_id: execution.organization_id,
            customer_id: execution.customer_id,
            instance_id: execution.instance_id,
            execution_id: execution.id,
            position,
            step_name: "sendOrder".into(),
            display_name: "Send Order".into(),
            loop_path: String::new(),
            loop_step_name: None,
            loop_step_index: None,
            branch_name: None,
            started_at: execution.started_at,
            ended_at: execution.started_at,
            error: None,
            result: vec![0],
        }
    }

    fn finish(&self, execution: execution::Model, owner: Option<Owner>) -> Arc<Finish> {
        let steps = vec![self.step(&execution, 0)];
        let execution = execution::Model {
            status: Status::Success,
            result_type: Some(ResultType::Completed),
            ended_at: Some(self.clock.now()),
            ..execution
        };
        let (logs, state) = (Vec::new(), StateChanges::default());
        Arc::new(Finish {
            execution,
            owner,
            steps,
            logs,
            state,
            retry: None,
            alerts: Vec::new(),
            file_bytes: 0,
            forgotten: None,
        })
    }

    fn owner(&self) -> Owner {
        Owner { node: self.node.id, fence: 0 }
    }

    async fn accept(&self, execution: &execution::Model, node: Option<NodeId>) {
        let accept = Accept { execution: execution.clone(), node, entry: Entry::default() };
        self.writer.accept(accept).await.unwrap();
    }

    /// Claims up to `share` executions of each lane that has any to give.
    async fn claim(&self, node: NodeId, share: usize) -> Vec<Claimed> {
        let look = crate::look(&self.db, FlowConfigId(uuid::Uuid::nil())).await.unwrap();
        let shares: Vec<_> = look.lanes.iter().map(|lane| (lane.id, share)).collect();
        crate::claim(&self.db, node, self.clock.now(), &shares).await.unwrap()
    }

    async fn stored(&self, id: ExecutionId) -> execution::Model {
        execution::Entity::find_by_id(id).one(self.db.read()).await.unwrap().unwrap()
    }

    async fn steps(&self) -> u64 {
        step_result::Entity::find().count(self.db.read()).await.unwrap()
    }
}

#[tokio::test]
async fn an_accepted_run_ends_once() {
    let bench = Bench::new().await;
    let execution = bench.execution(bench.ids.next());
    bench.accept(&execution, Some(bench.node.id)).await;
    assert_eq!(bench.stored(execution.id).await.status, Status::Pending);
    let finish = bench.finish(execution.clone(), Some(bench.owner()));
    bench.writer.finish(finish.clone()).await.unwrap();
    let ended = bench.stored(execution.id).await;
    assert_eq!((ended.status, ended.ended_at.is_some()), (Status::Success, true));
    assert!(matches!(bench.writer.finish(finish).await, Err(WriteError::Fenced)));
    assert_eq!(bench.steps().await, 1);
    assert_eq!(work::Entity::find().count(bench.db.read()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_run_that_was_never_accepted_ends_in_one_write() {
    let bench = Bench::new().await;
    let execution = bench.execution(bench.ids.next());
    bench.writer.finish(bench.finish(execution.clone(), None)).await.unwrap();
    assert_eq!(bench.stored(execution.id).await.status, Status::Success);
    assert_eq!(bench.steps().await, 1);
}

#[tokio::test]
async fn a_late_writer_changes_nothing() {
    let bench = Bench::new().await;
    let execution = bench.execution(bench.ids.next());
    bench.accept(&execution, Some(bench.node.id)).await;

    bench.clock.advance_seconds(60);
    let other = Node { id: bench.ids.next() };
    let now = bench.clock.now();
    assert_eq!(crate::release_dead_nodes(&bench.db, now).await.unwrap(), 1);
    let claimed = bench.claim(other.id, 8).await;
    assert_eq!(claimed.len(), 1);

    let late = bench.finish(execution.clone(), Some(bench.owner()));
    assert!(matches!(bench.writer.finish(late).await, Err(WriteError::Fenced)));
    let journal = Journal {
        execution_id: execution.id,
        owner: bench.owner(),
        steps: vec![bench.step(&execution, 0)],
        logs: Vec::new(),
        begun_step: Some("sendOrder".into()),
        journal: None,
        alerts: Vec::new(),
        file_bytes: 0,
    };
    assert!(matches!(bench.writer.journal(journal).await, Err(WriteError::Fenced)));
    assert_eq!(bench.steps().await, 0);
    assert_eq!(bench.stored(execution.id).await.status, Status::Pending);

    let owner = Owner { node: other.id, fence: claimed[0].fence };
    bench.writer.finish(bench.finish(execution.clone(), Some(owner))).await.unwrap();
    assert_eq!(bench.stored(execution.id).await.status, Status::Success);
}

#[tokio::test]
async fn a_command_that_fails_does_not_fail_its_neighbours() {
    let bench = Bench::new().await;
    let lane = bench.ids.next();
    let twice = bench.execution(lane);
    bench.accept(&twice, None).await;
    let good: Vec<_> = (0..20).map(|_| bench.execution(lane)).collect();
    let all = good.iter().chain([&twice]).map(|execution| {
        let accept = Accept { execution: execution.clone(), node: None, entry: Entry::default() };
        bench.writer.accept(accept)
    });
    let results = futures::future::join_all(all).await;
    let (last, others) = results.split_last().unwrap();
    assert!(matches!(last, Err(WriteError::Database(_))));
    assert!(others.iter().all(Result::is_ok));
    assert_eq!(execution::Entity::find().count(bench.db.read()).await.unwrap(), 21);
}

/// Nobody cancels a write by going away.
#[tokio::test]
async fn a_caller_that_goes_away_changes_nothing() {
    let bench = Bench::new().await;
    let lane = bench.ids.next();
    for _ in 0..200 {
        let accept =
            Accept { execution: bench.execution(lane), node: None, entry: Entry::default() };
        let writer = bench.writer.clone();
        let sent = tokio::spawn(async move { writer.accept(accept).await });
        tokio::task::yield_now().await;
        sent.abort();
    }
    let last = bench.execution(lane);
    bench.accept(&last, None).await;
    let executions = execution::Entity::find().count(bench.db.read()).await.unwrap();
    let works = work::Entity::find().count(bench.db.read()).await.unwrap();
    assert_eq!(executions, works);
    assert_eq!(bench.stored(last.id).await.id, last.id);
}

#[tokio::test]
async fn a_busy_lane_does_not_starve_the_others() {
    let bench = Bench::new().await;
    let (busy, calm) = (bench.ids.next(), bench.ids.next());
    let mut first = Vec::new();
    for _ in 0..50 {
        let execution = bench.execution(busy);
        bench.accept(&execution, None).await;
        first.push(execution.id);
    }
    let waiting = bench.execution(calm);
    bench.accept(&waiting, None).await;
    let claimed = bench.claim(bench.node.id, 2).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.execution_id).collect();
    assert_eq!(ids, [first[0], first[1], waiting.id]);
    let next = bench.claim(bench.node.id, 2).await;
    assert_eq!(next[0].execution_id, first[2], "each lane goes on in order");
}

/// However many lanes wait, a few looks see each of them once.
#[tokio::test]
async fn looks_go_through_all_lanes() {
    let bench = Bench::new().await;
    for _ in 0..150 {
        bench.accept(&bench.execution(bench.ids.next()), None).await;
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut after = Some(FlowConfigId(uuid::Uuid::nil()));
    while let Some(place) = after {
        let look = crate::look(&bench.db, place).await.unwrap();
        seen.extend(look.lanes.iter().map(|lane| lane.id));
        after = look.next;
    }
    assert_eq!(seen.len(), 150);
}

/// What a paused instance was called for waits until it goes on, but not for ever.
#[tokio::test]
async fn held_work_waits_or_expires() {
    let bench = Bench::new().await;
    let execution = bench.execution(bench.ids.next());
    let queued = execution::Model { status: Status::Queued, ..execution };
    bench.accept(&queued, None).await;
    let hold = async |is_held: bool| {
        let transaction = bench.db.begin().await.unwrap();
        let (organization, instance) = (queued.organization_id, queued.instance_id);
        crate::hold(&transaction, organization, instance, is_held).await.unwrap();
        transaction.commit().await.unwrap();
    };
    hold(true).await;
    assert!(bench.claim(bench.node.id, 8).await.is_empty());
    let expire = async |seconds: i64| {
        let now = bench.clock.now();
        let since = now.plus_seconds(-seconds);
        crate::expire_held(&bench.db, since, now, "too late").await.unwrap().len()
    };
    bench.clock.advance_seconds(60);
    assert_eq!(expire(3_600).await, 0);
    hold(false).await;
    assert_eq!(expire(0).await, 0, "only held work expires");
    hold(true).await;
    assert_eq!(expire(30).await, 1);
    assert_eq!(bench.stored(queued.id).await.error.as_deref(), Some("too late"));
}

/// One statement takes only so many values: larger writes are split.
#[tokio::test]
async fn a_run_may_leave_thousands_of_rows() {
    let bench = Bench::new().await;
    let execution = bench.execution(bench.ids.next());
    let mut finish = Arc::unwrap_or_clone(bench.finish(execution.clone(), None));
    finish.steps = (0..2_500).map(|position| bench.step(&execution, position)).collect();
    let line = |number: i64| log::Model {
        id: bench.ids.next(),
        organization_id: execution.organization_id,
        customer_id: Some(execution.customer_id),
        instance_id: Some(execution.instance_id),
        integration_id: Some(execution.integration_id),
        flow_config_id: Some(execution.flow_config_id),
        execution_id: Some(execution.id),
        is_test: false,
        timestamp: Timestamp(number),
        severity: log::Severity::Info,
        message: "line".into(),
        step_name: None,
        loop_path: String::new(),
        kind: None,
        owner_id: None,
        variable_key: None,
    };
    finish.logs = (0..3_000).map(line).collect();
    bench.writer.finish(finish.into()).await.unwrap();
    assert_eq!(bench.steps().await, 2_500);
    assert_eq!(log::Entity::find().count(bench.db.read()).await.unwrap(), 3_000);
}
