//! Lists cost the same number of statements, however many rows they have.

use std::collections::{BTreeMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::World;

const INTROSPECTION: &str = "{ __schema { types { name kind fields { name
    args { name type { kind } } type { ...T ofType { ...T ofType { ...T ofType { ...T } } } }
} } } } fragment T on __Type { name kind }";

/// A field without required arguments.
struct Field {
    name: String,
    of: String,
    kind: String,
}

#[tokio::test]
async fn every_field_costs_the_same_for_10_and_for_20_rows() {
    let world = World::new().await;
    populate(&world).await;
    let schema = world.ask(INTROSPECTION, json!({})).await;
    let types = types(&schema);
    let mut costly = Vec::new();
    let mut checked = 0;
    for (of, path) in paths(&types) {
        for field in &types[&of] {
            let name = format!("{of}.{}", field.name);
            let query = |first| nest(&path, &selection(field), first);
            // Among ten rows are all kinds, as of components with and without connections.
            let few = cost(&world, &query(10)).await;
            let many = cost(&world, &query(20)).await;
            checked += 1;
            if few != many {
                costly.push(format!("{name} by {}: {few} for 10, {many} for 20", path.join(".")));
            }
        }
    }
    assert_eq!(costly, Vec::<String>::new());
    assert!(checked > 150, "only {checked} fields were reached");
}

async fn populate(world: &World) {
    let (_, offer) = world.published(None).await;
    let roles = world.ask("{ customerRoles { id } }", json!({})).await;
    let role = &roles["customerRoles"][0]["id"];
    let connection = STANDARD.encode("Connection:http:basic");
    for number in 0..20 {
        let key = format!("shared-{number}");
        let scoped = json!({ "key": key, "stableKey": key, "variableScope": "customer",
            "connection": connection });
        world.change("createScopedConfigVariable", "scopedConfigVariable", scoped).await;
        let presets = json!([{ "key": "username", "value": "robot" }]);
        let template = json!({ "name": key, "connection": connection, "presets": presets });
        world.change("createConnectionTemplate", "connectionTemplate", template).await;
        let customer = world.customer(&format!("Customer {number}")).await;
        let email = format!("user{number}@example.test");
        let user = json!({"email": email, "role": role, "customer": customer});
        world.change("createCustomerUser", "user", user).await;
        let (_, own) = world.published(Some(&customer)).await;
        for (name, version) in [("Own", own), ("Offer", offer.clone())] {
            let instance = json!({
                "name": name, "customer": customer, "integration": version,
                "configVariables": [{"key": "Endpoint", "value": "https://example.test"}],
            });
            let instance = world.change("createInstance", "instance", instance).await;
            world.change("deployInstance", "instance", json!({ "id": instance })).await;
            world.run(&instance).await;
        }
    }
}

fn types(schema: &Value) -> BTreeMap<String, Vec<Field>> {
    let types = schema["__schema"]["types"].as_array().unwrap().iter();
    let objects = types.filter(|of| of["kind"] == "OBJECT");
    let objects = objects.filter(|of| !of["name"].as_str().unwrap().starts_with("__"));
    objects.map(|of| (of["name"].as_str().unwrap().to_owned(), fields(of))).collect()
}

fn fields(of: &Value) -> Vec<Field> {
    let fields = of["fields"].as_array().unwrap().iter().filter(|field| {
        field["args"].as_array().unwrap().iter().all(|arg| arg["type"]["kind"] != "NON_NULL")
    });
    fields
        .map(|field| {
            let mut of = &field["type"];
            while of["ofType"].is_object() {
                of = &of["ofType"];
            }
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            Field { name: text(&field["name"]), of: text(&of["name"]), kind: text(&of["kind"]) }
        })
        .collect()
}

/// What a connection lists. There is a type `Connection` too, which is none.
fn node(of: &str) -> Option<&str> {
    of.strip_suffix("Connection").filter(|node| !node.is_empty())
}

/// The shortest way to many values of each type, from a list at the root.
fn paths(types: &BTreeMap<String, Vec<Field>>) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut next: VecDeque<(String, Vec<String>)> = VecDeque::new();
    for field in &types["RootQuery"] {
        if let Some(node) = node(&field.of) {
            next.push_back((node.to_owned(), vec![field.name.clone()]));
        }
    }
    while let Some((of, path)) = next.pop_front() {
        if found.contains_key(&of) || !types.contains_key(&of) {
            continue;
        }
        for field in types[&of].iter().filter(|field| field.kind == "OBJECT") {
            let (next_of, step) = match node(&field.of) {
                Some(node) => (node, format!("{}!", field.name)),
                None => (field.of.as_str(), field.name.clone()),
            };
            let path = path.iter().cloned().chain([step]).collect();
            next.push_back((next_of.to_owned(), path));
        }
        found.insert(of, path);
    }
    found
}

fn selection(field: &Field) -> String {
    let name = &field.name;
    if node(&field.of).is_some() {
        format!("{name} {{ nodes {{ __typename }} totalCount pageInfo {{ hasNextPage }} }}")
    } else if field.kind == "OBJECT" {
        format!("{name} {{ __typename }}")
    } else {
        name.clone()
    }
}

/// The query that asks for a selection at the end of a path.
fn nest(path: &[String], selection: &str, first: usize) -> String {
    let inner = path[1..].iter().rev().fold(selection.to_owned(), |inner, step| {
        match step.strip_suffix('!') {
            Some(list) => format!("{list} {{ nodes {{ {inner} }} }}"),
            None => format!("{step} {{ {inner} }}"),
        }
    });
    format!("{{ {}(first: {first}) {{ nodes {{ {inner} }} }} }}", path[0])
}

async fn cost(world: &World, query: &str) -> u64 {
    let before = world.env.db.statement_count();
    world.ask(query, json!({})).await;
    world.env.db.statement_count() - before
}
