//! Turns documents of older versions of the language into the current one.
//!
//! The rules look at the shape of the document more than at its version number, since documents
//! in the wild mix the two.

use serde_json::Value as Json;

use super::tree::{Content, Mapping, Node};
use crate::problem::{Kind, Position, Problem};

/// The version of the language that everything else in this crate reads.
pub(super) const CURRENT_VERSION: u64 = 7;

const KNOWN_VERSIONS: [u64; 5] = [1, 2, 4, 6, CURRENT_VERSION];

/// What belongs to a flow since there can be several, and stood beside its steps before.
const FLOW_KEYS: [&str; 6] = [
    "isSynchronous",
    "endpointSecurityType",
    "organizationApiKeys",
    "retryConfig",
    "trigger",
    "steps",
];

/// Changes the tree in place.
pub(super) fn upconvert(tree: &mut Node) -> Result<(), Problem> {
    let at = tree.at;
    let Some(document) = tree.as_map_mut() else { return Ok(()) };
    let version = version(document)?;
    if version == CURRENT_VERSION {
        return Ok(());
    }
    let pinned = document.shift_remove("componentVersions");
    let pinned = pinned.as_ref().and_then(Node::as_map);
    if !document.contains_key("flows") && document.contains_key("steps") {
        let flow = only_flow(document, at);
        document.insert("flows".to_owned(), Node::list(flow.at, vec![flow]));
    }
    if let Some(variables) = document.get_mut("requiredConfigVars") {
        list_config_vars(variables);
    }
    if let Some(flows) = document.get_mut("flows") {
        for flow in flows.items_mut().iter_mut().filter_map(Node::as_map_mut) {
            convert_flow(flow, pinned);
        }
    }
    document.insert("definitionVersion".to_owned(), Node::scalar(at, CURRENT_VERSION));
    Ok(())
}

fn version(document: &Mapping) -> Result<u64, Problem> {
    let Some(node) = document.get("definitionVersion") else { return Ok(1) };
    let version = match &node.content {
        Content::Scalar(Json::Null) => Some(1),
        Content::Scalar(Json::String(text)) => text.trim().parse().ok(),
        Content::Scalar(value) => value.as_u64(),
        Content::List(_) | Content::Map(_) => None,
    };
    version.filter(|version| KNOWN_VERSIONS.contains(version)).ok_or_else(|| {
        let message = "this version is not known: write 7 (1, 2, 4 and 6 are read as well)";
        Problem::new(Kind::Shape, "definitionVersion", message).at(node.at.known())
    })
}

/// The one flow of a document that has no list of flows; it takes the integration's name.
fn only_flow(document: &mut Mapping, at: Position) -> Node {
    let name = document.get("name").and_then(Node::as_text).unwrap_or("Flow").to_owned();
    let mut flow = Mapping::from_iter([("name".to_owned(), Node::text(at, name))]);
    for key in FLOW_KEYS {
        if let Some(value) = document.shift_remove(key) {
            flow.insert(key.to_owned(), value);
        }
    }
    Node { at, content: Content::Map(flow) }
}

/// Variables were a mapping of names to default values once.
fn list_config_vars(variables: &mut Node) {
    let at = variables.at;
    let Some(map) = variables.as_map_mut() else { return };
    let listed = std::mem::take(map).into_iter().map(|(key, default)| {
        let at = default.at;
        let entry = [
            ("key", Node::text(at, key)),
            ("dataType", Node::text(at, "string")),
            ("defaultValue", default),
        ];
        Node::map(at, entry)
    });
    *variables = Node::list(at, listed.collect());
}

fn convert_flow(flow: &mut Mapping, pinned: Option<&Mapping>) {
    if let Some(trigger) = flow.shift_remove("trigger") {
        let trigger = trigger_step(trigger);
        match flow.get_mut("steps").map(|steps| &mut steps.content) {
            Some(Content::List(steps)) => steps.insert(0, trigger),
            Some(_) => {}
            None => {
                flow.insert("steps".to_owned(), Node::list(trigger.at, vec![trigger]));
            }
        }
    }
    if let Some(steps) = flow.get_mut("steps") {
        convert_steps(steps, pinned);
    }
}

