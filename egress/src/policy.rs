//! What an installation allows its tenants to reach, and for how long.

use url::Url;

/// Largest response body that is read, piece by piece.
pub const RESPONSE_BYTES_MAX: usize = 500_000_000;

/// Largest body that is read into memory as a whole.
pub const BUFFER_BYTES_MAX: usize = 128 << 20;

#[derive(Clone, Debug)]
pub struct Policy {
    /// Allows loopback, private and carrier-grade ranges, for development and closed networks.
    /// Link-local and metadata addresses stay refused: they hand out the machine's own credentials.
    pub allow_private: bool,
    /// Hosts that may have any address: names or addresses as a URL shows them; `*.example.com`
    /// stands for all names below.
    pub allow_hosts: Vec<String>,
    /// The server's own public URL: flows call each other by it, whatever its address. Nothing else
    /// on its host is allowed by this, no other port either.
    pub own_url: Option<String>,
    pub connect_timeout_seconds: u64,
    /// Longest silence while an answer is awaited or read.
    pub read_timeout_seconds: u64,
    /// Longest whole exchange.
    pub total_timeout_seconds: u64,
    pub response_bytes_max: usize,
    /// How long an unused connection is kept for the next request to the same host.
    pub pool_idle_seconds: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_private: false,
            allow_hosts: Vec::new(),
            own_url: None,
            connect_timeout_seconds: 10,
            read_timeout_seconds: 120,
            total_timeout_seconds: 900,
            response_bytes_max: RESPONSE_BYTES_MAX,
            pool_idle_seconds: 60,
        }
    }
}

impl Policy {
    /// Whether the installation trusts this host by name, whatever its address.
    pub(crate) fn trusts_host(&self, host: &str) -> bool {
        let host = normal(host);
        self.allow_hosts.iter().map(|allowed| normal(allowed)).any(|allowed| {
            match allowed.strip_prefix("*.") {
                Some(parent) => host.strip_suffix(parent).is_some_and(|label| label.ends_with('.')),
                None => host == allowed,
            }
        })
    }

    /// Whether this is where the server itself listens.
    pub(crate) fn is_own_address(&self, host: &str, port: u16) -> bool {
        let own = self.own_url.as_ref().and_then(|own| Url::parse(own).ok());
        own.is_some_and(|own| {
            let is_host = own.host_str().is_some_and(|known| normal(known) == normal(host));
            is_host && own.port_or_known_default() == Some(port)
        })
    }

    /// Whether a URL leads to the server itself.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let own = self.own_url.as_ref().and_then(|own| Url::parse(own).ok());
        own.is_some_and(|own| own.origin() == url.origin())
    }
}

/// Lower case, without the dot that ends a fully qualified name and the brackets around colons.
fn normal(host: &str) -> String {
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_by_whole_labels() {
        let policy = Policy {
            allow_hosts: ["ERP.local", "*.example.com", "::1"].map(str::to_owned).into(),
            ..Policy::default()
        };
        for (host, expected) in [
            ("erp.local", true),
            ("erp.local.", true),
            ("xerp.local", false),
            ("a.b.example.com", true),
            ("example.com", false),
            ("badexample.com", false),
            ("[::1]", true),
        ] {
            assert_eq!(policy.trusts_host(host), expected, "{host}");
        }
    }
}
