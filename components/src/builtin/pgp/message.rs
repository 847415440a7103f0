//! Making and opening encrypted messages.
//!
//! The packets of a message are walked here rather than by the library's message type: that one
//! keeps every packet it meets, so a small compressed message could fill the memory.

use std::io::{self, BufRead, Read};

use bytes::Bytes;
use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::composed::{
    ArmorOptions, DummyReader, EncryptionSeipdV1, MessageBuilder, PlainSessionKey, RawSessionKey,
    SignedPublicKey, SignedSecretKey, SymEncryptedProtectedDataReader,
};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Decompressor, LiteralDataHeader, PacketParser, PublicKeyEncryptedSessionKey};
use pgp::types::{
    DecryptionKey, EskType, Password, PkeskVersion, SecretParams, Seipdv1ReadMode, Tag,
};
use rand_chacha::rand_core::RngCore;

use super::keys::{self, Chance, Recipient};
use crate::StepError;
use crate::files::BUFFER_BYTES_MAX;

/// Compressed packets inside one another; others write one.
const COMPRESSED_DEPTH_MAX: usize = 3;
/// Packets on one level of a message.
const PACKETS_MAX: usize = 200;
/// Attempts to open a message with the parts of a private key, each of which takes long.
const TRIES_MAX: usize = 32;
/// Bytes that may stand around a file of the largest size.
const OVERHEAD_BYTES_MAX: usize = 65_536;

/// What becomes a message.
pub struct Draft {
    pub certificates: Vec<SignedPublicKey>,
    pub content: Bytes,
    pub now_seconds: i64,
}

/// What was in a message.
pub struct Content {
    pub name: String,
    pub bytes: Vec<u8>,
    pub is_signed: bool,
}

/// Writes a message in binary form.
pub fn seal(draft: Draft, chance: &mut Chance) -> Result<Vec<u8>, StepError> {
    let mut out = Vec::new();
    sealed(draft, chance, |builder, chance| builder.to_writer(chance, &mut out))?;
    Ok(out)
}

/// Writes a message as armored text.
pub fn seal_as_text(draft: Draft, chance: &mut Chance) -> Result<String, StepError> {
    let mut text = String::new();
    sealed(draft, chance, |builder, chance| {
        text = builder.to_armored_string(chance, ArmorOptions::default())?;
        Ok(())
    })?;
    Ok(text)
}

type Builder = MessageBuilder<'static, DummyReader, EncryptionSeipdV1>;

/// Messages of the generation that every reader knows, with a check that nothing was changed.
fn sealed(
    draft: Draft,
    chance: &mut Chance,
    write: impl FnOnce(Builder, &mut Chance) -> pgp::errors::Result<()>,
) -> Result<(), StepError> {
    let recipients: Vec<_> = draft
        .certificates
        .iter()
        .map(|certificate| keys::recipient(certificate, draft.now_seconds))
        .collect::<Result<_, _>>()?;
    let written = || {
        let cipher = SymmetricKeyAlgorithm::AES256;
        let builder = MessageBuilder::from_bytes("", draft.content);
        let mut builder = builder.seipd_v1(&mut *chance, cipher);
        for recipient in recipients {
            match recipient {
                Recipient::Primary(key) => builder.encrypt_to_key(&mut *chance, key)?,
                Recipient::Subkey(key) => builder.encrypt_to_key(&mut *chance, key)?,
            };
        }
        write(builder, chance)
    };
    written().map_err(|error| StepError::new(format!("The message cannot be encrypted: {error}.")))
}

/// Reads a message in binary or armored form.
pub fn open(
    message: &[u8],
    key: &SignedSecretKey,
    passphrase: &str,
    chance: &mut Chance,
) -> Result<Content, StepError> {
    let message = message.trim_ascii_start();
    // The first byte of a packet has its highest bit set, text has not.
    if message.first().is_some_and(|byte| byte & 0x80 != 0) {
        return open_binary(message, key, passphrase, chance);
    }
    let options = DearmorOptions::new().set_limit(BUFFER_BYTES_MAX);
    let mut armored = Dearmor::with_options(message, options);
    let mut binary = Vec::new();
    let is_message = armored.read_to_end(&mut binary).is_ok()
        && matches!(armored.typ, Some(BlockType::Message | BlockType::File));
    if !is_message {
        return Err(StepError::new("This is not an OpenPGP message."));
    }
    open_binary(&binary, key, passphrase, chance)
}

fn open_binary(
    message: &[u8],
    key: &SignedSecretKey,
    passphrase: &str,
    chance: &mut Chance,
) -> Result<Content, StepError> {
    let unencrypted = || StepError::new("This is not an encrypted OpenPGP message.");
    let mut packets = PacketParser::new(message);
    let mut envelopes = Vec::new();
    for _ in 0..PACKETS_MAX {
        let Some(packet) = packets.next_ref() else { break };
        let mut packet = packet.map_err(|_| unencrypted())?;
        let header = packet.packet_header();
        let mut encrypted = match header.tag() {
            // One for an algorithm nobody knows is for somebody else.
            Tag::PublicKeyEncryptedSessionKey => {
                envelopes
                    .extend(PublicKeyEncryptedSessionKey::try_from_reader(header, &mut packet));
                skip(&mut packet)?;
                continue;
            }
            Tag::SymKeyEncryptedSessionKey | Tag::Marker | Tag::Padding => {
                skip(&mut packet)?;
                continue;
            }
            Tag::SymEncryptedProtectedData => SymEncryptedProtectedDataReader::new(packet),
            Tag::GnupgAeadData => SymEncryptedProtectedDataReader::new_gnupg_aead(packet),
            Tag::SymEncryptedData => {
                return Err(StepError::new(
                    "The message has no protection against changes, so it is not decrypted.",
                ));
            }
            _ => return Err(unencrypted()),
        }
        .map_err(|_| damaged())?;
        let session = session_key(&envelopes, key, passphrase, chance)?;
        // Nothing is read that was not checked first: what somebody changed is told from what
        // is merely odd by nobody.
        let mode = Seipdv1ReadMode::CheckFirst { max_message_size: BUFFER_BYTES_MAX };
        encrypted.decrypt(&session, mode).map_err(|_| damaged())?;
        return content(&mut encrypted, 0);
    }
    Err(unencrypted())
}

