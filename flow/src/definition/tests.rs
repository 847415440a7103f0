//! Reading, up-converting and writing documents.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::problem::Kind;

const GREETER: &str = r#"
definitionVersion: 7
name: Greeter
labels: [polite]
endpointType: INSTANCE_SPECIFIC
somethingNew: {kept: [1, 2.5, no, "off"]}
configPages:
  - name: Settings
    elements: [{type: configVar, value: Language}]
requiredConfigVars:
  - {key: Language, dataType: picklist, pickList: [en, no], defaultValue: no}
  - key: Account
    dataType: connection
    connection: {key: basic, component: {key: mail, isPublic: false, version: 3}}
    inputs:
      user: {type: value, value: "", meta: {writeOnly: true, isVisibleToOrgDeployer: false}}
flows:
  - name: Greet
    isSynchronous: true
    endpointSecurityType: customer_required
    retryConfig: {maxAttempts: "3", delayMinutes: 2, uniqueRequestIdField: body.data.id}
    queueConfig:
      usesFifoQueue: true
      dedupeIdField: {type: reference, value: incoming.results.body.data.id}
    schemas: {invoke: {type: object}}
    steps:
      - name: Incoming
        isTrigger: true
        action: {key: schedule, component: {key: schedule-triggers, version: LATEST}}
        schedule: {type: value, value: "00 00 */1 * *", meta: {scheduleType: day, timeZone: ""}}
      - name: Each Guest
        action: {key: loopOverItems, component: {key: loop, signature: abc}}
        errorConfig: {errorHandlerType: retry, maxAttempts: 2, delaySeconds: 5}
        steps:
          - name: Decide
            action: {key: branchOnValue, component: {key: branch}}
            branches:
              - {name: Else, steps: []}
"#;

/// Proves R121.
#[test]
fn a_definition_survives_yaml_and_json() {
    let definition = Definition::parse(GREETER).unwrap();
    let from_yaml = Definition::parse(&definition.to_yaml()).unwrap();
    let from_json = Definition::from_json(&definition.to_json()).unwrap();
    let json_as_yaml = Definition::parse(&definition.to_json()).unwrap();
    for again in [from_yaml, from_json, json_as_yaml] {
        assert_eq!(again.document(), definition.document());
        assert_eq!(again.to_json(), definition.to_json());
    }
    assert_eq!(definition.document()["somethingNew"], json!({"kept": [1, 2.5, "no", "off"]}));
}

#[test]
fn the_model_says_what_the_document_says() {
    let definition = Definition::parse(GREETER).unwrap();
    assert_eq!(definition.endpoint_type, EndpointType::InstanceSpecific);
    let language = definition.config_var("Language").unwrap();
    assert_eq!((language.data_type, &language.pick_list[1]), (DataType::Picklist, &"no".into()));
    assert_eq!(language.default_value.as_deref(), Some("no"));
    let account = definition.config_var("Account").unwrap();
    let component = &account.connection.as_ref().unwrap().component;
    assert_eq!((component.is_public, &component.version), (false, &Version::Pinned(3)));
    let user = &account.inputs["user"];
    assert!(user.write_only() && !user.visible_to_org_deployer());
    let flow = definition.flow("Greet").unwrap();
    assert_eq!(flow.endpoint_security, EndpointSecurity::CustomerRequired);
    let retry = flow.retry.as_ref().unwrap();
    assert_eq!((retry.max_attempts, retry.delay_minutes), (3, 2));
    let payload = crate::Value::from_json(r#"{"body":{"data":{"id":"a"}}}"#).unwrap();
    let queue = flow.queue.as_ref().unwrap();
    for path in [&retry.unique_request_id, &queue.dedupe_id] {
        assert_eq!(path.as_ref().unwrap().find(&payload), Some(&"a".into()));
    }
    let schedule = flow.trigger().unwrap().schedule.as_ref().unwrap();
    assert_eq!(schedule.time, ScheduleTime::Cron("00 00 */1 * *".into()));
    assert_eq!(schedule.kind.unwrap().name(), "day");
    let each = &flow.steps[1];
    assert_eq!(each.key(), "eachGuest");
    assert_eq!(each.action.component.version, Version::Signature("abc".into()));
    let retry = ErrorHandler::Retry {
        attempts: 2,
        delay_seconds: 5,
        exponential: false,
        ignore_final_error: false,
    };
    assert_eq!(each.error.handler, retry);
    assert_eq!(each.steps.as_ref().unwrap()[0].branches.as_ref().unwrap()[0].name, "Else");
}

#[test]
fn everything_of_the_wrong_type_is_reported_with_its_line() {
    let text = "definitionVersion: 7\nname: [x]\nlabels: 5\nendpointType: flow_specifik\n\
                requiredConfigVars:\n  - key: a\n    dataType: strin\nflows:\n  - name: f\n    \
                retryConfig: {maxAttempts: -1}\n    isSynchronous: maybe\n    steps:\n      \
                - name: s\n        action: {key: k}\n        inputs:\n          url:\n            \
                type: valeu\n      - 5\n";
    let problems = Definition::parse(text).unwrap_err();
    let mut found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.position.unwrap().line, problem.path.as_str()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (2, "name"),
            (3, "labels"),
            (4, "endpointType"),
            (7, "requiredConfigVars[0].dataType"),
            (10, "flows[0].retryConfig.maxAttempts"),
            (11, "flows[0].isSynchronous"),
            (14, "flows[0].steps[0].action"),
            (17, "flows[0].steps[0].inputs.url.type"),
            (18, "flows[0].steps[1]"),
        ]
    );
    let endpoint = problems.iter().find(|problem| problem.path == "endpointType").unwrap();
    assert_eq!(endpoint.suggestion.as_deref(), Some("flow_specific"));
    assert_eq!(
        endpoint.to_string(),
        "line 4:1, endpointType: `flow_specifik` is not one of flow_specific, instance_specific, \
         shared_instance (did you mean `flow_specific`?)"
    );
}

