//! `code`: JavaScript of the integration's author, isolated from the server.

use std::time::Duration;

use flow::{Map, Value};
use futures::future::BoxFuture;

use crate::{
    Action, Component, Input, InputKind, Inputs, Level, Named, Output, Perform, Response, Run,
    Safety, Script, ScriptOutput, StepError,
};

pub fn component() -> Component {
    let run_code = Action::new(
        "runCode",
        "Code Block",
        "Runs JavaScript with the results of earlier steps",
        Perform::Waiting(run_code),
    )
    .inputs([Input::new("code", "Code")
        .kind(InputKind::Code)
        .comments("Exports a function that gets the context and the results of earlier steps.")
        .default(TEMPLATE)
        .required()])
    // The engine offers no network, files or processes: what code does ends with the run.
    .safety(Safety::Pure)
    .reads_step_results()
    .uses_state();
    Component {
        actions: vec![run_code],
        ..Component::new("code", "Code", "Runs JavaScript", "Helpers")
    }
}

const TEMPLATE: &str = "module.exports = async (context, stepResults) => {
  return { data: null };
};
";

/// Longest a code step may run; without input and output only computing takes time.
const TIME_LIMIT: Duration = Duration::from_mins(2);

fn run_code<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let script = Script {
            code: inputs.require_text("code")?,
            arguments: vec![context(run), Value::from(run.step_results.clone())],
            with_context: true,
            time_limit: TIME_LIMIT,
        };
        let ScriptOutput { returned, logs, states } = run.services.scripts.run(script).await?;
        run.logs.extend(logs);
        for (key, level) in STATES {
            // State objects are shared with the script, so what it changed stays changed.
            if let Some(Value::Object(values)) = states.get(key) {
                run.states.level_mut(level).replace((**values).clone());
            }
        }
        match returned {
            Some(Ok(Some(returned))) => Ok(output(run, &returned)),
            Some(Ok(None)) => Ok(Output::default()),
            Some(Err(error)) => Err(error),
            None => Err(StepError::new("The code ended without a result.")),
        }
    })
}

/// Names of the state levels in the context and in returned values.
const STATES: [(&str, Level); 4] = [
    ("executionState", Level::Execution),
    ("instanceState", Level::Flow),
    ("crossFlowState", Level::CrossFlow),
    ("integrationState", Level::Integration),
];

fn context(run: &Run) -> Value {
    let info = &run.info;
    let named = |named: &Named| {
        [("id", &named.id), ("name", &named.name)].map(|(key, text)| (key, text.as_str().into()))
    };
    let outside = |whom: &Named, key: &'static str| -> Value {
        let outer = (key, Value::from(whom.external_id.as_str()));
        Value::object(named(whom).into_iter().chain([outer]))
    };
    let plain = |what: &Named| -> Value { Value::object(named(what)) };
    let facts = [
        ("configVars", Value::Object(run.config_vars.clone())),
        ("customer", outside(&info.customer, "externalId")),
        ("instance", plain(&info.instance)),
        ("integration", plain(&info.integration)),
        ("flow", outside(&info.flow, "stableId")),
        ("user", outside(&info.user, "externalId")),
        ("webhookUrls", info.webhook_urls.clone().into()),
        ("webhookApiKeys", info.webhook_api_keys.clone().into()),
        ("invokeUrl", info.invoke_url.as_str().into()),
        ("executionId", info.execution_id.as_str().into()),
        ("startedAt", info.started_at.as_str().into()),
        ("globalDebug", info.debug.into()),
    ];
    let states = STATES.map(|(key, level)| (key, run.states.level(level).values().clone().into()));
    Value::object(facts.into_iter().chain(states))
}

/// What the returned value means: a result with its parts, or simply the data.
fn output(run: &mut Run, returned: &Value) -> Output {
    let Some(parts) = returned.as_object().filter(|map| is_result(map)) else {
        return returned.clone().into();
    };
    for (key, level) in STATES {
        if let Some(Value::Object(values)) = parts.get(key) {
            run.states.level_mut(level).merge(values);
        }
    }
    let content_type = parts.get("contentType").map(Value::to_text).filter(|kind| !kind.is_empty());
    let response = response(parts, content_type.as_deref());
    let data = parts.get("data").map(|data| stored(data, content_type.as_deref()));
    let branch = parts.get("branch").map(|branch| branch.to_text().into());
    Output { data, branch, response }
}

/// Keys of a result; `data` alone is enough to tell it, and `{}` is `{data: undefined}`.
fn is_result(map: &Map) -> bool {
    const PARTS: [&str; 4] = ["contentType", "statusCode", "headers", "branch"];
    let is_part = |key: &str| PARTS.contains(&key) || STATES.iter().any(|(name, _)| *name == key);
    map.contains_key("data") || map.keys().all(|key| is_part(key))
}

/// Bytes keep their content type; JSON and text need none.
fn stored(data: &Value, content_type: Option<&str>) -> Value {
    match (data, content_type) {
        (Value::Bytes(bytes), Some(kind)) if !kind.contains("json") => {
            Value::file(bytes.clone(), kind)
        }
        _ => data.clone(),
    }
}

