//! `branch`: one of several paths, and the result of whichever ran.

use flow::Value;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

/// The path that is taken when no other fits.
const ELSE: &str = "Else";

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "branchOnExpression",
                "Branch on Expression",
                "Takes the first branch whose condition holds",
                Perform::Pure(on_expression),
            )
            .takes_references()
            .inputs([Input::new("conditions", "Conditions")
                .kind(InputKind::Conditional)
                .comments("One condition per branch; the first that holds decides.")
                .value_list()
                .required()])
            .branches_by("conditions"),
            Action::new(
                "branchOnValue",
                "Branch on Value",
                "Takes the branch whose value equals the input",
                Perform::Pure(on_value),
            )
            .takes_references()
            .inputs([
                Input::new("inputValue", "Input value")
                    .comments("The value to compare; numbers and their text are the same.")
                    .required(),
                Input::new("branchValueMappings", "Branches")
                    .comments("Name of each branch and the value that leads to it.")
                    .key_value_list()
                    .required(),
            ])
            .branches_by("branchValueMappings"),
            Action::new(
                "selectExecutedStepResult",
                "Select Executed Step Result",
                "Gives the result of the one step that ran",
                Perform::Pure(select_executed),
            )
            .takes_references()
            .inputs([Input::new("stepResults", "Step results")
                .kind(InputKind::Data)
                .comments("Results of steps in different branches; the first there is, wins.")
                .value_list()
                .required()]),
        ],
        ..Component::new("branch", "Branch", "Takes one of several paths", "Logic")
    }
}

/// The runner hands over only the first condition that holds, evaluated.
fn on_expression(inputs: &Inputs) -> Result<Output, StepError> {
    let conditions = inputs.list("conditions")?;
    let name = conditions.first().and_then(|condition| condition.get("name")).map(Value::to_text);
    Ok(take(name.as_deref().unwrap_or(ELSE)))
}

fn on_value(inputs: &Inputs) -> Result<Output, StepError> {
    // Empty text is a value to branch on, so the raw input counts.
    let wanted = inputs.0.get("inputValue").map(Value::to_text).unwrap_or_default();
    let mappings = inputs.pairs("branchValueMappings")?;
    let found = mappings.iter().find(|(_, value)| value.to_text() == wanted);
    Ok(take(found.map_or(ELSE, |(name, _)| name)))
}

fn take(branch: &str) -> Output {
    Output { branch: Some(branch.into()), ..Output::from(Value::from(branch)) }
}

fn select_executed(inputs: &Inputs) -> Result<Output, StepError> {
    let results = inputs.list("stepResults")?;
    let data = results.iter().find(|result| !result.is_null()).cloned();
    Ok(Output { data, ..Output::default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Stage, check};

    /// Proves R143, R144.
    #[tokio::test]
    async fn the_first_match_names_the_branch() {
        let mappings = json!([{ "key": "Zero", "value": "0" }, { "key": "Open", "value": "open" },
            { "key": "None", "value": "" }]);
        let value = |value| json!({ "inputValue": value, "branchValueMappings": mappings });
        let mut stage = Stage::new();
        for (action, inputs, expected) in [
            (
                "branchOnExpression",
                json!({ "conditions": [{ "name": "Big", "value": true }] }),
                "Big",
            ),
            ("branchOnExpression", json!({ "conditions": [] }), "Else"),
            ("branchOnValue", value(json!(0)), "Zero"),
            ("branchOnValue", value(json!("open")), "Open"),
            ("branchOnValue", value(json!("Open")), "Else"),
            ("branchOnValue", value(json!("")), "None"),
            ("branchOnValue", json!({ "branchValueMappings": mappings }), "None"),
        ] {
            let output = stage.perform("branch", action, inputs.clone()).await.unwrap();
            assert_eq!(output.branch.as_deref(), Some(expected), "{inputs}");
            assert_eq!(output.data, Some(expected.into()), "{inputs}");
        }
    }

    #[tokio::test]
    async fn the_result_of_the_step_that_ran_is_selected() {
        check(
            "branch",
            [
                (
                    "selectExecutedStepResult",
                    json!({ "stepResults": [null, false, 1] }),
                    json!(false),
                ),
                ("selectExecutedStepResult", json!({ "stepResults": [null, null] }), json!(null)),
            ],
        )
        .await;
    }
}
