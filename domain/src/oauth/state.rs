//! The `state` of an authorization: what comes back with the code.
//!
//! It says which connection is authorized, by whom and until when, and is signed, so that nothing
//! has to be written when somebody merely looks at an authorization URL. What is written is that it
//! was used. The verifier of PKCE follows from its nonce and a key of the installation.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::authorization::OwnerKind;
use entity::{OrganizationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Owner;
use super::settings::Settings;
use crate::env::Env;
use crate::signed;

/// How long a user may take to consent.
pub(super) const SECONDS_MAX: i64 = 10 * 60;

const SIGNING: &str = "oauth2 state 1";
const VERIFYING: &str = "oauth2 code verifier 1";

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub organization: OrganizationId,
    kind: u8,
    owner: Uuid,
    key: String,
    /// Who asked for it; they must still be allowed to when it comes back.
    pub user: Option<UserId>,
    pub nonce: Uuid,
    pub expires_at: Timestamp,
    /// Of the settings it was made for: a code is never sent to another provider than gave it.
    pub fingerprint: u64,
}

impl State {
    pub(super) fn new(
        env: &Env,
        organization: OrganizationId,
        owner: &Owner,
        user: Option<UserId>,
        settings: &Settings,
    ) -> Self {
        Self {
            organization,
            kind: number(owner.kind),
            owner: owner.id,
            key: owner.key.clone(),
            user,
            nonce: Uuid::from_u128(env.ids.bits()),
            expires_at: env.now().plus_seconds(SECONDS_MAX),
            fingerprint: fingerprint(settings),
        }
    }

    pub(super) fn owner(&self) -> Option<Owner> {
        let kinds = [
            OwnerKind::InstanceValue,
            OwnerKind::CustomerVariable,
            OwnerKind::ScopedVariable,
            OwnerKind::UserLevelValue,
        ];
        let kind = kinds.into_iter().find(|kind| number(*kind) == self.kind)?;
        Some(Owner { kind, id: self.owner, key: self.key.clone() })
    }

    pub(super) fn to_text(&self, env: &Env) -> String {
        signed::to_text(env, SIGNING, self)
    }

    /// None if nobody here has made it, or somebody has changed it.
    pub(super) fn read(env: &Env, text: &str) -> Option<Self> {
        signed::read(env, SIGNING, text)
    }

    /// What proves that the code comes from us; never leaves before the code is redeemed.
    pub(super) fn verifier(&self, env: &Env) -> String {
        signed::derived(env, VERIFYING, self.nonce.as_bytes())
    }
}

/// What is shown of a verifier beforehand, with the method S256.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Tells settings for one provider and client from those for another.
pub(super) fn fingerprint(settings: &Settings) -> u64 {
    let parts = [&settings.authorize_url, &settings.token_url, &settings.client_id];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// Part of signed texts: never changed.
const fn number(kind: OwnerKind) -> u8 {
    match kind {
        OwnerKind::InstanceValue => 0,
        OwnerKind::CustomerVariable => 1,
        OwnerKind::ScopedVariable => 2,
        OwnerKind::UserLevelValue => 3,
    }
}
