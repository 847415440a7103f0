//! What a deployment runs: a flow with everything looked up that can be looked up once.

use std::collections::HashSet;
use std::sync::Arc;

use crate::definition::{self, Flow, Inputs};
use crate::expression::{Expression, Mention};
use crate::problem::{Kind, Problem, Problems, item, property};

pub use crate::definition::{ErrorConfig, ErrorHandler, Version};

/// A compiled flow.
#[derive(Clone, Debug)]
pub struct Program {
    pub trigger: Step,
    /// The steps after the trigger.
    pub steps: Vec<Step>,
}

/// A compiled step.
#[derive(Clone, Debug)]
pub struct Step {
    pub key: Arc<str>,
    pub name: Arc<str>,
    pub component: Arc<str>,
    pub is_public: bool,
    pub version: Version,
    pub action: Arc<str>,
    /// Only the inputs that the definition sets.
    pub inputs: Vec<(Arc<str>, Expression)>,
    pub body: Body,
    pub error: ErrorConfig,
}

/// The steps inside a step.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    Loop(Vec<Step>),
    Branches(Vec<Branch>),
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub name: Arc<str>,
    pub steps: Vec<Step>,
}

/// Compiles a flow, or says what keeps it from running at all.
///
/// References to missing steps are no obstacle: they lead to nothing. The paths of the problems
/// begin at the flow.
pub fn compile(flow: &Flow) -> Result<Program, Vec<Problem>> {
    let problems = Problems::default();
    let trigger_key = flow.steps.first().map(definition::Step::key).unwrap_or_default();
    let mut compiler = Compiler { trigger_key, keys: HashSet::new(), problems: &problems };
    let mut steps = compiler.steps(&flow.steps, "steps").into_iter();
    let trigger = steps.next().filter(|_| flow.trigger().is_some());
    let steps = steps.collect();
    if trigger.is_none() {
        problems.add(Kind::Setting, "steps", "the first step of a flow must be a trigger");
    }
    let problems = problems.into_vec();
    match trigger {
        Some(trigger) if problems.is_empty() => Ok(Program { trigger, steps }),
        _ => Err(problems),
    }
}

struct Compiler<'a> {
    trigger_key: String,
    keys: HashSet<String>,
    problems: &'a Problems,
}

