//! Every filter and every order of every list leads to a statement the database understands.

use serde_json::{Value, json};

use super::World;

const INTROSPECTION: &str = "{ __schema { types { name kind
    fields {
        name type { ...T ofType { ...T } }
        args { name type { ...T ofType { ...T ofType { ...T } } } }
    }
    enumValues { name }
} } } fragment T on __Type { name kind }";

#[tokio::test]
async fn every_filter_and_order_of_every_list_works() {
    let world = World::new().await;
    for name in ["Acme", "Umbrella", "Hooli"] {
        let customer = world.customer(name).await;
        let (_, version) = world.published(Some(&customer)).await;
        let instance = json!({
            "name": name, "customer": customer, "integration": version,
            "configVariables": [{"key": "Endpoint", "value": "https://example.test"}],
        });
        let instance = world.change("createInstance", "instance", instance).await;
        world.change("deployInstance", "instance", json!({ "id": instance })).await;
        world.run(&instance).await;
    }
    let schema = world.ask(INTROSPECTION, json!({})).await;
    let types = schema["__schema"]["types"].as_array().unwrap();
    let of = |name: &str| types.iter().find(|of| of["name"] == name).unwrap();
    let mut checked = 0;
    for list in of("RootQuery")["fields"].as_array().unwrap() {
        let name = list["name"].as_str().unwrap();
        let connection = list["type"]["ofType"]["name"].as_str().unwrap_or_default();
        let Some(node) = connection.strip_suffix("Connection") else { continue };
        // Is a connection by its name only.
        if node == "UserTenants" {
            continue;
        }
        let id = if of(node)["kind"] == "UNION" { "... on Node { id }" } else { "id" };
        for argument in list["args"].as_array().unwrap() {
            let Some(value) = sample(argument, &of) else { continue };
            let argument = argument["name"].as_str().unwrap();
            let query =
                format!("{{ {name}({argument}: {value}) {{ totalCount nodes {{ {id} }} }} }}");
            let answer = world.answer(&world.owner, &query, json!({})).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(answer["errors"].is_null() || code == "NOT_FOUND", "{query}: {answer}");
            checked += 1;
        }
        let fields = types.iter().find(|of| of["name"] == format!("{node}OrderField"));
        for field in fields.iter().flat_map(|of| of["enumValues"].as_array().unwrap()) {
            for direction in ["ASC", "DESC"] {
                let order = json!({"field": field["name"], "direction": direction});
                walk(&world, (name, node, id), order).await;
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "only {checked} arguments were tried");
}

/// A value for an argument, in the query language.
fn sample<'a>(argument: &Value, of: &impl Fn(&str) -> &'a Value) -> Option<String> {
    let mut kind = &argument["type"];
    while kind["ofType"].is_object() {
        kind = &kind["ofType"];
    }
    Some(match kind["name"].as_str()? {
        "String" => match argument["name"].as_str()? {
            "after" | "before" => return None,
            _ => "\"x\"".to_owned(),
        },
        "Boolean" => "true".to_owned(),
        "Int" => "1".to_owned(),
        "ID" => "\"x\"".to_owned(),
        "DateTime" => "\"2030-01-01T00:00:00Z\"".to_owned(),
        "UUID" => "\"00000000-0000-7000-8000-000000000000\"".to_owned(),
        name if kind["kind"] == "ENUM" => of(name)["enumValues"][0]["name"].as_str()?.to_owned(),
        _ => return None,
    })
}

/// Walks a list from cursor to cursor, one row at a time, and expects to see every row once.
async fn walk(world: &World, (list, node, id): (&str, &str, &str), order: Value) {
    let query = format!(
        "query($after: String, $order: {node}Order) {{
            {list}(first: 1, after: $after, orderBy: $order) {{
                nodes {{ {id} }} totalCount pageInfo {{ endCursor hasNextPage }}
            }}
        }}"
    );
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut data = world.ask(&query, json!({"after": after, "order": order})).await;
        let page = data[list].take();
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].to_string()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], seen.len(), "{list} by {order}");
            break;
        }
    }
    let rows = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), rows, "{list} by {order} repeats rows");
}
