//! Lists asked with what belongs to somebody else: filters, cursors and orders find nothing, count
//! nothing, and say nothing of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Prey, prey};
use crate::harness::{TestApp, User, list, text};

const SCHEMA: &str = "{ __schema { queryType { fields { name
    args { name type { ...named } } type { ...named } } }
    types { name kind enumValues { name } fields { name type { ...named } }
        inputFields { name type { ...named } } } } }
    fragment named on __Type { kind name ofType { kind name ofType { kind name } } }";

/// A list at the root of the schema.
struct Listed {
    name: String,
    /// What can be said of it: name and type of each argument.
    arguments: Vec<(String, String)>,
    /// How the ids of its rows are selected, if they have some.
    nodes: &'static str,
    /// The members of `field` of its order, and the name of that input.
    orders: Vec<String>,
}

/// Proves R182.
#[tokio::test]
async fn lists_say_nothing_of_the_rows_of_others() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let prey = prey(&app, &acme).await;
    let neighbour = acme.create_customer("Neighbour").await;
    for role in ["Admin", "Marketplace Admin", "Marketplace User"] {
        let neighbour = app.customer_user(&acme, &neighbour, role).await;
        stays_closed(&neighbour, &acme, &prey).await;
    }
}

/// Asks every list in every way that names the prey.
async fn stays_closed(stranger: &User, owner: &User, prey: &Prey) {
    for listed in read(owner).await {
        let total = listed.ask(stranger, "", &json!({})).await;
        let total = total.pointer("/totalCount").cloned();
        for (argument, of) in &listed.arguments {
            for value in tried(of, argument, prey) {
                let given = format!("({argument}: {value})");
                let found = listed.ask(stranger, &given, &json!({})).await;
                let what = format!("{}({argument}: {value})", listed.name);
                assert!(!mentions(&found, prey), "{what} found {found:#}");
                let is_id = of == "ID";
                let count = found.pointer("/totalCount").and_then(Value::as_u64).unwrap_or(0);
                assert!(!is_id || count == 0, "{what} counts {count}");
            }
        }
        for order in &listed.orders {
            let arguments = format!("(sortBy: [{{ field: {order}, direction: DESC }}])");
            let found = listed.ask(stranger, &arguments, &json!({})).await;
            assert!(!mentions(&found, prey), "{}{arguments} found {found:#}", listed.name);
            assert_eq!(found.pointer("/totalCount").cloned(), total, "{}{arguments}", listed.name);
        }
        let seen = listed.edges(owner).await;
        for cursor in list(&seen, "/edges").iter().map(|edge| text(edge, "/cursor")) {
            let variables = json!({ "cursor": cursor });
            let found = listed.ask(stranger, "(after: $cursor)", &variables).await;
            assert!(!mentions(&found, prey), "{} after {cursor} found {found:#}", listed.name);
        }
    }
}

impl Listed {
    /// The list as this user gets it with these arguments; nothing where it is refused.
    async fn ask(&self, user: &User, arguments: &str, variables: &Value) -> Value {
        let declared = if variables["cursor"].is_null() { "" } else { "($cursor: String)" };
        let Self { name, nodes, .. } = self;
        let document = format!("query {declared} {{ {name}{arguments} {{ totalCount {nodes} }} }}");
        let mut reply = user.ask(&document, variables).await;
        match reply.body["data"][name].take() {
            Value::Null => json!({ "errors": reply.errors() }),
            found => found,
        }
    }

    async fn edges(&self, user: &User) -> Value {
        let document = format!("{{ {}(first: 2) {{ edges {{ cursor }} }} }}", self.name);
        let mut reply = user.ask(&document, &json!({})).await;
        match reply.body["data"][&self.name].take() {
            Value::Null => json!({ "edges": [] }),
            found => found,
        }
    }
}

/// Values of an argument that lead to the prey.
fn tried(of: &str, argument: &str, prey: &Prey) -> Vec<String> {
    match of {
        "ID" => prey.ids.iter().map(|id| json!(id).to_string()).collect(),
        "[ID]" => vec![json!(prey.ids).to_string()],
        "String" if !["after", "before"].contains(&argument) => vec!["\"anary\"".to_owned()],
        _ => Vec::new(),
    }
}

/// What was asked for may come back in words, so only ids count.
fn mentions(found: &Value, prey: &Prey) -> bool {
    let found = found.to_string();
    prey.ids.iter().any(|id| found.contains(id.as_str()))
}

async fn read(owner: &User) -> Vec<Listed> {
    let schema = owner.query(SCHEMA).await;
    let types: HashMap<String, &Value> =
        list(&schema, "/__schema/types").iter().map(|it| (text(it, "/name"), it)).collect();
    let fields = list(&schema, "/__schema/queryType/fields").iter();
    let listed = fields.filter_map(|field| {
        let of = spelled(&field["type"]);
        let node =
            of.trim_end_matches('!').strip_suffix("Connection").filter(|it| !it.is_empty())?;
        let arguments: Vec<_> = list(field, "/args")
            .iter()
            .map(|argument| (text(argument, "/name"), spelled(&argument["type"])))
            .collect();
        // What has to be given makes no list of its own.
        if arguments.iter().any(|(_, of)| of.ends_with('!')) {
            return None;
        }
        // The list of one's own tenants names no rows.
        let row = types.get(node)?;
        let nodes = match row["fields"].as_array() {
            Some(fields) if fields.iter().any(|it| it["name"] == "id") => "nodes { id }",
            Some(_) => "",
            None if row["kind"] == "UNION" => "nodes { ... on Node { id } }",
            None => return None,
        };
        let orders =
            types.get(&format!("{node}OrderField")).and_then(|it| it["enumValues"].as_array());
        let is_sorted = arguments.iter().any(|(name, _)| name == "sortBy");
        let orders = orders.into_iter().flatten().filter(|_| is_sorted);
        let orders = orders.map(|it| text(it, "/name")).collect();
        Some(Listed { name: text(field, "/name"), arguments, nodes, orders })
    });
    listed.collect()
}

/// A type as the schema language writes it.
fn spelled(of: &Value) -> String {
    match of["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", spelled(&of["ofType"])),
        Some("LIST") => format!("[{}]", spelled(&of["ofType"])),
        _ => text(of, "/name"),
    }
}
