//! One broken definition per rule.

use super::*;

/// A small set of components.
struct Components;

impl Vocabulary for Components {
    fn component(&self, component: &ComponentRef) -> bool {
        self.components().contains(&component.key)
    }

    fn inputs(
        &self,
        component: &ComponentRef,
        action: &str,
        is_trigger: bool,
    ) -> Option<ActionShape> {
        if !self.actions(component, is_trigger).iter().any(|known| known == action) {
            return None;
        }
        let input = |key: &str, aliases: &[&str], required| InputShape {
            key: key.to_owned(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            required,
        };
        let shape = ActionShape::default();
        Some(match action {
            "httpPost" => {
                let inputs = vec![input("url", &["uri"], true), input("data", &[], false)];
                ActionShape { inputs, ..shape }
            }
            "loopOverItems" => {
                ActionShape { inputs: vec![input("items", &[], true)], loops: true, ..shape }
            }
            "branchOnExpression" => ActionShape {
                inputs: vec![input("conditions", &[], false)],
                branches_by: Some("conditions".to_owned()),
                ..shape
            },
            "signed" => {
                ActionShape { branches: vec!["Event".to_owned(), "Ping".to_owned()], ..shape }
            }
            _ => shape,
        })
    }

    fn components(&self) -> Vec<String> {
        let keys = ["webhook-triggers", "management-triggers", "http", "loop", "branch"];
        keys.map(str::to_owned).to_vec()
    }

    fn actions(&self, component: &ComponentRef, triggers: bool) -> Vec<String> {
        let keys: &[&str] = match (&*component.key, triggers) {
            ("webhook-triggers", true) => &["webhook", "signed"],
            ("management-triggers", true) => &["instanceDeploy"],
            ("http", false) => &["httpPost"],
            ("loop", false) => &["loopOverItems"],
            ("branch", false) => &["branchOnExpression"],
            _ => &[],
        };
        keys.iter().map(ToString::to_string).collect()
    }

    fn connections(&self, component: &ComponentRef) -> Vec<String> {
        if component.key == "http" { vec!["basic".to_owned()] } else { Vec::new() }
    }

    fn data_sources(&self, _: &ComponentRef) -> Vec<String> {
        Vec::new()
    }
}

const HOOK: &str =
    "{name: Hook, isTrigger: true, action: {key: webhook, component: {key: webhook-triggers}}}";

fn problems(rest: &str) -> Vec<Problem> {
    let text = format!("definitionVersion: 7\nname: x\n{rest}");
    validate(&Definition::parse(&text).unwrap(), &Components)
}

/// The problems of a document with the given rest, as `kind path -> suggestion`.
fn found(rest: &str) -> Vec<String> {
    let shown = |problem: Problem| match problem.suggestion {
        Some(suggestion) => format!("{:?} {} -> {suggestion}", problem.kind, problem.path),
        None => format!("{:?} {}", problem.kind, problem.path),
    };
    problems(rest).into_iter().map(shown).collect()
}

/// Checks flows with a trigger and the given steps after it.
fn check_steps(rows: &[(&str, &[&str])]) {
    for (steps, expected) in rows {
        let rest = format!(
            "requiredConfigVars: [{{key: Host, dataType: string}}]\nflows:\n- name: f\n  steps: \
             [{HOOK}, {steps}]\n"
        );
        let expected: Vec<_> =
            expected.iter().map(|row| row.replace('@', "flows[0].steps[1]")).collect();
        assert_eq!(found(&rest), expected, "{steps}");
    }
}

#[test]
fn components_actions_and_inputs_must_exist() {
    check_steps(&[
        (
            "{name: A, action: {key: httpPost, component: {key: htpp}}}",
            &["UnpublishedComponent @.action.component.key -> http"],
        ),
        (
            "{name: A, action: {key: httpPots, component: {key: http}}}",
            &["UnknownAction @.action.key -> httpPost"],
        ),
        (
            "{name: A, action: {key: webhook, component: {key: webhook-triggers}}}",
            &["UnknownAction @.action.key"],
        ),
        (
            "{name: A, action: {key: httpPost, component: {key: http}}, inputs: {ulr: {type: \
             value, value: a}}}",
            &["UnknownInput @.inputs.ulr -> url", "MissingInput @.inputs.url"],
        ),
        (
            "{name: A, action: {key: httpPost, component: {key: http}}, inputs: {uri: {type: \
             configVar, value: Host}}}",
            &[],
        ),
    ]);
}

/// A step that posts what the given expression says.
fn post(name: &str, data: &str) -> String {
    format!(
        "{{name: {name}, action: {{key: httpPost, component: {{key: http}}}}, inputs: {{url: \
         {{type: value, value: u}}, data: {data}}}}}"
    )
}

fn read(path: &str) -> String {
    format!("{{type: reference, value: '{path}'}}")
}

#[test]
fn references_lead_to_steps_that_have_run() {
    let each = |body: &str| {
        format!(
            "{{name: Each, action: {{key: loopOverItems, component: {{key: loop}}}}, inputs: \
             {{items: {{type: reference, value: hook.results}}}}, steps: [{body}]}}"
        )
    };
    let in_loop = |path: &str| each(&post("In", &read(path)));
    let after_loop =
        |path: &str| format!("{}, {}", in_loop("hook.results"), post("B", &read(path)));
    let nested = each(&each(&post("In", "{type: value, value: a}")).replace("Each", "Inner"));
    let text = "{type: template, value: '{{#Hots}} {{$hok.results}}'}";
    check_steps(&[
        (&post("A", &read("hook.results.body")), &[]),
        (&post("A", &read("hoko.results.body")), &["Reference @.inputs.data -> hook.results.body"]),
        (&post("A", &read("trigger.results")), &["Reference @.inputs.data -> hook.results"]),
        (&post("A", &read("a.results")), &["Reference @.inputs.data"]),
        (
            &format!("{}, {}", post("A", &read("b.results")), post("B", &read("a.results"))),
            &["Reference @.inputs.data"],
        ),
        (&post("A", &read("nonsense")), &["Expression @.inputs.data"]),
        (
            &post("A", text),
            &["Reference @.inputs.data -> Host", "Reference @.inputs.data -> hook.results"],
        ),
        (&post("A", "{type: template, value: '{{#Host'}"), &["Expression @.inputs.data"]),
        (&in_loop("each.currentItem.id"), &[]),
        (&in_loop("each.index"), &[]),
        (&in_loop("each.results"), &["Reference @.steps[0].inputs.data"]),
        (&in_loop("hook.currentItem"), &["Reference @.steps[0].inputs.data"]),
        (&after_loop("each.results"), &[]),
        (&after_loop("each.currentItem"), &["Reference flows[0].steps[2].inputs.data"]),
        (&after_loop("in.results"), &["Reference flows[0].steps[2].inputs.data"]),
        (&nested, &[]),
        (&in_loop("hook.error.message"), &[]),
    ]);
}

#[test]
fn branches_are_those_the_conditions_name() {
    let branch = |branches: &str| {
        format!(
            "{{name: Br, action: {{key: branchOnExpression, component: {{key: branch}}}}, inputs: \
             {{conditions: {{type: complex, value: [{{name: Big, type: complex, value: [and, \
             [isTrue, {{type: reference, value: hook.results}}]]}}]}}}}, branches: \
             [{branches}]}}, {}",
            post("Z", "{type: value, value: a}")
        )
    };
    let inside = post("In", "{type: value, value: a}");
    let from_sibling = post("Other", &read("in.results"));
    let converged = branch(&format!("{{name: Big, steps: [{inside}]}}, {{name: Else, steps: []}}"))
        .replace("{type: value, value: a}}}", "{type: reference, value: in.results}}}");
    check_steps(&[
        (&branch("{name: Big}, {name: Else}"), &[]),
        (&branch("{name: Else}"), &["Reference @.branches"]),
        (&branch("{name: Big}, {name: Bigg}"), &["Reference @.branches[1].name -> Big"]),
        (&branch("{name: Big}, {name: Big}"), &["Name @.branches[1].name"]),
        (
            &branch(&format!(
                "{{name: Big, steps: [{inside}]}}, {{name: Else, steps: [{from_sibling}]}}"
            )),
            &["Reference @.branches[1].steps[0].inputs.data"],
        ),
        (&converged, &["Reference @.branches[0].steps[0].inputs.data"]),
        (
            "{name: A, action: {key: httpPost, component: {key: http}}, inputs: {url: {type: \
             value, value: a}}, branches: [{name: Else}]}",
            &["Setting @.branches"],
        ),
        (
            &branch("{name: Big}").replace("isTrue", "isTrueish"),
            &["Expression @.inputs.conditions.value[0].value[1] -> isTrue"],
        ),
    ]);
    let signed =
        HOOK.replace("webhook,", "signed,").replace("}}}", "}}, branches: [{name: Event}]}");
    assert_eq!(
        found(&format!("flows:\n- name: f\n  steps: [{signed}]\n")),
        ["Reference flows[0].steps[0].branches",]
    );
}

#[test]
fn names_are_there_once_and_the_trigger_comes_first() {
    check_steps(&[
        (&post("''", "{type: value, value: a}"), &["Name @.name"]),
        (&post("'***'", "{type: value, value: a}"), &["Name @.name"]),
        (&post("HOOK", "{type: value, value: a}"), &["Name @.name"]),
        (&post("A, isTrigger: true", "{type: value, value: a}"), &["Setting @.isTrigger"]),
    ]);
    let step = post("A", "{type: value, value: a}");
    for (rest, expected) in [
        (
            format!("flows: [{{name: f, steps: [{step}]}}]"),
            vec!["Setting flows[0].steps[0]", "UnknownAction flows[0].steps[0].action.key"],
        ),
        ("flows: [{name: f, steps: []}]".to_owned(), vec!["Setting flows[0].steps"]),
        (
            format!("flows: [{{name: f, steps: [{HOOK}]}}, {{name: f, steps: [{HOOK}]}}]"),
            vec!["Name flows[1].name"],
        ),
        (format!("flows: [{{name: ' ', steps: [{HOOK}]}}]"), vec!["Name flows[0].name"]),
        (
            format!("preprocessFlowName: ff\nflows: [{{name: f, steps: [{HOOK}]}}]"),
            vec!["Reference preprocessFlowName -> f"],
        ),
    ] {
        assert_eq!(found(&rest), expected, "{rest}");
    }
}

#[test]
fn settings_stay_in_their_ranges_and_do_not_contradict_each_other() {
    let schedule = |time: &str| HOOK.replace("}}}", &format!("}}}}, schedule: {time}}}"));
    let hourly = schedule("{type: value, value: '00 */2 1-5 * *'}");
    let deploy = HOOK.replace("webhook,", "instanceDeploy,").replace("webhook-t", "management-t");
    let retry = HOOK.replace(
        "}}}",
        "}}, errorConfig: {errorHandlerType: retry, maxAttempts: 6, delaySeconds: 61}}",
    );
    let fifo = "queueConfig: {usesFifoQueue: true}";
    let once = "queueConfig: {singletonExecutions: true}";
    for (settings, trigger, expected) in [
        (
            "retryConfig: {maxAttempts: 11, delayMinutes: 61}",
            HOOK,
            vec!["retryConfig.maxAttempts", "retryConfig.delayMinutes"],
        ),
        ("isSynchronous: true, retryConfig: {maxAttempts: 1}", HOOK, vec!["retryConfig"]),
        ("isSynchronous: true, retryConfig: {maxAttempts: 0}", HOOK, vec![]),
        (
            "queueConfig: {usesFifoQueue: true, concurrencyLimit: 16}",
            HOOK,
            vec!["queueConfig.concurrencyLimit"],
        ),
        (fifo, HOOK, vec![]),
        (fifo, &hourly, vec!["queueConfig.usesFifoQueue"]),
        (fifo, &deploy, vec!["queueConfig.usesFifoQueue"]),
        (
            "isSynchronous: true, queueConfig: {usesFifoQueue: true}",
            HOOK,
            vec!["queueConfig.usesFifoQueue"],
        ),
        (once, HOOK, vec!["queueConfig.singletonExecutions"]),
        (once, &hourly, vec![]),
        (
            "isSynchronous: false",
            &retry,
            vec!["steps[0].errorConfig.maxAttempts", "steps[0].errorConfig.delaySeconds"],
        ),
        ("isSynchronous: false", &schedule("{value: '* * * *'}"), vec!["steps[0].schedule.value"]),
        ("isSynchronous: false", &schedule("{value: '', meta: {scheduleType: once}}"), vec![]),
        ("isSynchronous: true", &hourly, vec!["isSynchronous"]),
    ] {
        let rest = format!("flows: [{{name: f, {settings}, steps: [{trigger}]}}]");
        let expected: Vec<_> =
            expected.iter().map(|path| format!("Setting flows[0].{path}")).collect();
        assert_eq!(found(&rest), expected, "{rest}");
    }
    let trigger = schedule("{type: configVar, value: When}");
    for (variable, expected) in [
        ("{key: When, dataType: schedule}", vec![]),
        ("{key: When, dataType: string}", vec!["Setting flows[0].steps[0].schedule.value"]),
        (
            "{key: Then, dataType: schedule}",
            vec!["Reference flows[0].steps[0].schedule.value -> Then"],
        ),
    ] {
        let rest =
            format!("requiredConfigVars: [{variable}]\nflows: [{{name: f, steps: [{trigger}]}}]");
        assert_eq!(found(&rest), expected, "{rest}");
    }
    let rest = format!("preprocessFlowName: f\nflows: [{{name: f, {fifo}, steps: [{HOOK}]}}]");
    assert_eq!(found(&rest), ["Setting flows[0].queueConfig.usesFifoQueue"]);
}

#[test]
fn config_variables_are_few_and_known() {
    let many: Vec<_> =
        (0..=MAX_CONFIG_VARS).map(|n| format!("{{key: k{n}, dataType: string}}")).collect();
    let long = "x".repeat(MAX_PICK_LIST_CHARS + 1);
    for (rest, expected) in [
        (format!("requiredConfigVars: [{}]", many.join(", ")), vec!["Setting requiredConfigVars"]),
        (
            format!("requiredConfigVars: [{{key: a, dataType: picklist, pickList: [b, {long}]}}]"),
            vec!["Setting requiredConfigVars[0].pickList[1]"],
        ),
        (
            "requiredConfigVars: [{key: a, dataType: schedule, defaultValue: '0 25 * * *'}, {key: \
             b, dataType: schedule, scheduleType: once, timeZone: Mars}]"
                .to_owned(),
            vec![
                "Setting requiredConfigVars[0].defaultValue",
                "Setting requiredConfigVars[1].defaultValue",
            ],
        ),
        (
            "requiredConfigVars: [{key: a, dataType: date}, {key: a, dataType: date}]".to_owned(),
            vec!["Name requiredConfigVars[1].key"],
        ),
        (
            "configPages: [{name: p, elements: [{type: configVar, value: Hots}, {type: \
             htmlElement, value: <p>}]}]\nrequiredConfigVars: [{key: Host, dataType: string}]"
                .to_owned(),
            vec!["Reference configPages[0].elements[0].value -> Host"],
        ),
        (
            "requiredConfigVars: [{key: a, dataType: connection, connection: {key: basik, \
             component: {key: http}}}, {key: b, dataType: string, dataSource: {key: pick, \
             component: {key: http}}}]"
                .to_owned(),
            vec![
                "UnknownAction requiredConfigVars[0].connection.key -> basic",
                "UnknownAction requiredConfigVars[1].dataSource.key",
            ],
        ),
        (
            "requiredConfigVars: [{key: a, dataType: connection, connection: {key: k, component: \
             {key: htp}}, inputs: {host: {type: value, value: h}, url: {type: template, value: \
             '{{#host}}/{{#gone}}'}}}]"
                .to_owned(),
            vec![
                "UnpublishedComponent requiredConfigVars[0].connection.component.key -> http",
                "Reference requiredConfigVars[0].inputs.url",
            ],
        ),
    ] {
        assert_eq!(found(&format!("{rest}\nflows: []")), expected, "{rest}");
    }
}

#[test]
fn a_problem_names_the_step_the_line_and_what_was_meant() {
    let rest = format!(
        "flows:\n- name: f\n  steps:\n  - {HOOK}\n  - name: Send It\n    action: {{key: httpPost, \
         component: {{key: http}}}}\n    inputs:\n      url:\n        type: reference\n        \
         value: trigger.results.body\n"
    );
    let problems = problems(&rest);
    assert_eq!(
        problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["line 10:7, flows[0].steps[1].inputs.url: step `Send It`: `trigger.results.body` leads \
          nowhere: there is no step with that key (did you mean `hook.results.body`?)"]
    );
}
