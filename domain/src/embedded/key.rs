//! The keys that sign tokens of embedded users. Only their public halves are here.

use anyhow::{Context, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicEncryptingKey};
use aws_lc_rs::signature::KeyPair as _;
use entity::{OrganizationId, SigningKeyId, organization_signing_key};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;

use super::pem;
use crate::env::Env;
use crate::error::{Error, Problem};
use crate::policy::{Action, Noun};
use crate::rows;
use crate::viewer::Viewer;

/// Keys of one organization: each of them may be tried for a token.
pub const KEYS_MAX: u64 = 20;

const BITS_MIN: usize = 2048;

/// Characters of the private key that tell which one belongs to a public key.
const PREVIEW_CHARS: usize = 8;

const FIELD: &str = "publicKey";

/// A new key, with the half that is handed out once and not kept.
pub struct Created {
    pub key: organization_signing_key::Model,
    /// PKCS#8, as PEM.
    pub private_key: SecretString,
}

/// Makes a key pair of 4096 bit.
pub async fn create_key(env: &Env, viewer: &Viewer) -> Result<Created, Error> {
    // Nobody without the right, and nobody over the limit, keeps a processor busy.
    permit(env.db.read(), viewer).await?;
    let pair = {
        let _one_at_a_time = env.embedding.making.lock().await;
        tokio::task::spawn_blocking(generate).await.context("making a key")??
    };
    let private_key = pem::write(pem::PRIVATE, &pair.private);
    let preview = preview(&private_key);
    let row = Row { public_key: pem::write(pem::PUBLIC, &pair.public), preview };
    let key = insert(env, viewer, row, false).await?;
    Ok(Created { key, private_key: private_key.into() })
}

/// Adds the public half of a key whose private half stays where it is.
pub async fn import_key(
    env: &Env,
    viewer: &Viewer,
    public_key: &str,
) -> Result<organization_signing_key::Model, Error> {
    permit(env.db.read(), viewer).await?;
    let public_key = pem::write(pem::PUBLIC, &check(public_key)?);
    insert(env, viewer, Row { public_key, preview: String::new() }, true).await
}

/// Takes a key away: what it has signed is refused from now on, on other nodes within seconds.
pub async fn delete_key(
    env: &Env,
    viewer: &Viewer,
    id: SigningKeyId,
) -> Result<organization_signing_key::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<organization_signing_key::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    rows::delete::<organization_signing_key::Entity>(row.organization_id)
        .filter(organization_signing_key::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    env.embedding.forget(row.organization_id);
    Ok(row)
}

struct Row {
    public_key: String,
    preview: String,
}

async fn insert(
    env: &Env,
    viewer: &Viewer,
    row: Row,
    is_imported: bool,
) -> Result<organization_signing_key::Model, Error> {
    let tx = env.db.begin().await?;
    let organization_id = permit(&tx, viewer).await?;
    let now = env.now();
    let row = organization_signing_key::Model {
        id: env.ids.next(),
        organization_id,
        public_key: row.public_key,
        private_key_preview: row.preview,
        is_imported,
        created_at: now,
        updated_at: now,
    };
    let same = Viewer::System(organization_id)
        .rows::<organization_signing_key::Entity>()
        .filter(organization_signing_key::Column::PublicKey.eq(&row.public_key))
        .count(&tx)
        .await?;
    if same > 0 {
        return Err(Error::Conflict(Problem::new(FIELD, "This key is there already.")));
    }
    let created = rows::insert::<organization_signing_key::Entity>(&tx, row).await?;
    tx.commit().await?;
    env.embedding.forget(organization_id);
    Ok(created)
}

/// The right to add one more key.
async fn permit(db: &impl ConnectionTrait, viewer: &Viewer) -> Result<OrganizationId, Error> {
    let organization = viewer.permit_in_organization(db, Noun::Embedding).await?.into_row().id;
    let known =
        Viewer::System(organization).rows::<organization_signing_key::Entity>().count(db).await?;
    if known >= KEYS_MAX {
        let limit = format!("an organization has at most {KEYS_MAX} signing keys");
        return Err(Error::LimitReached(limit));
    }
    Ok(organization)
}

struct Pair {
    private: Vec<u8>,
    public: Vec<u8>,
}

fn generate() -> Result<Pair, Error> {
    let failed = |_| anyhow!("an RSA key could not be made");
    let pair = KeyPair::generate(KeySize::Rsa4096).map_err(failed)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
    Ok(Pair { private: private.as_ref().to_vec(), public: public.as_ref().to_vec() })
}

/// The end of what is between the first and the last line.
fn preview(private_key: &str) -> String {
    let body: Vec<char> =
        private_key.lines().filter(|line| !line.starts_with('-')).flat_map(str::chars).collect();
    body[body.len().saturating_sub(PREVIEW_CHARS)..].iter().collect()
}

/// The key in its binary form, if tokens can be verified with it.
fn check(text: &str) -> Result<Vec<u8>, Error> {
    if text.contains("PRIVATE KEY-----") {
        let message = "This is a private key. Keep it to yourself, and give its public key.";
        return Err(Error::invalid(FIELD, message));
    }
    let Some(der) = pem::read(pem::PUBLIC, text) else {
        let message = "This is not a public key in PEM: it begins with -----BEGIN PUBLIC KEY-----.";
        return Err(Error::invalid(FIELD, message));
    };
    let is_good =
        PublicEncryptingKey::from_der(&der).is_ok_and(|key| key.key_size_bits() >= BITS_MIN);
    if !is_good {
        let message = format!("This is not an RSA key of at least {BITS_MIN} bit.");
        return Err(Error::invalid(FIELD, message));
    }
    Ok(der)
}
