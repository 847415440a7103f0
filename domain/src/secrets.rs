//! Encryption at rest.
//!
//! Each organization has data keys, which the installation's master key wraps. A sealed value names
//! the key it needs and is bound to the place it was written for: moved to another row, it does not
//! open. Layout: format, key number (4 bytes, big endian), nonce (24 bytes), ciphertext.

mod rotation;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, anyhow, ensure};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use entity::{OrganizationId, Timestamp, organization_key};
use hmac::{Hmac, Mac};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use uuid::Uuid;

use crate::viewer::Viewer;

pub use rotation::Rotated;

const FORMAT: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + 4 + NONCE_BYTES;

/// The column and row that a sealed value belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub column: &'static str,
    pub row: Uuid,
}

impl Place {
    pub fn new(column: &'static str, row: impl Into<Uuid>) -> Self {
        Self { column, row: row.into() }
    }

    fn bytes(self) -> Vec<u8> {
        [self.column.as_bytes(), b"/", self.row.as_bytes()].concat()
    }
}

type Cipher = Arc<XChaCha20Poly1305>;

/// The keys of one organization, opened.
#[derive(Clone)]
struct Keyring {
    ciphers: HashMap<i32, Cipher>,
    newest: i32,
}

/// Seals and opens secrets; keeps opened data keys in memory.
pub struct Secrets {
    master: SecretBox<[u8; KEY_BYTES]>,
    keyrings: RwLock<HashMap<OrganizationId, Keyring>>,
}

impl Secrets {
    pub fn from_master_key(key: [u8; KEY_BYTES]) -> Self {
        Self { master: SecretBox::new(Box::new(key)), keyrings: RwLock::default() }
    }

    /// Writes the first data key of a new organization, in its transaction.
    pub(crate) async fn create_key(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        self.write_key(db, organization, 1, now).await
    }

    /// Whether the master key is the one that this data key was wrapped with.
    pub fn fits(&self, row: &organization_key::Model) -> bool {
        self.unwrap(row).is_ok()
    }

    pub async fn seal(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        place: Place,
        plain: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        // Another process may have added a key: nothing may be sealed with an older one.
        let keyring = self.load(db, organization).await?;
        let cipher = keyring.ciphers.get(&keyring.newest).context("a keyring without keys")?;
        encrypt(cipher, keyring.newest, place, plain)
    }

    pub async fn open(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        place: Place,
        sealed: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        let number = key_number(sealed)?;
        let mut keyring = self.keyring(db, organization).await?;
        if !keyring.ciphers.contains_key(&number) {
            // Another process may have added a key since this one looked.
            keyring = self.load(db, organization).await?;
        }
        let cipher = keyring.ciphers.get(&number);
        decrypt(cipher.with_context(|| format!("there is no data key {number}"))?, place, sealed)
    }

    /// A key for another purpose, derived from the master key.
    pub(crate) fn derive(&self, purpose: &str) -> SecretBox<[u8; KEY_BYTES]> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.master.expose_secret())
            .expect("a MAC takes keys of any length");
        mac.update(purpose.as_bytes());
        SecretBox::new(Box::new(mac.finalize().into_bytes().into()))
    }

    async fn keyring(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
    ) -> anyhow::Result<Keyring> {
        let known = {
            let keyrings = self.keyrings.read().unwrap_or_else(PoisonError::into_inner);
            keyrings.get(&organization).cloned()
        };
        match known {
            Some(keyring) => Ok(keyring),
            None => self.load(db, organization).await,
        }
    }

    async fn load(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
    ) -> anyhow::Result<Keyring> {
        let rows = Viewer::System(organization)
            .rows::<organization_key::Entity>()
            .filter(organization_key::Column::Number.gt(0))
            .order_by_asc(organization_key::Column::Number)
            .all(db)
            .await?;
        let newest = rows.last().context("the organization has no data key")?.number;
        let mut ciphers = HashMap::new();
        for row in rows {
            let key = self
                .unwrap(&row)
                .context("unwrapping a data key; is this the right master key?")?;
            let cipher = XChaCha20Poly1305::new_from_slice(&key)
                .map_err(|_| anyhow!("a data key has the wrong length"))?;
            ciphers.insert(row.number, Arc::new(cipher));
        }
        let keyring = Keyring { ciphers, newest };
        let mut keyrings = self.keyrings.write().unwrap_or_else(PoisonError::into_inner);
        keyrings.insert(organization, keyring.clone());
        Ok(keyring)
    }

    fn unwrap(&self, row: &organization_key::Model) -> anyhow::Result<Vec<u8>> {
        let place = key_place(row.organization_id, row.number);
        decrypt(&self.master_cipher(), place, &row.wrapped)
    }

    fn master_cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.master.expose_secret().into())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets")
    }
}

