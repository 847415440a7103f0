//! Reading keys, and deciding which of them may be used.

use std::cmp::Reverse;
use std::io::Cursor;

use pgp::composed::{Deserializable, SignedPublicKey, SignedPublicSubKey, SignedSecretKey};
use pgp::packet::{PublicKey, PublicSubkey, Signature, SignatureType};
use pgp::types::{KeyDetails, S2kParams, SecretParams, StringToKey, Tag};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{Randomness, StepError};

/// Bytes of the text of keys.
const KEY_BYTES_MAX: usize = 262_144;
/// Readers of one message.
const CERTIFICATES_MAX: usize = 20;
/// Memory that a passphrase may cost, as a power of two of kibibytes.
const LOCK_MEMORY_MAX: u8 = 16;
/// Passes over this memory.
const LOCK_PASSES_MAX: u8 = 8;

/// What session keys are made of.
pub type Chance = ChaCha20Rng;

pub fn chance(randomness: &dyn Randomness) -> Chance {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&randomness.draw().to_be_bytes());
    seed[16..].copy_from_slice(&randomness.draw().to_be_bytes());
    ChaCha20Rng::from_seed(seed)
}

/// The key that a message is encrypted to.
pub enum Recipient<'a> {
    Primary(&'a PublicKey),
    Subkey(&'a PublicSubkey),
}

/// Public keys in armored or binary form, one after the other.
pub fn certificates(text: &[u8]) -> Result<Vec<SignedPublicKey>, StepError> {
    let unreadable = || StepError::new("The public key is not an OpenPGP public key.");
    let mut keys = Vec::new();
    for block in blocks(fitting(text, "public")?) {
        let read = SignedPublicKey::from_reader_many(Cursor::new(block));
        let (read, _) = read.map_err(|_| unreadable())?;
        for key in read.take(CERTIFICATES_MAX + 1) {
            keys.push(key.map_err(|_| unreadable())?);
        }
    }
    match keys.len() {
        0 => Err(unreadable()),
        1..=CERTIFICATES_MAX => Ok(keys),
        _ => Err(StepError::new(format!("There are more than {CERTIFICATES_MAX} public keys."))),
    }
}

/// Armored blocks that follow one another; binary keys are one block.
fn blocks(text: &[u8]) -> Vec<&[u8]> {
    const HEAD: &str = "-----BEGIN PGP ";
    let Ok(armored) = str::from_utf8(text) else { return vec![text] };
    let starts: Vec<_> = armored.match_indices(HEAD).map(|(start, _)| start).collect();
    let ends = starts.iter().skip(1).copied().chain([armored.len()]);
    starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect()
}

/// A private key in armored or binary form. Says nothing about what is wrong with one.
pub fn private(text: &[u8]) -> Result<SignedSecretKey, StepError> {
    let text = fitting(text, "private")?;
    SignedSecretKey::from_reader_single(Cursor::new(text))
        .map(|(key, _)| key)
        .map_err(|_| StepError::new("The private key is not an OpenPGP private key."))
}

fn fitting<'a>(text: &'a [u8], which: &str) -> Result<&'a [u8], StepError> {
    if text.len() > KEY_BYTES_MAX {
        let message = format!("The {which} key is larger than {KEY_BYTES_MAX} bytes.");
        return Err(StepError::new(message));
    }
    Ok(text.trim_ascii_start())
}

/// Whether trying a passphrase costs no more than the server can give.
pub fn is_lock_cheap(params: &SecretParams) -> bool {
    let SecretParams::Encrypted(locked) = params else { return true };
    let lock = match locked.string_to_key_params() {
        S2kParams::Aead { s2k, .. }
        | S2kParams::Cfb { s2k, .. }
        | S2kParams::MalleableCfb { s2k, .. } => s2k,
        S2kParams::Unprotected | S2kParams::LegacyCfb { .. } => return true,
    };
    match lock {
        StringToKey::Argon2 { t, m_enc, .. } => *t <= LOCK_PASSES_MAX && *m_enc <= LOCK_MEMORY_MAX,
        _ => true,
    }
}

/// The newest key of a certificate that is for encryption and valid now. Only statements that the
/// certificate's own key has signed count.
pub fn recipient(
    certificate: &SignedPublicKey,
    now_seconds: i64,
) -> Result<Recipient<'_>, StepError> {
    let id = certificate.primary_key.legacy_key_id();
    let unusable = |why: &str| StepError::new(format!("The public key {id} {why}."));
    let primary = &certificate.primary_key;
    if certificate.details.revocation_signatures.iter().any(|it| it.verify_key(primary).is_ok()) {
        return Err(unusable("was revoked"));
    }
    let statement = own_statement(certificate)
        .ok_or_else(|| unusable("carries no valid signature of its owner"))?;
    if has_expired(statement, primary, now_seconds) {
        return Err(unusable("has expired"));
    }
    let subkeys = certificate.public_subkeys.iter();
    let newest = subkeys
        .filter(|subkey| is_for_encryption(subkey, primary, now_seconds))
        .max_by_key(|subkey| subkey.key.created_at());
    match newest {
        Some(subkey) => Ok(Recipient::Subkey(&subkey.key)),
        None if encrypts(primary, statement) => Ok(Recipient::Primary(primary)),
        None => Err(unusable("holds no valid key for encryption")),
    }
}

/// The newest valid statement of the owner about the certificate.
fn own_statement(certificate: &SignedPublicKey) -> Option<&Signature> {
    let primary = &certificate.primary_key;
    let details = &certificate.details;
    let direct = details.direct_signatures.iter().filter(|it| it.verify_key(primary).is_ok());
    let about_users = details.users.iter().flat_map(|user| {
        let certifies = |it: &&Signature| {
            it.typ() != Some(SignatureType::CertRevocation)
                && it.verify_certification(primary, Tag::UserId, &user.id).is_ok()
        };
        user.signatures.iter().filter(certifies)
    });
    newest(direct.chain(about_users))
}

fn is_for_encryption(subkey: &SignedPublicSubKey, primary: &PublicKey, now_seconds: i64) -> bool {
    let signed = |kind: SignatureType| {
        subkey.signatures.iter().filter(move |it| {
            it.typ() == Some(kind) && it.verify_subkey_binding(primary, &subkey.key).is_ok()
        })
    };
    let is_revoked = signed(SignatureType::SubkeyRevocation).next().is_some();
    newest(signed(SignatureType::SubkeyBinding)).is_some_and(|binding| {
        !is_revoked
            && encrypts(&subkey.key, binding)
            && !has_expired(binding, &subkey.key, now_seconds)
    })
}

fn newest<'a>(statements: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    statements.min_by_key(|statement| Reverse(statement.created()))
}

/// Old keys do not say what they are for; then their algorithm decides.
fn encrypts(key: &impl KeyDetails, statement: &Signature) -> bool {
    let flags = statement.key_flags();
    let says_so = flags.encrypt_comms() || flags.encrypt_storage();
    let says_nothing = !flags.sign() && !flags.certify() && !flags.authentication();
    key.algorithm().can_encrypt() && (says_so || says_nothing)
}

fn has_expired(statement: &Signature, key: &impl KeyDetails, now_seconds: i64) -> bool {
    let ends = |from: u32, seconds: u32| i64::from(from) + i64::from(seconds);
    let key_ends = statement
        .key_expiration_time()
        .filter(|lifetime| lifetime.as_secs() > 0)
        .map(|lifetime| ends(key.created_at().as_secs(), lifetime.as_secs()));
    key_ends.is_some_and(|end| end <= now_seconds)
}
