//! What is deleted is gone at once, says goodbye, and leaves nothing behind.

use std::time::{Duration, Instant};

use entity::Db;
use sea_orm::{ConnectionTrait, Statement, Value as Bound};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{
    Answer, Instance, TestApp, TestProcess, ThirdParty, User, definition, eventually, list, text,
};

/// Step results of a long history.
const TURNS: u64 = 20_000;

/// How long others may wait for an answer while a long history is deleted.
const LATENCY_MAX: Duration = Duration::from_secs(1);

struct Story {
    app: TestApp,
    shop: ThirdParty,
    owner: User,
    version: String,
    customer: String,
}

impl Story {
    async fn begin() -> Self {
        let (app, shop) = (TestApp::start().await, ThirdParty::start().await);
        let owner = app.organization("acme").await;
        let version = owner.publish(&owner.import(&definition("farewell")).await).await;
        let customer = owner.create_customer("Initech").await;
        Self { app, shop, owner, version, customer }
    }

    async fn instance(&self) -> Instance {
        let config = [("Shop", &*self.shop.url(""))];
        self.owner.create_instance(&self.version, &self.customer, &config).await
    }

    async fn deployed(&self) -> Instance {
        let instance = self.instance().await;
        self.owner.deploy(&instance).await;
        instance
    }

    /// Makes the third party keep callers waiting.
    fn slow(&self, path: &str, milliseconds: u64) {
        let after = Duration::from_millis(milliseconds);
        self.shop.answer(path, Answer { after, ..Answer::default() });
    }
}

async fn delete(owner: &User, noun: &str, id: &str) {
    let document = format!(
        "mutation ($id: ID!) {{ delete{noun}(input: {{ id: $id }}) {{ errors {{ messages }} }} }}"
    );
    owner.query_with(&document, &json!({ "id": id })).await;
}

/// Makes a profile for this instance alone.
async fn profile_of(owner: &User, instance: &Instance) {
    let document = "mutation ($id: ID!) { createInstanceProfile(input: {
        name: \"Farewell\", instance: $id }) { errors { messages } } }";
    owner.query_with(document, &json!({ "id": instance.id })).await;
}

/// Proves R024, R067.
#[tokio::test]
async fn an_instance_is_gone_at_once_and_then_says_goodbye() {
    let story = Story::begin().await;
    let (owner, shop) = (&story.owner, &story.shop);
    story.slow("/goodbye", 700);
    let instance = story.deployed().await;
    let greeting = shop.wait_for("/hello", 1).await;
    assert_eq!(greeting[0].json()["prismatic-invoke-type"], "Deploy Flow");
    let register = instance.url("Register");
    owner.trigger(register, &json!({ "registration": "7" })).await;
    let deposit = json!({ "registration": "7", "rest": "x".repeat(40_000) });
    assert_eq!(owner.trigger(register, &deposit).await.status, 303);
    let rows = Rows::of(&story.app.env().db, &instance).await;
    // Paused, and configured for somewhere else since it was deployed.
    let document = "mutation ($id: ID!) { updateInstance(input: { id: $id, enabled: false,
        configVariables: [{ key: \"Shop\", value: \"http://127.0.0.1:9\" }] }) {
            errors { messages } } }";
    owner.query_with(document, &json!({ "id": instance.id })).await;
    assert!(!story.app.payloads().read_dir().unwrap().collect::<Vec<_>>().is_empty());
    profile_of(owner, &instance).await;

    delete(owner, "Instance", &instance.id).await;
    let document = "query ($id: ID!, $customer: ID!) {
        instances(isSystem: false) { totalCount }
        executionResults { totalCount }
        logs { totalCount }
        instanceProfiles { totalCount }
        customer(id: $customer) { instances { totalCount } }
        integrations { nodes { instances(isSystem: false) { totalCount } } }
        gone: executionResults(instance: $id) { totalCount } }";
    let variables = json!({ "id": instance.id, "customer": story.customer });
    let none = json!({ "totalCount": 0 });
    let data = owner.query_with(document, &variables).await;
    assert_eq!(data["instances"], none, "{data:#}");
    assert_eq!(data["executionResults"], none);
    assert_eq!(data["logs"], none);
    assert_eq!(data["instanceProfiles"], none);
    assert_eq!(data["gone"], none);
    assert_eq!(data["customer"]["instances"], none);
    assert_eq!(list(&data, "/integrations/nodes")[0]["instances"], none);
    let look = "query ($id: ID!) { instance(id: $id) { name } }";
    let found = owner.ask(look, &json!({ "id": instance.id })).await;
    assert!(found.body["data"]["instance"].is_null(), "{:#}", found.body);
    assert_eq!(owner.trigger(register, &json!({})).await.status, 404);
    // Its name is free, and that of its profile.
    let next = story.instance().await;
    profile_of(owner, &next).await;

    let goodbye = shop.wait_for("/goodbye", 1).await[0].json();
    let expected = json!({ "registration": "7", "customer": "Initech", "url": register,
        "why": "Tear Down Flow" });
    assert_eq!(goodbye, expected);
    rows.vanish(&story.app.env().db).await;
    eventually("its objects are removed", async || {
        story.app.payloads().read_dir().unwrap().next().is_none().then_some(())
    })
    .await;

    // What never was there needs no goodbye.
    let rows = Rows::of(&story.app.env().db, &next).await;
    delete(owner, "Instance", &next.id).await;
    rows.vanish(&story.app.env().db).await;
    assert_eq!(shop.received("/goodbye").len(), 1);
    story.app.stop().await;
}

