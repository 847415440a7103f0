//! Work on lists with JavaScript functions: one call of the engine per list, not per item.

use std::time::Duration;

use flow::Value;

use super::lists::list;
use crate::{Inputs, Output, Run, Script, StepError};

/// Longest one list may keep the engine busy.
const TIME_LIMIT: Duration = Duration::from_mins(1);

pub async fn map(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    Ok(filtered(run, inputs, code(inputs, "transformCodeInput")).await?.into())
}

pub async fn filter(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("filterCodeInput")?;
    Ok(filtered(run, inputs, None).await?.into())
}

/// Without a function numbers go by size, anything else by its text.
pub async fn sort(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let items = Value::List(list(inputs)?);
    let usual = "(a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const text = (x) => (typeof x === 'object' ? JSON.stringify(x) : String(x));
  const [first, second] = [text(a), text(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}";
    let compare = code(inputs, "compareCodeInput").unwrap_or_else(|| usual.to_owned());
    let program = program(&[("compare", compare)], "(items) => [...items].sort(compare)");
    Ok(call(run, program, vec![items]).await?.into())
}

pub async fn aggregate(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let kept = filtered(run, inputs, None).await?;
    let items = kept.as_list().unwrap_or_default();
    let function = inputs.require_text("aggregateFunctionInput")?.trim().to_uppercase();
    if function == "COUNT" {
        return Ok(Value::from(items.len()).into());
    }
    let mut numbers = items.iter().map(number).collect::<Result<Vec<f64>, _>>()?;
    numbers.sort_by(f64::total_cmp);
    let sum: f64 = numbers.iter().sum();
    let result = match &*function {
        "SUM" => Some(sum),
        "PRODUCT" => Some(numbers.iter().product()),
        "MIN" => numbers.first().copied(),
        "MAX" => numbers.last().copied(),
        "AVERAGE" => (!numbers.is_empty()).then(|| sum / length(&numbers)),
        "MEDIAN" => median(&numbers),
        _ => return Err(StepError::new(format!("There is no function \"{function}\"."))),
    };
    Ok(Value::from(result).into())
}

#[expect(clippy::cast_precision_loss, reason = "no list has 2^53 items")]
fn length(numbers: &[f64]) -> f64 {
    numbers.len() as f64
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
}

fn number(item: &Value) -> Result<f64, StepError> {
    let number = match item {
        Value::Number(number) => number.as_f64(),
        other => other.to_text().trim().parse().ok(),
    };
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| StepError::new("The list holds an item that is not a number."))
}

const FILTER_AND_TRANSFORM: &str = "async (items, context) => {
  const kept = [];
  for (let index = 0; index < items.length; index += 1) {
    if (!filter || (await filter(items[index], index, context))) kept.push(items[index]);
  }
  if (!transform) return kept;
  const results = [];
  for (let index = 0; index < kept.length; index += 1) {
    const result = await transform(kept[index], index, context);
    results.push(result === undefined ? null : result);
  }
  return results;
}";

/// The items the filter function keeps, or all without one, each as `transform` makes it.
async fn filtered(
    run: &mut Run,
    inputs: &Inputs,
    transform: Option<String>,
) -> Result<Value, StepError> {
    let items = Value::List(list(inputs)?);
    let filter = code(inputs, "filterCodeInput");
    if filter.is_none() && transform.is_none() {
        return Ok(items);
    }
    let functions = [
        ("filter", filter.unwrap_or_else(|| NONE.to_owned())),
        ("transform", transform.unwrap_or_else(|| NONE.to_owned())),
    ];
    let program = program(&functions, FILTER_AND_TRANSFORM);
    let context = inputs.get("contextInput").cloned().unwrap_or_default();
    call(run, program, vec![items, context]).await
}

fn code(inputs: &Inputs, key: &str) -> Option<String> {
    inputs.get(key).map(Value::to_text).filter(|code| !code.trim().is_empty())
}

/// Stands for a function that was not given.
const NONE: &str = "module.exports = null";

/// A module that exports `body`, which finds the author's functions by their names. An author's
/// code is either a module that exports the function or only the function itself.
fn program(functions: &[(&str, String)], body: &str) -> String {
    let mut program = "const load = (define) => {
  const loaded = { exports: {} };
  define(loaded, loaded.exports);
  const found = loaded.exports && loaded.exports.default ? loaded.exports.default : loaded.exports;
  if (found !== null && typeof found !== 'function') {
    throw new Error('The code does not export a function.');
  }
  return found;
};
"
    .to_owned();
    for (name, code) in functions {
        let is_module = code.contains("module.exports") || code.contains("exports.");
        let bare = code.trim().trim_end_matches(';');
        let (open, code, close) =
            if is_module { ("", &**code, "") } else { ("module.exports = (", bare, "\n);") };
        program.extend(["const ", *name, " = load(function (module, exports) {\n"]);
        program.extend([open, code, close, "\n});\n"]);
    }
    program + "module.exports = " + body + ";\n"
}

async fn call(run: &mut Run, code: String, arguments: Vec<Value>) -> Result<Value, StepError> {
    let customer = run.info.customer.id.clone();
    let time_limit = Some(TIME_LIMIT);
    let script =
        Script { code, arguments, with_context: false, network: None, customer, time_limit };
    let output = run.services.scripts.run(script).await?;
    run.logs.extend(output.logs);
    match output.returned {
        Some(Ok(returned)) => Ok(returned.unwrap_or_default()),
        Some(Err(error)) => Err(error),
        None => Err(StepError::new("The function ended without a result.")),
    }
}
