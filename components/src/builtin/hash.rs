//! `hash`: digests, signatures, and a webhook that checks one.

use flow::{Map, Value};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::webhook_triggers::webhook;
use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, Run, StepError, Trigger,
    TriggerOutput,
};

pub fn component() -> Component {
    let digest = |key, label, perform: Pure| {
        Action::new(key, label, "Gives the digest as hexadecimal text", Perform::Pure(perform))
            .inputs([MESSAGE])
    };
    let actions = vec![
        Action::new("computeHash", "Compute Hash", "Gives a digest", Perform::Pure(compute_hash))
            .inputs([FUNCTION, MESSAGE]),
        Action::new(
            "computeHmac",
            "Compute HMAC",
            "Gives a digest that only holders of the secret can make",
            Perform::Pure(compute_hmac),
        )
        .inputs([FUNCTION, SECRET, MESSAGE]),
        digest("computeMd5", "Compute MD5", |inputs| Ok(hash(Function::Md5, inputs))),
        digest("computeSha1", "Compute SHA-1", |inputs| Ok(hash(Function::Sha1, inputs))),
        digest("computeSha224", "Compute SHA-224", |inputs| Ok(hash(Function::Sha224, inputs))),
        digest("computeSha256", "Compute SHA-256", |inputs| Ok(hash(Function::Sha256, inputs))),
        digest("computeSha384", "Compute SHA-384", |inputs| Ok(hash(Function::Sha384, inputs))),
        digest("computeSha512", "Compute SHA-512", |inputs| Ok(hash(Function::Sha512, inputs))),
    ];
    Component {
        actions,
        triggers: vec![signed_webhook()],
        ..Component::new("hash", "Hash", "Makes and checks digests", "Helpers")
    }
}

type Pure = fn(&Inputs) -> Result<Output, StepError>;

const FUNCTION: Input = Input::new("hashFunction", "Hash function")
    .comments("How the digest is made.")
    .choices(&["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
    .default("sha256")
    .aliases(&["function", "algorithm"]);
const MESSAGE: Input = Input::new("message", "Message")
    .kind(InputKind::Data)
    .comments("Text or a file; other data is read as JSON.")
    .aliases(&["data", "text", "input"]);
const SECRET: Input = Input::new("secret", "Secret")
    .kind(InputKind::Password)
    .comments("Known to both sides only.")
    .required()
    .aliases(&["secretKey", "key"]);

fn signed_webhook() -> Trigger {
    let header = Input::new("headerName", "Signature header")
        .comments("The header in which the caller sends the digest of the body.")
        .required()
        .aliases(&["hmacHeaderName", "header", "signatureHeader"]);
    let answer = webhook().inputs;
    Trigger::new(
        "hmacWebhookTrigger",
        "HMAC Webhook",
        "Starts the flow only for calls signed with the secret",
        verify,
    )
    .inputs([answer, vec![header, SECRET, FUNCTION]].concat())
}

#[derive(Clone, Copy)]
enum Function {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Function {
    fn of(inputs: &Inputs) -> Result<Self, StepError> {
        match &*inputs.text("hashFunction").to_lowercase().replace('-', "") {
            "md5" => Ok(Self::Md5),
            "sha1" => Ok(Self::Sha1),
            "sha224" => Ok(Self::Sha224),
            "" | "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            other => Err(StepError::new(format!("There is no hash function \"{other}\"."))),
        }
    }

    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(message).to_vec(),
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha224 => Sha224::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn sign(self, secret: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => mac::<Hmac<Md5>>(secret, message).finalize().into_bytes().to_vec(),
            Self::Sha1 => mac::<Hmac<Sha1>>(secret, message).finalize().into_bytes().to_vec(),
            Self::Sha224 => mac::<Hmac<Sha224>>(secret, message).finalize().into_bytes().to_vec(),
            Self::Sha256 => mac::<Hmac<Sha256>>(secret, message).finalize().into_bytes().to_vec(),
            Self::Sha384 => mac::<Hmac<Sha384>>(secret, message).finalize().into_bytes().to_vec(),
            Self::Sha512 => mac::<Hmac<Sha512>>(secret, message).finalize().into_bytes().to_vec(),
        }
    }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> M {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("a secret may have any length");
    mac.chain_update(message)
}

fn compute_hash(inputs: &Inputs) -> Result<Output, StepError> {
    Ok(hash(Function::of(inputs)?, inputs))
}

