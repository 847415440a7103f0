//! What a node remembers of organizations to verify tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use entity::{OrganizationId, Timestamp};

use super::claim::Unverified;
use super::pem;
use crate::env::Env;
use crate::error::Error;
use crate::token;

/// How long other nodes may accept what was taken away here.
const KEPT_SECONDS: i64 = 30;

/// Organizations remembered before all are forgotten.
const ORGANIZATIONS_MAX: usize = 1_000;

/// Keys and origins of organizations, for half a minute.
#[derive(Default)]
pub struct Memory {
    kept: Mutex<Kept>,
    /// Making a key keeps a processor busy for seconds: one at a time.
    pub(super) making: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    organizations: HashMap<OrganizationId, (Timestamp, Arc<Known>)>,
    /// Counts what was forgotten, so that nothing is kept that was read before.
    changes: u64,
}

/// What tokens of an organization are verified with.
pub struct Known {
    keys: Vec<ParsedPublicKey>,
    origins: Vec<String>,
}

impl Memory {
    pub(super) async fn known(
        &self,
        env: &Env,
        organization: OrganizationId,
    ) -> Result<Arc<Known>, Error> {
        let now = env.now();
        let changes = {
            let kept = self.kept();
            match kept.organizations.get(&organization) {
                Some((until, known)) if now < *until => return Ok(known.clone()),
                _ => kept.changes,
            }
        };
        let (keys, origins) = token::verifying(env, organization).await?;
        let known = Arc::new(Known {
            keys: keys.iter().filter_map(|key| parse(&key.public_key)).collect(),
            origins,
        });
        let mut kept = self.kept();
        // Organizations that nobody has heard of are not worth a place.
        if kept.changes == changes && !known.keys.is_empty() {
            if kept.organizations.len() >= ORGANIZATIONS_MAX {
                kept.organizations.clear();
            }
            let until = now.plus_seconds(KEPT_SECONDS);
            kept.organizations.insert(organization, (until, known.clone()));
        }
        Ok(known)
    }

    /// To be called after the commit of a change.
    pub(super) fn forget(&self, organization: OrganizationId) {
        let mut kept = self.kept();
        kept.changes += 1;
        kept.organizations.remove(&organization);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Tokens do not say which key has signed them.
    pub fn has_signed(&self, token: &Unverified<'_>) -> bool {
        let message = token.message.as_bytes();
        self.keys.iter().any(|key| key.verify_sig(message, &token.signature).is_ok())
    }

    /// Whether pages of this origin may embed.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.is_empty()
            || self.origins.iter().any(|known| known.eq_ignore_ascii_case(origin))
    }
}

fn parse(public_key: &str) -> Option<ParsedPublicKey> {
    let der = pem::read(pem::PUBLIC, public_key)?;
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).ok()
}
