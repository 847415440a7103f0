//! `code`: JavaScript of the integration's author, isolated from the server.

use std::time::Duration;

use flow::{Map, Value};
use futures::future::BoxFuture;

use crate::{
    Action, Component, DataSource, DataSourceKind, DataSourceOutput, Input, InputKind, Inputs,
    Level, Named, Network, Output, Perform, PerformTrigger, Run, Safety, ScheduleSupport, Script,
    ScriptOutput, StepError, Trigger, TriggerOutput,
};

mod returned;

pub use returned::{output as action_output, trigger_output};

#[cfg(test)]
mod tests;

pub fn component() -> Component {
    let run_code = Action::new(
        "runCode",
        "Code Block",
        "Runs JavaScript with the results of earlier steps",
        Perform::Waiting(run_code),
    )
    .inputs([code(TEMPLATE).comments(
        "Exports a function that gets the context and the results of earlier steps. With fetch \
             it calls other services.",
    )])
    .safety_by(safety)
    .reads_step_results()
    .uses_state();
    Component {
        actions: vec![run_code],
        triggers: vec![trigger()],
        data_sources: vec![json_form()],
        ..Component::new("code", "Code", "Runs JavaScript", "Helpers")
    }
}

fn trigger() -> Trigger {
    Trigger::new(
        "runCodeTrigger",
        "Code Trigger",
        "Runs JavaScript that decides what the flow gets and what its caller hears",
        PerformTrigger::Waiting(run_trigger),
    )
    .inputs([code(TRIGGER_TEMPLATE)
        .comments("Exports a function that gets the context and the payload as it came.")])
    .schedule(ScheduleSupport::Valid)
    .uses_state()
}

fn json_form() -> DataSource {
    DataSource::new(
        "runCodeJsonForm",
        "Code JSON Form",
        "Runs JavaScript that describes a form",
        DataSourceKind::JsonForm,
        run_json_form,
    )
    .inputs([
        code(FORM_TEMPLATE)
            .comments("Exports a function that gets the context and the two inputs below."),
        Input::new("connection", "Connection")
            .kind(InputKind::Connection)
            .comments("Handed to the function, for values that another service has."),
        Input::new("contextValue", "Context value")
            .kind(InputKind::Data)
            .comments("Anything else that the function should get."),
    ])
}

const fn code(template: &'static str) -> Input {
    Input::new("code", "Code").kind(InputKind::Code).default(template).required()
}

const TEMPLATE: &str = "module.exports = async (context, stepResults) => {
  return { data: null };
};
";

const TRIGGER_TEMPLATE: &str = "module.exports = async (context, payload) => {
  return { payload };
};
";

const FORM_TEMPLATE: &str = "module.exports = async (context, { connection, contextValue }) => {
  return { result: { schema: { type: \"object\" }, uiSchema: { type: \"VerticalLayout\" } } };
};
";

/// Longest a caller or a person waits for code.
const WAITED_FOR_TIME_LIMIT: Duration = Duration::from_secs(25);

/// Without the word `fetch` in it, code reaches nothing outside the engine: what it does ends with
/// the run. Code that is not text yet may say anything.
fn safety(inputs: &Inputs) -> Safety {
    match inputs.get("code") {
        None => Safety::Pure,
        Some(Value::String(code)) if !names_fetch(code) => Safety::Pure,
        Some(_) => Safety::Once,
    }
}

/// Whether `fetch` stands in a text as a word of its own.
fn names_fetch(code: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
    code.match_indices("fetch").any(|(at, word)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

fn run_code<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let arguments = vec![context(run), Value::from(run.step_results.clone())];
        let returned = call(run, inputs, arguments, None).await?;
        Ok(returned.map_or_else(Output::default, |returned| returned::output(run, &returned)))
    })
}

fn run_trigger<'a>(
    run: &'a mut Run,
    payload: Map,
    inputs: &'a Inputs,
) -> BoxFuture<'a, Result<TriggerOutput, StepError>> {
    Box::pin(async move {
        let arguments = vec![context(run), payload.clone().into()];
        match call(run, inputs, arguments, Some(WAITED_FOR_TIME_LIMIT)).await? {
            Some(returned) => returned::trigger_output(run, payload, &returned),
            None => Ok(TriggerOutput::pass(payload)),
        }
    })
}

