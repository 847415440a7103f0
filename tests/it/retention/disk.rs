//! Space goes back to the disk, whatever happens meanwhile. `MARQUETRY_HISTORY_BYTES` tells the
//! same story with as much as one likes.

use std::path::Path;
use std::time::{Duration, Instant};

use entity::payload::{INLINE_BYTES_MAX, Payload};
use entity::{Clock, Db, Ids, SystemClock, Timestamp, execution, log, step_result};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, Statement,
};

use super::DAY;
use crate::harness::{TestProcess, User, example};

const VARIABLE: &str = "MARQUETRY_HISTORY_BYTES";
const HISTORY_BYTES: u64 = 50_000_000;

/// What a page of the file is not full of.
const LEFT_BYTES_MAX: u64 = 12_000_000;
const MEMORY_BYTES_MAX: u64 = 200_000_000;

const STEPS: usize = 4;
const LINES: usize = 6;
const BATCH: usize = 100;

/// Makes executions that ended long ago, after the example of one that has just ended.
struct Filler {
    ids: Ids,
    example: execution::Model,
    step: step_result::Model,
    line: log::Model,
}

impl Filler {
    #[expect(clippy::disallowed_methods, reason = "copies what there is, of whomever")]
    async fn new(db: &Db) -> Self {
        let read = db.read();
        Self {
            ids: Ids::random(std::sync::Arc::new(SystemClock)),
            example: execution::Entity::find().one(read).await.unwrap().unwrap(),
            step: step_result::Entity::find().one(read).await.unwrap().unwrap(),
            line: log::Entity::find().one(read).await.unwrap().unwrap(),
        }
    }

    /// Rows of about `bytes`, from 60 to 30 days ago.
    async fn fill(&self, db: &Db, bytes: u64) {
        let value = vec![b'x'; INLINE_BYTES_MAX];
        let value = Payload::Inline(&value).to_column();
        let batches = bytes / (value.len() * (STEPS + 1) * BATCH) as u64 + 1;
        let from = SystemClock.now().plus_seconds(-60 * DAY);
        for batch in 0..batches {
            let seconds =
                30 * DAY * i64::try_from(batch).unwrap() / i64::try_from(batches).unwrap();
            let transaction = db.begin().await.unwrap();
            self.batch(&transaction, from.plus_seconds(seconds), &value).await;
            transaction.commit().await.unwrap();
        }
    }

    async fn batch(&self, transaction: &DatabaseTransaction, at: Timestamp, value: &[u8]) {
        let (mut executions, mut steps, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..BATCH {
            let id = self.ids.at(at);
            let (started_at, ended_at) = (at, Some(at));
            let payload = value.to_vec();
            let example = self.example.clone();
            executions.push(execution::Model { id, started_at, ended_at, payload, ..example });
            for position in 0..STEPS {
                steps.push(step_result::Model {
                    id: self.ids.at(at),
                    execution_id: id,
                    position: i32::try_from(position).unwrap(),
                    result: value.to_vec(),
                    ..self.step.clone()
                });
            }
            for _ in 0..LINES {
                let id = self.ids.at(at);
                let execution_id = executions.last().map(|it| it.id);
                lines.push(log::Model { id, execution_id, timestamp: at, ..self.line.clone() });
            }
        }
        macro_rules! insert {
            ($entity:ident, $rows:ident) => {
                let rows = $rows.into_iter().map(|row| row.into_active_model().reset_all());
                $entity::Entity::insert_many(rows)
                    .exec_without_returning(transaction)
                    .await
                    .unwrap();
            };
        }
        insert!(execution, executions);
        insert!(step_result, steps);
        insert!(log, lines);
    }
}

#[expect(clippy::disallowed_methods, reason = "counts whole tables, of whomever")]
async fn rows(db: &Db) -> (u64, u64, u64) {
    (
        execution::Entity::find().count(db.read()).await.unwrap(),
        step_result::Entity::find().count(db.read()).await.unwrap(),
        log::Entity::find().count(db.read()).await.unwrap(),
    )
}

/// The file of SQLite with what belongs to it.
fn file_bytes(folder: &Path) -> u64 {
    let names = ["marquetry.sqlite", "marquetry.sqlite-wal"];
    let sizes = names.map(|name| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len()));
    sizes.iter().sum()
}

async fn one_run(owner: &User) {
    let instance = owner.deployed(&example("order-sync"), &[]).await;
    let url = instance.url("Stock Check");
    let answer = owner.trigger(url, &serde_json::json!({ "sku": "a" })).await;
    assert_ne!(answer.header("prismatic-executionid"), "", "{answer:?}");
}

/// Proves R115.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_purged_goes_back_to_the_disk_through_a_crash() {
    let bytes = std::env::var_os(VARIABLE);
    let bytes = bytes.map_or(HISTORY_BYTES, |bytes| bytes.to_str().unwrap().parse().unwrap());
    let mut server = TestProcess::start().await;
    one_run(&server.init().await).await;
    assert!(server.terminate().await, "{}", server.log());
    let db = server.database().await;
    let kept = rows(&db).await;
    Filler::new(&db).await.fill(&db, bytes).await;
    let filled = rows(&db).await;
    let full = file_bytes(server.folder());

    let begun = Instant::now();
    let mut most = 0;
    let mut restarts = 0;
    server.restart().await;
    loop {
        most = most.max(server.resident_bytes());
        let (_, steps, lines) = rows(&db).await;
        if restarts == 0 && steps < filled.1 {
            // It has begun, and it is not done.
            assert!(steps > kept.1, "too quick for a crash");
            server.kill().await;
            server.restart().await;
            restarts += 1;
        }
        let is_small =
            !db.is_sqlite() || file_bytes(server.folder()) < LEFT_BYTES_MAX.max(full / 20);
        if (steps, lines) == (kept.1, kept.2) && is_small {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60 + bytes / 1_000_000), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(if bytes > HISTORY_BYTES { 500 } else { 5 }))
            .await;
    }
    assert_eq!(rows(&db).await.0, filled.0, "executions are kept longer");
    assert!(most < MEMORY_BYTES_MAX, "{most} bytes in memory");
    check(&db).await;
}

/// The file is whole.
async fn check(db: &Db) {
    if db.is_sqlite() {
        let query = Statement::from_string(db.backend(), "PRAGMA quick_check");
        let row = db.read().query_one_raw(query).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
    }
}
