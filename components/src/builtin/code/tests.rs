use std::sync::Arc;

use flow::Value;
use serde_json::json;

use crate::testing::Stage;
use crate::{
    Level, LogLine, Named, Response, RunInfo, ScriptOutput, Severity, State, StepError,
    TriggerOutput,
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

async fn fire(stage: &mut Stage, returned: serde_json::Value) -> Result<TriggerOutput, StepError> {
    stage.scripts.returns(Some(returned.into()));
    stage.fire("code", "runCodeTrigger", json!({ "body": { "data": 1 } }), code()).await
}

#[tokio::test]
async fn a_trigger_decides_on_payload_and_answer() {
    let mut stage = Stage::new();
    let received = json!({ "body": { "data": 1 } });
    let own = json!({ "body": { "data": 2 } });
    let text = |text: &str| Some(text.to_owned());
    let answer = Response {
        status: Some(201),
        content_type: text("text/plain"),
        headers: vec![("X-A".to_owned(), "b".to_owned())],
        body: Some("hi".into()),
    };
    let body_alone =
        Response { content_type: None, body: Some("hi".into()), ..Response::default() };
    for (returned, payload, response) in [
        (json!({}), &received, None),
        (json!({ "payload": own }), &own, None),
        (json!({ "response": { "body": "hi" } }), &received, Some(body_alone)),
        (
            json!({ "payload": own, "response": { "statusCode": 201, "contentType": "text/plain",
                "headers": { "X-A": "b" }, "body": "hi" } }),
            &own,
            Some(answer),
        ),
    ] {
        let output = fire(&mut stage, returned.clone()).await.unwrap();
        assert_eq!(serde_json::to_value(&output.payload).unwrap(), *payload, "{returned}");
        assert_eq!(output.response, response, "{returned}");
        assert!(!output.found_no_changes && output.branch.is_none(), "{returned}");
    }
    for nothing_new in
        [json!({ "polledNoChanges": true }), json!({ "resultType": "polled_no_changes" })]
    {
        assert!(fire(&mut stage, nothing_new).await.unwrap().found_no_changes);
    }
    let output = fire(&mut stage, json!({ "branch": "Ping", "instanceState": { "n": 1 } })).await;
    assert_eq!(output.unwrap().branch.as_deref(), Some("Ping"));
    assert_eq!(stage.run.states.flow.get("n"), Some(&1_i64.into()));
    assert!(fire(&mut stage, json!({ "payload": 5 })).await.is_err());
    assert!(fire(&mut stage, json!("text")).await.is_err());
}

#[tokio::test]
async fn a_form_is_described_by_code() {
    let mut stage = Stage::new();
    let form = json!({ "schema": { "type": "object" }, "uiSchema": { "type": "Group" } });
    let supplemental = json!({ "data": "x", "contentType": "text/plain" });
    stage.scripts.returns(Some(json!({ "result": form, "supplementalData": supplemental }).into()));
    let inputs = json!({ "code": "…", "connection": { "key": "shop" }, "contextValue": 5 });
    let output = stage.fetch("code", "runCodeJsonForm", inputs.clone()).await.unwrap();
    assert_eq!(output.result, Value::from(form));
    assert_eq!(output.supplemental, Some(supplemental.into()));
    let arguments = stage.scripts.called.lock().unwrap()[0].arguments.clone();
    let arguments = serde_json::to_value(&arguments).unwrap();
    assert_eq!(arguments[1], json!({ "connection": { "key": "shop" }, "contextValue": 5 }));
    let known: Vec<_> = arguments[0].as_object().unwrap().keys().collect();
    assert_eq!(known, ["configVars", "customer", "instance", "user"]);

    stage.scripts.returns(Some(json!({ "result": { "schema": {} } }).into()));
    let error = stage.fetch("code", "runCodeJsonForm", inputs).await.unwrap_err();
    assert!(error.message.contains("uiSchema"), "{error}");
}
