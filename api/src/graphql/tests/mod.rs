//! Tests that ask the schema as a client does, on a real database.

mod arguments;
mod batches;
mod contract;
mod lists;
mod story;

use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Variables};
use domain::alert::Watches;
use domain::secrets::Secrets;
use domain::{Env, UserViewer, Viewer};
use entity::{
    Clock, Db, DbUrl, ExecutionId, Ids, ManualClock, Timestamp, execution, log, step_result,
};
use flow::definition::ComponentRef;
use flow::{ActionShape, InputShape, Vocabulary};
use migration::Migrator;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use tempfile::TempDir;

use super::{Schema, execute, schema};

/// Knows every component and action; none takes inputs.
struct AnyComponent;

impl Vocabulary for AnyComponent {
    fn component(&self, _: &ComponentRef) -> bool {
        true
    }

    fn inputs(&self, _: &ComponentRef, _: &str, _: bool) -> Option<ActionShape> {
        Some(ActionShape::default())
    }

    fn components(&self) -> Vec<String> {
        Vec::new()
    }

    fn actions(&self, _: &ComponentRef, _: bool) -> Vec<String> {
        Vec::new()
    }

    fn connections(&self, _: &ComponentRef) -> Vec<String> {
        vec!["basic".to_owned()]
    }

    fn connection_inputs(&self, _: &str, _: &str) -> Vec<InputShape> {
        let key = "username".to_owned();
        vec![InputShape { key, aliases: Vec::new(), required: true }]
    }

    fn data_sources(&self, _: &ComponentRef) -> Vec<String> {
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
            egress: OnceLock::new(),
            authorizations: domain::oauth::Memory::default(),
            embedding: domain::embedded::Memory::default(),
            log_streams: domain::log_stream::Hub::default(),
            sign_in: domain::sign_in::Desk::default(),
            schedule_jitter_seconds: 0,
            watches: Watches::default(),
            data_sources: OnceLock::new(),
            on_alert: OnceLock::new(),
            on_instance_change: OnceLock::new(),
            on_work: OnceLock::new(),
            on_mark: OnceLock::new(),
            on_removal: OnceLock::new(),
            on_schedule_change: OnceLock::new(),
            on_limit_change: OnceLock::new(),
            on_delivery: OnceLock::new(),
            on_redeployment: OnceLock::new(),
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

    /// Starts the flow of an instance twice, the second time as a replay, and records a step and
    /// log lines of the first run as a worker would.
    async fn run(&self, instance: &Value) -> Value {
        let query = "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { id } } } }";
        let data = self.ask(query, serde_json::json!({ "id": instance })).await;
        let config = &data["instance"]["flowConfigs"]["nodes"][0]["id"];
        let query =
            "mutation($id: ID!) { testInstanceFlowConfig(input: {id: $id, payload: \"{}\"}) {
            testInstanceFlowConfigResult { execution { id status } flowConfig { id } }
            errors { field messages }
        } }";
        let data = self.ask(query, serde_json::json!({ "id": config })).await;
        let run = &data["testInstanceFlowConfig"]["testInstanceFlowConfigResult"];
        assert_eq!(run["flowConfig"]["id"], *config, "{data}");
        let execution = run["execution"]["id"].clone();
        self.record(&execution).await;
        let replay = serde_json::json!({ "id": execution });
        self.change("replayExecution", "instanceExecutionResult", replay).await;
        execution
    }

    async fn record(&self, execution: &Value) {
        let id = super::id::decode::<ExecutionId>(execution.as_str().unwrap()).unwrap();
        let tx = self.env.db.begin().await.unwrap();
        let run = self.owner.rows::<execution::Entity>().filter(execution::Column::Id.eq(id));
        let run = run.one(&tx).await.unwrap().unwrap();
        let now = self.clock.now();
        for (position, name) in (0..).zip(["orderArrives", "noteIt"]) {
            let step = step_result::Model {
                id: self.env.ids.next(),
                organization_id: run.organization_id,
                customer_id: run.customer_id,
                instance_id: run.instance_id,
                execution_id: id,
                position,
                step_name: name.to_owned(),
                display_name: name.to_uppercase(),
                loop_path: String::new(),
                loop_step_name: None,
                loop_step_index: None,
                branch_name: None,
                started_at: now,
                ended_at: now,
                error: None,
                result: vec![0],
            };
            step.into_active_model().reset_all().insert(&tx).await.unwrap();
            let line = log::Model {
                id: self.env.ids.next(),
                organization_id: run.organization_id,
                customer_id: Some(run.customer_id),
                instance_id: Some(run.instance_id),
                integration_id: Some(run.integration_id),
                flow_config_id: Some(run.flow_config_id),
                execution_id: Some(id),
                is_test: run.is_test,
                timestamp: self.clock.now(),
                severity: log::Severity::Info,
                message: format!("line of {name}"),
                step_name: Some(name.to_owned()),
                loop_path: String::new(),
                kind: None,
                owner_id: None,
                variable_key: None,
            };
            line.into_active_model().reset_all().insert(&tx).await.unwrap();
            // Ids are of the time of their rows.
            self.clock.advance_seconds(1);
        }
        tx.commit().await.unwrap();
    }

    /// A new user of a customer, with the role of this name.
    async fn user(&self, customer: &str, role: &str) -> Viewer {
        let data = self.ask("{ customerRoles { id name } }", serde_json::json!({})).await;
        let roles = data["customerRoles"].as_array().unwrap();
        let role = &roles.iter().find(|of| of["name"] == role).unwrap()["id"];
        let input =
            serde_json::json!({"email": "user@acme.test", "role": role, "customer": customer});
        self.change("createCustomerUser", "user", input).await;
        let user = domain::user::by_email(&self.env, "user@acme.test").await.unwrap().unwrap();
        Viewer::User(UserViewer { user })
    }
}
