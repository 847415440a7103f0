//! Keys and messages of `GnuPG` are in `fixtures`; the rest is made here.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use flow::Value;
use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, RawSessionKey, SecretKeyParamsBuilder, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PacketTrait, PublicKeyEncryptedSessionKey, SymEncryptedProtectedData};
use pgp::types::KeyVersion;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};

use super::{keys, message};
use crate::testing::{FakeRandomness, Stage};

const RSA_PRIVATE: &str = include_str!("fixtures/rsa-private.asc");
const PASSPHRASE: &str = "open sesame";
/// Made by `gpg -se`: compressed and signed.
const SIGNED: &str = include_str!("fixtures/signed.asc");
/// Made by `gpg --rfc2440 --disable-mdc`.
const UNPROTECTED: &str = include_str!("fixtures/unprotected.asc");

async fn data(action: &str, inputs: Json) -> Result<Json, String> {
    Stage::new().data("pgp", action, inputs).await.map(Option::unwrap_or_default)
}

fn armored(key: &SignedSecretKey) -> (String, String) {
    let options = ArmorOptions::default;
    let public = key.to_public_key().to_armored_string(options()).unwrap();
    (public, key.to_armored_string(options()).unwrap())
}

fn generate(version: KeyVersion) -> SignedSecretKey {
    let (signs, encrypts) = match version {
        KeyVersion::V6 => (KeyType::Ed25519, KeyType::X25519),
        _ => (KeyType::Ed25519Legacy, KeyType::ECDH(ECCCurve::Curve25519Legacy)),
    };
    let subkey = SubkeyParamsBuilder::default()
        .version(version)
        .key_type(encrypts)
        .can_encrypt(EncryptionCaps::All)
        .build()
        .unwrap();
    let mut builder = SecretKeyParamsBuilder::default();
    builder.version(version).key_type(signs).can_certify(true).can_sign(true);
    builder.primary_user_id("Ada <ada@example.com>".into()).subkey(subkey);
    builder.build().unwrap().generate(keys::chance(&FakeRandomness::default())).unwrap()
}

#[tokio::test]
async fn what_is_encrypted_comes_out_again() {
    let old = armored(&generate(KeyVersion::V4));
    let new = armored(&generate(KeyVersion::V6));
    let rsa = keys::private(RSA_PRIVATE.as_bytes()).unwrap().to_public_key();
    let rsa = (rsa.to_armored_string(ArmorOptions::default()).unwrap(), RSA_PRIVATE.to_owned());
    let everybody = [&*old.0, &*new.0, &*rsa.0].concat();
    let file = json!(Value::file(&b"\x89\0\xff"[..], "application/octet-stream"));
    for (public, private) in [&old, &new, &rsa] {
        for public in [public, &everybody] {
            let key = json!({ "privateKey": private, "passphrase": PASSPHRASE });
            let open = |action, input, message| {
                let mut inputs = json!({ "connection": { "fields": key } });
                inputs[input] = message;
                data(action, inputs)
            };
            let inputs = json!({ "message": "Grüße", "publicKey": public });
            let text = data("encryptString", inputs).await.unwrap();
            assert!(text.as_str().unwrap().starts_with("-----BEGIN PGP MESSAGE-----\n"), "{text}");
            assert_eq!(open("decryptString", "message", text).await, Ok(json!("Grüße")));
            for armor in [true, false] {
                let connection = json!({ "fields": { "publicKey": public } });
                let inputs = json!({ "file": file, "connection": connection, "armor": armor });
                let sealed = data("encryptFile", inputs).await.unwrap();
                assert_eq!(open("decryptFile", "file", sealed).await, Ok(file.clone()));
            }
        }
    }
}