impl Compiler<'_> {
    fn steps(&mut self, steps: &[definition::Step], path: &str) -> Vec<Step> {
        let steps = steps.iter().enumerate();
        steps.map(|(index, step)| self.step(step, &item(path, index))).collect()
    }

    fn step(&mut self, step: &definition::Step, path: &str) -> Step {
        let key = step.key();
        if !self.keys.insert(key.clone()) {
            let message = format!("another step has the key `{key}` already");
            self.problems.add(Kind::Name, property(path, "name"), message);
        }
        let component = &step.action.component;
        Step {
            name: step.name.as_str().into(),
            component: component.key.as_str().into(),
            is_public: component.is_public,
            version: component.version.clone(),
            action: step.action.key.as_str().into(),
            inputs: self.inputs(&step.inputs, &property(path, "inputs")),
            body: self.body(step, path),
            error: step.error,
            key: key.into(),
        }
    }

    fn body(&mut self, step: &definition::Step, path: &str) -> Body {
        match (&step.steps, &step.branches) {
            (_, Some(branches)) if !branches.is_empty() || step.steps.is_none() => {
                let path = property(path, "branches");
                let branches = branches.iter().enumerate().map(|(index, branch)| Branch {
                    name: branch.name.as_str().into(),
                    steps: self.steps(&branch.steps, &property(&item(&path, index), "steps")),
                });
                Body::Branches(branches.collect())
            }
            (Some(steps), _) => Body::Loop(self.steps(steps, &property(path, "steps"))),
            (None, _) => Body::None,
        }
    }

    fn inputs(&self, inputs: &Inputs, path: &str) -> Vec<(Arc<str>, Expression)> {
        let mut compiled = Vec::with_capacity(inputs.len());
        for (key, expression) in inputs.iter().filter(|(_, expression)| !expression.is_unset()) {
            expression.mentions(&property(path, key), &mut |path, mention| {
                if let Mention::Malformed(malformed) = mention {
                    self.problems.add(Kind::Expression, path, malformed.to_string());
                }
            });
            let mut expression = expression.clone();
            expression.for_each_path(&mut |path| {
                if path.step() == self.trigger_key {
                    path.ignore_header_case();
                }
            });
            compiled.push((key.as_str().into(), expression));
        }
        compiled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Definition;
    use crate::testing::Fixture;

    fn flow(steps: &str) -> Flow {
        let text =
            format!("definitionVersion: 7\nname: x\nflows:\n- name: f\n  steps: [{steps}]\n");
        Definition::parse(&text).unwrap().flows.remove(0)
    }

    const HOOK: &str = "{name: The Hook, isTrigger: true, action: {key: webhook, component: \
                        {key: webhook-triggers, version: 2}}, branches: [{name: Go, steps: []}]}";

    /// The shape of a chain of steps in one line.
    fn outline(steps: &[Step]) -> String {
        let one = |step: &Step| match &step.body {
            Body::None => step.key.to_string(),
            Body::Loop(body) => format!("{}({})", step.key, outline(body)),
            Body::Branches(branches) => {
                let branch = |it: &Branch| format!("{}:[{}]", it.name, outline(&it.steps));
                format!(
                    "{}<{}>",
                    step.key,
                    branches.iter().map(branch).collect::<Vec<_>>().join("|")
                )
            }
        };
        steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    /// Proves R123, R139, R155.
    #[test]
    fn a_program_has_the_steps_in_their_order() {
        let action = "action: {key: a, component: {key: c, isPublic: false}}";
        let program = compile(&flow(&format!(
            "{HOOK}, {{name: Each One, {action}, errorConfig: {{errorHandlerType: ignore}}, steps: \
             [{{name: First, {action}}}, {{name: Decide, {action}, branches: [{{name: Yes, steps: \
             [{{name: In, {action}}}]}}, {{name: Else}}]}}, {{name: Joined, {action}}}]}}, \
             {{name: Bare Loop, {action}, steps: []}}, {{name: Last, {action}}}"
        )))
        .unwrap();
        assert_eq!(
            outline(&program.steps),
            "eachOne(first decide<Yes:[in]|Else:[]> joined) bareLoop() last"
        );
        assert_eq!(outline(std::slice::from_ref(&program.trigger)), "theHook<Go:[]>");
        assert_eq!(program.trigger.version, Version::Pinned(2));
        assert!(program.trigger.is_public && !program.steps[0].is_public);
        assert_eq!(program.steps[0].error.handler, ErrorHandler::Ignore);
    }

    #[test]
    fn inputs_that_are_not_set_are_left_out_and_headers_of_the_trigger_are_lenient() {
        let program = compile(&flow(&format!(
            "{HOOK}, {{name: Log, action: {{key: a, component: {{key: c}}}}, inputs: {{unset: \
             {{type: value, value: null}}, empty: {{type: value, value: ''}}, connection: {{type: \
             configVar, value: ''}}, kind: {{type: reference, value: \
             theHook.results.headers.x-kind}}, text: {{type: template, value: \
             '<{{{{$theHook.results.headers.X-KIND}}}}>'}}}}}}"
        )))
        .unwrap();
        let scope = Fixture::default().results("theHook", r#"{"headers":{"X-Kind":"push"}}"#);
        let inputs: Vec<_> = program.steps[0]
            .inputs
            .iter()
            .map(|(key, input)| (&**key, input.evaluate(&scope).unwrap().unwrap().to_text()))
            .collect();
        let expected = [("empty", ""), ("kind", "push"), ("text", "<push>")];
        assert_eq!(inputs, expected.map(|(key, text)| (key, text.to_owned())));
    }

    #[test]
    fn what_cannot_run_is_not_compiled() {
        let step = |name: &str, input: &str| {
            format!(
                "{{name: {name}, action: {{key: a, component: {{key: c}}}}, inputs: {{x: \
                 {input}}}}}"
            )
        };
        let fine = "{type: value, value: x}";
        let broken = "{type: complex, value: [{type: reference, value: nonsense}]}";
        for (steps, path) in [
            (String::new(), "steps"),
            (step("A", fine), "steps"),
            (format!("{HOOK}, {}, {}", step("A B", fine), step("a-b", fine)), "steps[2].name"),
            (format!("{HOOK}, {}", step("A", broken)), "steps[1].inputs.x.value[0]"),
        ] {
            let problems = compile(&flow(&steps)).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].path, path);
        }
    }
}