/// The trigger as a step: a webhook, or a schedule where it has one.
fn trigger_step(mut trigger: Node) -> Node {
    let at = trigger.at;
    let Some(map) = trigger.as_map_mut() else { return trigger };
    if map.get("name").is_none() {
        map.insert("name".to_owned(), Node::text(at, "Trigger"));
    }
    if map.get("schedule").is_some_and(is_null) {
        map.shift_remove("schedule");
    }
    if let Some(schedule) = map.get_mut("schedule")
        && let Content::Scalar(time) = &schedule.content
    {
        let entries =
            [("type", Node::text(at, "value")), ("value", Node::scalar(at, time.clone()))];
        *schedule = Node::map(schedule.at, entries);
    }
    if map.get("action").is_none_or(is_null) {
        let (component, key) = if map.contains_key("schedule") {
            ("schedule-triggers", "schedule")
        } else {
            ("webhook-triggers", "webhook")
        };
        let action = [("key", Node::text(at, key)), ("componentKey", Node::text(at, component))];
        map.insert("action".to_owned(), Node::map(at, action));
    }
    map.insert("isTrigger".to_owned(), Node::scalar(at, true));
    trigger
}

fn convert_steps(steps: &mut Node, pinned: Option<&Mapping>) {
    for step in steps.items_mut().iter_mut().filter_map(Node::as_map_mut) {
        if let Some(action) = step.get_mut("action").and_then(Node::as_map_mut) {
            convert_action(action, pinned);
        }
        if let Some(credential) = step.shift_remove("credential") {
            connect(step, credential);
        }
        if let Some(inputs) = step.get_mut("inputs") {
            rename_loop_elements(inputs);
        }
        if let Some(steps) = step.get_mut("steps") {
            convert_steps(steps, pinned);
        }
        let branches = step.get_mut("branches").map(Node::items_mut).unwrap_or_default();
        for branch in branches.iter_mut().filter_map(Node::as_map_mut) {
            if let Some(steps) = branch.get_mut("steps") {
                convert_steps(steps, pinned);
            }
        }
    }
}

fn convert_action(action: &mut Mapping, pinned: Option<&Mapping>) {
    let Some(key) = action.shift_remove("componentKey") else { return };
    let at = key.at;
    let version = key.as_text().and_then(|key| pinned?.get(key)).cloned();
    let entries = [
        ("key", key),
        ("isPublic", Node::scalar(at, true)),
        ("version", version.unwrap_or_else(|| Node::text(at, "LATEST"))),
    ];
    action.entry("component".to_owned()).or_insert_with(|| Node::map(at, entries));
}

/// A credential of a step becomes the config variable of its connection.
fn connect(step: &mut Mapping, credential: Node) {
    let at = credential.at;
    if is_null(&credential) {
        return;
    }
    let inputs = step.entry("inputs".to_owned()).or_insert_with(|| Node::map(at, []));
    let Some(inputs) = inputs.as_map_mut() else { return };
    let expression = [("type", Node::text(at, "configVar")), ("value", credential)];
    inputs.entry("connection".to_owned()).or_insert_with(|| Node::map(at, expression));
}

/// Loops called their element `current` once.
fn rename_loop_elements(node: &mut Node) {
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter_mut().for_each(rename_loop_elements),
        Content::Map(map) => {
            let kind = map.get("type").and_then(Node::as_text).unwrap_or_default().to_owned();
            match map.get_mut("value").map(|value| (&mut value.content, kind.as_str())) {
                Some((Content::Scalar(Json::String(path)), "reference")) => {
                    *path = renamed(path).unwrap_or_else(|| path.clone());
                }
                Some((Content::Scalar(Json::String(text)), "template")) => rename_in_slots(text),
                _ => map.values_mut().for_each(rename_loop_elements),
            }
        }
    }
}

fn renamed(path: &str) -> Option<String> {
    let (step, rest) = path.split_once('.')?;
    let rest = rest.strip_prefix("current")?;
    let ends = rest.is_empty() || rest.starts_with(['.', '[']);
    ends.then(|| format!("{step}.currentItem{rest}"))
}

fn rename_in_slots(text: &mut String) {
    let slots = text.split("{{$").enumerate().map(|(index, part)| {
        let renamed = if index == 0 { None } else { renamed_slot(part) };
        renamed.unwrap_or_else(|| part.to_owned())
    });
    let joined = slots.collect::<Vec<_>>().join("{{$");
    *text = joined;
}

fn renamed_slot(part: &str) -> Option<String> {
    let (path, after) = part.split_once("}}")?;
    Some(format!("{}}}}}{after}", renamed(path)?))
}