/// Who measures how long decrypting takes learns nothing but the number of steps.
#[tokio::test]
async fn messages_of_others_are_read_and_answered_on_a_grid() {
    let mut stage = Stage::new();
    let inputs = json!({ "message": SIGNED, "privateKey": RSA_PRIVATE, "passphrase": PASSPHRASE });
    let found = stage.data("pgp", "decryptString", inputs).await;
    assert_eq!(found, Ok(Some(json!("hello from gpg"))));
    assert!(stage.run.logs[0].message.contains("was not checked"), "{:?}", stage.run.logs);
    let inputs = json!({ "message": SIGNED, "privateKey": RSA_PRIVATE });
    stage.data("pgp", "decryptString", inputs).await.unwrap_err();
    assert_eq!(*stage.clock.slept.lock().unwrap(), [super::DECRYPTION_STEP; 2]);
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_no_secret() {
    let (public, private) = armored(&generate(KeyVersion::V4));
    let seal = json!({ "message": "hi", "publicKey": public });
    let ours = data("encryptString", seal).await.unwrap();
    let ours = ours.as_str().unwrap();
    // The last character of data, before padding and checksum.
    let at = ours.rfind("\n=").unwrap() - 8;
    let changed = format!(
        "{}{}{}",
        &ours[..at],
        if &ours[at..=at] == "A" { "B" } else { "A" },
        &ours[at + 1..]
    );
    for (message, key, passphrase, expected) in [
        (SIGNED, RSA_PRIVATE, "wrong horse", "passphrase"),
        (SIGNED, RSA_PRIVATE, "", "passphrase"),
        (SIGNED, &private, "", "not for this private key"),
        (&changed, &private, "", "damaged"),
        (&ours[..ours.len() / 2], &private, "", "not an OpenPGP message"),
        (UNPROTECTED, RSA_PRIVATE, PASSPHRASE, "no protection"),
        ("plain text", &private, "", "not an OpenPGP message"),
        (&public, &private, "", "not an OpenPGP message"),
        (ours, &public, "", "not an OpenPGP private key"),
        (ours, "secret nonsense", "", "not an OpenPGP private key"),
        (ours, "", "", "required"),
    ] {
        let inputs = json!({ "message": message, "privateKey": key, "passphrase": passphrase });
        let error = data("decryptString", inputs).await.unwrap_err();
        assert!(error.contains(expected), "{error}, not {expected}");
        assert!(!error.contains("wrong horse") && !error.contains("nonsense"), "{error}");
    }
}

/// Keys of `GnuPG`, judged at the time of the tests' clock.
#[tokio::test]
async fn only_valid_keys_encrypt() {
    let good = include_str!("fixtures/good.asc");
    // Another name in the statement that the owner signed.
    let mut binary = Vec::new();
    std::io::Read::read_to_end(&mut pgp::armor::Dearmor::new(good.as_bytes()), &mut binary)
        .unwrap();
    let name = binary.windows(4).position(|it| it == b"good").unwrap();
    binary[name] = b'f';
    let forged = json!(Value::file(binary, "application/pgp-keys"));
    for (key, expected) in [
        (json!(good), ""),
        (json!(include_str!("fixtures/expired.asc")), "has expired"),
        (json!(include_str!("fixtures/lapsed.asc")), "no valid key for encryption"),
        (json!(include_str!("fixtures/signs.asc")), "no valid key for encryption"),
        (json!(include_str!("fixtures/revoked.asc")), "was revoked"),
        (forged, "no valid signature"),
        (json!("no key"), "not an OpenPGP public key"),
        (json!(RSA_PRIVATE), "not an OpenPGP public key"),
        (json!("x".repeat(300_000)), "larger than"),
    ] {
        let made = data("encryptString", json!({ "message": "hi", "publicKey": key })).await;
        let error = made.err().unwrap_or_default();
        assert!(error.contains(expected) && error.is_empty() == expected.is_empty(), "{error}");
    }
}

/// A packet with a length of five bytes.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 0xff], &length[..], body].concat()
}

fn literal(content: &[u8]) -> Vec<u8> {
    packet(11, &[b"b\0\0\0\0\0", content].concat())
}

