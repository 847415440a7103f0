//! `hash`: digests, signatures, and a webhook that checks one.

mod function;

use flow::{Map, Value};
use function::Function;

use super::webhook_triggers::{perform, webhook};
use crate::guard::header;
use crate::{
    Action, Component, Input, InputKind, Inputs, Output, Perform, PerformTrigger, Refusal,
    StepError, Trigger,
};

pub fn component() -> Component {
    let mut actions = vec![
        Action::new("computeHash", "Compute Hash", "Gives a digest", Perform::Pure(compute_hash))
            .inputs([FUNCTION, MESSAGE]),
        Action::new(
            "computeHmac",
            "Compute HMAC",
            "Gives a digest that only holders of the secret can make",
            Perform::Pure(compute_hmac),
        )
        .inputs([FUNCTION, SECRET, MESSAGE]),
    ];
    actions.extend(digest_actions());
    Component {
        actions,
        triggers: vec![signed_webhook()],
        ..Component::new("hash", "Hash", "Makes and checks digests", "Helpers")
    }
}

/// An action per function. A macro, since actions are plain functions that know theirs.
macro_rules! digests {
    ($($key:literal $label:literal $function:ident),+ $(,)?) => {
        [$(Action::new(
            $key,
            concat!("Compute ", $label),
            "Gives the digest as hexadecimal text",
            Perform::Pure(|inputs| Ok(hash(Function::$function, inputs))),
        )
        .inputs([MESSAGE])),+]
    };
}

fn digest_actions() -> [Action; 19] {
    digests![
        "computeBlake2b512" "BLAKE2b-512" Blake2b512,
        "computeBlake2s256" "BLAKE2s-256" Blake2s256,
        "computeMd4" "MD4" Md4,
        "computeMd5" "MD5" Md5,
        "computeMd5-sha1" "MD5-SHA-1" Md5Sha1,
        "computeRipemd160" "RIPEMD-160" Ripemd160,
        "computeSha1" "SHA-1" Sha1,
        "computeSha224" "SHA-224" Sha224,
        "computeSha256" "SHA-256" Sha256,
        "computeSha384" "SHA-384" Sha384,
        "computeSha512" "SHA-512" Sha512,
        "computeSha512-224" "SHA-512/224" Sha512To224,
        "computeSha512-256" "SHA-512/256" Sha512To256,
        "computeSha3-224" "SHA3-224" Sha3To224,
        "computeSha3-256" "SHA3-256" Sha3To256,
        "computeSha3-384" "SHA3-384" Sha3To384,
        "computeSha3-512" "SHA3-512" Sha3To512,
        "computeSm3" "SM3" Sm3,
        "computeWhirlpool" "Whirlpool" Whirlpool,
    ]
}

const FUNCTION: Input = Input::new("hashFunction", "Hash function")
    .comments("How the digest is made.")
    .choices(&function::NAMES)
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
    let name = Input::new("headerName", "Signature header")
        .comments("The header in which the caller sends the digest of the body.")
        .required()
        .aliases(&["hmacHeaderName", "header", "signatureHeader"]);
    let encoding = Input::new("encoding", "Encoding of the signature")
        .comments("How the digest is written in the header; either way unless given.")
        .choices(&["hex", "base64"])
        .aliases(&["digestEncoding"]);
    let answer = webhook().inputs;
    Trigger::new(
        "hmacWebhookTrigger",
        "HMAC Webhook",
        "Starts the flow only for calls signed with the secret",
        PerformTrigger::Quick(perform),
    )
    .inputs([answer, vec![name, SECRET, FUNCTION, encoding]].concat())
    .guard(verify)
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
    let signature = Function::of(inputs)?.sign(secret.as_bytes(), &message)?;
    Ok(Value::from(hexadecimal(&signature)).into())
}

