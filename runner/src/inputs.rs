//! Inputs of a step, resolved when it runs.

use std::sync::Arc;

use components::{Inputs, LoopKind, StepError};
use flow::{Expression, Map, Scope, Value};

use crate::machine::Items;
use crate::record::STEP_RESULTS_MAX;

/// Iterations of one loop: each leaves a step result, if the loop has any step, so that the last
/// one fails the execution.
const ITERATIONS_MAX: usize = STEP_RESULTS_MAX as usize + 1;

/// What a step is called with: its inputs as they are at this point of the run.
pub fn resolve(inputs: &[(Arc<str>, Expression)], scope: &dyn Scope) -> Result<Inputs, StepError> {
    let mut resolved = Map::with_capacity(inputs.len());
    for (key, expression) in inputs {
        let value = expression
            .evaluate(scope)
            .map_err(|error| StepError::new(format!("Input \"{key}\": {error}")))?;
        if let Some(value) = value {
            resolved.insert(key.clone(), value);
        }
    }
    Ok(Inputs(resolved))
}

/// What a loop goes over.
pub fn items(kind: LoopKind, inputs: &Inputs) -> Result<Items, StepError> {
    match kind {
        LoopKind::Times => {
            let count = inputs.count("iterationCount", 0)?;
            Ok(Items::Count(usize::try_from(count).unwrap_or(ITERATIONS_MAX).min(ITERATIONS_MAX)))
        }
        LoopKind::Items => match inputs.require("items")? {
            Value::List(items) => Ok(Items::List(items.clone())),
            Value::Object(map) => Ok(Items::Object(map.clone())),
            Value::String(text) => match Value::parse_or_text(text) {
                Value::List(items) => Ok(Items::List(items)),
                Value::Object(map) => Ok(Items::Object(map)),
                _ => Err(not_iterable()),
            },
            _ => Err(not_iterable()),
        },
    }
}

fn not_iterable() -> StepError {
    StepError::new("A loop needs a list or an object to go over.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_has_an_end_whatever_it_is_told() {
        for (given, expected) in [("7", 7), ("1e18", ITERATIONS_MAX)] {
            let inputs = Inputs([("iterationCount".into(), given.into())].into());
            let Ok(Items::Count(count)) = items(LoopKind::Times, &inputs) else {
                panic!("{given}")
            };
            assert_eq!(count, expected);
        }
    }
}