fn compressed(packets: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(vec![1], Compression::fast());
    encoder.write_all(packets).unwrap();
    packet(8, &encoder.finish().unwrap())
}

/// A message with these packets inside.
fn envelope(key: &SignedSecretKey, packets: &[u8]) -> Vec<u8> {
    let mut chance = keys::chance(&FakeRandomness::default());
    let cipher = SymmetricKeyAlgorithm::AES256;
    let session = RawSessionKey::from(vec![7; 32]);
    let recipient = key.secret_subkeys[0].key.public_key();
    let mut out = Vec::new();
    PublicKeyEncryptedSessionKey::from_session_key_v3(&mut chance, &session, cipher, recipient)
        .unwrap()
        .to_writer_with_header(&mut out)
        .unwrap();
    SymEncryptedProtectedData::encrypt_seipdv1(&mut chance, cipher, session.as_ref(), packets)
        .unwrap()
        .to_writer_with_header(&mut out)
        .unwrap();
    out
}

fn open(key: &SignedSecretKey, message: &[u8]) -> Result<Vec<u8>, String> {
    let mut chance = keys::chance(&FakeRandomness::default());
    let opened = message::open(message, key, "", &mut chance);
    opened.map(|content| content.bytes).map_err(|error| error.message)
}

#[test]
fn messages_that_unfold_without_end_are_refused() {
    let key = generate(KeyVersion::V4);
    let nested = |times: usize| (0..times).fold(literal(b"hi"), |inner, _| compressed(&inner));
    let zeros = vec![0; crate::files::BUFFER_BYTES_MAX + 1];
    // Signatures and markers that would each take memory, if they were kept.
    let many = packet(10, b"PGP").repeat(1_000_000);
    for (packets, expected) in [
        (nested(3), Ok(&b"hi"[..])),
        (nested(4), Err("too many times")),
        (compressed(&literal(&zeros)), Err("larger than")),
        (compressed(&many), Err("holds no file")),
        (packet(8, b"\x03bzip2"), Err("not supported")),
        (Vec::new(), Err("holds no file")),
        (envelope(&key, &literal(b"hi")), Err("holds no file")),
    ] {
        let found = open(&key, &envelope(&key, &packets));
        match expected {
            Ok(content) => assert_eq!(found.unwrap(), content),
            Err(expected) => assert!(found.clone().unwrap_err().contains(expected), "{found:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// What was changed on the way never opens as something else, and never panics.
    #[test]
    fn changed_messages_do_not_open(
        cut in any::<Index>(), flips in prop::collection::vec((any::<Index>(), 0_u8..8), 0..4),
    ) {
        let key = key_of_all_cases();
        let whole = envelope(key, &compressed(&literal(b"hello")));
        let mut changed = whole.clone();
        if flips.is_empty() {
            changed.truncate(cut.index(whole.len()));
        }
        for (place, bit) in flips {
            changed[place.index(whole.len())] ^= 1 << bit;
        }
        let found = open(key, &changed);
        prop_assert!(changed == whole || found.is_err() || found == Ok(b"hello".to_vec()));
    }

    #[test]
    fn changed_keys_do_not_panic(
        place in any::<Index>(), bits in 1_u8..=255, message in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut key = Vec::new();
        pgp::ser::Serialize::to_writer(key_of_all_cases(), &mut key).unwrap();
        let place = place.index(key.len());
        key[place] ^= bits;
        if let Ok(key) = keys::private(&key) {
            let _ = open(&key, &envelope(key_of_all_cases(), &message));
            let _ = keys::recipient(&key.to_public_key(), 0).is_ok();
        }
    }
}

fn key_of_all_cases() -> &'static SignedSecretKey {
    static KEY: std::sync::LazyLock<SignedSecretKey> =
        std::sync::LazyLock::new(|| generate(KeyVersion::V4));
    &KEY
}
