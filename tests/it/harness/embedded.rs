//! The organization's own product, which signs tokens for its users.

use entity::{Clock, SystemClock};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{TestApp, User, project, text};

/// The private key of a file in `tests/keys`. Test keys: they protect nothing.
pub fn private_key(name: &str) -> String {
    std::fs::read_to_string(project().join(format!("tests/keys/{name}.pem"))).unwrap()
}

/// The public key of a file in `tests/keys`.
pub fn public_key(name: &str) -> String {
    std::fs::read_to_string(project().join(format!("tests/keys/{name}.pub.pem"))).unwrap()
}

/// Seconds since 1970.
pub fn now() -> i64 {
    SystemClock.now().0 / 1_000_000
}

/// What a token of this user says who belongs to the customer with this external id.
pub fn claims(organization: &str, customer: &str, user: &str) -> Value {
    json!({
        "organization": organization, "customer": customer, "customer_name": customer,
        "sub": user, "name": user, "iat": now() - 5, "exp": now() + 600,
    })
}

/// Signs claims with a private key, as hosts do.
pub fn signed(private_key: &str, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(private_key.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).unwrap()
}

impl User {
    /// Has the organization accept what this key signs; returns the id of the key.
    pub async fn import_key(&self, name: &str) -> String {
        let document = "mutation ($key: String!) {
            importOrganizationSigningKey(input: { publicKey: $key }) {
                organizationSigningKey { id } errors { field messages } } }";
        let data = self.query_with(document, &json!({ "key": public_key(name) })).await;
        text(&data, "/importOrganizationSigningKey/organizationSigningKey/id")
    }

    /// The global id of their organization.
    pub async fn organization_id(&self) -> String {
        text(&self.query("{ organization { id } }").await, "/organization/id")
    }
}

impl TestApp {
    /// A user of the customer with this external id, embedded in a product of the owner's
    /// organization. Both need not exist before. The token is `user.token`.
    pub async fn embedded(&self, owner: &User, customer: &str, user: &str) -> User {
        self.embedded_as(owner, customer, user, "admin").await
    }

    /// As above, with the role `admin` or `user`.
    pub async fn embedded_as(&self, owner: &User, customer: &str, user: &str, role: &str) -> User {
        let known = owner.query("{ organization { signingKeys { totalCount } } }").await;
        if known["organization"]["signingKeys"]["totalCount"] == 0 {
            owner.import_key("first").await;
        }
        let mut claims = claims(&owner.organization_id().await, customer, user);
        claims["role"] = role.into();
        self.bearer(user, &signed(&private_key("first"), &claims))
    }

    /// Whoever sends this token.
    pub fn bearer(&self, email: &str, token: &str) -> User {
        let mut user = self.anonymous();
        user.email = email.to_owned();
        user.token = Some(token.to_owned());
        user
    }
}
