//! The steps of a flow in the order they run: names, triggers, and what each can read.

use std::collections::{BTreeMap, HashSet};

use super::{Checker, actions, settings};
use crate::definition::{Flow, Step};
use crate::expression::Mention;
use crate::problem::{Kind, Problem, item, property};
use crate::reference::Path;
use crate::suggest::nearest;

/// Checks the steps of a flow.
pub(super) fn check<'a>(checker: &Checker<'a>, flow: &'a Flow, path: &str) {
    if flow.steps.is_empty() {
        checker.add(Kind::Setting, property(path, "steps"), "a flow needs at least a trigger");
        return;
    }
    let mut keys = HashSet::new();
    collect_keys(&flow.steps, &mut keys);
    let trigger = flow.steps.first().map(Step::key).unwrap_or_default();
    let mut walk =
        Walk { checker, keys, taken: HashSet::new(), readable: BTreeMap::new(), trigger };
    walk.steps(&flow.steps, &property(path, "steps"), true);
}

fn collect_keys(steps: &[Step], keys: &mut HashSet<String>) {
    for step in steps {
        keys.insert(step.key());
        collect_keys(step.steps.as_deref().unwrap_or_default(), keys);
        for branch in step.branches.as_deref().unwrap_or_default() {
            collect_keys(&branch.steps, keys);
        }
    }
}

/// What can be read of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readable {
    Results,
    /// The loop goes on around the reader.
    Iteration,
}

struct Walk<'c, 'a> {
    checker: &'c Checker<'a>,
    /// The keys of all steps of the flow.
    keys: HashSet<String>,
    /// The keys that earlier steps have taken.
    taken: HashSet<String>,
    /// What the current step can read; sorted, so that suggestions do not vary.
    readable: BTreeMap<String, Readable>,
    trigger: String,
}

impl Walk<'_, '_> {
    /// Walks a chain of steps and returns the keys it has made readable.
    fn steps(&mut self, steps: &[Step], path: &str, is_flow: bool) -> Vec<String> {
        let mut added = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            self.step(step, is_flow && index == 0, &item(path, index), &mut added);
        }
        added
    }

    fn step(&mut self, step: &Step, is_first: bool, path: &str, added: &mut Vec<String>) {
        let key = step.key();
        self.name(step, &key, path);
        if is_first && !step.is_trigger {
            let message = "the first step of a flow must be a trigger (`isTrigger: true`)";
            self.checker.add(Kind::Setting, path, format!("step `{}`: {message}", step.name));
        }
        if !is_first && step.is_trigger {
            let message = format!("step `{}`: only the first step can be a trigger", step.name);
            self.checker.add(Kind::Setting, property(path, "isTrigger"), message);
        }
        actions::check(self.checker, step, is_first, path);
        settings::check_step(self.checker, step, path);
        self.inputs(step, &property(path, "inputs"));
        self.body(step, &key, path, added);
        added.push(key);
    }

    fn name(&mut self, step: &Step, key: &str, path: &str) {
        let path = property(path, "name");
        if step.name.trim().is_empty() {
            self.checker.add(Kind::Name, path, "a step has no name");
        } else if key.is_empty() {
            let message = format!("step `{}`: a name needs a letter or digit", step.name);
            self.checker.add(Kind::Name, path, message);
        } else if !self.taken.insert(key.to_owned()) {
            let message = format!("step `{}`: another step has the key `{key}`", step.name);
            self.checker.add(Kind::Name, path, message);
        }
    }

    fn body(&mut self, step: &Step, key: &str, path: &str, added: &mut Vec<String>) {
        if let Some(body) = &step.steps {
            self.readable.insert(key.to_owned(), Readable::Iteration);
            let inside = self.steps(body, &property(path, "steps"), false);
            self.forget(&inside);
        }
        // A branching step has its results before one of its branches begins.
        self.readable.insert(key.to_owned(), Readable::Results);
        let mut converging = Vec::new();
        for (index, branch) in step.branches.iter().flatten().enumerate() {
            let path = property(&item(&property(path, "branches"), index), "steps");
            let inside = self.steps(&branch.steps, &path, false);
            self.forget(&inside);
            converging.extend(inside);
        }
        let readable = converging.iter().map(|key| (key.clone(), Readable::Results));
        self.readable.extend(readable);
        added.append(&mut converging);
    }

    fn forget(&mut self, keys: &[String]) {
        for key in keys {
            self.readable.remove(key);
        }
    }

    fn inputs(&self, step: &Step, path: &str) {
        let user = format!("step `{}`: ", step.name);
        for (key, expression) in &step.inputs {
            expression.mentions(&property(path, key), &mut |path, mention| match mention {
                Mention::Reference(reference) => self.reference(reference, path, &user),
                mention => self.checker.mention(path, mention, &user),
            });
        }
    }

    fn reference(&self, reference: &Path, path: &str, user: &str) {
        let key = reference.step();
        let is_iteration = reference.root().is_iteration();
        let reason = match self.readable.get(key) {
            Some(Readable::Results) if !is_iteration => return,
            Some(Readable::Iteration) if is_iteration => return,
            Some(Readable::Results) => "only the steps inside a loop can read its current item",
            Some(Readable::Iteration) => "a loop has no results before it ends",
            None if self.keys.contains(key) => {
                "that step runs later, in another branch or inside a loop"
            }
            None => "there is no step with that key",
        };
        if self.checker.problems.is_full() {
            return;
        }
        let message = format!("{user}`{reference}` leads nowhere: {reason}");
        let problem = Problem::new(Kind::Reference, path, message);
        self.checker.problems.push(problem.suggest(self.suggestion(reference)));
    }

    fn suggestion(&self, reference: &Path) -> Option<String> {
        let key = reference.step();
        if self.keys.contains(key) {
            return None;
        }
        // People call the trigger by what it is instead of by its name.
        let meant = if key == "trigger" {
            self.trigger.clone()
        } else {
            nearest(key, self.readable.keys().map(String::as_str))?
        };
        let text = reference.to_string();
        Some(format!("{meant}{}", text.strip_prefix(key)?))
    }
}
