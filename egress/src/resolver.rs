//! Names to addresses; only checked addresses leave this module.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Policy;
use crate::address::{Reach, reach};

/// A name none of whose addresses may be called.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to addresses that are not allowed")]
pub(crate) struct RefusedName;

pub(crate) fn is_allowed(policy: &Policy, host: &str, address: IpAddr) -> bool {
    let by_range = match reach(address) {
        Reach::Public => true,
        Reach::Private => policy.allow_private,
        Reach::Special => false,
    };
    by_range || policy.trusts_host(host)
}

/// The system's resolver behind the policy. The client connects to what this returns and looks
/// nothing up again, so a name cannot change its address between the check and the connection.
pub(crate) struct FilteringResolver(pub Arc<Policy>);

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            // Port 0 is replaced by the URL's port.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let is_known = !found.is_empty();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|found| is_allowed(&policy, host, found.ip())).collect();
            if is_known && allowed.is_empty() {
                return Err(RefusedName.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