/// Lets a call in only if its signature header holds the digest of its exact bytes.
fn verify(payload: &Map, inputs: &Inputs) -> Result<(), Refusal> {
    let name = inputs.require_text("headerName")?;
    let secret = inputs.require_text("secret")?;
    let body = payload.get("rawBody").map(crate::file).unwrap_or_default().0;
    let expected = Function::of(inputs)?.sign(secret.as_bytes(), &body)?;
    let given = header(payload, name.trim()).unwrap_or_default();
    let encodings: &[Encoding] = match inputs.text("encoding").trim().to_lowercase().as_str() {
        "" => &[Encoding::Hexadecimal, Encoding::Base64],
        "hex" => &[Encoding::Hexadecimal],
        "base64" => &[Encoding::Base64],
        other => return Err(Refusal::unauthorized(format!("There is no encoding \"{other}\"."))),
    };
    if encodings.iter().any(|encoding| encoding.is_signature(given.trim(), &expected)) {
        return Ok(());
    }
    Err(Refusal::unauthorized("The signature of the request is missing or wrong."))
}

/// How a digest is written.
#[derive(Clone, Copy)]
enum Encoding {
    Hexadecimal,
    Base64,
}

impl Encoding {
    /// With or without the name of the function before it. Every byte is compared, so the time
    /// taken does not tell how many were right.
    fn is_signature(self, given: &str, expected: &[u8]) -> bool {
        use base64::Engine;
        use base64::prelude::BASE64_STANDARD;
        use subtle::ConstantTimeEq;
        let bare = given.split_once('=').filter(|(name, _)| name.starts_with(['m', 's', 'M', 'S']));
        let candidates = [Some(given), bare.map(|(_, rest)| rest)];
        candidates.into_iter().flatten().any(|given| match self {
            Self::Hexadecimal => {
                let given = given.to_ascii_lowercase();
                given.as_bytes().ct_eq(hexadecimal(expected).as_bytes()).into()
            }
            Self::Base64 => {
                given.as_bytes().ct_eq(BASE64_STANDARD.encode(expected).as_bytes()).into()
            }
        })
    }
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

    use crate::testing::{check, guard};

    /// The examples of the functions' own standards, and of RFC 2202 and 4231.
    #[tokio::test]
    async fn digests() {
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        let sha3 = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532";
        let sha512_224 = "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa";
        let blake2s = "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982";
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
                ("computeMd5", abc(), json!(md5)),
                ("computeSha1", abc(), json!(sha1)),
                ("computeSha256", abc(), json!(sha256)),
                ("computeMd4", abc(), json!("a448017aaf21d8525fc10ae87aa6729d")),
                ("computeMd5-sha1", abc(), json!(format!("{md5}{sha1}"))),
                ("computeRipemd160", abc(), json!("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")),
                ("computeSm3", abc(), json!(sm3)),
                ("computeSha3-256", abc(), json!(sha3)),
                (
                    "computeHash",
                    json!({ "message": "abc", "hashFunction": "sha512-224" }),
                    json!(sha512_224),
                ),
                (
                    "computeHash",
                    json!({ "message": "abc", "hashFunction": "BLAKE2s256" }),
                    json!(blake2s),
                ),
                (
                    "computeHmac",
                    signed("md5-sha1"),
                    json!({ "error": "There is no HMAC with \"md5-sha1\"." }),
                ),
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
        for (header, secret, encoding, passes) in [
            (hexadecimal, "Jefe", "", true),
            (&*hexadecimal.to_uppercase(), "Jefe", "hex", true),
            (&*format!("sha256={hexadecimal}"), "Jefe", "", true),
            (base64, "Jefe", "", true),
            (base64, "Jefe", "base64", true),
            (base64, "Jefe", "hex", false),
            (hexadecimal, "Jefe", "base64", false),
            (hexadecimal, "jefe", "", false),
            (hexadecimal, "", "", false),
            (&hexadecimal[1..], "Jefe", "", false),
            ("", "Jefe", "", false),
        ] {
            let payload = json!({ "rawBody": body, "headers": { "x-signature": header } });
            let inputs =
                json!({ "headerName": "X-Signature", "secret": secret, "encoding": encoding });
            let answer = guard("hash", "hmacWebhookTrigger", payload, inputs);
            assert_eq!(answer.is_ok(), passes, "{header} {encoding}");
        }
    }
}
