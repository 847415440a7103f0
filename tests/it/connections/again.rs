//! Deploying all users of a shared connection again, whatever dies meanwhile.

use serde_json::json;

use super::{change, create};
use crate::harness::{TestProcess, User, definition, eventually, list};

const INSTANCES: usize = 30;

async fn open(owner: &User) -> i64 {
    let data = owner.query("{ instances(needsDeploy: true, isSystem: false) { totalCount } }");
    data.await["instances"]["totalCount"].as_i64().unwrap()
}

#[tokio::test]
async fn a_crash_in_the_middle_of_deploying_again_loses_no_instance() {
    let mut server = TestProcess::start().await;
    let owner = server.init().await;
    let key = |secret: &str| json!([{ "name": "apiKey", "value": secret }]);
    let partner =
        create(&owner, "Partner", "org", "org", ("http:apiKey", &key("canary-old"))).await;
    let version = owner.publish(&owner.import(&definition("partner")).await).await;
    for number in 0..INSTANCES {
        let customer = owner.create_customer(&format!("Customer {number}")).await;
        let instance = owner.create_instance(&version, &customer, &[]).await;
        owner.deploy(&instance).await;
    }
    assert_eq!(open(&owner).await, 0);
    let new = "redeploy: true, inputs: [{ name: \"apiKey\", value: \"canary-new\" }]";
    let answer = change(&owner, "updateScopedConfigVariable", &partner, new, "").await;
    assert_eq!(answer["errors"], json!([]));
    let left = open(&owner).await;
    server.kill().await;
    assert!(left > 0, "it was answered before all were deployed");
    server.restart().await;
    eventually("all are deployed", async || (open(&owner).await == 0).then_some(())).await;
    // None of them twice.
    let document = "{ instances(isSystem: false) { nodes { id } } }";
    let data = owner.query(document).await;
    assert_eq!(list(&data, "/instances/nodes").len(), INSTANCES);
    let db = server.database().await;
    let sql = "SELECT COUNT(*) FROM deployment";
    let statement = sea_orm::Statement::from_string(db.backend(), sql);
    let row = sea_orm::ConnectionTrait::query_one_raw(db.read(), statement).await;
    let count: i64 = row.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert_eq!(count, 2 * i64::try_from(INSTANCES).unwrap());
}
