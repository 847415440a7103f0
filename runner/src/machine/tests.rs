//! Runs read as the list of steps they perform.

use components::{LoopKind, Perform};
use flow::{Definition, Value};

use super::{Items, Machine, Next};
use crate::plan::Plan;

/// A flow written as an outline: indented steps are the body of the step above them.
///
/// `loop NAME = items`, `branch NAME`, `case NAME`, `break NAME`, `stop NAME`, and plain step
/// names.
fn plan(outline: &str) -> Plan {
    let mut lines = outline.lines().filter(|line| !line.trim().is_empty()).peekable();
    let steps = yaml(&mut lines, 0);
    let text = format!(
        "definitionVersion: 7\nname: Test\nflows:\n- name: Flow\n  steps:\n  - {{name: Start, \
         isTrigger: true, action: {{key: webhook, component: {{key: webhook-triggers, isPublic: true, \
         version: LATEST}}}}, inputs: {{}}}}\n{steps}"
    );
    let definition = Definition::parse(&text).unwrap_or_else(|problems| {
        panic!("{text}\n{}", problems.iter().map(ToString::to_string).collect::<String>())
    });
    Plan::new(&flow::compile(&definition.flows[0]).unwrap(), None).unwrap()
}

fn yaml<'a>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    depth: usize,
) -> String {
    let mut text = String::new();
    let indent = "    ".repeat(depth);
    while let Some(&line) = lines.peek() {
        let own = (line.len() - line.trim_start().len()) / 2;
        if own < depth {
            break;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        lines.next();
        let body = yaml(lines, depth + 1);
        let (name, component, action) = match words[..] {
            ["loop", name] => (name, "loop", "loopNTimes"),
            ["branch", name] => (name, "branch", "branchOnValue"),
            ["case", name] => {
                text += &format!("  {indent}- name: {name}\n{}", list("steps", &body, &indent));
                continue;
            }
            ["break", name] => (name, "loop", "breakLoop"),
            ["stop", name] => (name, "stop-execution", "stopExecution"),
            [name] => (name, "log", "writeLog"),
            _ => panic!("{line}"),
        };
        let key = if words[0] == "branch" { "branches" } else { "steps" };
        let body = if body.is_empty() { String::new() } else { list(key, &body, &indent) };
        text += &format!(
            "  {indent}- name: {name}\n    {indent}action: {{key: {action}, component: {{key: \
             {component}, isPublic: true, version: LATEST}}}}\n    {indent}inputs: {{}}\n{body}"
        );
    }
    text
}

fn list(key: &str, body: &str, indent: &str) -> String {
    if body.is_empty() {
        return format!("    {indent}{key}: []\n");
    }
    format!("    {indent}{key}:\n{body}")
}

/// Performs a flow. Loops go over `a` and `b`; a branching step takes the case given for it; each
/// step gives its place as its result.
fn perform(plan: &Plan, cases: &[(&str, &str)]) -> (Vec<String>, Vec<(String, String)>) {
    let mut machine = Machine::new(&plan.steps, std::sync::Arc::default());
    machine.triggered("start", Value::Null, None, &[]);
    go_on(machine, cases)
}

fn go_on(mut machine: Machine<'_>, cases: &[(&str, &str)]) -> (Vec<String>, Vec<(String, String)>) {
    let (mut performed, mut loops) = (Vec::new(), Vec::new());
    loop {
        match machine.next_effect() {
            Next::Done => return (performed, loops),
            Next::LoopEnded(step) => {
                let results = machine.loop_results();
                loops.push((step.step.key.to_string(), results.to_json()));
                machine.complete(step, Some(results), None);
            }
            Next::Perform(step) => {
                let path = machine.loop_path();
                let place = crate::journal::step_path(&step.step.key, &path);
                match step.action.perform {
                    Perform::Loop(LoopKind::Times | LoopKind::Items) => {
                        let items = Items::List(
                            vec!["a", "b"]
                                .into_iter()
                                .map(Into::into)
                                .collect::<Vec<Value>>()
                                .into(),
                        );
                        machine.begin_loop(step, items);
                        continue;
                    }
                    Perform::BreakLoop => {
                        performed.push(place);
                        assert!(machine.break_loop());
                        continue;
                    }
                    _ => {}
                }
                performed.push(place.clone());
                let case = cases.iter().find(|(name, _)| *name == &*step.step.key);
                let branch = case.map(|(_, branch)| *branch);
                machine.complete(step, Some(branch.unwrap_or(&place).into()), branch);
                if step.action.terminates {
                    machine.stop();
                }
            }
        }
    }
}

#[track_caller]
fn check(outline: &str, cases: &[(&str, &str)], expected: &str) {
    let plan = plan(outline);
    let (performed, _) = perform(&plan, cases);
    assert_eq!(performed.join(" "), expected, "{outline}");
}

/// Proves R123.
#[test]
fn steps_run_in_order() {
    check("one\ntwo\nthree", &[], "one two three");
}

/// Proves R139, R140, R141.
#[test]
fn bodies_run_once_per_item() {
    check("loop each\n  inner\nafter", &[], "each[0]/inner each[1]/inner after");
    let nested = "loop outer\n  loop inner\n    deep\n  last\nafter";
    let expected = "outer[0].inner[0]/deep outer[0].inner[1]/deep outer[0]/last \
        outer[1].inner[0]/deep outer[1].inner[1]/deep outer[1]/last after";
    check(nested, &[], expected);
}

/// Proves R155.
#[test]
fn branches_converge() {
    let outline = "branch pick\n  case Left\n    left\n  case Right\n    right\nafter";
    check(outline, &[("pick", "Left")], "pick left after");
    check(outline, &[("pick", "Right")], "pick right after");
    check(outline, &[("pick", "Else")], "pick after");
}

#[test]
fn a_break_leaves_the_innermost_loop_also_from_a_branch() {
    let outline = "loop outer\n  loop inner\n    branch pick\n      case Out\n        break leave\n    \
        tail\n  end\nafter";
    let expected = "outer[0].inner[0]/pick outer[0].inner[0]/leave outer[0]/end \
        outer[1].inner[0]/pick outer[1].inner[0]/leave outer[1]/end after";
    check(outline, &[("pick", "Out")], expected);
}

#[test]
fn a_stop_ends_everything() {
    check("loop each\n  inner\n  stop here\nafter", &[], "each[0]/inner each[0]/here");
}

/// Proves R142.
#[test]
fn a_loop_gives_the_last_result_of_each_iteration() {
    let plan = plan("loop each\n  first\n  branch pick\n    case Left\n      left\nafter");
    let (_, loops) = perform(&plan, &[("pick", "Left")]);
    assert_eq!(loops, [("each".to_owned(), r#"["Left","Left"]"#.to_owned())]);
}

#[test]
fn a_cut_iteration_adds_no_result() {
    let plan = plan("loop each\n  first\n  break leave\nafter");
    let (_, loops) = perform(&plan, &[]);
    assert_eq!(loops, [("each".to_owned(), "[]".to_owned())]);
}

/// A step that does not run in this iteration has no result, whatever the last iteration left.
#[test]
fn an_iteration_starts_without_results() {
    let plan = plan("loop each\n  branch pick\n    case Left\n      left\n  tail");
    let mut machine = Machine::new(&plan.steps, std::sync::Arc::default());
    let mut seen = Vec::new();
    let mut picks = ["Left", "Else"].into_iter();
    loop {
        match machine.next_effect() {
            Next::Done => break,
            Next::LoopEnded(step) => {
                machine.loop_results();
                machine.complete(step, None, None);
            }
            Next::Perform(step) => match &*step.step.key {
                "each" => machine.begin_loop(step, Items::Count(2)),
                "pick" => machine.complete(step, None, picks.next()),
                "tail" => {
                    seen.push(flow::Scope::step(&machine, "left").is_some());
                    machine.complete(step, None, None);
                }
                _ => machine.complete(step, Some(1_i64.into()), None),
            },
        }
    }
    assert_eq!(seen, [true, false]);
}

#[test]
fn a_trigger_takes_its_branch_before_the_steps_that_follow() {
    let outline = "branch check\n  case Event\n    one\n    two\n  case Ping\n    three\nfour";
    let plan = plan(outline);
    for (branch, expected) in [("Event", "one two four"), ("Ping", "three four"), ("Other", "four")]
    {
        let mut machine = Machine::new(&plan.steps[1..], std::sync::Arc::default());
        machine.triggered("start", Value::Null, Some(branch), &plan.steps[0].branches);
        let (performed, _) = go_on(machine, &[]);
        assert_eq!(performed.join(" "), expected);
    }
}
