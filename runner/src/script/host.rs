//! What the environment in `js/` asks of Rust: functions without side effects outside the call.

use std::str::FromStr as _;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use rand::RngExt as _;
use rquickjs::{Ctx, Exception, Function, Object, Result, TypedArray, Value as Js};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use url::{Url, form_urlencoded, quirks};

use super::engine::{self, Outside};
use super::fetches::Asked;
use super::wire::Line;

const LOG_LINES_MAX: usize = 10_000;
const LOG_BYTES_MAX: usize = 4 << 20;
/// As many as the module of the same name gives at once.
const RANDOM_BYTES_MAX: usize = 65_536;

/// Log lines of one call.
#[derive(Default)]
pub(super) struct Logs {
    lines: Vec<Line>,
    bytes: usize,
    is_full: bool,
}

impl Logs {
    pub fn take(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// Whether there is room for more.
    pub fn push(&mut self, severity: u8, message: String) -> bool {
        if self.is_full {
            return false;
        }
        self.bytes += message.len();
        if self.lines.len() < LOG_LINES_MAX && self.bytes <= LOG_BYTES_MAX {
            self.lines.push(Line { severity, message });
        } else {
            self.is_full = true;
            let message = "Further lines of this step were dropped".to_owned();
            self.lines.push(Line { severity: 3, message });
        }
        !self.is_full
    }
}

pub(super) fn create<'js>(ctx: &Ctx<'js>, outside: &Outside) -> Result<Object<'js>> {
    let started = Instant::now();
    let host = Object::new(ctx.clone())?;
    let logged = outside.clone();
    let log = move |severity: u8, message: String| logged.logs().push(severity, message);
    host.set("log", Function::new(ctx.clone(), log)?)?;
    let asked_of = outside.clone();
    let fetch = move |id, line: Vec<String>, headers: Vec<Vec<String>>, body, is_text| {
        let line = line.try_into().map_err(|_| "the request has no first line".to_owned());
        let headers = headers.into_iter().filter_map(|pair| <[String; 2]>::try_from(pair).ok());
        let headers = headers.map(Into::into).collect();
        let asked = line.map(|line| Asked { id, line, headers, body, is_text });
        asked.and_then(|request| asked_of.fetches().ask(request)).err()
    };
    host.set("fetch", Function::new(ctx.clone(), fetch)?)?;
    let now = move || started.elapsed().as_secs_f64() * 1000.0;
    host.set("now", Function::new(ctx.clone(), now)?)?;
    host.set("load", Function::new(ctx.clone(), load)?)?;
    host.set("utf8Encode", Function::new(ctx.clone(), utf8_encode)?)?;
    host.set("utf8Decode", Function::new(ctx.clone(), utf8_decode)?)?;
    host.set("random", Function::new(ctx.clone(), random)?)?;
    host.set("digest", Function::new(ctx.clone(), digest)?)?;
    host.set("hmac", Function::new(ctx.clone(), keyed_digest)?)?;
    host.set("urlParse", Function::new(ctx.clone(), url_parse)?)?;
    host.set("urlSet", Function::new(ctx.clone(), url_set)?)?;
    host.set("formParse", Function::new(ctx.clone(), form_parse)?)?;
    host.set("formWrite", Function::new(ctx.clone(), form_write)?)?;
    Ok(host)
}