fn run_json_form<'a>(
    run: &'a mut Run,
    inputs: &'a Inputs,
) -> BoxFuture<'a, Result<DataSourceOutput, StepError>> {
    Box::pin(async move {
        let given = ["connection", "contextValue"]
            .map(|key| (key, inputs.get(key).cloned().unwrap_or_default()));
        let arguments = vec![Value::object(surroundings(run)), Value::object(given)];
        let returned = call(run, inputs, arguments, Some(WAITED_FOR_TIME_LIMIT)).await?;
        returned::json_form(returned)
    })
}

/// Calls the function that the input `code` exports. What it logged and what it changed of the
/// states stays, also when it throws.
async fn call(
    run: &mut Run,
    inputs: &Inputs,
    arguments: Vec<Value>,
    time_limit: Option<Duration>,
) -> Result<Option<Value>, StepError> {
    let code = inputs.require_text("code")?;
    let customer = run.info.customer.id.clone();
    let network = names_fetch(&code)
        .then(|| Network { egress: run.services.egress.clone(), is_debugged: run.info.debug });
    let script = Script { code, arguments, with_context: true, network, customer, time_limit };
    let ScriptOutput { returned, logs, states } = run.services.scripts.run(script).await?;
    run.logs.extend(logs);
    keep_states(run, &states);
    returned.unwrap_or_else(|| Err(StepError::new("The code ended without a result.")))
}

/// State objects are shared with code, so what it changed stays changed.
pub fn keep_states(run: &mut Run, states: &Map) {
    for (key, level) in STATES {
        if let Some(Value::Object(values)) = states.get(key) {
            run.states.level_mut(level).replace((**values).clone());
        }
    }
}

/// Names of the state levels in the context and in returned values.
const STATES: [(&str, Level); 4] = [
    ("executionState", Level::Execution),
    ("instanceState", Level::Flow),
    ("crossFlowState", Level::CrossFlow),
    ("integrationState", Level::Integration),
];

fn context(run: &Run) -> Value {
    script_context(run).into()
}

/// What code gets to know of its run, by the names it knows.
pub fn script_context(run: &Run) -> Map {
    let info = &run.info;
    let facts = [
        ("integration", Value::object(named(&info.integration))),
        ("flow", outside(&info.flow, "stableId")),
        ("webhookUrls", info.webhook_urls.clone().into()),
        ("webhookApiKeys", info.webhook_api_keys.clone().into()),
        ("invokeUrl", info.invoke_url.as_str().into()),
        ("executionId", info.execution_id.as_str().into()),
        ("startedAt", info.started_at.as_str().into()),
        ("globalDebug", info.debug.into()),
    ];
    let states = STATES.map(|(key, level)| (key, run.states.level(level).values().clone().into()));
    let all = surroundings(run).into_iter().chain(facts).chain(states);
    all.map(|(key, value)| (key.into(), value)).collect()
}

/// What is known also where nothing is executed, as one value.
pub fn script_surroundings(run: &Run) -> Value {
    Value::object(surroundings(run))
}

/// What is known also where nothing is executed.
fn surroundings(run: &Run) -> [(&'static str, Value); 4] {
    let info = &run.info;
    [
        ("configVars", Value::Object(run.config_vars.clone())),
        ("customer", outside(&info.customer, "externalId")),
        ("instance", Value::object(named(&info.instance))),
        ("user", outside(&info.user, "externalId")),
    ]
}

fn named(named: &Named) -> [(&'static str, Value); 2] {
    [("id", &named.id), ("name", &named.name)].map(|(key, text)| (key, text.as_str().into()))
}

fn outside(whom: &Named, key: &'static str) -> Value {
    let outer = (key, Value::from(whom.external_id.as_str()));
    Value::object(named(whom).into_iter().chain([outer]))
}
