//! `messagepack`: values in the compact form in which step results are stored.

use flow::Value;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    Component {
        actions: vec![
            Action::new(
                "decodeMessage",
                "Decode Message",
                "Reads a value from its MessagePack form",
                Perform::Pure(decode),
            )
            .inputs([Input::new("message", "Message")
                .kind(InputKind::Data)
                .comments("The bytes, as a file or as they come from an HTTP step.")
                .required()]),
            Action::new(
                "encodeMessage",
                "Encode Message",
                "Writes a value in its MessagePack form",
                Perform::Pure(encode),
            )
            .inputs([Input::new("message", "Value")
                .kind(InputKind::Data)
                .comments("Any value: text, a number, a list, an object or a file.")
                .required()
                .aliases(&["data", "value", "input"])]),
        ],
        ..Component::new("messagepack", "MessagePack", "Reads and writes MessagePack", "Helpers")
    }
}

const CONTENT_TYPE: &str = "application/msgpack";

fn decode(inputs: &Inputs) -> Result<Output, StepError> {
    let (bytes, _) = inputs.require("message").map(crate::file)?;
    let mut rest = &bytes[..];
    let value: Value = rmp_serde::from_read(&mut rest)
        .map_err(|error| StepError::new(format!("The message is not valid: {error}.")))?;
    // Almost any byte is a valid message by itself, so this is how other formats are told.
    if !rest.is_empty() {
        return Err(StepError::new("The message is not valid: it goes on behind its value."));
    }
    Ok(value.into())
}

fn encode(inputs: &Inputs) -> Result<Output, StepError> {
    let bytes = rmp_serde::to_vec(inputs.require("message")?)
        .map_err(|error| StepError::new(format!("The value cannot be written: {error}.")))?;
    Ok(Value::file(bytes, CONTENT_TYPE).into())
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::json;

    use crate::testing::Stage;

    #[tokio::test]
    async fn values_come_back_as_they_were() {
        let mut stage = Stage::new();
        let file = serde_json::to_value(Value::file(&b"\x00\xff"[..], "image/png")).unwrap();
        let value = json!({ "file": file, "list": [1, -2.5, null, true, "é"] });
        let input = json!({ "message": value });
        let bytes = stage.data("messagepack", "encodeMessage", input).await.unwrap().unwrap();
        assert_eq!(bytes["contentType"], "application/msgpack");
        for message in [&bytes, &bytes["data"]] {
            let input = json!({ "message": message });
            let found = stage.data("messagepack", "decodeMessage", input).await;
            assert_eq!(found, Ok(Some(value.clone())));
        }
        for wrong in ["<html>", "\u{7f}\u{7f}"] {
            let input = json!({ "message": wrong });
            let error = stage.data("messagepack", "decodeMessage", input).await.unwrap_err();
            assert!(error.contains("not valid"), "{error}");
        }
    }
}