#[test]
fn hostile_text_is_refused_and_harms_nothing() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 8].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let mut blocks = String::new();
    for depth in 0..150 {
        writeln!(blocks, "{}a:", " ".repeat(depth)).unwrap();
    }
    for (text, line) in [
        (bomb, None),
        (blocks, None),
        ("[".repeat(100_000), Some(1)),
        (format!("{{\"a\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000)), Some(1)),
        ("name: x\nname: y\n".to_owned(), Some(2)),
        ("name: x\nflows: &f [*f]\n".to_owned(), Some(2)),
        ("name: x\nflows: 1e999\n".to_owned(), Some(2)),
        ("name: x\n  flows: []\n".to_owned(), Some(2)),
        ("name: x\n---\nname: y\n".to_owned(), None),
        (" ".repeat(9_000_000), None),
    ] {
        let problems = Definition::parse(&text).unwrap_err();
        assert_eq!(problems[0].kind, Kind::Syntax, "{problems:?}");
        assert!(line.is_none() || problems[0].position.map(|at| at.line) == line, "{problems:?}");
    }
    for text in ["", "5", "[]", "~", "{}", "definitionVersion: 3", "definitionVersion: {}"] {
        assert_eq!(Definition::parse(text).unwrap_err()[0].kind, Kind::Shape, "{text}");
    }
}

#[test]
fn the_deepest_nesting_that_is_read_can_be_used() {
    let mut text = "definitionVersion: 7\nname: x\nflows:\n  - name: f\n".to_owned();
    for level in 0..24 {
        let indent = " ".repeat(4 + 4 * level);
        writeln!(text, "{indent}steps:").unwrap();
        writeln!(text, "{indent}  - name: s{level}").unwrap();
        writeln!(text, "{indent}    isTrigger: {}", level == 0).unwrap();
        writeln!(text, "{indent}    action: {{key: a, component: {{key: b}}}}").unwrap();
    }
    let definition = Definition::parse(&text).unwrap();
    let again = Definition::parse(&definition.to_yaml()).unwrap();
    assert_eq!(again.document(), definition.document());
    assert!(crate::compile(&definition.flows[0]).is_ok());
}

fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        any::<String>(),
        "(yes|no|on|off|y|n|~|null|true|0x1f|1_000|12:30|1e3|\\.inf|2024-01-01|=|<<|- a|a: b|#c)",
        "[ \t\r\n>|'\"a-c:#-]{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Proves R121.
    #[test]
    fn whatever_is_written_as_yaml_is_read_back_the_same(extra in any_json()) {
        let document = json!({"definitionVersion": 7, "name": "x", "flows": [], "extra": extra});
        let definition = Definition::from_json(&document.to_string()).unwrap();
        let yaml = definition.to_yaml();
        let again = Definition::parse(&yaml).map_err(|problems| problems[0].to_string());
        prop_assert_eq!(again.map(|again| again.document().clone()), Ok(document), "{}", yaml);
    }

    #[test]
    fn no_text_makes_the_reader_panic(
        text in "([a-z]{1,3}|[\\[\\]{}:,&*!|>'\"#%@`-]|[ \n\t]|1){0,60}",
    ) {
        if let Ok(definition) = Definition::parse(&text) {
            prop_assert!(!definition.to_yaml().is_empty());
        }
    }
}
