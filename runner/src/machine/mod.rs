//! Where a run stands and what comes next. Pure: it performs nothing and knows no clock.
//!
//! Ask [`Machine::next_effect`] what to do, do it, and tell [`Machine`] how it went. The same
//! answers lead to the same questions, so a run is resumed by answering from its journal.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use flow::{Iteration, Scope, StepView, Value};

use crate::plan::{PlannedBranch, PlannedStep};

/// What the executor does next.
#[derive(Clone, Copy, Debug)]
pub enum Next<'p> {
    /// Perform this step, then call [`Machine::complete`] or one of its siblings.
    Perform(&'p PlannedStep),
    /// All iterations of this loop are done: record its result, then call [`Machine::complete`].
    LoopEnded(&'p PlannedStep),
    /// Nothing is left to do.
    Done,
}

/// What a loop goes over.
#[derive(Clone, Debug)]
pub enum Items {
    List(Arc<Vec<Value>>),
    Object(Arc<flow::Map>),
    Count(usize),
}

impl Items {
    fn len(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Object(map) => map.len(),
            Self::Count(count) => *count,
        }
    }

    fn iteration(&self, index: usize) -> Option<Iteration> {
        let (key, item) = match self {
            Self::List(items) => (None, items.get(index)?.clone()),
            Self::Object(map) => {
                let (key, value) = map.get_index(index)?;
                (Some(key.clone()), value.clone())
            }
            Self::Count(count) => (None, (index < *count).then(|| Value::from(index))?),
        };
        Some(Iteration { item, key, index, is_last: index + 1 == self.len() })
    }
}

/// The state of one run.
#[derive(Debug)]
pub struct Machine<'p> {
    frames: Vec<Frame<'p>>,
    steps: HashMap<&'p str, StepState>,
    config_vars: Arc<flow::Map>,
    is_stopped: bool,
}

