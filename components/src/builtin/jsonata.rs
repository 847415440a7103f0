//! `jsonata`: queries and reshapes JSON with the `JSONata` language.
//!
//! The language is as powerful as a programming language, so its expressions run where code runs.

use std::time::Duration;

use flow::Value;
use futures::future::BoxFuture;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, Script, StepError};

pub fn component() -> Component {
    let transform = Action::new(
        "transform",
        "Transform",
        "Evaluates a JSONata expression with data",
        Perform::Waiting(transform),
    )
    .inputs([
        Input::new("expression", "Expression")
            .kind(InputKind::Code)
            .comments("What to make of the data, in the JSONata language.")
            .required()
            .aliases(&["jsonataExpression", "jsonata", "query"]),
        Input::new("data", "Data")
            .kind(InputKind::Data)
            .comments("A value, a JSON text or a JSON file; the expression starts from it.")
            .aliases(&["inputData", "json", "jsonData", "object"]),
    ]);
    Component {
        actions: vec![transform],
        ..Component::new("jsonata", "JSONata", "Queries and reshapes JSON", "Helpers")
    }
}

/// Longest one expression may be evaluated.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Failures of the library are plain objects; `position` counts characters.
const EVALUATE: &str = r#"const jsonata = require("jsonata");
module.exports = async (expression, data) => {
  try {
    return await jsonata(expression).evaluate(data);
  } catch (error) {
    const place = error?.position === undefined ? "" : ` (at character ${error.position})`;
    throw new Error(`${error?.message ?? error}${place}`);
  }
};
"#;

fn transform<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let script = Script {
            code: EVALUATE.to_owned(),
            arguments: vec![inputs.require_text("expression")?.into(), data(inputs)],
            with_context: false,
            network: None,
            customer: run.info.customer.id.clone(),
            time_limit: Some(TIME_LIMIT),
        };
        let output = run.services.scripts.run(script).await?;
        match output.returned {
            Some(returned) => Ok(Output { data: returned?, ..Output::default() }),
            None => Err(StepError::new("The expression ended without a result.")),
        }
    })
}

fn data(inputs: &Inputs) -> Value {
    let Some(data) = inputs.get("data") else { return Value::Null };
    let is_text = matches!(data, Value::String(_) | Value::Bytes(_));
    let is_file = matches!(data.get("data"), Some(Value::Bytes(_)));
    if !is_text && !is_file {
        return data.clone();
    }
    let (bytes, _) = crate::file(data);
    Value::parse_or_text(&String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::json;

    use crate::testing::Stage;

    #[tokio::test]
    async fn the_expression_gets_the_data_however_it_comes() {
        let file = serde_json::to_value(Value::file(&b"[1]"[..], "application/json")).unwrap();
        for (data, arrives) in [
            (json!([1]), json!([1])),
            (json!("[1]"), json!([1])),
            (file, json!([1])),
            (
                json!({ "data": [1], "contentType": "x" }),
                json!({ "data": [1], "contentType": "x" }),
            ),
            (json!("plain"), json!("plain")),
            (json!(null), json!(null)),
        ] {
            let mut stage = Stage::new();
            stage.scripts.returns(Some(7_i64.into()));
            let inputs = json!({ "expression": "$", "data": data });
            assert_eq!(stage.data("jsonata", "transform", inputs).await, Ok(Some(json!(7))));
            let called = stage.scripts.called.lock().unwrap();
            let arguments = serde_json::to_value(&called[0].arguments).unwrap();
            assert_eq!(arguments, json!(["$", arrives]));
        }
    }
}