/// The language's own implementation, a library, in the form of our modules. It makes buffers with
/// `new`, for which the method of a class is no good.
const JSONATA: &str = concat!(
    "(function () {",
    "const global = { Buffer: { from: function (...given) { return Buffer.from(...given); } } };",
    "const module = { exports: {} }, { exports } = module;",
    include_str!("js/vendor/jsonata.min.js"),
    "\nreturn module.exports; })"
);

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn load(ctx: Ctx<'_>, name: String) -> Result<Js<'_>> {
    let source = match name.as_str() {
        "buffer" => include_str!("js/buffer.js"),
        "clone" => include_str!("js/clone.js"),
        "crypto" => include_str!("js/crypto.js"),
        "encoding" => include_str!("js/encoding.js"),
        "fetch" => include_str!("js/fetch.js"),
        "headers" => include_str!("js/headers.js"),
        "jsonata" => JSONATA,
        "logging" => include_str!("js/logging.js"),
        "timers" => include_str!("js/timers.js"),
        "url" => include_str!("js/url.js"),
        "util" => include_str!("js/util.js"),
        _ => return Err(Exception::throw_message(&ctx, "There is no such module")),
    };
    engine::strict(&ctx, &name, source)
}

fn utf8_encode(ctx: Ctx<'_>, text: String) -> Result<TypedArray<'_, u8>> {
    TypedArray::new(ctx, text.into_bytes())
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn utf8_decode(ctx: Ctx<'_>, base64: String, is_fatal: bool) -> Result<String> {
    match String::from_utf8(decode(&ctx, &base64)?) {
        Ok(text) => Ok(text),
        Err(_) if is_fatal => Err(Exception::throw_type(&ctx, "The bytes are not UTF-8")),
        Err(error) => Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

fn random(ctx: Ctx<'_>, count: usize) -> Result<TypedArray<'_, u8>> {
    if count > RANDOM_BYTES_MAX {
        return Err(Exception::throw_range(&ctx, "At most 65536 random bytes at once"));
    }
    let mut bytes = vec![0; count];
    rand::rng().fill(&mut bytes[..]);
    TypedArray::new(ctx, bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn digest(ctx: Ctx<'_>, algorithm: String, data: String) -> Result<TypedArray<'_, u8>> {
    let data = decode(&ctx, &data)?;
    let digest = match algorithm.as_str() {
        "md5" => Md5::digest(&data).to_vec(),
        "sha1" => Sha1::digest(&data).to_vec(),
        "sha256" => Sha256::digest(&data).to_vec(),
        "sha384" => Sha384::digest(&data).to_vec(),
        "sha512" => Sha512::digest(&data).to_vec(),
        _ => return Err(unknown_algorithm(&ctx, &algorithm)),
    };
    TypedArray::new(ctx, digest)
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn keyed_digest(
    ctx: Ctx<'_>,
    algorithm: String,
    key: String,
    data: String,
) -> Result<TypedArray<'_, u8>> {
    macro_rules! mac {
        ($hash:ty, $key:expr, $data:expr) => {
            Hmac::<$hash>::new_from_slice($key)
                .map(|mac| mac.chain_update($data).finalize().into_bytes().to_vec())
        };
    }
    let (key, data) = (decode(&ctx, &key)?, decode(&ctx, &data)?);
    let digest = match algorithm.as_str() {
        "md5" => mac!(Md5, &key, &data),
        "sha1" => mac!(Sha1, &key, &data),
        "sha256" => mac!(Sha256, &key, &data),
        "sha384" => mac!(Sha384, &key, &data),
        "sha512" => mac!(Sha512, &key, &data),
        _ => return Err(unknown_algorithm(&ctx, &algorithm)),
    };
    let digest = digest.map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
    TypedArray::new(ctx, digest)
}

fn unknown_algorithm(ctx: &Ctx<'_>, algorithm: &str) -> rquickjs::Error {
    Exception::throw_message(ctx, &format!("Digest {algorithm} is not available in code steps"))
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn url_parse(href: String, base: Option<String>) -> Option<Vec<String>> {
    let base = base.map(|base| Url::parse(&base)).transpose().ok()?;
    Url::options().base_url(base.as_ref()).parse(&href).ok().map(|url| url_parts(&url))
}

/// The URL after one part was set; unchanged where the part does not accept the value.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn url_set(href: String, part: String, value: String) -> Option<Vec<String>> {
    let mut url = Url::from_str(&href).ok()?;
    // The setters of a URL ignore what they cannot use.
    let _ignored = match part.as_str() {
        "protocol" => quirks::set_protocol(&mut url, &value),
        "username" => quirks::set_username(&mut url, &value),
        "password" => quirks::set_password(&mut url, &value),
        "host" => quirks::set_host(&mut url, &value),
        "hostname" => quirks::set_hostname(&mut url, &value),
        "port" => quirks::set_port(&mut url, &value),
        "pathname" => {
            quirks::set_pathname(&mut url, &value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, &value);
            Ok(())
        }
        "hash" => {
            quirks::set_hash(&mut url, &value);
            Ok(())
        }
        _ => Err(()),
    };
    Some(url_parts(&url))
}

/// In the order in which `url.js` names them.
fn url_parts(url: &Url) -> Vec<String> {
    let origin = quirks::origin(url);
    let parts: [&str; 11] = [
        quirks::href(url),
        &origin,
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
    ];
    parts.map(str::to_owned).to_vec()
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over owned values")]
fn form_parse(query: String) -> Vec<Vec<String>> {
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| vec![name.into_owned(), value.into_owned()])
        .collect()
}

fn form_write(pairs: Vec<Vec<String>>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for pair in pairs {
        if let [name, value] = &pair[..] {
            form.append_pair(name, value);
        }
    }
    form.finish()
}

fn decode(ctx: &Ctx<'_>, base64: &str) -> Result<Vec<u8>> {
    STANDARD.decode(base64).map_err(|error| Exception::throw_message(ctx, &error.to_string()))
}