fn response(parts: &Map, content_type: Option<&str>) -> Option<Response> {
    let status = parts.get("statusCode").and_then(|status| status.to_text().trim().parse().ok());
    let given = parts.get("headers").and_then(Value::as_object);
    if status.is_none() && given.is_none_or(Map::is_empty) {
        return None;
    }
    let (body, kind) = parts.get("data").map(crate::file).unzip();
    let headers = given.into_iter().flatten();
    Some(Response {
        status,
        content_type: content_type.map(str::to_owned).or(kind.flatten()),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_text())).collect(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flow::Value;
    use serde_json::json;

    use crate::testing::Stage;
    use crate::{
        Level, LogLine, Named, Response, RunInfo, ScriptOutput, Severity, State, StepError,
    };

    fn code() -> serde_json::Value {
        json!({ "code": "module.exports = () => 1" })
    }

    /// Proves R137.
    #[tokio::test]
    async fn the_function_gets_the_context_and_earlier_results() {
        let mut stage = Stage::new();
        let customer = Named { id: "c".into(), name: "Acme".into(), external_id: "x".into() };
        let info = RunInfo { execution_id: "e1".into(), customer, ..RunInfo::default() };
        stage.run.info = Arc::new(info);
        stage.run.states.flow = State::loaded([("n".into(), 1_i64.into())].into_iter().collect());
        stage.run.step_results.insert("get".into(), Value::object([("results", 5_i64)]));
        stage.scripts.returns(Some(7_i64.into()));
        let data = stage.data("code", "runCode", code()).await;
        assert_eq!(data, Ok(Some(json!(7))));
        let called = stage.scripts.called.lock().unwrap();
        let arguments = serde_json::to_value(&called[0].arguments).unwrap();
        assert_eq!(arguments[1], json!({ "get": { "results": 5 } }));
        let context = &arguments[0];
        assert_eq!(context["customer"], json!({ "id": "c", "name": "Acme", "externalId": "x" }));
        assert_eq!(context["instanceState"], json!({ "n": 1 }));
        assert_eq!(context["executionId"], "e1");
    }

    /// Proves R081.
    #[tokio::test]
    async fn returned_values_become_results_and_answers() {
        let answer = |status, kind: Option<&str>, body: Option<&'static str>| Response {
            status,
            content_type: kind.map(str::to_owned),
            body: body.map(Into::into),
            ..Response::default()
        };
        for (returned, data, response) in [
            (json!([1]), Some(json!([1])), None),
            (json!({ "a": 1 }), Some(json!({ "a": 1 })), None),
            (json!({ "data": { "a": 1 } }), Some(json!({ "a": 1 })), None),
            (json!({}), None, None),
            (json!({ "statusCode": 415 }), None, Some(answer(Some(415), None, None))),
            (
                json!({ "data": { "a": 1 }, "statusCode": 201 }),
                Some(json!({ "a": 1 })),
                Some(answer(Some(201), Some("application/json"), Some(r#"{"a":1}"#))),
            ),
            (
                json!({ "data": "<a/>", "contentType": "text/xml", "headers": { "X-A": 1 } }),
                Some(json!("<a/>")),
                Some(Response {
                    headers: vec![("X-A".to_owned(), "1".to_owned())],
                    ..answer(None, Some("text/xml"), Some("<a/>"))
                }),
            ),
        ] {
            let mut stage = Stage::new();
            stage.scripts.returns(Some(returned.clone().into()));
            let output = stage.perform("code", "runCode", code()).await.unwrap();
            assert_eq!(output.data, data.map(Value::from), "{returned}");
            assert_eq!(output.response, response, "{returned}");
        }
        let mut stage = Stage::new();
        stage.scripts.returns(Some(Value::file(&b"\x89"[..], "image/png")));
        let output = stage.perform("code", "runCode", code()).await.unwrap();
        assert_eq!(output.data, Some(Value::file(&b"\x89"[..], "image/png")));
    }

    /// Proves R114.
    #[tokio::test]
    async fn logs_and_states_outlive_the_call_also_when_it_throws() {
        let mut stage = Stage::new();
        let loaded = json!({ "kept": 1, "gone": 2 });
        let loaded = Value::from(loaded).as_object().cloned().unwrap();
        stage.run.states.cross_flow = State::loaded(loaded);
        let line = LogLine { severity: Severity::Warn, message: "careful".to_owned() };
        let in_place = Value::from(json!({ "crossFlowState": { "kept": 1, "new": 3 } }));
        stage.scripts.answer(ScriptOutput {
            returned: Some(Err(StepError::new("thrown"))),
            logs: vec![line.clone()],
            states: in_place.as_object().cloned().unwrap(),
        });
        assert_eq!(stage.data("code", "runCode", code()).await, Err("thrown".to_owned()));
        assert_eq!(stage.run.logs, [line]);
        let changes = |stage: &Stage| -> Vec<_> {
            let shared = stage.run.states.level(Level::CrossFlow);
            shared.changes().map(|(key, value)| (key.to_string(), value.cloned())).collect()
        };
        let gone = ("gone".to_owned(), None);
        let new = ("new".to_owned(), Some(3_i64.into()));
        assert_eq!(changes(&stage), [gone.clone(), new]);

        let returned = json!({ "data": 1, "crossFlowState": { "new": 4 } });
        stage.scripts.returns(Some(returned.into()));
        stage.perform("code", "runCode", code()).await.unwrap();
        assert_eq!(changes(&stage), [gone, ("new".to_owned(), Some(4_i64.into()))]);
    }
}