fn key_place(organization: OrganizationId, number: i32) -> Place {
    // The number is part of the row's identity: fold it into the id.
    let row = organization.0.as_u128() ^ u128::from(number.unsigned_abs());
    Place::new("organization_key.wrapped", Uuid::from_u128(row))
}

fn encrypt(
    cipher: &XChaCha20Poly1305,
    number: i32,
    place: Place,
    plain: &[u8],
) -> anyhow::Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let payload = Payload { msg: plain, aad: &place.bytes() };
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| anyhow!("the value is too long to encrypt"))?;
    Ok([&[FORMAT][..], &number.to_be_bytes(), &nonce, &sealed].concat())
}

fn decrypt(cipher: &XChaCha20Poly1305, place: Place, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
    key_number(sealed)?;
    let (header, text) = sealed.split_at(HEADER_BYTES);
    let nonce: [u8; NONCE_BYTES] = header[5..].try_into().context("a nonce of 24 bytes")?;
    let payload = Payload { msg: text, aad: &place.bytes() };
    cipher
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| anyhow!("a sealed value in {} does not open", place.column))
}

fn key_number(sealed: &[u8]) -> anyhow::Result<i32> {
    ensure!(sealed.len() >= HEADER_BYTES, "a sealed value is cut off");
    ensure!(sealed[0] == FORMAT, "a sealed value has the unknown format {}", sealed[0]);
    Ok(i32::from_be_bytes(sealed[1..5].try_into().context("a key number of 4 bytes")?))
}

#[cfg(test)]
mod tests {
    use sea_orm::Statement;

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_sealed_value_opens_only_where_it_belongs() {
        let world = World::new().await;
        let (db, secrets) = (world.env.db.read(), &world.env.secrets);
        let mine = world.owner.organization_id().unwrap();
        let other = world.stranger().await.organization_id().unwrap();
        let place = Place::new("a.b", Uuid::from_u128(1));
        let sealed = secrets.seal(db, mine, place, b"text").await.unwrap();
        // A process that starts later finds the same keys.
        let later = Secrets::from_master_key([7; KEY_BYTES]);
        assert_eq!(later.open(db, mine, place, &sealed).await.unwrap(), b"text");

        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        let elsewhere = Place::new("a.c", Uuid::from_u128(1));
        let another_row = Place::new("a.b", Uuid::from_u128(2));
        secrets.open(db, mine, place, &changed).await.unwrap_err();
        secrets.open(db, mine, place, &sealed[..HEADER_BYTES - 1]).await.unwrap_err();
        secrets.open(db, mine, elsewhere, &sealed).await.unwrap_err();
        secrets.open(db, mine, another_row, &sealed).await.unwrap_err();
        secrets.open(db, other, place, &sealed).await.unwrap_err();
        let wrong = Secrets::from_master_key([8; KEY_BYTES]);
        wrong.open(db, mine, place, &sealed).await.unwrap_err();
    }

    #[tokio::test]
    async fn every_sealed_column_is_known() {
        let world = World::new().await;
        let sql = "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND c.name LIKE 'sealed%' ORDER BY 1";
        let db = world.env.db.read();
        let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await;
        let found: Vec<String> =
            found.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let mut known = rotation::SEALED_COLUMNS.to_vec();
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