fn hash(function: Function, inputs: &Inputs) -> Output {
    let (message, _) = inputs.file("message").unwrap_or_default();
    Value::from(hexadecimal(&function.digest(&message))).into()
}

fn compute_hmac(inputs: &Inputs) -> Result<Output, StepError> {
    let (message, _) = inputs.file("message").unwrap_or_default();
    let secret = inputs.require_text("secret")?;
    let signature = Function::of(inputs)?.sign(secret.as_bytes(), &message);
    Ok(Value::from(hexadecimal(&signature)).into())
}

/// Passes a payload on only if its signature header holds the digest of its exact bytes.
fn verify(run: &mut Run, payload: Map, inputs: &Inputs) -> Result<TriggerOutput, StepError> {
    let name = inputs.require_text("headerName")?;
    let secret = inputs.require_text("secret")?;
    let body = payload.get("rawBody").map(crate::file).unwrap_or_default().0;
    let expected = Function::of(inputs)?.sign(secret.as_bytes(), &body);
    let headers = payload.get("headers").and_then(Value::as_object);
    let header = headers.into_iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case(&name));
    let given = header.map(|(_, value)| value.to_text()).unwrap_or_default();
    if is_signature(given.trim(), &expected) {
        (webhook().perform)(run, payload, inputs)
    } else {
        Err(StepError::new("The signature of the request is missing or wrong."))
    }
}

/// Hexadecimal or Base64, with or without the name of the function before it. Every byte is
/// compared, so the time taken does not tell how many were right.
fn is_signature(given: &str, expected: &[u8]) -> bool {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use subtle::ConstantTimeEq;
    let base64 = BASE64_STANDARD.encode(expected);
    let bare = given.split_once('=').filter(|(name, _)| name.starts_with(['m', 's', 'M', 'S']));
    let candidates = [Some(given), bare.map(|(_, rest)| rest)];
    candidates.into_iter().flatten().any(|given| {
        let is_hexadecimal =
            given.to_ascii_lowercase().as_bytes().ct_eq(hexadecimal(expected).as_bytes());
        (is_hexadecimal | given.as_bytes().ct_eq(base64.as_bytes())).into()
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use flow::Value;
    use serde_json::{Value as Json, json};

    use crate::testing::{Stage, check};

    /// The examples of RFC 1321, FIPS 180 and RFC 2202/4231.
    #[tokio::test]
    async fn digests() {
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hmac256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let hmac_md5 = "750c783e6ab0b503eaa86e310a5db738";
        let signed = |function: &str| {
            json!({ "hashFunction": function, "secret": "Jefe",
                "message": "what do ya want for nothing?" })
        };
        let abc = || json!({ "message": "abc" });
        check(
            "hash",
            [
                ("computeMd5", abc(), json!("900150983cd24fb0d6963f7d28e17f72")),
                ("computeSha1", abc(), json!(sha1)),
                ("computeSha256", abc(), json!(sha256)),
                ("computeHash", abc(), json!(sha256)),
                ("computeHash", json!({ "message": "abc", "hashFunction": "SHA-1" }), json!(sha1)),
                ("computeHmac", signed("sha256"), json!(hmac256)),
                ("computeHmac", signed("md5"), json!(hmac_md5)),
                (
                    "computeHmac",
                    signed("x"),
                    json!({ "error": "There is no hash function \"x\"." }),
                ),
            ],
        )
        .await;
    }

    #[test]
    fn only_signed_payloads_pass() {
        let hexadecimal = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        let body =
            serde_json::to_value(Value::file(&b"what do ya want for nothing?"[..], "text/plain"));
        let body: Json = body.unwrap();
        for (header, secret, passes) in [
            (hexadecimal, "Jefe", true),
            (&*hexadecimal.to_uppercase(), "Jefe", true),
            (&*format!("sha256={hexadecimal}"), "Jefe", true),
            (base64, "Jefe", true),
            (hexadecimal, "jefe", false),
            (&hexadecimal[1..], "Jefe", false),
            ("", "Jefe", false),
        ] {
            let payload = json!({ "rawBody": body, "headers": { "x-signature": header } });
            let inputs =
                json!({ "headerName": "X-Signature", "secret": secret, "statusCode": "202" });
            let output = Stage::new().fire("hash", "hmacWebhookTrigger", payload, inputs);
            assert_eq!(output.is_ok(), passes, "{header}");
            if let Ok(output) = output {
                assert_eq!(output.response.unwrap().status, Some(202));
            }
        }
    }
}
