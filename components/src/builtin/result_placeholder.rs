//! `result-placeholder`: a made-up result while a flow is being built.

use flow::Value;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform};

pub fn component() -> Component {
    let placeholder = Action::new(
        "actions",
        "Mock Result",
        "Gives a result of your own, in the place of a step that is still to come",
        Perform::Pure(|inputs| Ok(placeholder(inputs))),
    )
    .inputs([Input::new("code", "Result")
        .kind(InputKind::Code)
        .comments("JSON, which is read; any other text is the result itself.")
        .aliases(&["result", "codeInput", "mockResult"])]);
    Component {
        actions: vec![placeholder],
        ..Component::new(
            "result-placeholder",
            "Result Placeholder",
            "Stands in for steps that are still to come",
            "Helpers",
        )
    }
}

fn placeholder(inputs: &Inputs) -> Output {
    match inputs.get("code") {
        None => Output::default(),
        Some(Value::String(text)) => Value::parse_or_text(text).into(),
        Some(data) => data.clone().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::check;

    #[tokio::test]
    async fn results_are_made_up() {
        check(
            "result-placeholder",
            [
                ("actions", json!({ "code": "{\"a\": [1]}" }), json!({ "a": [1] })),
                ("actions", json!({ "code": "{a}" }), json!("{a}")),
                ("actions", json!({}), json!(null)),
            ],
        )
        .await;
    }
}
