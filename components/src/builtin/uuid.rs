//! `uuid`: unique identifiers.

use flow::Value;
use uuid::{Builder, Uuid};

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run};

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "generateUuid",
                "Generate UUID",
                "Makes a new unique identifier",
                Perform::WithRun(|run, inputs| Ok(generate(run, inputs))),
            )
            .inputs(SHAPE),
            Action::new(
                "emptyUuid",
                "Empty UUID",
                "Gives the identifier of zeros",
                Perform::Pure(|inputs| Ok(shaped(Uuid::nil(), inputs))),
            )
            .inputs(SHAPE),
        ],
        ..Component::new("uuid", "UUID", "Makes unique identifiers", "Helpers")
    }
}

const SHAPE: [Input; 2] = [
    Input::new("casing", "Case")
        .comments("Small or capital letters.")
        .choices(&["lower", "upper"])
        .default("lower")
        .aliases(&["case", "uuidCase"]),
    Input::new("removeDashes", "Remove dashes")
        .kind(InputKind::Boolean)
        .comments("Writes the digits without dashes.")
        .default("false")
        .aliases(&["removeHyphens"]),
];

fn generate(run: &Run, inputs: &Inputs) -> Output {
    let bytes = run.services.randomness.draw().to_be_bytes();
    shaped(Builder::from_random_bytes(bytes).into_uuid(), inputs)
}

fn shaped(id: Uuid, inputs: &Inputs) -> Output {
    let text = if inputs.flag("removeDashes") {
        id.simple().to_string()
    } else {
        id.hyphenated().to_string()
    };
    let is_upper = inputs.text("casing").to_lowercase().starts_with("upper");
    Value::from(if is_upper { text.to_uppercase() } else { text }).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Stage, check};

    #[tokio::test]
    async fn identifiers_are_new_each_time_and_shaped_as_asked() {
        let mut stage = Stage::new();
        let mut made = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let id = stage.data("uuid", "generateUuid", json!({})).await.unwrap().unwrap();
            let id = id.as_str().unwrap().to_owned();
            assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{id}");
            assert!(made.insert(id));
        }
        check(
            "uuid",
            [
                ("emptyUuid", json!({}), json!("00000000-0000-0000-0000-000000000000")),
                ("emptyUuid", json!({ "removeDashes": "true" }), json!("0".repeat(32))),
            ],
        )
        .await;
        let upper = json!({ "casing": "upper", "removeDashes": true });
        let upper = stage.data("uuid", "generateUuid", upper).await.unwrap().unwrap();
        let upper = upper.as_str().unwrap();
        let is_digit = |digit: char| digit.is_ascii_digit() || ('A'..='F').contains(&digit);
        assert!(upper.len() == 32 && upper.chars().all(is_digit), "{upper}");
    }
}
