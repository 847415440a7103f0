//! `data-mapper`: values of one system as values of another.

use std::sync::Arc;

use flow::Value;

use super::equality::matches;
use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "valueMapper",
                "Value Mapper",
                "Gives what a table says for a value",
                Perform::Pure(map_one),
            )
            .inputs([
                Input::new("inputValue", "Value")
                    .kind(InputKind::Data)
                    .comments("The value to look up.")
                    .aliases(&["value", "input"]),
                TABLE,
                DEFAULT,
            ]),
            Action::new(
                "valueListMapper",
                "Value List Mapper",
                "Gives what a table says for each value of a list",
                Perform::Pure(map_all),
            )
            .inputs([
                Input::new("inputList", "Values")
                    .kind(InputKind::Data)
                    .comments("The values to look up.")
                    .required()
                    .aliases(&["inputValues", "listInput", "list", "values"]),
                TABLE,
                DEFAULT,
            ]),
        ],
        ..Component::new("data-mapper", "Data Mapper", "Maps values by a table", "Helpers")
    }
}

const TABLE: Input = Input::new("valueMappings", "Mappings")
    .comments("Values to look up and what they become.")
    .key_value_list()
    .aliases(&["mappings", "valueMap", "map", "keyValueInput"]);
const DEFAULT: Input = Input::new("defaultValue", "Default value")
    .kind(InputKind::Data)
    .comments("Given for values that are not in the table; without it they stay as they are.")
    .aliases(&["default", "defaultValueInput"]);

fn map_one(inputs: &Inputs) -> Result<Output, StepError> {
    let table = inputs.pairs("valueMappings")?;
    let value = inputs.0.get("inputValue").cloned().unwrap_or_default();
    Ok(mapped(&table, inputs.get("defaultValue"), &value).into())
}

fn map_all(inputs: &Inputs) -> Result<Output, StepError> {
    inputs.require("inputList")?;
    let table = inputs.pairs("valueMappings")?;
    let list = inputs.list("inputList")?;
    let values = list.iter().map(|value| mapped(&table, inputs.get("defaultValue"), value));
    Ok(Value::from(values.collect::<Vec<_>>()).into())
}

fn mapped(table: &[(Arc<str>, Value)], default: Option<&Value>, value: &Value) -> Value {
    let found = table.iter().find(|(key, _)| matches(value, &Value::from(key.clone())));
    found.map(|(_, value)| value).or(default).unwrap_or(value).clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::check;

    #[tokio::test]
    async fn values_are_looked_up() {
        let table = json!([{ "key": "1", "value": "open" }, { "key": "x", "value": null }]);
        let one = |value| json!({ "inputValue": value, "valueMappings": table });
        check(
            "data-mapper",
            [
                ("valueMapper", one(json!("1")), json!("open")),
                ("valueMapper", one(json!(1)), json!("open")),
                ("valueMapper", one(json!("2")), json!("2")),
                (
                    "valueListMapper",
                    json!({ "inputList": "[1, 2, \"x\"]", "valueMappings": table,
                        "defaultValue": "?" }),
                    json!(["open", "?", null]),
                ),
            ],
        )
        .await;
    }
}
