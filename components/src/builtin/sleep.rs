//! `sleep`: waits.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::{Action, Component, Input, Inputs, Output, Perform, Run, StepError};

pub fn component() -> Component {
    let sleep =
        Action::new("sleep", "Sleep", "Waits before the next step", Perform::Waiting(sleep))
            .inputs([Input::new("ms", "Milliseconds")
                .comments("How long to wait.")
                .default("1000")]);
    Component {
        actions: vec![sleep],
        ..Component::new("sleep", "Sleep", "Waits for a time", "Helpers")
    }
}

fn sleep<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let duration = Duration::from_millis(inputs.count("ms", 1000)?);
        run.services.clock.sleep(duration).await;
        Ok(Output::default())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use crate::testing::Stage;

    #[tokio::test]
    async fn it_waits_as_long_as_told() {
        let mut stage = Stage::new();
        for inputs in [json!({ "ms": "250" }), json!({})] {
            stage.perform("sleep", "sleep", inputs).await.unwrap();
        }
        assert_eq!(*stage.clock.slept.lock().unwrap(), [250, 1000].map(Duration::from_millis));
        let negative = stage.data("sleep", "sleep", json!({ "ms": "-1" })).await.unwrap_err();
        assert!(negative.contains("whole number"), "{negative}");
    }
}