fn is_null(node: &Node) -> bool {
    matches!(node.content, Content::Scalar(Json::Null))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::definition::Definition;

    fn check(old: &str, new: &serde_json::Value) {
        let definition = Definition::parse(old).unwrap_or_else(|problems| {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<String>())
        });
        assert_eq!(definition.document(), new);
    }

    #[test]
    fn version_1_has_one_flow_and_a_mapping_of_variables() {
        check(
            "{name: Old, isSynchronous: true, requiredConfigVars: {Host: a.test, Key: null}, \
             trigger: {name: Hook}, steps: [{name: Loop, action: {componentKey: loop, key: \
             loopOverItems}, steps: [{name: Log, action: {componentKey: log, key: writeLog}, \
             inputs: {message: {type: template, value: 'a {{$loop.current.id}} {{$b.currents}}'}, \
             level: {type: reference, value: loop.current}}}]}]}",
            &json!({
                "name": "Old",
                "requiredConfigVars": [
                    {"key": "Host", "dataType": "string", "defaultValue": "a.test"},
                    {"key": "Key", "dataType": "string", "defaultValue": null},
                ],
                "flows": [{"name": "Old", "isSynchronous": true, "steps": [
                    {"name": "Hook", "isTrigger": true, "action": {"key": "webhook",
                        "component":
                            {"key": "webhook-triggers", "isPublic": true, "version": "LATEST"}}},
                    {"name": "Loop", "action": {"key": "loopOverItems",
                        "component": {"key": "loop", "isPublic": true, "version": "LATEST"}},
                     "steps": [{"name": "Log", "action": {"key": "writeLog",
                        "component": {"key": "log", "isPublic": true, "version": "LATEST"}},
                        "inputs": {
                            "message": {"type": "template",
                                "value": "a {{$loop.currentItem.id}} {{$b.currents}}"},
                            "level": {"type": "reference", "value": "loop.currentItem"}}}]},
                ]}],
                "definitionVersion": 7,
            }),
        );
    }

    #[test]
    fn version_2_has_schedules_and_credentials() {
        check(
            "{definitionVersion: 2, name: Old, requiredConfigVars: [{key: Login, dataType: \
             credential}], trigger: {name: Tick, schedule: {type: value, value: '0 1 * * *', meta: \
             {scheduleType: day}}}, steps: [{name: Get, credential: Login, action: {componentKey: \
             http, key: httpGet}}]}",
            &json!({
                "definitionVersion": 7,
                "name": "Old",
                "requiredConfigVars": [{"key": "Login", "dataType": "credential"}],
                "flows": [{"name": "Old", "steps": [
                    {"name": "Tick", "isTrigger": true,
                     "schedule":
                        {"type": "value", "value": "0 1 * * *", "meta": {"scheduleType": "day"}},
                     "action": {"key": "schedule", "component":
                        {"key": "schedule-triggers", "isPublic": true, "version": "LATEST"}}},
                    {"name": "Get", "action": {"key": "httpGet",
                        "component": {"key": "http", "isPublic": true, "version": "LATEST"}},
                     "inputs": {"connection": {"type": "configVar", "value": "Login"}}},
                ]}],
            }),
        );
    }

    #[test]
    fn version_4_has_a_trigger_beside_the_steps_and_pinned_components() {
        check(
            "{definitionVersion: 4, name: Old, componentVersions: {http: 9}, flows: [{name: F, \
             trigger: {name: Hook, action: {componentKey: mail, key: onMail}, schedule: null}, \
             steps: [{name: B, action: {componentKey: branch, key: branchOnValue}, branches: \
             [{name: Else, steps: [{name: Get, action: {componentKey: http, key: httpGet}}]}]}]}]}",
            &json!({
                "definitionVersion": 7,
                "name": "Old",
                "flows": [{"name": "F", "steps": [
                    {"name": "Hook", "isTrigger": true, "action": {"key": "onMail",
                        "component": {"key": "mail", "isPublic": true, "version": "LATEST"}}},
                    {"name": "B", "action": {"key": "branchOnValue",
                        "component": {"key": "branch", "isPublic": true, "version": "LATEST"}},
                     "branches": [{"name": "Else", "steps": [{"name": "Get", "action": {
                        "key": "httpGet",
                        "component": {"key": "http", "isPublic": true, "version": 9}}}]}]},
                ]}],
            }),
        );
    }

    #[test]
    fn version_6_only_changes_its_number() {
        check(
            "{name: New, definitionVersion: 6, flows: []}",
            &json!({"name": "New", "definitionVersion": 7, "flows": []}),
        );
    }

    #[test]
    fn problems_in_old_documents_have_the_lines_of_the_old_document() {
        let problems =
            Definition::parse("name: Old\ntrigger:\n  name: Hook\nsteps:\n  - name: A\n")
                .unwrap_err();
        assert_eq!(problems[0].to_string(), "line 5:5, flows[0].steps[1]: `action` is missing");
    }
}