/// The key of the message. Where a matching envelope cannot be opened it is a random one: what
/// follows takes its time and fails as for a changed message.
fn session_key(
    envelopes: &[PublicKeyEncryptedSessionKey],
    key: &SignedSecretKey,
    passphrase: &str,
    chance: &mut Chance,
) -> Result<PlainSessionKey, StepError> {
    let (locked_with, unlocked) = (Password::from(passphrase), Password::empty());
    let (mut broken, mut is_locked) = (None, false);
    let tries = envelopes.iter().flat_map(|envelope| {
        candidates(envelope, key).into_iter().map(move |candidate| (envelope, candidate))
    });
    for (envelope, (candidate, params)) in tries.take(TRIES_MAX) {
        let kind = match envelope.version() {
            PkeskVersion::V3 => EskType::V3_4,
            PkeskVersion::V6 => EskType::V6,
            PkeskVersion::Other(_) => continue,
        };
        let Ok(values) = envelope.values() else { continue };
        if !keys::is_lock_cheap(params) {
            return Err(StepError::new(
                "The private key is locked in a way that takes too much memory to open.",
            ));
        }
        let password = if params.is_encrypted() { &locked_with } else { &unlocked };
        match candidate.decrypt(password, values, kind) {
            Ok(Ok(session)) => return Ok(session),
            Err(_) if params.is_encrypted() => is_locked = true,
            Ok(Err(_)) | Err(_) => broken = Some(kind),
        }
    }
    match broken {
        Some(kind) => Ok(random_session(kind, chance)),
        None if is_locked => {
            Err(StepError::new("The passphrase does not open the private key, or is missing."))
        }
        None => Err(StepError::new("The message is not for this private key.")),
    }
}

type Candidate<'a> = (&'a dyn DecryptionKey, &'a SecretParams);

/// The parts of a private key that an envelope may be for. Some do not say whom they are for.
fn candidates<'a>(
    envelope: &PublicKeyEncryptedSessionKey,
    key: &'a SignedSecretKey,
) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate> = Vec::new();
    let primary = &key.primary_key;
    if envelope.match_identity(primary.public_key()) {
        found.push((primary, primary.secret_params()));
    }
    for subkey in &key.secret_subkeys {
        if envelope.match_identity(subkey.key.public_key()) {
            found.push((&subkey.key, subkey.key.secret_params()));
        }
    }
    found
}

fn random_session(kind: EskType, chance: &mut Chance) -> PlainSessionKey {
    let mut bytes = vec![0; SymmetricKeyAlgorithm::AES256.key_size()];
    chance.fill_bytes(&mut bytes);
    let key = RawSessionKey::from(bytes);
    match kind {
        EskType::V3_4 => PlainSessionKey::V3_4 { sym_alg: SymmetricKeyAlgorithm::AES256, key },
        EskType::V6 => PlainSessionKey::V6 { key },
    }
}

/// What every message gets that was changed, cut, or made wrongly.
pub fn damaged() -> StepError {
    StepError::new("The message is damaged, or somebody has changed it.")
}

/// The file among the packets. Others are read past, so that nothing but the file takes memory.
fn content(packets: &mut dyn BufRead, depth: usize) -> Result<Content, StepError> {
    let mut packets = PacketParser::new(packets);
    let mut is_signed = false;
    for _ in 0..PACKETS_MAX {
        let Some(packet) = packets.next_ref() else { break };
        let mut packet = packet.map_err(|_| damaged())?;
        match packet.packet_header().tag() {
            Tag::LiteralData => {
                let header = LiteralDataHeader::try_from_reader(&mut packet);
                let name = header.map_err(|_| damaged())?.file_name().clone();
                let name = String::from_utf8_lossy(&name).into_owned();
                return Ok(Content { name, bytes: read(&mut packet)?, is_signed });
            }
            Tag::CompressedData if depth == COMPRESSED_DEPTH_MAX => {
                return Err(StepError::new("The message is compressed too many times."));
            }
            Tag::CompressedData => {
                let unpacked = Decompressor::from_reader(packet).map_err(|_| {
                    StepError::new("The message is compressed in a way that is not supported.")
                })?;
                let bytes_max = (BUFFER_BYTES_MAX + OVERHEAD_BYTES_MAX) as u64;
                let inner = content(&mut unpacked.take(bytes_max), depth + 1)?;
                return Ok(Content { is_signed: is_signed || inner.is_signed, ..inner });
            }
            tag => {
                is_signed |= matches!(tag, Tag::Signature | Tag::OnePassSignature);
                skip(&mut packet)?;
            }
        }
    }
    Err(StepError::new("The message holds no file."))
}

fn read(packet: &mut impl Read) -> Result<Vec<u8>, StepError> {
    let mut bytes = Vec::new();
    let limited = packet.take(BUFFER_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    limited.map_err(|_| damaged())?;
    if bytes.len() > BUFFER_BYTES_MAX {
        let message = format!("The file in the message is larger than {BUFFER_BYTES_MAX} bytes.");
        return Err(StepError::new(message));
    }
    Ok(bytes)
}

fn skip(packet: &mut impl Read) -> Result<(), StepError> {
    io::copy(packet, &mut io::sink()).map(|_| ()).map_err(|_| damaged())
}
