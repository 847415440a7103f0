//! Objects whose rows are gone are removed: after the commit that deleted the rows, and at the
//! start for whatever a crash or a late write left behind.

use std::sync::Arc;

use jobs::{PayloadStore, Place};
use uuid::Uuid;

use crate::runner::Inner;

/// Owners that are looked up at once.
const CHUNK: usize = 500;

/// Removes everything that lies at these owners' places.
pub async fn remove(store: PayloadStore, owners: Vec<Uuid>) {
    for owner in owners {
        if let Err(error) = store.remove_all(Place::of_owner(owner)).await {
            tracing::error!(?error, %owner, "could not remove objects; the next start tries again");
        }
    }
}

/// Removes the objects of everybody who is no more.
pub async fn remove_orphans(inner: Arc<Inner>) {
    if let Err(error) = try_remove_orphans(&inner).await {
        tracing::error!(error = ?error, "could not look for objects without an owner");
    }
}

async fn try_remove_orphans(inner: &Inner) -> anyhow::Result<()> {
    // An owner's row is older than its first object, so whoever is listed here had one.
    let owners = inner.store.owners().await?;
    for owners in owners.chunks(CHUNK) {
        let gone = domain::token::unknown_owners(&inner.env, owners).await?;
        remove(inner.store.clone(), gone).await;
    }
    Ok(())
}
