//! Tests that ask the schema as a client does, on a real database.

mod contract;
mod lists;

use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Variables};
use domain::secrets::Secrets;
use domain::{Env, UserViewer, Viewer};
use entity::{Db, DbUrl, Ids, ManualClock, Timestamp};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use tempfile::TempDir;

use super::{Schema, execute, schema};

/// An installation with one organization, and its owner.
struct World {
    schema: Schema,
    env: Arc<Env>,
    owner: Viewer,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&DbUrl::in_folder(folder.path())).await.unwrap();
        Migrator::up(db.writer(), None).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
        let env = Arc::new(Env {
            db,
            clock: clock.clone(),
            ids: Ids::seeded(clock.clone(), 1),
            secrets: Secrets::from_master_key([7; 32]),
            public_url: "https://marquetry.test".to_owned(),
            on_instance_change: OnceLock::new(),
            on_work: OnceLock::new(),
        });
        let created = domain::organization::create(&env, "Acme", "owner@acme.test").await;
        let owner = Viewer::User(UserViewer { user: created.unwrap().1 });
        Self { schema: schema(env.clone()), env, owner, clock, _folder: folder }
    }

    /// The whole answer.
    async fn answer(&self, viewer: &Viewer, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let response = execute(&self.schema, viewer.clone(), request).await;
        serde_json::to_value(response).unwrap()
    }

    /// The data of an answer without errors.
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(&self.owner, query, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{query}\n{answer:#}");
        answer["data"].take()
    }

    async fn customer(&self, name: &str) -> String {
        self.clock.advance_seconds(1);
        let query = "mutation($name: String!) {
            createCustomer(input: {name: $name, labels: [\"tag\"]}) {
                customer { id } errors { field messages }
            }
        }";
        let data = self.ask(query, serde_json::json!({ "name": name })).await;
        assert_eq!(data["createCustomer"]["errors"], serde_json::json!([]));
        data["createCustomer"]["customer"]["id"].as_str().unwrap().to_owned()
    }
}
