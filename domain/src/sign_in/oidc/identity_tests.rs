use serde_json::json;

use super::*;

const NOW: i64 = 1_790_000_000;

fn judge(change: &Json) -> Result<Person, String> {
    let mut claims = json!({
        "iss": "https://id.test", "aud": "us", "sub": "ada", "nonce": "n", "iat": NOW - 5,
        "exp": NOW + 600, "email": " Ada@Acme.test ", "email_verified": true,
    });
    for (name, value) in change.as_object().unwrap() {
        if value == "gone" {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    let expected = Expected {
        issuer: "https://id.test",
        client_id: "us",
        nonce: "n",
        now: Timestamp(NOW * 1_000_000),
        not_before: Timestamp((NOW - 30) * 1_000_000),
    };
    check(claims.as_object().unwrap(), &expected).map_err(|refused| refused.code())
}

#[test]
fn tokens_are_for_us_for_this_sign_in_and_for_now() {
    for (change, expected) in [
        (json!({}), None),
        (json!({ "iss": "https://id.test/" }), Some("token_issuer")),
        (json!({ "iss": "gone" }), Some("token_issuer")),
        (json!({ "aud": ["us"] }), None),
        (json!({ "aud": "them" }), Some("token_audience")),
        (json!({ "aud": ["us", "them"] }), Some("token_audience")),
        (json!({ "aud": ["us", "them"], "azp": "us" }), None),
        (json!({ "aud": ["us", "them"], "azp": "them" }), Some("token_audience")),
        (json!({ "azp": "them" }), Some("token_audience")),
        (json!({ "azp": null }), Some("token_audience")),
        (json!({ "aud": [] }), Some("token_audience")),
        (json!({ "nonce": "m" }), Some("token_nonce")),
        (json!({ "nonce": "gone" }), Some("token_nonce")),
        (json!({ "exp": NOW - 59 }), None),
        (json!({ "exp": NOW - 60 }), Some("token_expired")),
        (json!({ "exp": "soon" }), Some("token_malformed")),
        (json!({ "exp": "gone" }), Some("token_malformed")),
        (json!({ "iat": "gone" }), Some("token_malformed")),
        (json!({ "iat": NOW + 60 }), None),
        (json!({ "iat": NOW + 61 }), Some("token_not_yet_valid")),
        (json!({ "nbf": NOW + 61 }), Some("token_not_yet_valid")),
        (json!({ "nbf": "x" }), Some("token_malformed")),
        (json!({ "iat": NOW - 90 }), None),
        (json!({ "iat": NOW - 91 }), Some("token_too_old")),
        (json!({ "sub": "" }), Some("token_subject")),
        (json!({ "sub": "x".repeat(256) }), Some("token_subject")),
        (json!({ "sub": 7 }), Some("token_subject")),
    ] {
        assert_eq!(judge(&change).err().as_deref(), expected, "{change}");
    }
}

#[test]
fn addresses_are_compared_in_lower_case_and_verified_only_if_said_so() {
    let person = judge(&json!({})).unwrap();
    assert_eq!(person.email.as_deref(), Some("ada@acme.test"));
    assert_eq!(person.domain(), Some("acme.test"));
    for (said, expected) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("gone"), false),
        (json!(1), false),
        (json!("True, mostly"), false),
    ] {
        let person = judge(&json!({ "email_verified": said })).unwrap();
        assert_eq!(person.is_email_verified, expected, "{said}");
    }
    assert_eq!(judge(&json!({ "email": "\"a@b\"@c.test" })).unwrap().domain(), Some("c.test"));
}
