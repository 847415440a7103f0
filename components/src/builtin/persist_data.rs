//! `persist-data`: values that outlive a step, an execution or a flow.
//!
//! The same actions exist for four levels. Their keys say `Instance` where labels say `Flow`: the
//! name stuck before there were levels above the flow.

use std::sync::Arc;

use flow::Value;

use super::datetime::{iso, present};
use super::equality::{distinct, matches};
use crate::{
    Action, Component, Input, InputKind, Inputs, Level, Output, Perform, Run, State, StepError,
};

/// The actions of one level. A macro, since keys are literals and actions plain functions.
macro_rules! actions {
    ($level:expr, $infix:literal, $label:literal) => {
        [
            Action::new(
                concat!("get", $infix, "Value"),
                concat!($label, " - Get Value"),
                "Reads a value that was saved",
                Perform::WithRun(|run, inputs| get(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, DEFAULT_VALUE]),
            Action::new(
                concat!("save", $infix, "Value"),
                concat!($label, " - Save Value"),
                "Saves a value under a key",
                Perform::WithRun(|run, inputs| save(run.states.level_mut($level), inputs)),
            )
            .inputs([OPTIONAL_KEY, VALUE, DYNAMIC_PAIRS]),
            Action::new(
                concat!("append", $infix, "ValueToList"),
                concat!($label, " - Append Value to List"),
                "Adds a value at the end of a saved list",
                Perform::WithRun(|run, inputs| append(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, VALUE]),
            Action::new(
                concat!("append", $infix, "ValuesToList"),
                concat!($label, " - Append Values to List"),
                "Adds several values at the end of a saved list",
                Perform::WithRun(|run, inputs| append_all(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, DYNAMIC_LIST, VALUES, FLATTEN]),
            Action::new(
                concat!("add", $infix, "ValueToSet"),
                concat!($label, " - Add Value to Set"),
                "Adds a value to a saved list unless it is there already",
                Perform::WithRun(|run, inputs| add_to_set(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, VALUE]),
            Action::new(
                concat!("remove", $infix, "Value"),
                concat!($label, " - Remove Value"),
                "Forgets one or several keys",
                Perform::WithRun(|run, inputs| remove(run.states.level_mut($level), inputs)),
            )
            .inputs([OPTIONAL_KEY, KEYS]),
            Action::new(
                concat!("remove", $infix, "ValueFromList"),
                concat!($label, " - Remove Value from List"),
                "Takes a value out of a saved list",
                Perform::WithRun(|run, inputs| take_out(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, VALUE]),
            Action::new(
                concat!("remove", $infix, "ValueFromSet"),
                concat!($label, " - Remove Value from Set"),
                "Takes a value out of a saved set",
                Perform::WithRun(|run, inputs| take_out(run.states.level_mut($level), inputs)),
            )
            .inputs([KEY, VALUE]),
            Action::new(
                concat!("increment", $infix, "Value"),
                concat!($label, " - Increment Value"),
                "Adds to a saved number, which starts at 0",
                Perform::WithRun(|run, inputs| count(run.states.level_mut($level), inputs, 1.0)),
            )
            .inputs([KEY, AMOUNT]),
            Action::new(
                concat!("decrement", $infix, "Value"),
                concat!($label, " - Decrement Value"),
                "Subtracts from a saved number, which starts at 0",
                Perform::WithRun(|run, inputs| count(run.states.level_mut($level), inputs, -1.0)),
            )
            .inputs([KEY, AMOUNT]),
            Action::new(
                concat!("list", $infix, "Keys"),
                concat!($label, " - List Keys"),
                "Lists the keys under which values are saved",
                Perform::WithRun(|run, _| Ok(keys(run.states.level($level)))),
            ),
            Action::new(
                concat!("save", $infix, "CurrentTime"),
                concat!($label, " - Save Current Time"),
                "Saves the present time under a key",
                Perform::WithRun(|run, inputs| save_time(run, $level, inputs)),
            )
            .inputs([KEY]),
            Action::new(
                concat!("remove", $infix, "State"),
                concat!($label, " - Remove All Values"),
                "Forgets all values of this level",
                Perform::WithRun(|run, _| Ok(clear(run.states.level_mut($level)))),
            ),
        ]
    };
}

pub fn component() -> Component {
    let mut actions = Vec::new();
    actions.extend(actions!(Level::Execution, "Execution", "Execution"));
    actions.extend(actions!(Level::Flow, "Instance", "Flow"));
    actions.extend(actions!(Level::CrossFlow, "CrossFlow", "Cross Flow"));
    actions.extend(actions!(Level::Integration, "Integration", "Integration"));
    actions.push(Action::new(
        "getUsage",
        "Get Usage",
        "Tells how many bytes each level holds",
        Perform::WithRun(|run, _| Ok(usage(run))),
    ));
    Component {
        actions: actions.into_iter().map(Action::uses_state).collect(),
        ..Component::new(
            "persist-data",
            "Persist Data",
            "Saves values for later steps and executions",
            "Data Platforms",
        )
    }
}

const OPTIONAL_KEY: Input =
    Input::new("keyInput", "Key").comments("The name under which the value is saved.");
const KEY: Input = OPTIONAL_KEY.required();
const KEYS: Input = Input::new("keysInput", "Keys")
    .comments("Several keys; taken instead of the single key.")
    .value_list()
    .aliases(&["multipleKeys", "multipleKeysInput", "keys"]);
const VALUE: Input = Input::new("valueInput", "Value")
    .kind(InputKind::Data)
    .comments("Any value: text, a number, a list or an object.");
const VALUES: Input = Input::new("valuesInput", "Values")
    .comments("The values to add.")
    .value_list()
    .aliases(&["values", "valueListInput"]);
const DEFAULT_VALUE: Input = Input::new("defaultValueInput", "Default value")
    .kind(InputKind::Data)
    .comments("Given when nothing is saved under the key.");
const DYNAMIC_PAIRS: Input = Input::new("dynamicValues", "Dynamic values")
    .kind(InputKind::Data)
    .comments("Several keys with their values; taken instead of the single key and value.")
    .key_value_list();
const DYNAMIC_LIST: Input = Input::new("dynamicValues", "Dynamic values")
    .kind(InputKind::Data)
    .comments("A list of values, usually from an earlier step; added before the others.")
    .aliases(&["dynamicValuesInput"]);
const FLATTEN: Input = Input::new("flatten", "Flatten")
    .kind(InputKind::Boolean)
    .comments("Adds the entries of values that are lists, instead of the lists.")
    .default("false")
    .aliases(&["flattenInput", "flattenValues"]);
const AMOUNT: Input = Input::new("amountInput", "Amount").comments("By how much.").default("1");

fn get(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let saved = state.get(&key(inputs)?).filter(|value| !value.is_null());
    let value = saved.or_else(|| inputs.0.get("defaultValueInput"));
    Ok(value.cloned().unwrap_or_default().into())
}

fn save(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let pairs = inputs.pairs("dynamicValues")?;
    if pairs.is_empty() {
        let (key, value) = (key(inputs)?, value(inputs));
        state.set(&key, value.clone());
        return Ok(told(&key, value));
    }
    for (key, value) in &pairs {
        state.set(key, value.clone());
    }
    Ok(Value::object([("value", Value::object(pairs))]).into())
}

fn append(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let (key, value) = (key(inputs)?, value(inputs));
    list(state, &key)?.push(value.clone());
    Ok(told(&key, value))
}

fn append_all(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let key = key(inputs)?;
    let given = [inputs.list("dynamicValues")?, inputs.list("valuesInput")?];
    let given = given.iter().flat_map(|values| values.iter());
    let values: Vec<Value> = if inputs.flag("flatten") {
        given
            .flat_map(|value| value.as_list().unwrap_or(std::slice::from_ref(value)))
            .cloned()
            .collect()
    } else {
        given.cloned().collect()
    };
    list(state, &key)?.extend(values.iter().cloned());
    Ok(told(&key, values.into()))
}

fn add_to_set(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let (key, value) = (key(inputs)?, value(inputs));
    let list = list(state, &key)?;
    if !list.contains(&value) {
        list.push(value.clone());
    }
    Ok(told(&key, value))
}

fn remove(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let keys = inputs.list("keysInput")?;
    if keys.is_empty() {
        state.remove(&key(inputs)?);
    }
    for key in distinct(keys.iter()) {
        state.remove(&key.to_text());
    }
    Ok(Output::default())
}

fn take_out(state: &mut State, inputs: &Inputs) -> Result<Output, StepError> {
    let (key, value) = (key(inputs)?, value(inputs));
    if state.get(&key).is_some() {
        list(state, &key)?.retain(|item| !matches(item, &value));
    }
    Ok(told(&key, value))
}

fn count(state: &mut State, inputs: &Inputs, direction: f64) -> Result<Output, StepError> {
    let key = key(inputs)?;
    let amount = inputs.number("amountInput")?.unwrap_or(1.0);
    let before = match state.get(&key) {
        None | Some(Value::Null) => Some(0.0),
        Some(Value::Number(number)) => number.as_f64(),
        Some(other) => other.to_text().trim().parse().ok(),
    };
    let Some(before) = before else {
        return Err(StepError::new(format!("The value saved under \"{key}\" is not a number.")));
    };
    let after = Value::from(before + direction * amount);
    state.set(&key, after.clone());
    Ok(after.into())
}

fn keys(state: &State) -> Output {
    Value::from(state.values().keys().cloned().collect::<Vec<Arc<str>>>()).into()
}

fn save_time(run: &mut Run, level: Level, inputs: &Inputs) -> Result<Output, StepError> {
    let key = key(inputs)?;
    let now = iso(present(run));
    run.states.level_mut(level).set(&key, now.clone());
    Ok(told(&key, now))
}

fn clear(state: &mut State) -> Output {
    state.clear();
    Output::default()
}

/// Execution state is not stored and does not count against the limit.
fn usage(run: &Run) -> Output {
    let bytes = |level| run.states.level(level).bytes();
    Value::object([
        ("execution", bytes(Level::Execution)),
        ("flow", bytes(Level::Flow)),
        ("crossFlow", bytes(Level::CrossFlow)),
        ("integration", bytes(Level::Integration)),
        ("total", run.states.stored_bytes()),
        ("limit", run.services.state_bytes_max),
    ])
    .into()
}

fn key(inputs: &Inputs) -> Result<String, StepError> {
    inputs.require_text("keyInput")
}

/// The value as given: empty text is worth saving too.
fn value(inputs: &Inputs) -> Value {
    inputs.0.get("valueInput").cloned().unwrap_or_default()
}

/// The saved list, to change in place.
fn list<'a>(state: &'a mut State, key: &str) -> Result<&'a mut Vec<Value>, StepError> {
    let value = state.edit(key, Value::default);
    if value.is_null() {
        *value = Value::List(Arc::default());
    }
    match value {
        Value::List(items) => Ok(Arc::make_mut(items)),
        _ => Err(StepError::new(format!("The value saved under \"{key}\" is not a list."))),
    }
}

/// What was done. Not the whole list: a loop that appends would store it once per iteration.
fn told(key: &str, value: Value) -> Output {
    Value::object([("key", key.into()), ("value", value)]).into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Level;
    use crate::testing::Stage;

    #[tokio::test]
    async fn values_are_kept_per_level_and_key() {
        let key = |more: Value| {
            let mut inputs = json!({ "keyInput": "k" });
            inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            inputs
        };
        let value = |value: Value| key(json!({ "valueInput": value }));
        let told = |value: Value| json!({ "key": "k", "value": value });
        let pairs = json!([{ "key": "a", "value": 1 }, { "key": "b", "value": [2] }]);
        let mut stage = Stage::new();
        for (action, inputs, expected) in [
            ("getInstanceValue", key(json!({})), json!(null)),
            ("getInstanceValue", key(json!({ "defaultValueInput": "d" })), json!("d")),
            ("saveInstanceValue", value(json!({ "x": 1 })), told(json!({ "x": 1 }))),
            ("getInstanceValue", key(json!({ "defaultValueInput": "d" })), json!({ "x": 1 })),
            ("getCrossFlowValue", key(json!({})), json!(null)),
            ("saveInstanceValue", value(json!("")), told(json!(""))),
            ("getInstanceValue", key(json!({ "defaultValueInput": "d" })), json!("")),
            (
                "saveInstanceValue",
                json!({ "dynamicValues": pairs }),
                json!({ "value": { "a": 1, "b": [2] } }),
            ),
            ("listInstanceKeys", json!({}), json!(["k", "a", "b"])),
            ("removeInstanceValue", json!({ "keysInput": ["a", "k"] }), json!(null)),
            ("removeInstanceValue", json!({ "keyInput": "missing" }), json!(null)),
            ("listInstanceKeys", json!({}), json!(["b"])),
            ("removeInstanceState", json!({}), json!(null)),
            ("listInstanceKeys", json!({}), json!([])),
            ("appendExecutionValueToList", value(json!(1)), told(json!(1))),
            (
                "appendExecutionValuesToList",
                key(json!({ "valuesInput": [[2, 1], "3"], "flatten": "true" })),
                told(json!([2, 1, "3"])),
            ),
            ("addExecutionValueToSet", value(json!(2)), told(json!(2))),
            ("addExecutionValueToSet", value(json!([4])), told(json!([4]))),
            ("removeExecutionValueFromList", value(json!("1")), told(json!("1"))),
            ("getExecutionValue", key(json!({})), json!([2, "3", [4]])),
            ("incrementIntegrationValue", key(json!({})), json!(1)),
            ("incrementIntegrationValue", key(json!({ "amountInput": "5" })), json!(6)),
            ("decrementIntegrationValue", key(json!({ "amountInput": 10 })), json!(-4)),
            ("saveCrossFlowCurrentTime", key(json!({})), told(json!("2026-03-01T12:00:00.000Z"))),
            (
                "getUsage",
                json!({}),
                json!({ "execution": 17, "flow": 2, "crossFlow": 32,
                "integration": 8, "total": 42, "limit": 67_108_864 }),
            ),
        ] {
            let found = stage.data("persist-data", action, inputs.clone()).await.unwrap();
            assert_eq!(found.unwrap_or_default(), expected, "{action} {inputs}");
        }
        let changed = |level| stage.run.states.level(level).changes().count();
        let all = [Level::Execution, Level::Flow, Level::CrossFlow, Level::Integration];
        assert_eq!(all.map(changed), [1, 3, 1, 1]);
        for (action, inputs, expected) in [
            ("appendIntegrationValueToList", value(json!(1)), "not a list"),
            ("incrementExecutionValue", key(json!({})), "not a number"),
            ("getExecutionValue", json!({}), "\"keyInput\" is required"),
        ] {
            let error = stage.data("persist-data", action, inputs).await.unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