#[tokio::test]
async fn what_runs_ends_and_what_waits_never_begins() {
    let story = Story::begin().await;
    story.slow("/orders", 700);
    let instance = story.deployed().await;
    for order in 0..3 {
        story.owner.trigger(instance.url("One By One"), &json!({ "order": order })).await;
    }
    story.shop.wait_for("/orders", 1).await;
    let rows = Rows::of(&story.app.env().db, &instance).await;
    delete(&story.owner, "Instance", &instance.id).await;
    rows.vanish(&story.app.env().db).await;
    assert_eq!(story.shop.received("/orders").len(), 1);
    assert_eq!(story.shop.received("/goodbye").len(), 1);
    story.app.stop().await;
}

/// Proves R131.
#[tokio::test]
async fn integrations_and_customers_take_their_instances_along() {
    let story = Story::begin().await;
    let owner = &story.owner;
    let first = story.deployed().await;
    let other = owner.create_customer("Hooli").await;
    let config = [("Shop", &*story.shop.url(""))];
    let second = owner.create_instance(&story.version, &other, &config).await;
    owner.deploy(&second).await;
    story.app.customer_user(owner, &other, "Admin").await;

    let db = &story.app.env().db;
    let rows = Rows::of(db, &second).await;
    delete(owner, "Customer", &other).await;
    let counts = "{ customers { nodes { name } } instances(isSystem: false) { nodes { id } }
        integrations { totalCount } logs { totalCount } }";
    let data = owner.query(counts).await;
    let names: Vec<_> =
        list(&data, "/customers/nodes").iter().map(|node| text(node, "/name")).collect();
    assert!(!names.contains(&"Hooli".to_owned()), "{names:?}");
    assert_eq!(data["instances"]["nodes"], json!([{ "id": first.id }]));
    // Name, external id and e-mail addresses are free at once.
    let other = owner.create_customer("Hooli").await;
    story.app.customer_user(owner, &other, "Admin").await;
    story.shop.wait_for("/goodbye", 1).await;
    rows.vanish(db).await;

    let rows = Rows::of(db, &first).await;
    delete(owner, "Integration", &story.version).await;
    let data = owner.query(counts).await;
    assert_eq!(data["instances"]["nodes"], json!([]));
    assert_eq!(data["integrations"]["totalCount"], 0);
    assert_eq!(data["logs"]["totalCount"], 0);
    assert_eq!(owner.trigger(first.url("Register"), &json!({})).await.status, 404);
    story.shop.wait_for("/goodbye", 2).await;
    rows.vanish(db).await;
    eventually("nothing of the integration is left", async || {
        let left = count(db, "SELECT COUNT(*) FROM integration", Vec::new()).await
            + count(db, "SELECT COUNT(*) FROM integration_flow", Vec::new()).await
            + count(db, "SELECT COUNT(*) FROM instance", Vec::new()).await
            + count(db, "SELECT COUNT(*) FROM endpoint", Vec::new()).await;
        (left == 0).then_some(())
    })
    .await;
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_goes_without_keeping_others_waiting() {
    let story = Story::begin().await;
    let (owner, db) = (&story.owner, &story.app.env().db);
    let instance = story.deployed().await;
    let answer = owner.trigger(instance.url("Count"), &json!({ "times": TURNS })).await;
    let execution = text(&answer.json(), "/executionId");
    assert!(owner.ended(&execution).await["error"].is_null());
    let customer = owner.create_customer("Hooli").await;
    let config = [("Shop", &*story.shop.url(""))];
    let other = owner.create_instance(&story.version, &customer, &config).await;
    owner.deploy(&other).await;

    let rows = Rows::of(db, &instance).await;
    delete(owner, "Instance", &instance.id).await;
    let mut slowest = Duration::ZERO;
    while !rows.are_gone(db).await {
        let begun = Instant::now();
        let answer = owner.trigger(other.url("Register"), &json!({ "registration": "8" })).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < LATENCY_MAX, "{slowest:?}");
    story.app.stop().await;
}

