//! Documents made from the schema: every root field, with every id where an id goes.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::harness::{User, example, list, text};

const SCHEMA: &str = "{ __schema {
    queryType { fields { name args { ...input } type { ...named } } }
    mutationType { fields { name args { ...input } type { ...named } } }
    types { name kind fields { name args { name } type { ...named } } inputFields { ...input } } } }
    fragment input on __InputValue { name type { ...named } }
    fragment named on __Type { kind name ofType { kind name ofType { kind name
        ofType { kind name } } } }";

/// Stands for whoever tries.
const WHO: &str = "$who";

/// What no installation supports, or cannot be the thing that is tried.
const NOT_GIVEN: [&str; 5] = [
    "UpdateIntegrationInput.customer",
    "CreateAlertMonitorInput.flowConfig",
    "UpdateAlertMonitorInput.flowConfig",
    "UpdateInstanceProfileInput.instance",
    "CreateScopedConfigVariableInput.parent",
];

/// The root fields of the schema; those that delete come last.
pub struct Fields {
    pub queries: Vec<Field>,
    pub mutations: Vec<Field>,
}

/// One root field.
pub struct Field {
    pub name: String,
    is_mutation: bool,
    /// With `$id` where an id is tried.
    arguments: String,
    selection: String,
}

impl Fields {
    /// `known` names ids for inputs that mean one kind of thing, whatever is tried.
    pub async fn read(owner: &User, known: &HashMap<&str, String>) -> Self {
        let data = owner.query(SCHEMA).await;
        let types: HashMap<String, &Value> =
            list(&data, "/__schema/types").iter().map(|t| (text(t, "/name"), t)).collect();
        let read = |root: &str, is_mutation: bool| -> Vec<Field> {
            let fields = list(&data, &format!("/__schema/{root}/fields")).iter();
            let read = |field: &Value| Field {
                name: text(field, "/name"),
                is_mutation,
                arguments: arguments(field, &types, known),
                selection: selection(&named(&field["type"]), &types, is_mutation),
            };
            fields.map(read).collect()
        };
        let mut mutations = read("mutationType", true);
        // An integration and a customer take their instances along, and those their monitors.
        mutations.sort_by_key(|field| match field.name.as_str() {
            "deleteIntegration" | "deleteCustomer" => 3,
            "deleteInstance" => 2,
            name => i32::from(name.starts_with("delete")),
        });
        Self { queries: read("queryType", false), mutations }
    }
}

impl Field {
    /// The field as a request. What it creates is named after `who`, since names are taken once.
    pub fn document(&self, who: &str) -> String {
        let Self { name, selection, .. } = self;
        let arguments = self.arguments.replace(WHO, who);
        let root = if self.is_mutation { "mutation" } else { "query" };
        let variables = if self.takes_id() { "($id: ID!)" } else { "" };
        format!("{root} {variables} {{ {name}{arguments} {selection} }}")
    }

    /// The variables to try it with: each id in turn, if there is a place for one.
    pub fn attempts(&self, ids: &[String]) -> Vec<Value> {
        let tried = if self.takes_id() { ids } else { &ids[..1] };
        tried.iter().map(|id| json!({ "id": id })).collect()
    }

    pub fn takes_id(&self) -> bool {
        self.arguments.contains("$id")
    }
}

/// What a mutation needs besides ids; anything else is left out.
fn sample(input: &str, name: &str, known: &HashMap<&str, String>) -> Option<String> {
    if let Some(value) = known.get(&*format!("{input}.{name}")) {
        return Some(value.clone());
    }
    let value = match name {
        // Names are unique, and every mutation is proven in the end.
        "name" => format!("{WHO} {input}"),
        "email" => format!("{WHO}.{}@example.test", input.to_lowercase()),
        "description" | "comment" => "Was here".to_owned(),
        "marketplaceConfiguration" => "NOT_AVAILABLE_IN_MARKETPLACE".to_owned(),
        "definition" if input != "PublishComponentInput" => example("order-sync"),
        _ => known.get(name)?.clone(),
    };
    Some(value)
}

fn arguments(
    field: &Value,
    types: &HashMap<String, &Value>,
    known: &HashMap<&str, String>,
) -> String {
    let mut given = Vec::new();
    for argument in list(field, "/args") {
        let (name, wanted) = (text(argument, "/name"), named(&argument["type"]));
        if name == "input" {
            given.push(format!("input: {{ {} }}", inputs(types[&wanted], types, known)));
        } else if wanted == "ID" && argument["type"]["kind"] == "NON_NULL" {
            given.push(format!("{name}: $id"));
        } else if argument["type"]["kind"] == "NON_NULL" {
            given.push(format!("{name}: \"canary\""));
        }
    }
    if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
}

fn inputs(input: &Value, types: &HashMap<String, &Value>, known: &HashMap<&str, String>) -> String {
    let mut given = Vec::new();
    for field in list(input, "/inputFields") {
        let (name, wanted) = (text(field, "/name"), named(&field["type"]));
        if NOT_GIVEN.contains(&&*format!("{}.{name}", text(input, "/name"))) {
            continue;
        }
        let is_plain = types[&wanted]["kind"] == "ENUM" || wanted == "Int";
        let is_required = field["type"]["kind"] == "NON_NULL";
        match (wanted.as_str(), sample(&text(input, "/name"), &name, known)) {
            (_, Some(value)) if is_plain => given.push(format!("{name}: {value}")),
            (_, Some(value)) => given.push(format!("{name}: {}", json!(value))),
            ("ID", None) => given.push(format!("{name}: $id")),
            ("Boolean", None) if is_required => given.push(format!("{name}: true")),
            (_, None) if is_required && types[&wanted]["kind"] == "INPUT_OBJECT" => {
                // One object stands for a list of one.
                let inner = inputs(types[&wanted], types, known);
                given.push(format!("{name}: {{ {inner} }}"));
            }
            _ => {}
        }
    }
    given.join(", ")
}

/// Every scalar of the type, of the nodes of a connection, or of what a mutation answers with.
fn selection(name: &str, types: &HashMap<String, &Value>, is_mutation: bool) -> String {
    let Some(fields) = types[name]["fields"].as_array() else { return String::new() };
    let is_object = |field: &Value| types[&named(&field["type"])]["kind"] == "OBJECT";
    let is_union = |field: &Value| types[&named(&field["type"])]["kind"] == "UNION";
    let has_scalars = fields.iter().any(|field| !is_object(field) && !is_union(field));
    let mut selected = Vec::new();
    for field in fields {
        let (field_name, wanted) = (text(field, "/name"), named(&field["type"]));
        let is_inside = field_name == "nodes" || is_mutation || !has_scalars;
        if is_union(field) {
            if is_inside {
                selected.push(format!("{field_name} {{ ... on Node {{ id }} }}"));
            }
        } else if !is_object(field) {
            selected.push(field_name);
        } else if field_name == "errors" {
            selected.push("errors { field messages }".to_owned());
        } else if is_inside && list(field, "/args").is_empty() {
            selected.push(format!("{field_name} {}", selection(&wanted, types, false)));
        }
    }
    format!("{{ {} }}", selected.join(" "))
}

/// The name of a type, without its lists and exclamation marks.
fn named(of: &Value) -> String {
    if of["ofType"].is_null() { text(of, "/name") } else { named(&of["ofType"]) }
}
