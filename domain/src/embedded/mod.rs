//! Embedded users: people of a customer who come with a token that the organization's own product
//! has signed, and never sign in here.
//!
//! The organization's public keys are in [`key`], what a token must say in [`claim`]; a user and
//! customer that nobody has seen before are created by the first token that names them.

mod arrival;
mod claim;
mod key;
mod memory;
mod pem;
mod settings;

use entity::{OrganizationId, user};

use crate::env::Env;
use crate::error::Error;

pub use claim::Refusal;
pub use key::{Created, KEYS_MAX, create_key, delete_key, import_key};
pub use memory::Memory;
pub(crate) use settings::branded_elements;
pub use settings::{ORIGINS_MAX, Settings, update_settings};

/// Whether a bearer token claims to be of an embedded user. Says nothing about its truth.
pub fn is_embedded(bearer: &str) -> bool {
    claim::Unverified::read(bearer).is_ok()
}

/// The organization that a token names, for whoever counts what is wrong with tokens.
pub fn claimed_organization(bearer: &str) -> Option<OrganizationId> {
    claim::Unverified::read(bearer).ok()?.organization().ok()
}

/// The user a token speaks for. `origin` is that of the page that sends it, where a browser says
/// so. May write: nobody may drop it half way.
pub async fn authenticate(
    env: &Env,
    bearer: &str,
    origin: Option<&str>,
) -> Result<user::Model, Refusal> {
    let token = claim::Unverified::read(bearer)?;
    let organization = token.organization()?;
    let known = env.embedding.known(env, organization).await.map_err(Refusal::Internal)?;
    if !known.has_signed(&token) {
        return Err(Refusal::SignatureInvalid);
    }
    let claims = token.claims(env.now())?;
    if let Some(origin) = origin
        && !known.allows(origin)
        && !settings::is_own(env, origin)
    {
        return Err(Refusal::OriginNotAllowed);
    }
    arrival::arrive(env, organization, &claims).await
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Internal(error)
    }
}