/// The process dies while an instance says goodbye; the next one finishes what was begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_survives_a_crash() {
    let shop = ThirdParty::start().await;
    let never = Answer { after: Duration::from_mins(10), ..Answer::default() };
    shop.answer("/goodbye", never);
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let instance = owner.deployed(&definition("farewell"), &[("Shop", &shop.url(""))]).await;
    let deposit = json!({ "registration": "7", "rest": "x".repeat(40_000) });
    assert_eq!(owner.trigger(instance.url("Register"), &deposit).await.status, 303);
    let objects = || server.payloads().read_dir().unwrap().count();
    assert_eq!(objects(), 1);
    delete(&owner, "Instance", &instance.id).await;
    shop.wait_for("/goodbye", 1).await;
    server.kill().await;
    server.restart().await;
    let data = owner
        .query("{ instances(isSystem: false) { totalCount } executionResults { totalCount } }")
        .await;
    assert_eq!(data["instances"]["totalCount"], 0);
    assert_eq!(data["executionResults"]["totalCount"], 0);
    // Its objects are removed after its last row.
    let payloads = server.payloads();
    eventually("the removal is finished", async || {
        payloads.read_dir().unwrap().next().is_none().then_some(())
    })
    .await;
    assert_eq!(shop.received("/goodbye").len(), 1, "a goodbye that was cut is not repeated");
}

/// Every id of an instance and of its parts, and every column that may name one.
struct Rows {
    ids: Vec<Bound>,
    columns: Vec<(String, String)>,
}

impl Rows {
    async fn of(db: &Db, instance: &Instance) -> Self {
        let (_, webhook) = instance.url("Register").rsplit_once('/').unwrap();
        let sql = "SELECT instance_id FROM flow_config WHERE webhook_id = $1";
        let found = query(db, sql, vec![webhook.into()]).await;
        let id: Uuid = found[0].try_get_by_index(0).unwrap();
        let mut ids = vec![id];
        for table in ["flow_config", "deployment", "execution"] {
            let sql = format!("SELECT id FROM {table} WHERE instance_id = $1");
            let found = query(db, &sql, vec![id.into()]).await;
            ids.extend(found.iter().map(|row| row.try_get_by_index::<Uuid>(0).unwrap()));
        }
        assert!(ids.len() > 1);
        let sql = if db.is_sqlite() {
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND (p.name = 'id' OR p.name LIKE '%\\_id' ESCAPE '\\') \
             AND lower(p.type) NOT LIKE '%char%' AND lower(p.type) <> 'text'"
        } else {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'uuid'"
        };
        let columns = query(db, sql, Vec::new()).await;
        let column = |row: &sea_orm::QueryResult| {
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())
        };
        let columns: Vec<(String, String)> = columns.iter().map(column).collect();
        assert!(columns.contains(&("state_value".to_owned(), "owner_id".to_owned())));
        Self { ids: ids.into_iter().map(Bound::from).collect(), columns }
    }

    /// Waits until no row of any table names anything of the instance.
    async fn vanish(&self, db: &Db) {
        eventually("nothing is left of the instance", async || {
            self.are_gone(db).await.then_some(())
        })
        .await;
    }

    async fn are_gone(&self, db: &Db) -> bool {
        let places: Vec<_> = (1..=self.ids.len()).map(|place| format!("${place}")).collect();
        for (table, column) in &self.columns {
            let sql = format!(
                "SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\" IN ({})",
                places.join(",")
            );
            if count(db, &sql, self.ids.clone()).await > 0 {
                return false;
            }
        }
        true
    }
}

async fn count(db: &Db, sql: &str, values: Vec<Bound>) -> i64 {
    query(db, sql, values).await[0].try_get_by_index(0).unwrap()
}

async fn query(db: &Db, sql: &str, values: Vec<Bound>) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    db.read().query_all_raw(statement).await.unwrap()
}
