//! Passwords: how they are hashed, set and compared.

use std::net::IpAddr;

use anyhow::{Context, anyhow};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use entity::{password, user};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::attempts::TooMany;
use super::refresh;
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;
use crate::{rows, token};

/// What one hash costs: memory, how often it is gone through, and in how many threads.
const MEMORY_KIBIBYTES: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bounds the memory that people who sign in can take.
pub(super) const HASHES_AT_ONCE_MAX: usize = 4;

/// The shortest password.
pub const CHARS_MIN: usize = 12;

/// The longest password.
pub const BYTES_MAX: usize = 1_024;

/// Compared with where there is nothing else, so that it takes as long. It is the hash of nothing
/// that anybody knows.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$\
    q6uQ0mV1m3l7m0H0n3XnGf3vZ1mH3n0n5o6b9c2d1eA";

/// Why somebody could not sign in.
#[derive(Debug)]
pub enum NotSignedIn {
    /// The address is unknown, has no password, or another one: nobody is told which.
    Wrong,
    TooMany(TooMany),
    /// The installation knows no passwords.
    Off,
    Internal(Error),
}

impl From<Error> for NotSignedIn {
    fn from(error: Error) -> Self {
        Self::Internal(error)
    }
}

/// Who has this address and password.
pub async fn with_password(
    env: &Env,
    address: Option<IpAddr>,
    email: &str,
    password: &str,
) -> Result<user::Model, NotSignedIn> {
    if !env.sign_in.settings.password {
        return Err(NotSignedIn::Off);
    }
    let account = email.trim().to_lowercase();
    let attempts = &env.sign_in.attempts;
    attempts.try_password(env.now(), &account, address).map_err(NotSignedIn::TooMany)?;
    let user = token::user_by_email(env.db.read(), &account).await?;
    let stored = match &user {
        Some(user) => of_user(env.db.read(), user).await?,
        None => None,
    };
    let hash = stored.map_or_else(|| NOBODYS.to_owned(), |row| row.hash);
    if !verify(env, password, hash).await? {
        return Err(NotSignedIn::Wrong);
    }
    attempts.forgive(&account, address);
    user.ok_or(NotSignedIn::Wrong)
}

/// Gives a user a password. Clients that go on with an old one have to ask again.
pub async fn set(env: &Env, user: &user::Model, password: &str) -> Result<(), Error> {
    let hash = new_hash(env, password).await?;
    let tx = env.db.begin().await?;
    write(env, &tx, user, hash).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn write(
    env: &Env,
    db: &impl ConnectionTrait,
    user: &user::Model,
    hash: String,
) -> Result<(), Error> {
    let now = env.now();
    let created_at = of_user(db, user).await?.map_or(now, |row| row.created_at);
    rows::delete::<password::Entity>(user.organization_id)
        .filter(password::Column::UserId.eq(user.id))
        .exec(db)
        .await?;
    let row = password::Model {
        user_id: user.id,
        organization_id: user.organization_id,
        hash,
        created_at,
        updated_at: now,
    };
    rows::insert::<password::Entity>(db, row).await?;
    refresh::end_all(db, user).await
}

async fn of_user(
    db: &impl ConnectionTrait,
    user: &user::Model,
) -> Result<Option<password::Model>, Error> {
    let found = Viewer::System(user.organization_id)
        .rows::<password::Entity>()
        .filter(password::Column::UserId.eq(user.id));
    Ok(found.one(db).await?)
}

/// What is stored of a password; an error if nobody should have it.
pub(super) async fn new_hash(env: &Env, password: &str) -> Result<String, Error> {
    if password.chars().count() < CHARS_MIN {
        let message = format!("A password has at least {CHARS_MIN} characters.");
        return Err(Error::invalid("password", message));
    }
    if password.len() > BYTES_MAX {
        let message = format!("A password has at most {BYTES_MAX} bytes.");
        return Err(Error::invalid("password", message));
    }
    let password = password.to_owned();
    in_turn(env, move || {
        let hash = hasher()?.hash_password(password.as_bytes());
        Ok(hash.map_err(|error| anyhow!("hashing a password: {error}"))?.to_string())
    })
    .await
}

async fn verify(env: &Env, password: &str, hash: String) -> Result<bool, Error> {
    if password.len() > BYTES_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    // The costs are those of the hash, so that old ones stay good when new ones cost more.
    in_turn(env, move || Ok(hasher()?.verify_password(password.as_bytes(), hash.as_str()).is_ok()))
        .await
}

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let costs = Params::new(MEMORY_KIBIBYTES, PASSES, LANES, None);
    let costs = costs.map_err(|error| anyhow!("costs of hashing: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, costs))
}

/// On a thread of its own: hashing takes long on purpose.
async fn in_turn<T: Send + 'static>(
    env: &Env,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let _turn = env.sign_in.hashing.acquire().await.context("waiting for a turn")?;
    Ok(tokio::task::spawn_blocking(work).await.context("a hash")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_others_do() {
        let costs = format!("$argon2id$v=19$m={MEMORY_KIBIBYTES},t={PASSES},p={LANES}$");
        assert!(NOBODYS.starts_with(&costs));
        argon2::password_hash::phc::PasswordHash::new(NOBODYS).unwrap();
        assert!(hasher().unwrap().verify_password(b"", NOBODYS).is_err());
    }
}
