//! Tests that ask the schema as a client does, on a real database.

mod batches;
mod contract;
mod lists;
mod story;

use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Variables};
use domain::secrets::Secrets;
use domain::{Env, UserViewer, Viewer};
use entity::{Db, DbUrl, Ids, ManualClock, Timestamp};
use flow::{ActionShape, Vocabulary};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use tempfile::TempDir;

use super::{Schema, execute, schema};

/// Knows every component and action; none takes inputs.
struct AnyComponent;

impl Vocabulary for AnyComponent {
    fn component(&self, _: &str) -> bool {
        true
    }

    fn inputs(&self, _: &str, _: &str, _: bool) -> Option<ActionShape> {
        Some(ActionShape::default())
    }

    fn components(&self) -> Vec<String> {
        Vec::new()
    }

    fn actions(&self, _: &str, _: bool) -> Vec<String> {
        Vec::new()
    }
}

/// A document with a flow and two config variables, one without a default.
const ORDERS: &str = r"
definitionVersion: 7
name: Orders
description: Takes orders
category: Sales
labels: [shop]
configPages:
  - name: Settings
    elements:
      - {type: configVar, value: Endpoint}
      - {type: configVar, value: Region}
requiredConfigVars:
  - {key: Endpoint, stableKey: endpoint, dataType: string}
  - {key: Region, stableKey: region, dataType: picklist, pickList: [eu, us], defaultValue: eu}
flows:
  - name: Receive
    stableKey: receive
    steps:
      - name: Order arrives
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
      - name: Note it
        action: {key: writeLogMessage, component: {key: log, version: LATEST, isPublic: true}}
";

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
            vocabulary: Arc::new(AnyComponent),
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

    /// Runs a mutation without errors in its payload, and gives the object it answers.
    async fn change(&self, mutation: &str, object: &str, input: Value) -> Value {
        let type_name = mutation[..1].to_uppercase() + &mutation[1..];
        let query = format!(
            "mutation($input: {type_name}Input!) {{
                {mutation}(input: $input) {{ {object} {{ id }} errors {{ field messages }} }}
            }}"
        );
        let mut data = self.ask(&query, serde_json::json!({ "input": input })).await;
        let payload = &mut data[mutation];
        assert_eq!(payload["errors"], serde_json::json!([]), "{mutation}");
        payload[object]["id"].take()
    }

    /// An integration of this customer, or of the organization, with one version.
    async fn published(&self, customer: Option<&str>) -> (Value, Value) {
        let import = serde_json::json!({ "definition": ORDERS, "customer": customer });
        let draft = self.change("importIntegration", "integration", import).await;
        let publish = serde_json::json!({ "id": draft, "comment": "first" });
        let version = self.change("publishIntegration", "integration", publish).await;
        (draft, version)
    }
}
