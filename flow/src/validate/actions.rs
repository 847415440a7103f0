//! Whether a step fits the action it uses: the component, the inputs, the branches.

use std::collections::HashSet;

use super::{ActionShape, Checker};
use crate::Value;
use crate::definition::{Branch, Step};
use crate::expression::{Expression, Named};
use crate::problem::{Kind, Problem, item, property};
use crate::suggest::nearest;

/// The branch that is taken when no other is.
const ELSE: &str = "Else";

/// Checks one step; `is_trigger` says that it stands where a trigger must.
pub(super) fn check(checker: &Checker<'_>, step: &Step, is_trigger: bool, path: &str) {
    let user = format!("step `{}`: ", step.name);
    let at = property(path, "action");
    let component = &step.action.component;
    if !checker.known_component(component, &property(&at, "component"), &user) {
        return;
    }
    match checker.vocabulary.inputs(component, &step.action.key, is_trigger) {
        Some(shape) => {
            check_inputs(checker, step, &shape, path);
            check_body(checker, step, &shape, path);
            if shape.needs_schedule && step.schedule.is_none() {
                let message = format!("step `{}`: this trigger needs a schedule", step.name);
                checker.add(Kind::Setting, property(path, "schedule"), message);
            }
        }
        None => unknown_action(checker, step, is_trigger, &property(&at, "key")),
    }
}

fn unknown_action(checker: &Checker<'_>, step: &Step, is_trigger: bool, path: &str) {
    if checker.problems.is_full() {
        return;
    }
    let (component, key) = (&step.action.component, &step.action.key);
    let noun = if is_trigger { "trigger" } else { "action" };
    let message =
        format!("step `{}`: the component `{}` has no {noun} `{key}`", step.name, component.key);
    let known = checker.vocabulary.actions(component, is_trigger);
    let problem = Problem::new(Kind::UnknownAction, path, message);
    checker.problems.push(problem.suggest(nearest(key, known.iter().map(String::as_str))));
}

fn check_inputs(checker: &Checker<'_>, step: &Step, shape: &ActionShape, path: &str) {
    let known = || {
        let inputs = shape.inputs.iter();
        inputs.flat_map(|input| [&input.key].into_iter().chain(&input.aliases))
    };
    let path = property(path, "inputs");
    for key in step.inputs.keys().filter(|key| !known().any(|known| known == *key)) {
        let message =
            format!("step `{}`: the action `{}` has no input `{key}`", step.name, step.action.key);
        let problem = Problem::new(Kind::UnknownInput, property(&path, key), message);
        checker.problems.push(problem.suggest(nearest(key, known().map(String::as_str))));
    }
    for input in shape.inputs.iter().filter(|input| input.required) {
        let mut keys = [&input.key].into_iter().chain(&input.aliases);
        if !keys.any(|key| step.inputs.get(key).is_some_and(is_set)) {
            let message = format!("step `{}`: the input `{}` must be set", step.name, input.key);
            checker.add(Kind::MissingInput, property(&path, &input.key), message);
        }
    }
}

fn is_set(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(Some(Value::String(text))) => !text.is_empty(),
        expression => !expression.is_unset(),
    }
}

fn check_body(checker: &Checker<'_>, step: &Step, shape: &ActionShape, path: &str) {
    let has_body = step.steps.as_ref().is_some_and(|steps| !steps.is_empty());
    if has_body && !shape.loops {
        let message = format!("step `{}`: only a loop has steps inside", step.name);
        checker.add(Kind::Setting, property(path, "steps"), message);
    }
    let Some(branches) = &step.branches else { return };
    let path = property(path, "branches");
    let mut names = HashSet::new();
    for (index, branch) in branches.iter().enumerate() {
        if !names.insert(&*branch.name) {
            let message = format!("step `{}`: two branches are `{}`", step.name, branch.name);
            checker.add(Kind::Name, property(&item(&path, index), "name"), message);
        }
    }
    let declared = match &shape.branches_by {
        Some(input) => step.inputs.get(input).map_or_else(|| Some(Vec::new()), names_in),
        None => Some(shape.branches.iter().map(String::as_str).collect()),
    };
    if shape.branches_by.is_none() && shape.branches.is_empty() {
        if !branches.is_empty() {
            let message = format!("step `{}`: this action does not branch", step.name);
            checker.add(Kind::Setting, path, message);
        }
        return;
    }
    if let Some(declared) = declared {
        compare_names(checker, step, branches, &declared, &path);
    }
}

fn compare_names(
    checker: &Checker<'_>,
    step: &Step,
    branches: &[Branch],
    declared: &[&str],
    path: &str,
) {
    for (index, branch) in branches.iter().enumerate() {
        if branch.name != ELSE && !declared.contains(&&*branch.name) {
            let message =
                format!("step `{}`: nothing leads to the branch `{}`", step.name, branch.name);
            let path = property(&item(path, index), "name");
            let problem = Problem::new(Kind::Reference, path, message);
            checker.problems.push(problem.suggest(nearest(&branch.name, declared.iter().copied())));
        }
    }
    for name in declared {
        if *name != ELSE && !branches.iter().any(|branch| branch.name == *name) {
            let message = format!("step `{}`: there is no branch `{name}`", step.name);
            checker.add(Kind::Reference, path, message);
        }
    }
}

/// The branch names that an input gives; `None` where they are known only when it is evaluated.
fn names_in(expression: &Expression) -> Option<Vec<&str>> {
    match expression {
        Expression::Conditions(cases) => Some(cases.iter().map(|case| &*case.name).collect()),
        Expression::Pairs(entries) => entries.iter().map(literal_name).collect(),
        Expression::List(items) if items.is_empty() => Some(Vec::new()),
        Expression::Literal(None) => Some(Vec::new()),
        _ => None,
    }
}

fn literal_name(entry: &Named) -> Option<&str> {
    match &entry.name {
        Expression::Literal(Some(Value::String(name))) => Some(name),
        _ => None,
    }
}
