//! The built web pages, embedded in the binary. Start at [`asset`].

use std::borrow::Cow;
use std::fmt::Write as _;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of the GraphQL IDE, relative to where the assets are mounted.
pub const GRAPHIQL: &str = "graphiql.html";

/// The app that others embed, whichever screen of it.
pub const APP: &str = "app.html";

/// What loads the parts of the app into the caches of browsers, and shows nothing.
pub const PRELOAD: &str = "preload.html";

/// Every page that a build with npm has.
const PAGES: [&str; 3] = [GRAPHIQL, APP, PRELOAD];

/// Stands in for every page when the build had no npm, so that the address still explains itself.
const WITHOUT_WEB: &[u8] = include_bytes!("without_web.html");

/// How much of the SHA-256 names a version of a file; 16 bytes are more than enough to tell two
/// builds apart.
const ETAG_BYTES: usize = 16;

/// One file of the web pages, with what a response needs to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// Quoted, ready for the `ETag` header.
    pub etag: String,
    pub cache: Cache,
}

/// How long a browser may keep a file without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// The name holds a hash of the content, so the content never changes.
    Forever,
    /// Pages keep their name across releases and are asked for each time.
    Revalidate,
}

impl Cache {
    /// The value of the `Cache-Control` header.
    pub fn header(self) -> &'static str {
        match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Revalidate => "no-cache",
        }
    }
}

/// The file at `path`, which is relative and without a leading slash (`assets/app-1a2b.js`).
///
/// A page that was not built is answered by one that says how to get it.
pub fn asset(path: &str) -> Option<Asset> {
    let Some(file) = Pages::get(path) else {
        return PAGES.contains(&path).then(without_web);
    };
    Some(Asset {
        content_type: content_type(path),
        etag: etag(&file.metadata.sha256_hash()),
        cache: cache(path),
        bytes: file.data,
    })
}

fn without_web() -> Asset {
    Asset {
        bytes: Cow::Borrowed(WITHOUT_WEB),
        content_type: content_type(GRAPHIQL),
        etag: "\"without-web\"".to_owned(),
        cache: Cache::Revalidate,
    }
}

fn etag(sha256: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in sha256.iter().take(ETAG_BYTES) {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text.push('"');
    text
}

/// The bundler writes hashed names into `assets/` and nowhere else.
fn cache(path: &str) -> Cache {
    if path.starts_with("assets/") { Cache::Forever } else { Cache::Revalidate }
}

/// The kinds of file the bundler emits; anything else is offered as a download.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `src` and `href` attributes, except data addresses.
    fn links(page: &str) -> Vec<&str> {
        page.split(" src=\"")
            .flat_map(|part| part.split(" href=\""))
            .skip(1)
            .filter_map(|rest| rest.split_once('"').map(|(link, _)| link))
            .filter(|link| !link.starts_with("data:"))
            .collect()
    }

    /// Holds with and without npm: the explanation links to nothing.
    #[test]
    fn the_graphql_page_loads_only_files_we_embed() {
        let page = asset(GRAPHIQL).unwrap();
        assert_eq!(page.content_type, "text/html; charset=utf-8");
        assert_eq!(page.cache, Cache::Revalidate);
        let html = String::from_utf8(page.bytes.into_owned()).unwrap();
        for link in links(&html) {
            let file = asset(link.trim_start_matches('/')).unwrap_or_else(|| panic!("{link}"));
            assert_eq!(file.cache, Cache::Forever, "{link}");
            assert!(!file.bytes.is_empty(), "{link}");
            assert_ne!(file.content_type, "application/octet-stream", "{link}");
        }
    }

    #[test]
    fn paths_outside_the_pages_are_unknown() {
        for path in ["", "assets", "assets/", "nope.js", "../pages.rs", "/etc/passwd", "graphiql"] {
            assert_eq!(asset(path), None, "{path}");
        }
    }

    #[test]
    fn without_npm_the_page_says_what_is_missing_and_how_to_get_it() {
        let page = String::from_utf8(without_web().bytes.into_owned()).unwrap();
        for word in ["MARQUETRY_SKIP_WEB", "npm", "cargo build", "/api"] {
            assert!(page.contains(word), "{word}");
        }
        assert!(links(&page).is_empty());
    }

    #[test]
    fn an_etag_is_quoted_hexadecimal() {
        assert_eq!(etag(&[0x0a; 32]), format!("\"{}\"", "0a".repeat(ETAG_BYTES)));
    }

    #[test]
    fn only_hashed_names_are_kept_forever() {
        assert_eq!(cache("assets/graphiql-DVk6IXxv.css").header(), Cache::Forever.header());
        assert_eq!(cache(GRAPHIQL).header(), "no-cache");
    }
}
