//! `uuid`: unique identifiers.

use flow::Value;
use sha2::{Digest, Sha256};
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

/// Derived from the step's key rather than drawn: when the step is run again after a crash, the
/// identifier is the same. Version 8, since its bits are our own.
fn generate(run: &Run, inputs: &Inputs) -> Output {
    let digest = Sha256::digest(run.idempotency_key.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    shaped(Builder::from_custom_bytes(bytes).into_uuid(), inputs)
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
    async fn an_identifier_belongs_to_its_step() {
        let mut stage = Stage::new();
        let mut made = Vec::new();
        for key in ["e/a/0/1", "e/a/0/1", "e/a/1/1"] {
            key.clone_into(&mut stage.run.idempotency_key);
            made.push(stage.data("uuid", "generateUuid", json!({})).await.unwrap().unwrap());
        }
        assert!(made[0] == made[1] && made[0] != made[2], "{made:?}");
        assert_eq!(made[0].as_str().unwrap().as_bytes()[14], b'8');
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
        assert_eq!(upper, made[2].as_str().unwrap().to_uppercase().replace('-', ""));
    }
}
