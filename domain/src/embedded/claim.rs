//! What tokens of embedded users say, and what is wrong with those that are refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::user::Role;
use entity::{OrganizationId, Timestamp};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::global_id::id_of;

/// How far clocks of others may be off, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;

/// How long a token may be good for, in seconds: whoever is sent away keeps it so long.
const LIFETIME_SECONDS_MAX: f64 = 24.0 * 60.0 * 60.0;

const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// Why a token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("There is no bearer token.")]
    Missing,
    #[error("This is not a JSON Web Token that is signed with RS256.")]
    Malformed,
    #[error("The token has expired.")]
    Expired,
    #[error("The token is not valid yet.")]
    NotYetValid,
    #[error("The token is valid for more than 24 hours.")]
    LifetimeTooLong,
    /// Also where there is no such organization: nobody can tell which.
    #[error("No signing key of the organization has signed this token.")]
    SignatureInvalid,
    #[error("The token does not have the claim {0}.")]
    ClaimMissing(&'static str),
    #[error("The claim {0} is not what it must be.")]
    ClaimInvalid(&'static str),
    #[error(
        "The customer is unknown, and the claim customer_name that would create it is missing."
    )]
    CustomerUnknown,
    #[error("Other customers have the name that is given for a new one.")]
    CustomerNameTaken,
    #[error("The organization does not let this origin embed.")]
    OriginNotAllowed,
    #[error("internal error")]
    Internal(Error),
}

impl Refusal {
    /// Stable, for programs.
    pub fn code(&self) -> String {
        match self {
            Self::Missing => "token_missing".to_owned(),
            Self::Malformed => "token_malformed".to_owned(),
            Self::Expired => "token_expired".to_owned(),
            Self::NotYetValid => "token_not_yet_valid".to_owned(),
            Self::LifetimeTooLong => "token_lifetime_too_long".to_owned(),
            Self::SignatureInvalid => "signature_invalid".to_owned(),
            Self::ClaimMissing(name) => format!("claim_missing:{name}"),
            Self::ClaimInvalid(name) => format!("claim_invalid:{name}"),
            Self::CustomerUnknown => "customer_unknown".to_owned(),
            Self::CustomerNameTaken => "customer_name_taken".to_owned(),
            Self::OriginNotAllowed => "origin_not_allowed".to_owned(),
            Self::Internal(_) => "internal".to_owned(),
        }
    }

    /// Whether the token is good, but not for this.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::CustomerUnknown | Self::CustomerNameTaken | Self::OriginNotAllowed)
    }
}

/// A token of which nothing is proven.
pub struct Unverified<'a> {
    /// What is signed.
    pub message: &'a str,
    pub signature: Vec<u8>,
    claims: Map<String, Value>,
}

/// Whom a token speaks for. Its signature and times are good.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claims {
    /// Of the user, in the organization's own product.
    pub subject: String,
    pub external_id: String,
    /// The external id of the customer.
    pub customer: String,
    pub customer_name: Option<String>,
    pub name: Option<String>,
    pub role: Role,
    /// 0 for none.
    pub concurrent_execution_limit: Option<i32>,
}

impl<'a> Unverified<'a> {
    pub fn read(bearer: &'a str) -> Result<Self, Refusal> {
        if bearer.is_empty() {
            return Err(Refusal::Missing);
        }
        if bearer.len() > TOKEN_BYTES_MAX {
            return Err(Refusal::Malformed);
        }
        Self::parse(bearer).ok_or(Refusal::Malformed)
    }

    fn parse(bearer: &'a str) -> Option<Self> {
        let header = jsonwebtoken::decode_header(bearer).ok()?;
        // Whoever adds an algorithm: never let the token choose which of them a key is for.
        if header.alg != Algorithm::RS256 || header.crit.is_some() {
            return None;
        }
        let (message, signature) = bearer.rsplit_once('.')?;
        let (_, payload) = message.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        Some(Self { message, signature, claims })
    }

    /// The organization whose keys may have signed it.
    pub fn organization(&self) -> Result<OrganizationId, Refusal> {
        let claim = self.claims.get("organization").filter(|claim| !claim.is_null());
        let claim = claim.ok_or(Refusal::ClaimMissing("organization"))?;
        let id = claim.as_str().and_then(id_of);
        id.ok_or(Refusal::SignatureInvalid)
    }

