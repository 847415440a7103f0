//! Pages, cursors and filters.

use serde_json::{Value, json};

use super::World;

/// Proves R117, R118, R119.
#[tokio::test]
async fn pages_hold_every_row_once_in_any_order_and_direction() {
    let world = World::new().await;
    for name in ["beta", "Alpha", "delta", "Gamma", "epsilon"] {
        world.customer(name).await;
    }
    let sorted = ["Alpha", "beta", "delta", "epsilon", "Gamma"];
    let query = "query($after: String, $before: String, $first: Int, $last: Int,
                       $order: [CustomerOrder]) {
        customers(after: $after, before: $before, first: $first, last: $last, sortBy: $order,
                  isSystem: false) {
            nodes { name }
            pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
            totalCount
        }
    }";
    let order = json!({"field": "NAME", "direction": "ASC"});
    let mut seen = Vec::new();
    let mut after = json!("");
    loop {
        let data = world.ask(query, json!({"after": after, "first": 2, "order": order})).await;
        let page = &data["customers"];
        seen.extend(names(page));
        assert_eq!(page["totalCount"], 5);
        assert_eq!(page["pageInfo"]["hasPreviousPage"], after != "");
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, sorted);

    let data = world.ask(query, json!({"last": 2, "order": order})).await;
    assert_eq!(names(&data["customers"]), sorted[3..]);
    let before = &data["customers"]["pageInfo"]["startCursor"];
    let data = world.ask(query, json!({"last": 2, "before": before, "order": order})).await;
    assert_eq!(names(&data["customers"]), sorted[1..3]);
    assert_eq!(data["customers"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(data["customers"]["pageInfo"]["hasPreviousPage"], true);

    let newest = json!([{"field": "CREATED_AT", "direction": "DESC"}]);
    let data = world.ask(query, json!({"first": 2, "order": newest})).await;
    assert_eq!(names(&data["customers"]), ["epsilon", "Gamma"]);
    // Rows that are added later do not shift the page after a cursor.
    world.customer("zeta").await;
    let after = &data["customers"]["pageInfo"]["endCursor"];
    let data = world.ask(query, json!({"first": 2, "after": after, "order": newest})).await;
    assert_eq!(names(&data["customers"]), ["delta", "Alpha"]);
}

fn names(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_narrow_and_combine() {
    let world = World::new().await;
    for name in ["50% off", "50 off", "a_b", "aXb"] {
        world.customer(name).await;
    }
    for (arguments, expected) in [
        ("name_Icontains: \"50%\"", &["50% off"][..]),
        ("name_Icontains: \"OFF\"", &["50% off", "50 off"]),
        ("name_Istartswith: \"A_\"", &["a_b"]),
        ("name: \"a_b\", isSystem: true", &[]),
        ("labels_Contains: \"tag\", name: \"aXb\"", &["aXb"]),
        ("labels_Contains: \"ta\"", &[]),
        ("externalId_Isnull: false", &[]),
        ("createdAt_Lte: \"2000-01-01T00:00:00Z\"", &[]),
        ("name: null, externalId_Isnull: true, isSystem: false, offset: 3", &["aXb"]),
    ] {
        let query = format!("{{ customers({arguments}) {{ nodes {{ name }} }} }}");
        let data = world.ask(&query, json!({})).await;
        assert_eq!(names(&data["customers"]), expected, "{arguments}");
    }
}