#[derive(Debug)]
enum Frame<'p> {
    Sequence { steps: &'p [PlannedStep], next: usize, last: Option<Value> },
    Loop { step: &'p PlannedStep, items: Items, index: usize, results: Vec<Value> },
}

#[derive(Debug, Default)]
struct StepState {
    results: Option<Value>,
    error: Option<Value>,
    iteration: Option<Iteration>,
}

impl<'p> Machine<'p> {
    /// A run before its first step; `trigger` has already happened.
    pub fn new(steps: &'p [PlannedStep], config_vars: Arc<flow::Map>) -> Self {
        let first = Frame::Sequence { steps, next: 0, last: None };
        Self { frames: vec![first], steps: HashMap::new(), config_vars, is_stopped: false }
    }

    /// From now on, steps see these config variables.
    pub fn configure(&mut self, config_vars: Arc<flow::Map>) {
        self.config_vars = config_vars;
    }

    /// Records the trigger's payload, and takes the branch it chose.
    pub fn triggered(
        &mut self,
        key: &'p str,
        payload: Value,
        branch: Option<&str>,
        branches: &'p [PlannedBranch],
    ) {
        self.steps.insert(key, StepState { results: Some(payload), ..StepState::default() });
        self.enter_branch(branch, branches);
    }

    pub fn next_effect(&mut self) -> Next<'p> {
        if self.is_stopped {
            return Next::Done;
        }
        loop {
            match self.frames.last() {
                None => return Next::Done,
                Some(Frame::Sequence { steps, next, .. }) => match steps.get(*next) {
                    Some(step) => return Next::Perform(step),
                    None => self.leave_sequence(),
                },
                Some(Frame::Loop { step, items, index, .. }) => {
                    let step = *step;
                    match items.iteration(*index) {
                        Some(iteration) => self.enter_iteration(step, iteration),
                        None => return Next::LoopEnded(step),
                    }
                }
            }
        }
    }

    /// The step gave this result, and perhaps chose a branch.
    pub fn complete(&mut self, step: &'p PlannedStep, data: Option<Value>, branch: Option<&str>) {
        if let Some(Frame::Loop { step: ended, .. }) = self.frames.last()
            && std::ptr::eq(*ended, step)
        {
            self.frames.pop();
        }
        self.advance(data.clone());
        self.steps.insert(&step.step.key, StepState { results: data, ..StepState::default() });
        if branch.is_some() {
            self.enter_branch(branch, &step.branches);
        }
    }

    /// The step failed, and the flow goes on all the same.
    pub fn ignore(&mut self, step: &'p PlannedStep, error: Value) {
        self.advance(None);
        let state = StepState { error: Some(error), ..StepState::default() };
        self.steps.insert(&step.step.key, state);
    }

    /// The step is a loop over these items.
    pub fn begin_loop(&mut self, step: &'p PlannedStep, items: Items) {
        self.frames.push(Frame::Loop { step, items, index: 0, results: Vec::new() });
    }

    /// Leaves the innermost loop; the iteration that is cut adds nothing to the loop's result.
    /// False outside any loop.
    pub fn break_loop(&mut self) -> bool {
        let Some(place) = self.frames.iter().rposition(|frame| matches!(frame, Frame::Loop { .. }))
        else {
            return false;
        };
        self.frames.truncate(place + 1);
        if let Some(Frame::Loop { items, index, .. }) = self.frames.last_mut() {
            *index = items.len();
        }
        true
    }

    /// The run ends here, successfully.
    pub fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// The results of the loop that has just ended.
    pub fn loop_results(&mut self) -> Value {
        match self.frames.last_mut() {
            Some(Frame::Loop { results, .. }) => std::mem::take(results).into(),
            Some(Frame::Sequence { .. }) | None => Value::Null,
        }
    }

    /// Key and index of the innermost loop.
    pub fn innermost_loop(&self) -> Option<(&'p str, usize)> {
        self.loops().last()
    }

    /// Where in nested loops the run is: `eachOrder[2].eachItem[0]`, or empty text.
    pub fn loop_path(&self) -> String {
        let mut path = String::new();
        for (key, index) in self.loops() {
            let separator = if path.is_empty() { "" } else { "." };
            // Writing to a string cannot fail.
            let _ = write!(path, "{separator}{key}[{index}]");
        }
        path
    }

    /// Step key to `{results}`, with `currentItem` and `index` for loops around here.
    pub fn step_results(&self) -> flow::Map {
        let entry = |(key, state): (&&str, &StepState)| {
            let mut entry = vec![("results", state.results.clone().unwrap_or_default())];
            if let Some(iteration) = &state.iteration {
                entry.push(("currentItem", iteration.item.clone()));
                entry.push(("index", iteration.index.into()));
            }
            ((*key).into(), Value::object(entry))
        };
        self.steps.iter().map(entry).collect()
    }

    fn loops(&self) -> impl Iterator<Item = (&'p str, usize)> {
        self.frames.iter().filter_map(|frame| match frame {
            // A loop is only around a step while one of its iterations runs.
            Frame::Loop { step, index, items, .. } if *index < items.len() => {
                Some((&*step.step.key, *index))
            }
            Frame::Loop { .. } | Frame::Sequence { .. } => None,
        })
    }

    fn advance(&mut self, data: Option<Value>) {
        if let Some(Frame::Sequence { next, last, .. }) = self.frames.last_mut() {
            *next += 1;
            *last = data;
        }
    }

    fn enter_branch(&mut self, name: Option<&str>, branches: &'p [PlannedBranch]) {
        if let Some(branch) = branches.iter().find(|branch| Some(&*branch.name) == name) {
            self.frames.push(Frame::Sequence { steps: &branch.steps, next: 0, last: None });
        }
    }

    fn enter_iteration(&mut self, step: &'p PlannedStep, iteration: Iteration) {
        self.forget(&step.body);
        let state = StepState { iteration: Some(iteration), ..StepState::default() };
        self.steps.insert(&step.step.key, state);
        self.frames.push(Frame::Sequence { steps: &step.body, next: 0, last: None });
    }

    fn leave_sequence(&mut self) {
        let Some(Frame::Sequence { last, .. }) = self.frames.pop() else { return };
        if let Some(Frame::Loop { results, index, .. }) = self.frames.last_mut() {
            results.push(last.unwrap_or_default());
            *index += 1;
        }
    }

    /// A step that does not run in this iteration has no result, whatever the last one left.
    fn forget(&mut self, steps: &'p [PlannedStep]) {
        for step in steps {
            self.steps.remove(&*step.step.key);
            self.forget(&step.body);
            for branch in &step.branches {
                self.forget(&branch.steps);
            }
        }
    }
}

impl Scope for Machine<'_> {
    fn step(&self, key: &str) -> Option<StepView<'_>> {
        self.steps.get(key).map(|state| StepView {
            results: state.results.as_ref(),
            error: state.error.as_ref(),
            iteration: state.iteration.as_ref(),
        })
    }

    fn config_var(&self, key: &str) -> Option<&Value> {
        self.config_vars.get(key)
    }
}

#[cfg(test)]
mod tests;
