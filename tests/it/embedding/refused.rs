//! Tokens that are not accepted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::ME;
use crate::harness::TestApp;
use crate::harness::embedded::{claims, now, private_key, public_key, signed};

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Nothing is created by a token that is refused.
#[tokio::test]
async fn what_is_not_signed_by_the_organization_lets_nobody_in() {
    let app = TestApp::start().await;
    let (acme, other) = (app.organization("acme").await, app.organization("other").await);
    acme.import_key("first").await;
    other.import_key("second").await;
    let good = claims(&acme.organization_id().await, "initech", "ada");
    let first = private_key("first");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&first, &claims)
    };
    let nobody = "T3JnYW5pemF0aW9uOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA==";
    let symmetric = EncodingKey::from_secret(public_key("first").as_bytes());
    let rs512 = EncodingKey::from_rsa_pem(first.as_bytes()).unwrap();
    let token = signed(&first, &good);
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = token.rsplit_once('.').unwrap().1;
    let other_claims = part(&claims(&acme.organization_id().await, "hooli", "eve"));
    for (what, token) in [
        ("alg none", format!("{}.{}.", part(&json!({ "alg": "none" })), part(&good))),
        ("no signature", format!("{message}.")),
        (
            "signature of other claims",
            format!("{}.{other_claims}.{signature}", message.split_once('.').unwrap().0),
        ),
        (
            "the public key as a secret",
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good, &symmetric).unwrap(),
        ),
        (
            "another algorithm",
            jsonwebtoken::encode(&Header::new(Algorithm::RS512), &good, &rs512).unwrap(),
        ),
        ("a key of another organization", signed(&private_key("second"), &good)),
        ("an unknown organization", with("organization", nobody.into())),
        ("expired", with("exp", (now() - 120).into())),
        ("not valid yet", with("nbf", (now() + 120).into())),
        ("valid for two days", with("exp", (now() + 2 * 24 * 60 * 60).into())),
        ("no customer", with("customer", Value::Null)),
        ("no name for a new customer", with("customer_name", Value::Null)),
        ("an unknown role", with("role", "owner".into())),
        ("nothing", ".".to_owned()),
    ] {
        let reply = app.bearer("eve", &token).ask(ME, &json!({})).await;
        assert_eq!(reply.status, 401, "{what}: {:#}", reply.body);
        assert_eq!(reply.errors(), ["Authentication is required"], "{what}");
    }
    for owner in [&acme, &other] {
        let data = owner.query("{ customers(isSystem: false) { totalCount } }").await;
        assert_eq!(data["customers"]["totalCount"], 0);
    }
    assert_eq!(app.bearer("ada", &token).ask(ME, &json!({})).await.status, 200);
}
