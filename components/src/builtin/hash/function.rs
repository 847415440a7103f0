//! The hash functions by name.

use blake2::{Blake2b512, Blake2s256};
use hmac::{KeyInit, Mac, SimpleHmac};
use md4::Md4;
use md5::Md5;
use ripemd::Ripemd160;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use sm3::Sm3;
use whirlpool::Whirlpool;

use crate::{Inputs, StepError};

/// Lists the functions once: the name in inputs, our variant, the type that computes it.
macro_rules! functions {
    ($number:literal: $($name:literal $variant:ident $digest:ident),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Function {
            $($variant,)+
            /// Both digests end to end.
            Md5Sha1,
        }

        pub const NAMES: [&str; $number] = [$($name,)+ "md5-sha1"];

        impl Function {
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    "md5-sha1" => Some(Self::Md5Sha1),
                    _ => None,
                }
            }

            pub fn digest(self, message: &[u8]) -> Vec<u8> {
                match self {
                    $(Self::$variant => $digest::digest(message).to_vec(),)+
                    Self::Md5Sha1 => {
                        [Self::Md5.digest(message), Self::Sha1.digest(message)].concat()
                    }
                }
            }

            pub fn sign(self, secret: &[u8], message: &[u8]) -> Result<Vec<u8>, StepError> {
                match self {
                    $(Self::$variant => Ok(mac::<SimpleHmac<$digest>>(secret, message)),)+
                    Self::Md5Sha1 => Err(StepError::new("There is no HMAC with \"md5-sha1\".")),
                }
            }
        }
    };
}

functions! { 19:
    "md5" Md5 Md5,
    "sha1" Sha1 Sha1,
    "sha224" Sha224 Sha224,
    "sha256" Sha256 Sha256,
    "sha384" Sha384 Sha384,
    "sha512" Sha512 Sha512,
    "sha512-224" Sha512To224 Sha512_224,
    "sha512-256" Sha512To256 Sha512_256,
    "sha3-224" Sha3To224 Sha3_224,
    "sha3-256" Sha3To256 Sha3_256,
    "sha3-384" Sha3To384 Sha3_384,
    "sha3-512" Sha3To512 Sha3_512,
    "blake2b512" Blake2b512 Blake2b512,
    "blake2s256" Blake2s256 Blake2s256,
    "md4" Md4 Md4,
    "ripemd160" Ripemd160 Ripemd160,
    "sm3" Sm3 Sm3,
    "whirlpool" Whirlpool Whirlpool,
}

impl Function {
    /// By the input, in any case and also with the dash that standards write behind `SHA`.
    pub fn of(inputs: &Inputs) -> Result<Self, StepError> {
        let given = inputs.text("hashFunction").trim().to_lowercase();
        if given.is_empty() {
            return Ok(Self::Sha256);
        }
        let bare = given.strip_prefix("sha-").map(|rest| format!("sha{rest}"));
        let name = bare.as_deref().unwrap_or(&given).replace('/', "-");
        Self::named(&name)
            .ok_or_else(|| StepError::new(format!("There is no hash function \"{given}\".")))
    }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("a secret may have any length");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}
