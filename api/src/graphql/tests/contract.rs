//! The schema as a file, and what every request may rely on.

use domain::Viewer;
use serde_json::json;

use super::World;
use crate::graphql::sdl;

/// Clients are generated from the file, so it must be what the server answers.
/// `UPDATE_SCHEMA=1` rewrites it.
#[test]
fn the_schema_file_is_up_to_date() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    let current = sdl();
    if option_env!("UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &current).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == current, "run the tests of `api` with UPDATE_SCHEMA=1");
}

#[tokio::test]
async fn failures_look_the_way_clients_expect() {
    let world = World::new().await;
    let customer = world.customer("Acme").await;
    let rename = "mutation($id: ID, $name: String, $description: String) {
        updateCustomer(input: {id: $id, name: $name, description: $description, labels: null}) {
            customer { name description labels } errors { field messages }
        }
    }";
    // Variables that were not sent, and such that are not declared, change nothing.
    let variables = json!({"id": customer, "description": "new", "unknown": 1});
    let data = world.ask(rename, variables).await;
    let changed = &data["updateCustomer"]["customer"];
    assert_eq!(*changed, json!({"name": "Acme", "description": "new", "labels": ["tag"]}));

    world.customer("Other").await;
    let data = world.ask(rename, json!({"id": customer, "name": "Other"})).await;
    assert_eq!(data["updateCustomer"]["customer"], json!(null));
    assert_eq!(data["updateCustomer"]["errors"][0]["field"], "name");

    let unsupported = "mutation($dark: Boolean) {
        dark: updateUser(input: {darkMode: $dark}) { user { darkMode } }
        updateUser(input: {featureFlags: \"{}\"}) { user { id } errors { field } }
    }";
    let data = world.ask(unsupported, json!({"dark": "true"})).await;
    assert_eq!(data["dark"]["user"]["darkMode"], true);
    assert_eq!(data["updateUser"]["errors"], json!([{"field": "featureFlags"}]));

    let absent = "{ customer(id: \"Q3VzdG9tZXI6eA==\") { id } }";
    let answer = world.answer(&world.owner, absent, json!({})).await;
    assert_eq!(answer["data"], json!(null));
    assert_eq!(answer["errors"][0]["message"], "Record not found");

    let both = "{ customer(id: \"x\") { id } authenticatedUser { email } }";
    let answer = world.answer(&world.owner, both, json!({})).await;
    assert_eq!(answer["data"]["authenticatedUser"]["email"], "owner@acme.test");
    assert_eq!(answer["data"]["customer"], json!(null));

    let schema = "{ __schema { queryType { name } } }";
    let answer = world.answer(&Viewer::Anonymous, schema, json!({})).await;
    assert_eq!(answer["data"], json!(null));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    world.ask(schema, json!({})).await;
}