    /// What it says. To be asked for when its signature is good.
    pub fn claims(&self, now: Timestamp) -> Result<Claims, Refusal> {
        let seconds = |name| match self.claims.get(name) {
            None => Ok(None),
            Some(claim) => claim.as_f64().map(Some).ok_or(Refusal::ClaimInvalid(name)),
        };
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
        let now = (now.0 / 1_000_000) as f64;
        let issued = seconds("iat")?.ok_or(Refusal::ClaimMissing("iat"))?;
        let ends = seconds("exp")?.ok_or(Refusal::ClaimMissing("exp"))?;
        let begins = seconds("nbf")?.unwrap_or(issued).max(issued);
        if now > ends + LEEWAY_SECONDS {
            return Err(Refusal::Expired);
        }
        if now < begins - LEEWAY_SECONDS {
            return Err(Refusal::NotYetValid);
        }
        if ends - issued > LIFETIME_SECONDS_MAX + LEEWAY_SECONDS {
            return Err(Refusal::LifetimeTooLong);
        }
        let subject = self.text("sub")?.ok_or(Refusal::ClaimMissing("sub"))?;
        Ok(Claims {
            external_id: self.text("external_id")?.unwrap_or_else(|| subject.clone()),
            subject,
            customer: self.text("customer")?.ok_or(Refusal::ClaimMissing("customer"))?,
            customer_name: self.text("customer_name")?,
            name: self.text("name")?,
            role: match self.text("role")?.as_deref() {
                None | Some("admin") => Role::MarketplaceAdmin,
                Some("user") => Role::MarketplaceUser,
                Some(_) => return Err(Refusal::ClaimInvalid("role")),
            },
            concurrent_execution_limit: self.limit()?,
        })
    }

    /// A claim that is text, or a number that stands for one. Null and blanks say nothing.
    fn text(&self, name: &'static str) -> Result<Option<String>, Refusal> {
        let text = match self.claims.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) if number.is_i64() => number.to_string(),
            Some(_) => return Err(Refusal::ClaimInvalid(name)),
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn limit(&self) -> Result<Option<i32>, Refusal> {
        const NAME: &str = "concurrent_execution_limit";
        let Some(claim) = self.claims.get(NAME).filter(|claim| !claim.is_null()) else {
            return Ok(None);
        };
        let limit = claim.as_i64().and_then(|limit| i32::try_from(limit).ok());
        limit.filter(|limit| *limit >= 0).map(Some).ok_or(Refusal::ClaimInvalid(NAME))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn claims(change: &Value) -> Result<Claims, String> {
        let mut claims = json!({ "sub": "ada", "customer": 7, "iat": NOW - 5, "exp": NOW + 600 });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let claims = claims.as_object().unwrap().clone();
        let token = Unverified { message: "", signature: Vec::new(), claims };
        token.claims(Timestamp(NOW * 1_000_000)).map_err(|refusal| refusal.code())
    }

    #[test]
    fn times_are_kept_with_a_minute_of_leeway() {
        let day = 24 * 60 * 60;
        for (change, expected) in [
            (json!({ "exp": NOW - 60 }), None),
            (json!({ "exp": NOW - 61 }), Some("token_expired")),
            (json!({ "iat": NOW + 60 }), None),
            (json!({ "iat": NOW + 61 }), Some("token_not_yet_valid")),
            (json!({ "nbf": NOW + 61 }), Some("token_not_yet_valid")),
            (json!({ "nbf": NOW - 5 }), None),
            (json!({ "exp": NOW - 5 + day }), None),
            (json!({ "exp": NOW + 60 + day }), Some("token_lifetime_too_long")),
            (json!({ "exp": "soon" }), Some("claim_invalid:exp")),
            (json!({ "iat": null }), Some("claim_invalid:iat")),
        ] {
            assert_eq!(claims(&change).err().as_deref(), expected, "{change}");
        }
    }

    #[test]
    fn claims_are_read_or_named() {
        let all = json!({ "external_id": "a1", "name": " Ada ", "customer_name": "Initech",
            "role": "user", "concurrent_execution_limit": 3 });
        let expected = Claims {
            subject: "ada".into(),
            external_id: "a1".into(),
            customer: "7".into(),
            customer_name: Some("Initech".into()),
            name: Some("Ada".into()),
            role: Role::MarketplaceUser,
            concurrent_execution_limit: Some(3),
        };
        assert_eq!(claims(&all), Ok(expected));
        let least = claims(&json!({ "name": null, "customer_name": " " })).unwrap();
        assert_eq!((least.external_id.as_str(), least.role), ("ada", Role::MarketplaceAdmin));
        assert_eq!((least.name, least.customer_name), (None, None));
        for (change, code) in [
            (json!({ "sub": "" }), "claim_missing:sub"),
            (json!({ "customer": null }), "claim_missing:customer"),
            (json!({ "customer": ["a"] }), "claim_invalid:customer"),
            (json!({ "role": "owner" }), "claim_invalid:role"),
            (
                json!({ "concurrent_execution_limit": -1 }),
                "claim_invalid:concurrent_execution_limit",
            ),
        ] {
            assert_eq!(claims(&change), Err(code.to_owned()));
        }
    }
}
