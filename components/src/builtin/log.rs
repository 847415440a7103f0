//! `log`: lines in the execution's log.

use flow::Value;

use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, Run, Severity, StepError,
};

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "writeLog",
                "Write Log Message",
                "Writes a line to the log of the execution",
                Perform::WithRun(write_log),
            )
            .takes_references()
            .inputs([
                Input::new("level", "Level")
                    .comments("How important the line is.")
                    .choices(&["debug", "info", "warn", "error"])
                    .default("info"),
                Input::new("message", "Message")
                    .kind(InputKind::Text)
                    .comments("What to write; anything but text is written as JSON.")
                    .required(),
            ]),
            Action::new(
                "writeMetric",
                "Write Metric",
                "Sends measurements to the log streams of the organization",
                Perform::WithRun(write_metric),
            )
            .inputs([Input::new("metrics", "Metrics")
                .comments("Name and value of each measurement.")
                .key_value_list()
                .required()
                .aliases(&["metricsInput", "keyValueInput"])]),
        ],
        ..Component::new("log", "Log", "Writes to the log of an execution", "Helpers")
    }
}

fn write_log(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let level = inputs.text("level").to_lowercase();
    let severity = match &*level {
        "trace" => Severity::Trace,
        "debug" => Severity::Debug,
        "" | "info" | "log" => Severity::Info,
        "warn" | "warning" => Severity::Warn,
        "error" => Severity::Error,
        _ => {
            return Err(StepError::new(format!("There is no log level \"{level}\".")));
        }
    };
    // A message that resolved to nothing still leaves a line: it tells that the step was passed.
    run.log(severity, inputs.text("message"));
    Ok(Output::default())
}

fn write_metric(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let metrics = Value::object(inputs.pairs("metrics")?);
    run.log(Severity::Metric, metrics.to_json());
    Ok(Output::default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Severity;
    use crate::testing::Stage;

    #[tokio::test]
    async fn lines_carry_their_level_and_are_cut() {
        let mut stage = Stage::new();
        for (action, inputs) in [
            ("writeLog", json!({ "message": { "a": [1, "b"] } })),
            ("writeLog", json!({ "level": "warn", "message": "é".repeat(5000) })),
            ("writeMetric", json!({ "metrics": [{ "key": "orders", "value": 3 }] })),
        ] {
            stage.perform("log", action, inputs).await.unwrap();
        }
        let [info, warn, metric] = &stage.run.logs[..] else { panic!("three lines") };
        assert_eq!((info.severity, &*info.message), (Severity::Info, r#"{"a":[1,"b"]}"#));
        assert_eq!((warn.severity, warn.message.chars().count()), (Severity::Warn, 4096));
        assert_eq!((metric.severity, &*metric.message), (Severity::Metric, r#"{"orders":3}"#));
        let wrong = json!({ "level": "loud", "message": "x" });
        assert!(stage.perform("log", "writeLog", wrong).await.is_err());
    }
}
